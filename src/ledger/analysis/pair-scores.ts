/**
 * How well clusters recover true owners. A pair of addresses in one cluster is a claim "one owner";
 * pairs are counted through the contingency table of clusters and owners, because listing them
 * costs O(n²).
 */

/** Counts of pairs of addresses and figures from them; NaN where a figure is 0/0. */
export interface PairScores {
  /** Addresses whose owner is known, and pairs of them. */
  readonly addressCount: number;
  readonly pairs: number;
  /** Pairs in one cluster, of one owner, and both. */
  readonly clusteredPairs: number;
  readonly ownedPairs: number;
  readonly truePairs: number;
  /** truePairs / clusteredPairs: how far a link can be trusted. */
  readonly precision: number;
  /** truePairs / ownedPairs: how much of an owner is linked. */
  readonly recall: number;
  /** Harmonic mean of the two, as 2 TP / (clustered + owned). */
  readonly f1: number;
  /** Rand index corrected for chance: 0 for clusters independent of owners, 1 for equal. */
  readonly adjustedRand: number;
}

const pairsOf = (n: number) => (n * (n - 1)) / 2;

/** A non-empty cell of a contingency table. */
export interface ContingencyCell {
  readonly cluster: number;
  readonly owner: number;
  /** Sum of the weights of its members. */
  readonly weight: number;
}

/**
 * Non-empty cells of the table of clusters and owners, in the order of their first member.
 *
 * @param clusterOf - Cluster of each member, integers ≥ 0 below 2^26.
 * @param ownerOf - Owner of each member, integers below 2^26, equally long; a negative one is left
 *   out.
 * @param weightOf - Weight of each member; 1 each when absent.
 * @throws {RangeError} when lengths differ. Cost: O(n).
 */
export function contingency(
  clusterOf: ArrayLike<number>,
  ownerOf: ArrayLike<number>,
  weightOf?: ArrayLike<number>,
): ContingencyCell[] {
  if (clusterOf.length !== ownerOf.length) {
    throw new RangeError(`"ownerOf" expected ${clusterOf.length} values, got ${ownerOf.length}`);
  }
  const weights = new Map<number, number>();
  const shift = 2 ** 26;
  for (let member = 0; member < clusterOf.length; member++) {
    const owner = ownerOf[member]!;
    if (owner < 0) continue;
    const key = clusterOf[member]! * shift + owner;
    const weight = weightOf === undefined ? 1 : weightOf[member]!;
    weights.set(key, (weights.get(key) ?? 0) + weight);
  }
  return Array.from(weights, ([key, weight]) => ({
    cluster: Math.floor(key / shift),
    owner: key % shift,
    weight,
  }));
}

/** Sums of the weights along one side of the table, in the order of their first cell. */
export function marginal(cells: readonly ContingencyCell[], side: 'cluster' | 'owner'): number[] {
  const sums = new Map<number, number>();
  for (const cell of cells) sums.set(cell[side], (sums.get(cell[side]) ?? 0) + cell.weight);
  return Array.from(sums.values());
}

/**
 * Scores clusters against true owners over all pairs of addresses whose owner is known.
 *
 * @param clusterOf - Cluster of each address, integers ≥ 0.
 * @param ownerOf - True owner of each address, equally long; −1 leaves the address out.
 * @throws {RangeError} when lengths differ.
 * Undefined (NaN): precision without a clustered pair, recall without an owned pair, F1 without
 *   both, adjusted Rand when clusters and owners are both all alone or both all together.
 * Counts are exact up to 1.3e8 addresses. Cost: O(n). Source: L. Hubert, P. Arabie, Comparing
 *   Partitions, J. Classification 2, 1985, eq. 5 (adjusted Rand).
 */
export function scorePairs(clusterOf: ArrayLike<number>, ownerOf: ArrayLike<number>): PairScores {
  const cells = contingency(clusterOf, ownerOf);
  const sum = (sizes: readonly number[]) => sizes.reduce((total, n) => total + pairsOf(n), 0);
  const addressCount = cells.reduce((total, { weight }) => total + weight, 0);
  const pairs = pairsOf(addressCount);
  const truePairs = sum(cells.map(({ weight }) => weight));
  const clusteredPairs = sum(marginal(cells, 'cluster'));
  const ownedPairs = sum(marginal(cells, 'owner'));
  // This order keeps it exact when either side is all pairs, so that 0/0 comes out as such.
  const expected = clusteredPairs * (ownedPairs / pairs);
  return {
    addressCount,
    pairs,
    clusteredPairs,
    ownedPairs,
    truePairs,
    precision: truePairs / clusteredPairs,
    recall: truePairs / ownedPairs,
    f1: (2 * truePairs) / (clusteredPairs + ownedPairs),
    adjustedRand: (truePairs - expected) / ((clusteredPairs + ownedPairs) / 2 - expected),
  };
}
