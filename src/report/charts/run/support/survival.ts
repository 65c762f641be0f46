/**
 * Waiting times of which some were still open when the run ended. Such a one is at risk until then and
 * leaves without an event, so it is neither dropped nor counted as if it had ended.
 */

/** One step of a survival curve: what is left after the events of one waiting time. */
export interface SurvivalStep {
  readonly time: number;
  /** Subjects that had waited at least so long. */
  readonly atRisk: number;
  readonly events: number;
  /** Estimated share that waits longer. */
  readonly survival: number;
}

/** A survival curve. */
export interface SurvivalCurve {
  readonly count: number;
  /** Subjects without an event. */
  readonly censored: number;
  /** Steps at the times with events, in order. */
  readonly steps: readonly SurvivalStep[];
  /** Longest time that any subject was watched; 0 without one. */
  readonly lastTime: number;
}

/**
 * Kaplan-Meier estimate.
 *
 * @param times - Waiting times >= 0, of open ones up to now.
 * @param isOpen - Whether a subject still waits; at one time events come before censorings.
 * Cost: O(n log n). Source: E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53(282), 1958.
 */
export function kaplanMeier(times: readonly number[], isOpen: readonly boolean[]): SurvivalCurve {
  const order = [...times.keys()].sort(
    (a, b) => times[a]! - times[b]! || Number(isOpen[a]) - Number(isOpen[b]) || a - b,
  );
  const steps: SurvivalStep[] = [];
  let survival = 1;
  let censored = 0;
  let gone = 0;
  for (let at = 0; at < order.length; ) {
    const time = times[order[at]!]!;
    let events = 0;
    let end = at;
    for (; end < order.length && times[order[end]!] === time; end++) {
      if (isOpen[order[end]!]) censored++;
      else events++;
    }
    const atRisk = order.length - at;
    if (events > 0) {
      // Without a censoring so far the product is a plain share, which gathers no rounding.
      const isPlain = at === gone;
      gone += events;
      if (isPlain) survival = (order.length - gone) / order.length;
      else survival *= (atRisk - events) / atRisk;
      steps.push({ time, atRisk, events, survival });
    }
    at = end;
  }
  return { count: times.length, censored, steps, lastTime: times[order.at(-1) ?? -1] ?? 0 };
}

/**
 * Smallest time at which at most 1 − p of all still wait.
 *
 * @param p - In (0, 1].
 * @returns NaN where the curve never falls so low: that quantile is among the open ones.
 */
export function quantileOf({ steps }: SurvivalCurve, p: number): number {
  return steps.find(({ survival }) => survival <= 1 - p + 1e-12)?.time ?? Number.NaN;
}

/**
 * A curve thinned for drawing: the first and last step, and in between the first step after each fall by
 * a given share of the height or, in the tail, by a given factor. Points that are left are exact.
 *
 * @param share - Least fall between two points, as part of 1.
 * @param factor - Or least ratio of two neighbours, in (0, 1).
 */
export function thinned(
  steps: readonly SurvivalStep[],
  share = 0.005,
  factor = 0.9,
): readonly SurvivalStep[] {
  const kept: SurvivalStep[] = [];
  let height = 1;
  steps.forEach((step, at) => {
    const fallen = height - step.survival >= share || step.survival <= height * factor;
    if (!fallen && at > 0 && at < steps.length - 1) return;
    kept.push(step);
    height = step.survival;
  });
  return kept;
}
