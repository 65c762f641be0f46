/**
 * An interval from one long run. Its values depend on each other, so that s/√n over them is far too
 * narrow; means of long batches hardly do.
 */
import { standardNormalQuantile } from '../../base/distribution.ts';
import { sqrt } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';
import { type Estimate, estimate, mean } from './interval.ts';

/** Where a warm-up ends. */
export interface WarmUp {
  /** Values to remove from the start. */
  readonly removed: number;
  /** False when the best cut is the last that was tried: the series may not have settled at all. */
  readonly isSettled: boolean;
}

/** Values of one step of MSER-5. */
const STEP = 5;

/** Batches below which no interval is given. */
export const MIN_BATCH_COUNT = 10;

/** Batches unless another number is asked for. */
export const BATCH_COUNT = 30;

/**
 * Warm-up by MSER-5: over means of five values, the cut d in the first half that makes
 * Σ_{j>d} (Z_j − Z̄_d)² / (m − d)² smallest; the earliest of equals.
 *
 * @param series - Finite values in time order; up to four at the end do not count.
 * Source: K. White, An effective truncation heuristic for bias reduction in simulation output,
 * Simulation 69(6), 1997; over batches of five: K. White, M. Cobb, S. Spratt, A comparison of five
 * steady-state truncation heuristics for simulation, Winter Simulation Conference 2000. Cost: O(n).
 */
export function mser5(series: ArrayLike<number>): WarmUp {
  const count = Math.floor(series.length / STEP);
  const last = Math.floor(count / 2);
  if (last === 0) return { removed: 0, isSettled: false };
  let [best, bestScore] = [0, Number.POSITIVE_INFINITY];
  // From the end on, mean and squares grow by one term a step (Welford), so all cuts cost one pass.
  let [average, squares] = [0, 0];
  for (let cut = count - 1; cut >= 0; cut--) {
    const kept = count - cut;
    const value = meanOf(series, cut * STEP, STEP);
    const distance = value - average;
    average += distance / kept;
    squares += distance * (value - average);
    const score = squares / (kept * kept);
    if (cut <= last && score <= bestScore) [best, bestScore] = [cut, score];
  }
  return { removed: best * STEP, isSettled: best < last };
}

/** How to cut a series. */
export interface BatchOptions {
  /** Number of batches, integer of at least 10; default 30. */
  readonly batchCount?: number;
  /** Values to remove from the start; by MSER-5 when left out. */
  readonly warmUp?: number;
}

/** Mean of a long series; n is the number of batches, `sd` that between their means. */
export interface BatchMeans extends Estimate {
  /** Values in a batch. */
  readonly batchSize: number;
  /** Values left out at the start: the warm-up, and the remainder that fills no batch. */
  readonly removed: number;
  /** Correlation of neighbouring batch means; NaN when they are all equal. */
  readonly lag1: number;
  /** A `lag1` above this (95 %, one-sided) says that the batches are too short for the interval. */
  readonly lag1Limit: number;
  /** Why there is no interval; n is 0 then and every figure NaN. */
  readonly refusal?: string;
}

/**
 * Mean and 95 % interval of a stationary series by means of batches that do not overlap.
 *
 * @param series - Finite values in time order.
 * @returns A refusal instead of an interval when the warm-up does not end in the first half or when
 *   what is left does not fill the batches.
 * @throws {RangeError} for fewer than 10 batches, a warm-up that is no count, or a value that is
 *   not finite.
 * Source: B. Schmeiser, Batch size effects in the analysis of simulation output, Operations
 * Research 30(3), 1982 (10 to 30 batches); A. Law, Simulation Modeling and Analysis, 5th edition,
 * 2015, 9.5.3; limit of the correlation: J. von Neumann, Annals of Mathematical Statistics 12(4),
 * 1941.
 */
export function batchMeans(series: ArrayLike<number>, options: BatchOptions = {}): BatchMeans {
  const { batchCount = BATCH_COUNT, warmUp } = options;
  if (!Number.isInteger(batchCount) || batchCount < MIN_BATCH_COUNT) {
    throw new RangeError(
      `"batchCount" expected an integer of at least ${MIN_BATCH_COUNT}, got ${batchCount}`,
    );
  }
  if (warmUp !== undefined && (!Number.isInteger(warmUp) || warmUp < 0)) {
    throw new RangeError(`"warmUp" expected an integer of at least 0, got ${warmUp}`);
  }
  for (let i = 0; i < series.length; i++) {
    if (!Number.isFinite(series[i])) {
      throw new RangeError(`"series" expected finite numbers, got ${series[i]}`);
    }
  }
  const cut = warmUp === undefined ? mser5(series) : { removed: warmUp, isSettled: true };
  const batchSize = Math.floor(Math.max(0, series.length - cut.removed) / batchCount);
  if (batchSize === 0) {
    const left = Math.max(0, series.length - cut.removed);
    return refuse(`${left} values after the warm-up do not fill ${batchCount} batches`);
  }
  if (!cut.isSettled) return refuse('the warm-up does not end in the first half of the series');
  const removed = series.length - batchSize * batchCount;
  const means = Array.from({ length: batchCount }, (_, batch) =>
    meanOf(series, removed + batch * batchSize, batchSize),
  );
  const lag1Limit = standardNormalQuantile(0.95) / sqrt(batchCount);
  return { ...estimate(means), batchSize, removed, lag1: lag1Of(means), lag1Limit };
}

function refuse(refusal: string): BatchMeans {
  const nothing = { batchSize: 0, removed: 0, lag1: Number.NaN, lag1Limit: Number.NaN };
  return { ...estimate([]), ...nothing, refusal };
}

function meanOf(series: ArrayLike<number>, start: number, length: number): number {
  return mean(Array.from({ length }, (_, i) => series[start + i]!));
}

function lag1Of(values: readonly number[]): number {
  const average = mean(values);
  const distances = values.map((value) => value - average);
  const squares = fsum(distances.map((distance) => distance * distance));
  const products = distances.slice(1).map((distance, i) => distance * distances[i]!);
  return squares > 0 ? fsum(products) / squares : Number.NaN;
}
