/**
 * The one registry of metrics: what `summary.csv`, `runs.csv`, comparisons and the docs know of a run.
 * A metric is a line in a file of `metrics/`; nothing else computes figures.
 */
import { DAY_US, SECOND_US, UPT_PER_POINT } from '../base/units.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { adversaryMetrics, attackResultMetrics } from './metrics/adversaries.ts';
import { chainMetrics } from './metrics/chain.ts';
import { consensusMetrics } from './metrics/consensus.ts';
import { costMetrics } from './metrics/cost.ts';
import { decentralisationMetrics } from './metrics/decentralisation.ts';
import { billMetrics, exchangeMetrics } from './metrics/exchange.ts';
import { exclusionMetrics } from './metrics/exclusions.ts';
import { finalityMetrics } from './metrics/finality.ts';
import { attackMetrics, detectorMetrics, fraudMetrics } from './metrics/fraud.ts';
import { gridMetrics } from './metrics/grid.ts';
import { interventionMetrics } from './metrics/interventions.ts';
import { ledgerModelMetrics } from './metrics/ledger-model.ts';
import { marketMetrics } from './metrics/market.ts';
import { type Metric, type RunFacts, requiring } from './metrics/metric.ts';
import { pointsMetrics } from './metrics/points.ts';
import { storageMetrics } from './metrics/storage.ts';
import { trafficMetrics } from './metrics/traffic.ts';
import { welfareMetrics } from './metrics/welfare.ts';

export { createRunView, type Metric, type RunFacts, type RunView } from './metrics/metric.ts';

/** Metrics of every run, in the order of `summary.csv`. */
export const RUN_METRICS: readonly Metric[] = Object.freeze([
  ...chainMetrics,
  ...consensusMetrics,
  ...finalityMetrics,
  ...costMetrics,
  ...decentralisationMetrics,
  ...interventionMetrics,
  ...requiring(['slots', 'trades'], marketMetrics),
  ...requiring(['slots'], gridMetrics),
  ...requiring(['slots', 'settlements'], welfareMetrics),
  ...pointsMetrics,
  ...requiring(['bills', 'liability'], billMetrics),
  ...requiring(['exchange'], exchangeMetrics),
  ...requiring(['slots', 'attacks', 'alarms'], fraudMetrics),
  ...attackResultMetrics,
  ...exclusionMetrics,
  ...trafficMetrics,
  ...storageMetrics,
  ...ledgerModelMetrics,
]);

/**
 * Metrics of runs with certain detectors and attacks: those of every run, then a family for each.
 *
 * @param detectors - Kebab names, as in a scenario; duplicates count once.
 * @param attacks - The same of attacks on meters and orders.
 * @param adversaries - The same of adversaries of the chain.
 */
export function metricsFor(
  detectors: readonly string[],
  attacks: readonly string[] = [],
  adversaries: readonly string[] = [],
): readonly Metric[] {
  return [
    ...RUN_METRICS,
    ...requiring(['slots', 'attacks', 'alarms'], [...new Set(attacks)].flatMap(attackMetrics)),
    ...[...new Set(adversaries)].flatMap(adversaryMetrics),
    ...requiring(['detection'], [...new Set(detectors)].flatMap(detectorMetrics)),
  ];
}

/** What metrics need to know of a scenario besides the tables. */
export function factsOf(
  scenario: Scenario,
  window: Pick<Window, 'days'> = scenario.windows[0]!,
): RunFacts {
  const { horizon, grid, network, ledger } = scenario;
  return {
    slotUs: horizon.interval,
    windowUs: Math.min(horizon.span ?? Number.POSITIVE_INFINITY, window.days * DAY_US),
    endsAtHeight: horizon.blocks !== undefined,
    wholesaleUptPerKWh: grid.tariff.wholesale,
    emissionKgPerKWh: grid.emission,
    carbonUptPerKg: grid.carbonPrice * UPT_PER_POINT,
    idlePowerW: network.idlePower,
    communities: ledger.loadScale,
    isPrivate: ledger.membership === 'private',
    pruneUs: ledger.prune,
    verifyUs: ledger.verifyTime,
    gasUs: SECOND_US / ledger.gasPerSecond,
  };
}

/** Value of one metric in one run. */
export interface MetricValue {
  readonly metric: string;
  readonly unit: string;
  /** NaN where it is undefined. */
  readonly value: number;
}
