/**
 * From outcomes to `arms.csv` and `paired.csv`. One observation is one (window, replication); arms are
 * paired over it. A metric that is undefined in a run is left out of n, and never counts as 0.
 */
import type { Metric } from '../report/metrics.ts';
import type { RunOutcome } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import { type Estimate, estimate, pairedDifference } from './statistics/interval.ts';

/** Value of one metric over the runs of one arm. */
export interface ArmRow extends Estimate {
  readonly metric: string;
  readonly unit: string;
  readonly arm: string;
}

/** Difference of one metric between two arms, the first minus the second, over paired runs. */
export interface PairRow extends Estimate {
  readonly metric: string;
  readonly unit: string;
  readonly armA: string;
  readonly armB: string;
}

/** Values of every metric by arm, each list in the same order of (window, replication). */
export interface StudyValues {
  readonly metrics: readonly Pick<Metric, 'id' | 'unit'>[];
  readonly arms: readonly string[];
  /** NaN where the run failed or the metric is undefined. */
  of(arm: string, metric: string): readonly number[];
}

/**
 * Gathers the metrics of a study.
 *
 * @param plans - Runs in index order.
 * @param outcomes - By run index; failed and missing ones are undefined values.
 * @param metrics - Metrics in file order.
 */
export function gatherValues(
  plans: readonly RunPlan[],
  outcomes: readonly (RunOutcome | undefined)[],
  metrics: readonly Pick<Metric, 'id' | 'unit'>[],
): StudyValues {
  const arms = [...new Set(plans.map((plan) => plan.arm))];
  const lists = new Map<string, number[]>();
  for (const arm of arms) for (const { id } of metrics) lists.set(`${arm} ${id}`, []);
  for (const plan of plans) {
    const values = valuesOf(outcomes[plan.index]);
    for (const { id } of metrics)
      lists.get(`${plan.arm} ${id}`)!.push(values.get(id) ?? Number.NaN);
  }
  return { metrics, arms, of: (arm, metric) => lists.get(`${arm} ${metric}`) ?? [] };
}

/** Metric values of an outcome by id; empty when there is none. */
export function valuesOf(outcome: RunOutcome | undefined): ReadonlyMap<string, number> {
  if (outcome === undefined || !outcome.ok) return new Map();
  return new Map(outcome.summary.map(({ metric, value }) => [metric, value]));
}

/** Rows of `arms.csv`: metric by metric, arm by arm. */
export function armRows({ metrics, arms, of }: StudyValues): ArmRow[] {
  return metrics.flatMap(({ id, unit }) =>
    arms.map((arm) => ({ metric: id, unit, arm, ...estimate(of(arm, id)) })),
  );
}

/** Rows of `paired.csv`: metric by metric, every pair of arms in arm order. */
export function pairRows({ metrics, arms, of }: StudyValues): PairRow[] {
  return metrics.flatMap(({ id, unit }) =>
    arms.flatMap((armA, a) =>
      arms.slice(a + 1).map((armB) => ({
        metric: id,
        unit,
        armA,
        armB,
        ...pairedDifference(of(armA, id), of(armB, id)),
      })),
    ),
  );
}
