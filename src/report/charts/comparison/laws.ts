/**
 * Closed forms that charts draw beside what runs measured. Each is held to the formulas of
 * `peerwatt validate` by its tests.
 */
import { exp, log, sqrt } from '../../../base/math.ts';

/**
 * Chance that k exponential waits of a mean take longer than a time (Erlang's law):
 * e^(−x) Σ x^i / i! for i below k, x = time / mean.
 *
 * @param count - k, integer of at least 1.
 * Source: Nakamoto 2008, section 11: blocks are a Poisson process.
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

/**
 * Chance that delegated proof of stake takes longer than a time from submission to irreversibility: a
 * uniform wait for the next turn, then one of several equally likely lags.
 *
 * @param lags - Lags of the blocks of a turn, in turns.
 * @param turn - Time of one block, in the unit of `time`.
 * Source: EOSIO block_header_state.cpp; model page, O5.
 */
export function turnsTail(lags: readonly number[], turn: number, time: number): number {
  const tails = lags.map((lag) => Math.max(0, Math.min(1, lag + 1 - time / turn)));
  return tails.reduce((sum, tail) => sum + tail, 0) / lags.length;
}

/**
 * Share of stale blocks of proof of work with a constant difficulty, (1 − Σ s²) x / (1 + x).
 *
 * @param delayOverInterval - x, delay to everybody over the mean interval of all blocks.
 * @param sumOfSquares - Σ s² over the miners' shares.
 * Source: Sompolinsky and Zohar 2015; model page, section 6.2 and O3.
 */
export function staleShare(delayOverInterval: number, sumOfSquares: number): number {
  return ((1 - sumOfSquares) * delayOverInterval) / (1 + delayOverInterval);
}

/**
 * The same where retargeting keeps the chain's interval: the smaller root of
 * s² − (1 + x) s + (1 − Σ s²) x.
 */
export function retargetedStaleShare(delayOverInterval: number, sumOfSquares: number): number {
  const b = 1 + delayOverInterval;
  const c = (1 - sumOfSquares) * delayOverInterval;
  return (2 * c) / (b + sqrt(b * b - 4 * c));
}

/** When orders are sent: evenly over a window that ends a margin before the gate, in one unit. */
export interface OrderWindow {
  readonly margin: number;
  readonly window: number;
}

/**
 * Share of orders that exponential blocks do not carry before the gate,
 * (T/W)(e^(−m/T) − e^(−(m+W)/T)); without a margin (T/G)(1 − e^(−G/T)).
 *
 * @param interval - T, mean interval of blocks.
 * Source: validation, E24: orders uniform over the last G before the gate.
 */
export function lateShareExponential(interval: number, { margin, window }: OrderWindow): number {
  const tail = (time: number) => exp(-time / interval);
  return (interval / window) * (tail(margin) - tail(margin + window));
}

/**
 * The same with blocks exactly T apart, averaged over the phase of the gate: the mean of
 * max(0, 1 − u/T) over u from m to m + W; without a margin T/2G for G of at least T.
 */
export function lateShareFixed(interval: number, { margin, window }: OrderWindow): number {
  const upTo = (time: number) => {
    const within = Math.min(time, interval);
    return within - (within * within) / (2 * interval);
  };
  return (upTo(margin + window) - upTo(margin)) / window;
}
