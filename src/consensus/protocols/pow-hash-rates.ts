/** Who has how much hash power, and a draw of a miner in proportion to it. */
import { pow } from '../../base/math.ts';
import type { SequentialStream } from '../../base/random.ts';

/** Laws of hash rates over miners. */
export const HASH_RATE_LAWS = ['equal', 'zipf', 'normal', 'list'] as const;

/** How hash power is spread. */
export interface HashRateOptions {
  readonly hashRates: (typeof HASH_RATE_LAWS)[number];
  /** Exponent of `zipf`. */
  readonly hashRateSlope: number;
  /** Mean and standard deviation of `normal`, in any unit. */
  readonly hashRateMean: number;
  readonly hashRateDeviation: number;
  /** Rates of `list`, in any unit. */
  readonly hashShares: readonly number[];
  /** First nodes that mine; 0 is all. */
  readonly miners: number;
}

/** Number of nodes that mine. */
export function minerCount(options: HashRateOptions, nodeCount: number): number {
  if (options.hashRates === 'list') return options.hashShares.length;
  return options.miners === 0 ? nodeCount : options.miners;
}

/**
 * Shares of hash power, summing to 1; nodes that do not mine have 0.
 *
 * @param draws - Used by `normal` only: floor(mean + deviation · z), at least 1, as SimBlock draws it
 *   (Y. Aoki et al., SimBlock: A Blockchain Network Simulator, 2019).
 */
export function hashShares(
  options: HashRateOptions,
  nodeCount: number,
  draws: SequentialStream,
): Float64Array {
  const share = new Float64Array(nodeCount);
  const count = Math.min(nodeCount, minerCount(options, nodeCount));
  let total = 0;
  for (let node = 0; node < count; node++) {
    share[node] = rateOf(options, node, draws);
    total += share[node]!;
  }
  for (let node = 0; node < count; node++) share[node]! /= total;
  return share;
}

function rateOf(options: HashRateOptions, node: number, draws: SequentialStream): number {
  switch (options.hashRates) {
    case 'equal':
      return 1;
    case 'zipf':
      return pow(node + 1, -options.hashRateSlope);
    case 'normal': {
      const { hashRateMean, hashRateDeviation } = options;
      return Math.max(1, Math.floor(hashRateMean + hashRateDeviation * draws.normal()));
    }
    case 'list':
      return options.hashShares[node]!;
  }
}

/**
 * Draws indices in proportion to weights in constant time, by the alias method.
 *
 * @param weights - Finite, not negative, with a positive sum.
 * @returns A draw; two uniform draws of the stream each.
 * Source: A. J. Walker, An efficient method for generating discrete random variables, 1977; the table in
 * O(n) by M. D. Vose, 1991.
 */
export function createAliasDraw(weights: Float64Array): (draws: SequentialStream) => number {
  // Places without weight stay out of the table, so that no rounding can give them any.
  const members = Int32Array.from(weights.keys()).filter((index) => weights[index]! > 0);
  const count = members.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const keep = Float64Array.from(members, (index) => (weights[index]! / total) * count);
  const alias = Int32Array.from(members);
  const small: number[] = [];
  const large: number[] = [];
  for (let place = count - 1; place >= 0; place--) (keep[place]! < 1 ? small : large).push(place);
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!;
    const rich = large[large.length - 1]!;
    alias[poor] = members[rich]!;
    keep[rich] = keep[rich]! - (1 - keep[poor]!);
    if (keep[rich]! < 1) {
      large.pop();
      small.push(rich);
    }
  }
  // What is left over is full but for rounding.
  for (const place of [...small, ...large]) keep[place] = 1;
  return (draws) => {
    const place = count === 1 ? 0 : draws.integer(count);
    return draws.uniform() < keep[place]! ? members[place]! : alias[place]!;
  };
}
