/**
 * Time until something happens when a run may end first. A mean over the detected ones alone would
 * call a detector that finds little, but early, the fastest.
 */
import { standardNormalQuantile } from './distribution.ts';
import { exp, log, sqrt } from './math.ts';
import { CONFIDENCE } from './proportion.ts';

/** One subject: when it was last seen, and whether the event happened then or it left unseen. */
export interface SurvivalTime {
  /** At least 0, in any unit. */
  readonly time: number;
  /** False when the subject was still without the event at `time` (censored). */
  readonly event: boolean;
}

/** Curve at one time without its spread; holds until the next step. */
export interface ProductLimitStep {
  readonly time: number;
  /** Subjects under observation just before `time`. */
  readonly atRisk: number;
  /** Events at `time`. */
  readonly events: number;
  /** Subjects last seen at `time` without the event. */
  readonly censored: number;
  /** Estimated chance to be without the event after `time`. */
  readonly survival: number;
}

/** Curve at one time; holds until the next step. */
export interface SurvivalStep extends ProductLimitStep {
  /** Standard error of `survival` by Greenwood's formula; NaN once the curve is 0. */
  readonly se: number;
  /**
   * Ends of the pointwise 95 % interval; both 1 before the first event, NaN once the curve is 0.
   */
  readonly low: number;
  readonly high: number;
}

/** Time with its interval; an end that the curve never reaches is NaN. */
export interface SurvivalMedian {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Product-limit estimate, the Kaplan–Meier curve without its interval. At the same time events come
 * before censorings: who leaves at t was at risk at t.
 *
 * @param subjects - Any order; none gives no step.
 * @returns A step at every distinct time, rising. Until somebody is censored the curve is a plain
 *   share, correctly rounded.
 * @throws {RangeError} when a time is negative or not finite.
 * Cost: O(n log n). Source: E. Kaplan, P. Meier, Nonparametric estimation from incomplete
 * observations, Journal of the American Statistical Association 53(282), 1958.
 */
export function productLimit(subjects: readonly SurvivalTime[]): ProductLimitStep[] {
  for (const { time } of subjects) {
    if (!(time >= 0 && time < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`"time" expected a finite number of at least 0, got ${time}`);
    }
  }
  // The order within a time does not matter: its subjects are only counted.
  const sorted = [...subjects].sort((left, right) => left.time - right.time);
  const steps: ProductLimitStep[] = [];
  let survival = 1;
  let isPlain = true;
  for (let first = 0; first < sorted.length; ) {
    const time = sorted[first]!.time;
    const atRisk = sorted.length - first;
    let [events, censored] = [0, 0];
    for (; first < sorted.length && sorted[first]!.time === time; first++) {
      if (sorted[first]!.event) events++;
      else censored++;
    }
    // A product over many times gathers their rounding, a share has one.
    if (isPlain) survival = (atRisk - events) / sorted.length;
    else survival *= (atRisk - events) / atRisk;
    if (censored > 0) isPlain = false;
    steps.push({ time, atRisk, events, censored, survival });
  }
  return steps;
}

/**
 * Kaplan–Meier curve: the `productLimit` with its spread.
 *
 * @param subjects - Any order; none gives no step.
 * @returns A step at every distinct time, and one at 0 before them, where everyone is at risk;
 *   rising. The interval is log(−log) transformed, so that it stays within [0, 1].
 * @throws {RangeError} when a time is negative or not finite.
 * Source: M. Greenwood, The natural duration of cancer, 1926; interval: J. Kalbfleisch, R. Prentice,
 * The Statistical Analysis of Failure Time Data, 1980, 1.3.
 */
export function kaplanMeier(subjects: readonly SurvivalTime[]): SurvivalStep[] {
  const falls = productLimit(subjects);
  const start = { events: 0, censored: 0, survival: 1, se: 0, low: 1, high: 1 };
  const steps: SurvivalStep[] = [];
  if (falls.length > 0 && falls[0]!.time > 0) {
    steps.push({ time: 0, atRisk: subjects.length, ...start });
  }
  let hazard = 0;
  for (const fall of falls) {
    hazard += fall.events / (fall.atRisk * (fall.atRisk - fall.events));
    steps.push({ ...fall, ...spread(fall.survival, hazard) });
  }
  return steps;
}

const Z = standardNormalQuantile(0.5 + CONFIDENCE / 2);

/** Standard error and interval; `hazard` is Greenwood's sum of d / (n(n − d)). */
function spread(survival: number, hazard: number) {
  if (survival === 1) return { se: 0, low: 1, high: 1 };
  if (survival === 0) return { se: Number.NaN, low: Number.NaN, high: Number.NaN };
  const width = Z * sqrt(hazard);
  const logSurvival = log(survival);
  const factor = exp(width / -logSurvival);
  return {
    se: survival * sqrt(hazard),
    low: exp(logSurvival * factor),
    high: exp(logSurvival / factor),
  };
}

/** Products of fractions miss a share by their rounding; a curve so near has reached it. */
const SLACK = 1e-12;

/**
 * Smallest time at which at most 1 − p of the subjects are still without the event.
 *
 * @param curve - Of `productLimit` or {@link kaplanMeier}.
 * @param p - In (0, 1].
 * @returns NaN where the curve never falls so low: that quantile outlasts the observation.
 */
export function survivalQuantile(curve: readonly ProductLimitStep[], p: number): number {
  return firstBelow(curve, 1 - p, ({ survival }) => survival);
}

function firstBelow<S extends ProductLimitStep>(
  curve: readonly S[],
  share: number,
  read: (step: S) => number,
): number {
  return curve.find((step) => read(step) <= share + SLACK)?.time ?? Number.NaN;
}

/**
 * Median time to the event: the first time at which the curve is at or below 1/2, with the times at
 * which the ends of its interval are.
 *
 * @param curve - Of {@link kaplanMeier}.
 * @returns NaN for what is never reached: more than half of the subjects outlast the observation.
 * Source: R. Brookmeyer, J. Crowley, A confidence interval for the median survival time, Biometrics
 * 38(1), 1982. Where the curve is exactly 1/2 for a while, this is its beginning, not its middle.
 */
export function medianSurvival(curve: readonly SurvivalStep[]): SurvivalMedian {
  return {
    median: survivalQuantile(curve, 0.5),
    low: firstBelow(curve, 0.5, ({ low }) => low),
    high: firstBelow(curve, 0.5, ({ high }) => high),
  };
}

/**
 * Restricted mean: expected time without the event up to a horizon, the area under the curve.
 *
 * @param curve - Of {@link kaplanMeier}, not empty.
 * @param horizon - At most the last time of the curve: beyond it nothing was observed.
 * @returns Mean and its standard error, in the unit of time.
 * @throws {RangeError} when the horizon is beyond the curve.
 * Source: D. Cox, D. Oakes, Analysis of Survival Data, 1984, 4.3; J. Klein, M. Moeschberger,
 * Survival Analysis, 2nd edition, 2003, equations 4.5.1 and 4.5.2.
 */
export function restrictedMean(
  curve: readonly SurvivalStep[],
  horizon: number,
): { readonly mean: number; readonly se: number } {
  const last = curve.at(-1)?.time ?? Number.NaN;
  if (!(horizon >= 0 && horizon <= last)) {
    throw new RangeError(`"horizon" expected a time in 0..${last}, got ${horizon}`);
  }
  let [area, variance] = [0, 0];
  let end = horizon;
  for (let i = curve.length - 1; i >= 0; i--) {
    const { time, atRisk, events, survival } = curve[i]!;
    if (time >= horizon) continue;
    area += survival * (end - time);
    end = time;
    if (events < atRisk) variance += (area * area * events) / (atRisk * (atRisk - events));
  }
  return { mean: area, se: sqrt(variance) };
}
