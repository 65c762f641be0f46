/**
 * Small-sample statistics of replications. Intervals are Student's t at 95 %; a percentile is never
 * averaged into another percentile, only replication values are.
 */
import { atan2, cos, PI, sin, sqrt } from '../../base/math.ts';
import { CONFIDENCE } from '../../base/proportion.ts';
import { fsum } from '../../base/sum.ts';

/** Mean of one metric over replications, with its interval. */
export interface Estimate {
  /** Replications in which the metric is defined. */
  readonly n: number;
  /** NaN when n is 0. */
  readonly mean: number;
  /** Standard deviation between replications, divisor n − 1; NaN when n is below 2. */
  readonly sd: number;
  /** Ends of the 95 % interval; NaN when n is below 2. */
  readonly low: number;
  readonly high: number;
}

/** Mean of values, correctly rounded sum divided by n; NaN of none. */
export function mean(values: ArrayLike<number>): number {
  return values.length === 0 ? Number.NaN : fsum(values) / values.length;
}

/** Unbiased variance, divisor n − 1, in two passes; NaN below two values. */
export function sampleVariance(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN;
  const average = mean(values);
  const squares = Array.from(values, (value) => (value - average) * (value - average));
  return fsum(squares) / (values.length - 1);
}

/**
 * Probability that Student's t lies in [−t, t], for a whole number of degrees of freedom, where it
 * is a finite sum: no gamma function and no series to cut off.
 *
 * @param t - At least 0.
 * @param degrees - Degrees of freedom, integer ≥ 1. Cost: degrees / 2 products.
 * Source: M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 1964, 26.7.3 and 26.7.4.
 */
export function studentCoverage(t: number, degrees: number): number {
  const angle = atan2(t, sqrt(degrees));
  const cosine = cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = odd && degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / PI) * (angle + sin(angle) * sum) : sin(angle) * sum;
}

/**
 * Two-sided p value of Student's t: the probability that |T| exceeds |t|. In the tail it is the
 * rest of the series whose beginning is `studentCoverage`, all terms positive, so that 1e-40 comes
 * out as 1e-40 and not as the 0 that 1 − coverage rounds to.
 *
 * @param t - Any number; infinite gives 0, NaN gives NaN.
 * @param degrees - Degrees of freedom, integer ≥ 1.
 * @returns In [0, 1], to a relative 1e-11.
 * @throws {RangeError} when the degrees are no count.
 * Source: M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 1964, 26.7.3 and 26.7.4,
 * with the series of (1 − x²)^(−1/2) (3.6.9) and of arcsin (4.4.40).
 */
export function studentPValue(t: number, degrees: number): number {
  checkDegrees(degrees);
  if (Number.isNaN(t)) return Number.NaN;
  const size = Math.abs(t);
  if (size === Number.POSITIVE_INFINITY) return 0;
  const coverage = studentCoverage(size, degrees);
  if (coverage < 0.999) return 1 - coverage;
  const angle = atan2(size, sqrt(degrees));
  const squared = degrees / (degrees + size * size);
  const odd = degrees % 2 === 1;
  let term = odd ? sqrt(squared) : 1;
  let k = odd ? 3 : 2;
  for (; k <= degrees; k += 2) term *= (squared * (k - 1)) / k;
  let sum = term;
  // Each term is below the last times `squared`, so what is left out is below term / (1 − squared).
  for (; term > 1e-16 * sum * (1 - squared); k += 2) {
    term *= (squared * (k - 1)) / k;
    sum += term;
  }
  return (odd ? 2 / PI : 1) * sin(angle) * sum;
}

/**
 * Two-sided quantile of Student's t: the t with `studentCoverage(t) = coverage`.
 *
 * @param coverage - In (0, 1).
 * @param degrees - Degrees of freedom, integer ≥ 1.
 * @returns t > 0, to a relative 1e-12, by bisection on the finite sum.
 * @throws {RangeError} when an argument is outside its range.
 */
export function studentQuantile(coverage: number, degrees: number): number {
  if (!(coverage > 0 && coverage < 1)) {
    throw new RangeError(`"coverage" expected a number in (0, 1), got ${coverage}`);
  }
  checkDegrees(degrees);
  let high = 1;
  while (studentCoverage(high, degrees) < coverage) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  for (let step = 0; step < 200 && high - low > 1e-13 * high; step++) {
    const middle = low + (high - low) / 2;
    if (studentCoverage(middle, degrees) < coverage) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

function checkDegrees(degrees: number): void {
  if (!Number.isInteger(degrees) || degrees < 1) {
    throw new RangeError(`"degrees" expected an integer of at least 1, got ${degrees}`);
  }
}

/**
 * Mean with its 95 % interval, mean ± t(n − 1)·s/√n.
 *
 * @param values - One value a replication; NaN, an undefined metric, is left out of n.
 */
export function estimate(values: readonly number[]): Estimate {
  const defined = values.filter((value) => !Number.isNaN(value));
  const n = defined.length;
  const average = mean(defined);
  if (n < 2) return { n, mean: average, sd: Number.NaN, low: Number.NaN, high: Number.NaN };
  const sd = sqrt(sampleVariance(defined));
  const half = (studentQuantile(CONFIDENCE, n - 1) * sd) / sqrt(n);
  return { n, mean: average, sd, low: average - half, high: average + half };
}

/**
 * Two-sided p value of the one-sample t test that the mean is 0, t = mean·√n/s.
 *
 * @param values - One value a replication; NaN is left out.
 * @returns NaN below two values. Without any spread the test is decided: 1 when all are exactly 0,
 *   and 0 when all are one other value.
 * Source: Student, The probable error of a mean, Biometrika 6(1), 1908.
 */
export function oneSampleP(values: readonly number[]): number {
  const { n, mean: average, sd } = estimate(values);
  if (n < 2) return Number.NaN;
  if (sd === 0) return average === 0 ? 1 : 0;
  return studentPValue((average * sqrt(n)) / sd, n - 1);
}

/**
 * Differences a − b of pairs in which both are defined, in order.
 *
 * @throws {RangeError} when the lengths differ: then the pairs are not pairs.
 */
export function pairedValues(
  a: readonly number[],
  b: readonly number[],
): { readonly a: number[]; readonly b: number[]; readonly differences: number[] } {
  if (a.length !== b.length) {
    throw new RangeError(`"b" expected ${a.length} values as in "a", got ${b.length}`);
  }
  const keep = (_: number, index: number) => !Number.isNaN(a[index]! - b[index]!);
  const [left, right] = [a.filter(keep), b.filter(keep)];
  return { a: left, b: right, differences: left.map((value, index) => value - right[index]!) };
}

/**
 * Paired difference a − b with its interval; a pair counts only where both are defined.
 *
 * @throws {RangeError} when the lengths differ.
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): Estimate {
  return estimate(pairedValues(a, b).differences);
}
