/**
 * Linkability of an owner's addresses over time. Fresh keys help only while old and new ones are
 * not tied together; a scheme that hides neighbours but links every tenth key has tracked its
 * owner.
 */

/** Addresses in columns of one length. */
export interface AddressHistory {
  /** True owner; −1 leaves the address out. */
  readonly ownerOf: ArrayLike<number>;
  /** Cluster that the observer puts it in, integers ≥ 0. */
  readonly clusterOf: ArrayLike<number>;
  /** When the address first stood on the ledger [µs]. */
  readonly firstUs: ArrayLike<number>;
}

/** Linkability by distance, and how long owners can be followed. */
export interface RotationLinkability {
  /** Pairs of addresses of one owner, `lag` rotations apart; index 0 is lag 1. */
  readonly pairs: Float64Array;
  /** Of these, pairs in one cluster. */
  readonly linkedPairs: Float64Array;
  /** linkedPairs / pairs, NaN without pairs. */
  readonly linkedShare: Float64Array;
  /**
   * Mean over owners of the longest time that one cluster spans of them, over the time from their
   * first to their last new address. Owners without such a time are left out; NaN without owners.
   */
  readonly trackedShare: number;
}

/** Addresses that have an owner, by owner, then first use, then index. */
function byOwner({ ownerOf, firstUs }: AddressHistory): Uint32Array {
  const order = new Uint32Array(ownerOf.length);
  let count = 0;
  for (let address = 0; address < ownerOf.length; address++) {
    if (ownerOf[address]! >= 0) order[count++] = address;
  }
  return order
    .subarray(0, count)
    .sort((a, b) => ownerOf[a]! - ownerOf[b]! || firstUs[a]! - firstUs[b]! || a - b);
}

/**
 * Measures linkability over the true sequence of each owner's addresses.
 *
 * The observer sees what the clustering used; the truth about owners enters only in this score. Lag
 * d compares an address with the owner's d-th next new one, so that lag 1 is one rotation.
 *
 * @param lagMax - Largest lag, integer ≥ 1.
 * @throws {RangeError} when columns differ in length. Cost: O(n log n + n · lagMax).
 */
export function rotationLinkability(history: AddressHistory, lagMax: number): RotationLinkability {
  const { ownerOf, clusterOf, firstUs } = history;
  if (clusterOf.length !== ownerOf.length || firstUs.length !== ownerOf.length) {
    throw new RangeError(
      `"clusterOf", "firstUs" expected ${ownerOf.length} values, ` +
        `got ${clusterOf.length}, ${firstUs.length}`,
    );
  }
  const order = byOwner(history);
  const pairs = new Float64Array(lagMax);
  const linkedPairs = new Float64Array(lagMax);
  let trackedSum = 0;
  let owners = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    const owner = ownerOf[order[start]!]!;
    while (end < order.length && ownerOf[order[end]!] === owner) end++;
    for (let i = start; i < end; i++) {
      const cluster = clusterOf[order[i]!];
      for (let lag = 1; lag <= lagMax && i + lag < end; lag++) {
        pairs[lag - 1]!++;
        if (clusterOf[order[i + lag]!] === cluster) linkedPairs[lag - 1]!++;
      }
    }
    const spanUs = firstUs[order[end - 1]!]! - firstUs[order[start]!]!;
    if (spanUs <= 0) continue;
    trackedSum += longestSpanUs(history, order, start, end) / spanUs;
    owners++;
  }
  const linkedShare = linkedPairs.map((linked, i) => linked / pairs[i]!);
  return { pairs, linkedPairs, linkedShare, trackedShare: trackedSum / owners };
}

/** Longest time between first and last new address of one owner within one cluster [µs]. */
function longestSpanUs(
  { clusterOf, firstUs }: AddressHistory,
  order: Uint32Array,
  start: number,
  end: number,
): number {
  const begunUs = new Map<number, number>();
  let longestUs = 0;
  for (let i = start; i < end; i++) {
    const cluster = clusterOf[order[i]!]!;
    const atUs = firstUs[order[i]!]!;
    const fromUs = begunUs.get(cluster);
    if (fromUs === undefined) begunUs.set(cluster, atUs);
    else longestUs = Math.max(longestUs, atUs - fromUs);
  }
  return longestUs;
}
