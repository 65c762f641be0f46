/**
 * How long a block takes to reach the nodes of a network. Nodes get a block in order of time, so the
 * k-th to get it is the k-th order statistic: quantiles need a count and no list.
 */

/** Times from the making of a block to its arrival, over all blocks followed. */
export interface Propagation {
  /** Blocks whose making was noted. */
  readonly blockCount: number;
  /** A node made a block; it has it from now on. */
  made(block: number, nowUs: number): void;
  /** A node has got a block. Calls come in order of time; without effect for blocks not followed. */
  reached(block: number, node: number, nowUs: number): void;
  /** Median over blocks of the time until a share of the nodes had the block [s]; NaN without one. */
  timeToReachS(share: number): number;
  /** Quantile of the delay over all blocks and nodes but the makers [s], within 1/128 of its value. */
  delayQuantileS(share: number): number;
  /** Mean delay over blocks and nodes, the maker's 0 with them: the area above f(t) [s]. */
  readonly meanDelayS: number;
  /** The same with the nodes weighted, e.g. by hash power: what decides about forks [s]. */
  readonly weightedDelayS: number;
}

/** What is followed. */
export interface PropagationOptions {
  readonly nodeCount: number;
  /** Shares of nodes asked for later; 0.1, 0.25, 0.5, 0.75 and 0.9 when absent. */
  readonly shares?: readonly number[];
  /** Weight of each node in the weighted delay; equal when absent. Sum above 0. */
  readonly weights?: ArrayLike<number>;
}

/** Buckets of an octave of delays. */
const STEPS = 64;

/** Begins to follow blocks; the mean counts only what was reached when it is asked for. */
export function createPropagation(options: PropagationOptions): Propagation {
  const { nodeCount, shares = [0.1, 0.25, 0.5, 0.75, 0.9], weights } = options;
  const ranks = shares.map((share) => Math.max(1, Math.ceil(share * nodeCount - 1e-9)));
  const order = shares.map((_, k) => k).sort((a, b) => ranks[a]! - ranks[b]! || a - b);
  const timesS: number[][] = shares.map(() => []);
  const madeUs = new Map<number, number>();
  const count = new Map<number, number>();
  /** Delays by size, logarithmic: bucket b holds [2^(b / STEPS), …) µs, linear within an octave. */
  const buckets = new Float64Array(54 * STEPS);
  let delayCount = 0;
  let delaySumUs = 0;
  let weightedSumUs = 0;
  let weightSum = 0;
  for (let node = 0; node < nodeCount; node++) weightSum += weights?.[node] ?? 1;

  function note(block: number, node: number, delayUs: number): void {
    const rank = (count.get(block) ?? 0) + 1;
    count.set(block, rank);
    delaySumUs += delayUs;
    weightedSumUs += delayUs * (weights?.[node] ?? 1);
    for (const k of order) if (ranks[k] === rank) timesS[k]!.push(delayUs / 1e6);
  }

  return {
    get blockCount() {
      return madeUs.size;
    },
    made(block, nowUs) {
      madeUs.set(block, nowUs);
      note(block, 0, 0);
    },
    reached(block, node, nowUs) {
      const sinceUs = madeUs.get(block);
      if (sinceUs === undefined) return;
      note(block, node, nowUs - sinceUs);
      buckets[bucketOf(nowUs - sinceUs)]!++;
      delayCount++;
    },
    timeToReachS(share) {
      const k = shares.indexOf(share);
      if (k < 0) throw new RangeError(`"share" expected one of ${shares.join(', ')}, got ${share}`);
      return median(timesS[k]!);
    },
    delayQuantileS(share) {
      let left = share * delayCount;
      let bucket = 0;
      while (bucket < buckets.length - 1 && left > buckets[bucket]!) left -= buckets[bucket++]!;
      return delayCount === 0 ? Number.NaN : (lowerUs(bucket) + lowerUs(bucket + 1)) / 2e6;
    },
    get meanDelayS() {
      return delaySumUs / 1e6 / nodeCount / madeUs.size;
    },
    get weightedDelayS() {
      return weightedSumUs / 1e6 / weightSum / madeUs.size;
    },
  };
}

/** Bucket of a delay: the octave, and the part of it. */
function bucketOf(delayUs: number): number {
  let octave = 0;
  let base = delayUs;
  for (; base >= 2 ** 31; base /= 2) octave++;
  octave += 31 - Math.clz32(Math.max(1, base));
  return octave * STEPS + Math.max(0, Math.floor((delayUs / 2 ** octave - 1) * STEPS));
}

function lowerUs(bucket: number): number {
  const octave = Math.floor(bucket / STEPS);
  return 2 ** octave * (1 + (bucket - octave * STEPS) / STEPS);
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
