/**
 * From outcomes to means and differences. One observation is one (window, replication) of an arm at a point
 * of the design; arms are paired over it. A metric that is undefined in a run is left out of n, and never
 * counts as 0.
 */
import type { Cell } from '../report/csv.ts';
import type { Metric } from '../report/metrics.ts';
import type { RunOutcome } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import { holm } from './statistics/holm.ts';
import { type Estimate, estimate } from './statistics/interval.ts';
import { type PairedEffect, pairedEffect } from './statistics/paired.ts';
import type { CellPair, StudyCell } from './study/head.ts';

/** Value of one metric over the runs of one arm. */
export interface ArmRow extends Estimate {
  readonly metric: string;
  readonly unit: string;
  readonly arm: string;
  /** Factors of the point. */
  readonly cells: readonly Cell[];
}

/** Difference of one metric between two arms, the first minus the second, over paired runs. */
export interface PairRow extends PairedEffect {
  readonly metric: string;
  readonly unit: string;
  readonly cells: readonly Cell[];
  readonly armA: string;
  readonly armB: string;
  /** p adjusted by Holm over all metrics of this pair of arms; NaN where p is. */
  readonly pHolm: number;
}

/** Metrics of a study by arm. */
export interface StudyValues {
  readonly metrics: readonly Pick<Metric, 'id' | 'unit'>[];
  readonly arms: readonly string[];
  /** Values of an arm in run order, at all points; NaN where a run failed or the metric is undefined. */
  of(arm: string, metric: string): readonly number[];
}

/** Metrics of a study by run. */
export interface RunValues extends StudyValues {
  /** Value of a metric in a run by its place in the study; NaN as above. */
  at(run: number, metric: string): number;
  /** A metric by place of the run. @throws {RangeError} when it is not one of the study's. */
  column(metric: string): Float64Array;
}

/**
 * Gathers the metrics of a study.
 *
 * @param plans - Runs in file order.
 * @param outcomes - In the same order; failed and missing ones are undefined values.
 * @param metrics - Metrics in file order.
 */
export function gatherValues(
  plans: readonly Pick<RunPlan, 'arm'>[],
  outcomes: readonly (RunOutcome | undefined)[],
  metrics: readonly Pick<Metric, 'id' | 'unit'>[],
): RunValues {
  const arms = [...new Set(plans.map((plan) => plan.arm))];
  const columns = new Map(
    metrics.map(({ id }) => [id, new Float64Array(plans.length).fill(Number.NaN)]),
  );
  outcomes.forEach((outcome, run) => {
    if (outcome === undefined || !outcome.ok) return;
    for (const { metric, value } of outcome.summary) {
      const column = columns.get(metric);
      if (column !== undefined) column[run] = value;
    }
  });
  const at = (run: number, metric: string) => columns.get(metric)?.[run] ?? Number.NaN;
  const runsOf = new Map(arms.map((arm) => [arm, [] as number[]]));
  plans.forEach(({ arm }, run) => {
    runsOf.get(arm)!.push(run);
  });
  return {
    metrics,
    arms,
    at,
    column(metric) {
      const column = columns.get(metric);
      if (column === undefined) throw new RangeError(`"metric" expected one kept, got ${metric}`);
      return column;
    },
    of: (arm, metric) => (runsOf.get(arm) ?? []).map((run) => at(run, metric)),
  };
}

/** Metric values of an outcome by id; empty when there is none. */
export function valuesOf(outcome: RunOutcome | undefined): ReadonlyMap<string, number> {
  if (outcome === undefined || !outcome.ok) return new Map();
  return new Map(outcome.summary.map(({ metric, value }) => [metric, value]));
}

/** Values of a metric in a cell, in (window, replication) order. */
export function valuesIn(values: RunValues, cell: StudyCell, metric: string): number[] {
  return cell.runs.map((run) => values.at(run, metric));
}

/** Rows of `arms.csv`: metric by metric, cell by cell. */
export function armRows(values: RunValues, cells: readonly StudyCell[]): ArmRow[] {
  return values.metrics.flatMap(({ id, unit }) =>
    cells.map((cell) => {
      const { arm, cells: factors } = cell;
      return { metric: id, unit, arm, cells: factors, ...estimate(valuesIn(values, cell, id)) };
    }),
  );
}

/**
 * Rows of `paired.csv`: metric by metric, every pair of arms at every point. All metrics of a pair are one
 * family of Holm's correction.
 */
export function pairRows(values: RunValues, pairs: readonly CellPair[]): PairRow[] {
  const { metrics } = values;
  const byPair = pairs.map(({ a, b }) => {
    const effects = metrics.map(({ id }) =>
      pairedEffect(valuesIn(values, a, id), valuesIn(values, b, id)),
    );
    return { effects, adjusted: holm(effects.map(({ p }) => p)) };
  });
  return metrics.flatMap(({ id, unit }, metric) =>
    pairs.map(({ a, b, cells }, pair) => {
      const { effects, adjusted } = byPair[pair]!;
      const arms = { armA: a.arm, armB: b.arm };
      return { metric: id, unit, cells, ...arms, ...effects[metric]!, pHolm: adjusted[metric]! };
    }),
  );
}
