/**
 * Waiting times of which some were still open when the run ended. Such a one is at risk until then and
 * leaves without an event, so it is neither dropped nor counted as if it had ended.
 */
import {
  type ProductLimitStep,
  productLimit,
  survivalQuantile,
} from '../../../../base/survival.ts';

/** A survival curve. */
export interface SurvivalCurve {
  readonly count: number;
  /** Subjects without an event. */
  readonly censored: number;
  /** Steps at the times with events, in order. */
  readonly steps: readonly ProductLimitStep[];
  /** Longest time that any subject was watched; 0 without one. */
  readonly lastTime: number;
}

/**
 * Kaplan-Meier estimate of waiting.
 *
 * @param times - Waiting times >= 0, of open ones up to now.
 * @param isOpen - Whether a subject still waits; at one time events come before censorings.
 */
export function waitingCurve(times: readonly number[], isOpen: readonly boolean[]): SurvivalCurve {
  const steps = productLimit(times.map((time, at) => ({ time, event: !isOpen[at] })));
  return {
    count: times.length,
    censored: isOpen.filter((open) => open).length,
    steps: steps.filter(({ events }) => events > 0),
    lastTime: steps.at(-1)?.time ?? 0,
  };
}

/**
 * Smallest time at which at most 1 − p of all still wait.
 *
 * @param p - In (0, 1].
 * @returns NaN where the curve never falls so low: that quantile is among the open ones.
 */
export function quantileOf({ steps }: SurvivalCurve, p: number): number {
  return survivalQuantile(steps, p);
}

/**
 * A curve thinned for drawing: the first and last step, and in between the first step after each fall by
 * a given share of the height or, in the tail, by a given factor. Points that are left are exact.
 *
 * @param share - Least fall between two points, as part of 1.
 * @param factor - Or least ratio of two neighbours, in (0, 1).
 */
export function thinned(
  steps: readonly ProductLimitStep[],
  share = 0.005,
  factor = 0.9,
): readonly ProductLimitStep[] {
  const kept: ProductLimitStep[] = [];
  let height = 1;
  steps.forEach((step, at) => {
    const fallen = height - step.survival >= share || step.survival <= height * factor;
    if (!fallen && at > 0 && at < steps.length - 1) return;
    kept.push(step);
    height = step.survival;
  });
  return kept;
}
