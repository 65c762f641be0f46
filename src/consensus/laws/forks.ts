/**
 * Forks, stale blocks and growth of a chain whose blocks take time to travel. λ is the rate of all
 * blocks found, stale ones included, and D the delay from the finder to everybody else.
 */
import { exp, pow, sqrt } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';
import { exponentialRatio } from './counting.ts';

/**
 * Chance that a block is forked: 1 − (1 − P)^A.
 *
 * @param perSecond - P, chance that a block is found in a second.
 * @param uninformedS - A, integral over time of the share of nodes not yet informed [s].
 * Source: C. Decker, R. Wattenhofer, Information Propagation in the Bitcoin Network, 2013.
 */
export function forkProbability(perSecond: number, uninformedS: number): number {
  return 1 - pow(1 - perSecond, uninformedS);
}

/** Chance that somebody else finds a block within the delay: 1 − e^(−λD). */
export function raceProbability(rateTimesDelay: number): number {
  return 1 - exp(-rateTimesDelay);
}

/**
 * Growth of the chain over the rate of blocks, 1 / (1 + λD), with infinitely many small miners.
 * Source: Y. Sompolinsky, A. Zohar, Secure High-Rate Transaction Processing in Bitcoin, 2015; each
 * block of the chain opens a window D in which no block can extend it.
 */
export function fixedDelayGrowth(rateTimesDelay: number): number {
  return 1 / (1 + rateTimesDelay);
}

/**
 * Share of stale blocks, (1 − Σ s²) λD / (1 + λD): a miner's next block never competes with its
 * own. Exact for infinitely many miners and for two equal ones; about 1 % too high or low between.
 *
 * @param sumOfSquares - Σ s² over the miners' shares; 1/n for n equal ones, 0 for infinitely many.
 * Source: model page, section 6.2.
 */
export function staleShare(rateTimesDelay: number, sumOfSquares: number): number {
  return ((1 - sumOfSquares) * rateTimesDelay) / (1 + rateTimesDelay);
}

/**
 * Share of stale blocks when difficulty keeps the chain's interval at T, so that λ (1 − s) = 1 / T.
 *
 * @param delayOverInterval - D / T.
 * @param sumOfSquares - Σ s² over the miners' shares.
 * Source: the smaller root of s² − (1 + x) s + (1 − Σ s²) x with x = D / T.
 */
export function retargetedStaleShare(delayOverInterval: number, sumOfSquares: number): number {
  const b = 1 + delayOverInterval;
  const c = (1 - sumOfSquares) * delayOverInterval;
  return (2 * c) / (b + sqrt(b * b - 4 * c));
}

/**
 * Growth of the chain of two miners a one-way delay apart [1/s].
 *
 * @param first - Rate of the first miner λ₁ [1/s].
 * @param second - λ₂ [1/s].
 * @param delayS - D [s].
 * Source: Sompolinsky & Zohar 2015, (λ₁² e^{2Dλ₁} − λ₂² e^{2Dλ₂}) / (λ₁ e^{2Dλ₁} − λ₂ e^{2Dλ₂}),
 * here with both sides divided by λ₁ − λ₂, so that equal rates are not 0/0.
 */
export function twoNodeGrowth(first: number, second: number, delayS: number): number {
  const g = 2 * delayS * exponentialRatio(2 * delayS * (first - second));
  return (first * first * g + first + second) / (first * g + 1);
}

/** Share of an equal miner's power squared and summed, 1 / n; Σ s² in general. */
export function sumOfSquares(shares: readonly number[]): number {
  return fsum(shares.map((share) => share * share));
}
