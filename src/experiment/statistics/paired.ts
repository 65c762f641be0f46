/**
 * What a paired comparison says: first the raw difference with its interval, in the metric's own
 * unit, and after it the figures without a unit. A d from pairs is no d of two independent groups:
 * it is labelled by its divisor, and no rule of thumb for "large" applies to arms that share their
 * seeds.
 */
import { sqrt } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';
import {
  type Estimate,
  estimate,
  mean,
  oneSampleP,
  pairedValues,
  sampleVariance,
} from './interval.ts';

/** Paired difference a − b; `mean`, `sd` and the interval are those of the differences. */
export interface PairedEffect extends Estimate {
  /** Mean difference / average of both standard deviations, (s_a + s_b)/2; NaN when both are 0. */
  readonly dAv: number;
  /** Mean difference / standard deviation of the differences; NaN when that is 0. */
  readonly dZ: number;
  /**
   * Two-sided p value of the paired t test; see {@link pairedEffect} for differences without
   * spread.
   */
  readonly p: number;
  /** Pearson correlation of the pairs; NaN when an arm does not vary. */
  readonly correlation: number;
  /**
   * (s_a² + s_b²) / s_d²: how many times more replications with seeds of their own would give the
   * same width. Above 1 pairing helps, below 1 it harms; NaN when the differences do not vary.
   */
  readonly varianceReduction: number;
}

/** Differences this close to each other, as a share of the values, differ by rounding alone. */
const ROUNDING = 1e-12;

/** Differences, all the same where only rounding tells them apart: noise has no spread to divide by. */
function withoutNoise({ a, b, differences }: ReturnType<typeof pairedValues>): readonly number[] {
  let size = 0;
  for (const value of [...a, ...b]) size = Math.max(size, Math.abs(value));
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of differences) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const noise = ROUNDING * size;
  if (!(high - low <= noise)) return differences;
  const same = Math.max(Math.abs(low), Math.abs(high)) <= noise ? 0 : differences[0]!;
  return differences.map(() => same);
}

/**
 * Compares two arms over common random numbers.
 *
 * @param a - One value a replication; NaN is undefined.
 * @param b - Same replications in the same order; a pair counts where both are defined.
 * @returns All but n and mean are NaN below two pairs. Equal differences have an interval of no
 *   width and p = 1 when they are exactly 0, p = 0 when not: the program is deterministic, so a
 *   difference that never varies is no accident.
 * @throws {RangeError} when the lengths differ.
 * Source: D. Lakens, Calculating and reporting effect sizes, Frontiers in Psychology 4:863, 2013,
 * section on within-subjects designs, doi 10.3389/fpsyg.2013.00863, with the average after G.
 * Cumming, Understanding the New Statistics, 2012, chapter 11 (some programs take the root mean
 * square of s_a and s_b instead); A. Law, Simulation Modeling and Analysis, 5th edition, 2015, 11.2
 * (variance with common random numbers).
 */
export function pairedEffect(a: readonly number[], b: readonly number[]): PairedEffect {
  const pairs = pairedValues(a, b);
  const differences = withoutNoise(pairs);
  const difference = estimate(differences);
  const [varianceA, varianceB] = [sampleVariance(pairs.a), sampleVariance(pairs.b)];
  const average = (sqrt(varianceA) + sqrt(varianceB)) / 2;
  return {
    ...difference,
    dAv: ratio(difference.mean, average),
    dZ: ratio(difference.mean, difference.sd),
    p: oneSampleP(differences),
    correlation: correlation(pairs.a, pairs.b),
    varianceReduction: ratio(varianceA + varianceB, sampleVariance(pairs.differences)),
  };
}

/** Pearson correlation, in [−1, 1]; NaN below two pairs or when a side does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const products = a.map((value, index) => (value - meanA) * (b[index]! - meanB));
  const covariance = fsum(products) / (a.length - 1);
  const r = ratio(covariance, sqrt(sampleVariance(a)) * sqrt(sampleVariance(b)));
  return Math.max(-1, Math.min(1, r));
}

/** Quotient; NaN where the divisor is 0 or undefined. */
const ratio = (top: number, bottom: number) => (bottom > 0 ? top / bottom : Number.NaN);
