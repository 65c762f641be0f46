/** Times between blocks of proof of work, and what retargeting does to their mean. */
import { exp, log } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';
import { poissonTerms, risingRoot } from './counting.ts';

/** Time that an exponential wait of a mean exceeds with chance 1 − p. @param p - In [0, 1). */
export function exponentialQuantile(mean: number, p: number): number {
  return -mean * log(1 - p);
}

/** Chance that an exponential wait of a mean exceeds a time. */
export function exponentialTail(mean: number, time: number): number {
  return exp(-time / mean);
}

/**
 * Chance that k exponential waits of a mean take no longer than a time (Erlang's law).
 *
 * @param count - k, integer of at least 1.
 */
export function erlangWithin(count: number, mean: number, time: number): number {
  // The tail from k on, not one minus the head, so that a small chance keeps its digits.
  const x = time / mean;
  const most = count + 60 + Math.ceil(3 * x);
  return fsum(poissonTerms(x, most).subarray(count));
}

/**
 * Chance that they take longer than a time: e^(−x) Σ x^i / i! for i below k, x = time / mean. Its
 * digits are those of the tail, which one minus {@link erlangWithin} has lost where it is small.
 *
 * @param count - k, integer of at least 1.
 * @param time - Any; 1 before 0.
 */
export function erlangTail(count: number, mean: number, time: number): number {
  if (time <= 0) return 1;
  const x = time / mean;
  // Terms from their logarithms: e^(−x) alone is 0 long before the sum is.
  let logTerm = -x;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += exp(logTerm);
    logTerm += log(x / (i + 1));
  }
  return Math.min(1, sum);
}

/** Time within which k exponential waits end with chance p in (0, 1). */
export function erlangQuantile(count: number, mean: number, p: number): number {
  let high = mean * count;
  while (erlangWithin(count, mean, high) < p) high *= 2;
  return risingRoot((time) => erlangWithin(count, mean, time) - p, 0, high);
}

/**
 * Long-run mean interval over the target when difficulty is set every N blocks by target over
 * observed span: N / (N − 1) over N intervals; N / (N − 2) over the last N − 1 of them, as Bitcoin
 * does. A span of k intervals is gamma with shape k, and the mean of its inverse is 1 / (k − 1).
 *
 * @param blocks - N, blocks between two retargets.
 * @param intervals - Intervals in the observed span, N or N − 1; at least 2.
 * Source: derived; difficulty unclamped, hash rate constant.
 */
export function retargetBias(blocks: number, intervals: number): number {
  return blocks / (intervals - 1);
}
