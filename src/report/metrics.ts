/**
 * The one registry of metrics: what `summary.csv`, `runs.csv`, comparisons and the docs know of a run.
 * A metric is a line in a file of `metrics/`; nothing else computes figures.
 */
import { UPT_PER_POINT } from '../base/units.ts';
import type { Scenario } from '../scenario/sections.ts';
import { chainMetrics } from './metrics/chain.ts';
import { costMetrics } from './metrics/cost.ts';
import { decentralisationMetrics } from './metrics/decentralisation.ts';
import { finalityMetrics } from './metrics/finality.ts';
import { attackMetrics, detectorMetrics, fraudMetrics } from './metrics/fraud.ts';
import { gridMetrics } from './metrics/grid.ts';
import { marketMetrics } from './metrics/market.ts';
import type { Metric, RunFacts } from './metrics/metric.ts';
import { pointsMetrics } from './metrics/points.ts';
import { welfareMetrics } from './metrics/welfare.ts';

export { createRunView, type Metric, type RunFacts, type RunView } from './metrics/metric.ts';

/** Metrics of every run, in the order of `summary.csv`. */
export const RUN_METRICS: readonly Metric[] = Object.freeze([
  ...chainMetrics,
  ...finalityMetrics,
  ...costMetrics,
  ...decentralisationMetrics,
  ...marketMetrics,
  ...gridMetrics,
  ...welfareMetrics,
  ...pointsMetrics,
  ...fraudMetrics,
]);

/**
 * Metrics of runs with certain detectors and attacks: those of every run, then a family for each.
 *
 * @param detectors - Kebab names, as in a scenario; duplicates count once.
 * @param attacks - The same of attacks.
 */
export function metricsFor(
  detectors: readonly string[],
  attacks: readonly string[] = [],
): readonly Metric[] {
  return [
    ...RUN_METRICS,
    ...[...new Set(attacks)].flatMap(attackMetrics),
    ...[...new Set(detectors)].flatMap(detectorMetrics),
  ];
}

/** What metrics need to know of a scenario besides the tables. */
export function factsOf(scenario: Scenario): RunFacts {
  const { horizon, grid } = scenario;
  return {
    slotUs: horizon.interval,
    wholesaleUptPerKWh: grid.tariff.wholesale,
    emissionKgPerKWh: grid.emission,
    carbonUptPerKg: grid.carbonPrice * UPT_PER_POINT,
  };
}

/** Value of one metric in one run. */
export interface MetricValue {
  readonly metric: string;
  readonly unit: string;
  /** NaN where it is undefined. */
  readonly value: number;
}
