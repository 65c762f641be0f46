/**
 * Time until something happens when a run may end first. A mean over the detected ones alone would
 * call a detector that finds little, but early, the fastest.
 */
import { standardNormalQuantile } from '../../base/distribution.ts';
import { exp, log, sqrt } from '../../base/math.ts';
import { CONFIDENCE } from './interval.ts';

/** One subject: when it was last seen, and whether the event happened then or it left unseen. */
export interface SurvivalTime {
  /** At least 0, in any unit. */
  readonly time: number;
  /** False when the subject was still without the event at `time` (censored). */
  readonly event: boolean;
}

/** Curve at one time; holds until the next step. */
export interface SurvivalStep {
  readonly time: number;
  /** Subjects under observation just before `time`. */
  readonly atRisk: number;
  /** Events at `time`. */
  readonly events: number;
  /** Subjects last seen at `time` without the event. */
  readonly censored: number;
  /** Estimated chance to be without the event after `time`. */
  readonly survival: number;
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
 * Kaplan–Meier curve. At the same time events come before censorings: who leaves at t was at risk
 * at t.
 *
 * @param subjects - Any order; none gives no step.
 * @returns A step at every distinct time, and one at 0 before them, where everyone is at risk;
 *   rising. The interval is log(−log) transformed, so that it stays within [0, 1].
 * @throws {RangeError} when a time is negative or not finite.
 * Source: E. Kaplan, P. Meier, Nonparametric estimation from incomplete observations, Journal of
 * the American Statistical Association 53(282), 1958; M. Greenwood, The natural duration of cancer,
 * 1926; interval: J. Kalbfleisch, R. Prentice, The Statistical Analysis of Failure Time Data, 1980,
 * 1.3.
 */
export function kaplanMeier(subjects: readonly SurvivalTime[]): SurvivalStep[] {
  for (const { time } of subjects) {
    if (!(time >= 0 && time < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`"time" expected a finite number of at least 0, got ${time}`);
    }
  }
  if (subjects.length === 0) return [];
  // The order within a time does not matter: its subjects are only counted.
  const sorted = [...subjects].sort((left, right) => left.time - right.time);
  const start = { events: 0, censored: 0, survival: 1, se: 0, low: 1, high: 1 };
  const steps: SurvivalStep[] = [];
  if (sorted[0]!.time > 0) steps.push({ time: 0, atRisk: sorted.length, ...start });
  let [survival, hazard] = [1, 0];
  for (let first = 0; first < sorted.length; ) {
    const time = sorted[first]!.time;
    const atRisk = sorted.length - first;
    let [events, censored] = [0, 0];
    for (; first < sorted.length && sorted[first]!.time === time; first++) {
      if (sorted[first]!.event) events++;
      else censored++;
    }
    survival *= (atRisk - events) / atRisk;
    hazard += events / (atRisk * (atRisk - events));
    steps.push({ time, atRisk, events, censored, survival, ...spread(survival, hazard) });
  }
  return steps;
}

/** Standard error and interval; `hazard` is Greenwood's sum of d / (n(n − d)). */
function spread(survival: number, hazard: number) {
  if (survival === 1) return { se: 0, low: 1, high: 1 };
  if (survival === 0) return { se: Number.NaN, low: Number.NaN, high: Number.NaN };
  const width = standardNormalQuantile(0.5 + CONFIDENCE / 2) * sqrt(hazard);
  const logSurvival = log(survival);
  const factor = exp(width / -logSurvival);
  return {
    se: survival * sqrt(hazard),
    low: exp(logSurvival * factor),
    high: exp(logSurvival / factor),
  };
}

/** Products of fractions miss 1/2 by their rounding; a curve at 1/2 has reached it. */
const HALF = 0.5 + 1e-12;

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
  const firstTime = (read: (step: SurvivalStep) => number) =>
    curve.find((step) => read(step) <= HALF)?.time ?? Number.NaN;
  return {
    median: firstTime(({ survival }) => survival),
    low: firstTime(({ low }) => low),
    high: firstTime(({ high }) => high),
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
