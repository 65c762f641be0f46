/**
 * Peerwatt as a library: load a scenario, simulate it, write or compare results, define plug-ins.
 *
 * @example
 * const village = loadScenario('scenarios/village.yaml').resolve('dpos');
 * const run = simulate(village);
 * writeRun(run, 'results/village', { version: VERSION, nodeMajor: 20 });
 */
import type { StudyDesign } from './experiment/design/design.ts';
import { loadStudy as loadDesign } from './experiment/design/study-file.ts';
import { type LoadedScenario, loadScenario as load } from './scenario/load.ts';
import { catalogue } from './simulation/catalogue.ts';

export { defineForecast } from './agents/forecast.ts';
export { defineStrategy } from './agents/strategy.ts';
export * as distribution from './base/distribution.ts';
export { InvariantViolation, ScenarioError } from './base/errors.ts';
export * as option from './base/options.ts';
export { kaplanMeier, medianSurvival, restrictedMean } from './base/survival.ts';
export { numbersOf, type Table, textsOf } from './base/table.ts';
export { defineConsensus } from './consensus/protocol.ts';
export { defineFeeder } from './data/feeders/define.ts';
export { type BudgetPrices, shareForBudget } from './experiment/budget.ts';
export { type ArmRow, armRows, type PairRow, pairRows } from './experiment/compare.ts';
export type { StudyDesign } from './experiment/design/design.ts';
export { chooseSetting, type RiskChoice, type RiskTarget } from './experiment/iso-risk.ts';
export { planStudy, planWindows, type RunPlan } from './experiment/plan.ts';
export { type MeasuringPool, openMeasuringPool, type PoolOptions } from './experiment/pool.ts';
export {
  capacityBoundTps,
  findSaturation,
  geometricLoads,
  type LoadRun,
  type Saturation,
  slopeOf,
} from './experiment/saturation.ts';
export {
  type ArmSaturation,
  bracketedTps,
  type RampRequest,
  searchArm,
} from './experiment/saturation-ramp.ts';
export {
  loadRunner,
  loadScaleAxis,
  saturationRows,
  scenarioBoundTps,
  TRANSFER_AXIS,
} from './experiment/saturation-study.ts';
export { runSingle } from './experiment/single.ts';
export { type BatchMeans, batchMeans, mser5 } from './experiment/statistics/batch-means.ts';
export { type MainEffect, mainEffects, tornado } from './experiment/statistics/effects.ts';
export { holm } from './experiment/statistics/holm.ts';
export { type Estimate, estimate, pairedDifference } from './experiment/statistics/interval.ts';
export { type PairedEffect, pairedEffect } from './experiment/statistics/paired.ts';
export { sweepOf } from './experiment/study/sweep.ts';
export {
  runStudy,
  type StudyOptions,
  type StudyResult,
  type StudySpec,
  studyOf,
} from './experiment/study.ts';
export { type TriangleArm, triangleRows } from './experiment/triangle.ts';
export { defineAttack } from './fraud/attacks/define.ts';
export { defineDetector } from './fraud/detectors/define.ts';
export { defineResponse } from './fraud/response/define.ts';
export { defineLossAllocation } from './grid/loss-allocation/define.ts';
export { defineMechanism } from './market/mechanism.ts';
export { defineLatency } from './network/latency.ts';
export { definePlacement } from './network/placement.ts';
export { defineTopology } from './network/topology.ts';
export { defineCommunity, type ProfileSet } from './physics/community.ts';
export { checkFolder } from './report/check.ts';
export { type Metric, type MetricValue, metricsFor, RUN_METRICS } from './report/metrics.ts';
export { RUN_TABLES } from './report/schemas.ts';
export { comparisonTable } from './report/terminal.ts';
export { VERSION } from './report/version.ts';
export { summarise, writeRun } from './report/write.ts';
export type { Scenario, Window } from './scenario/sections.ts';
export { catalogue } from './simulation/catalogue.ts';
export { loadProfiles } from './simulation/profiles.ts';
export { type RunOptions, type RunResult, simulate } from './simulation/run.ts';
export { verifyRunLedger } from './simulation/verify.ts';

/** What wins over a scenario file. */
export interface ScenarioOverrides {
  /** Overrides `path=value`, e.g. `population.households=50`; they win over arms. */
  readonly sets?: readonly string[];
  /** Replaces the file's seed; integer of at least 0. */
  readonly seed?: number;
}

/**
 * Reads a scenario file with the program's own plug-ins.
 *
 * @param path - YAML file.
 * @returns The scenario and its arms; `resolve(arm)` gives what `simulate` takes.
 * @throws {ScenarioError} with every problem of the file at once, each with line and column.
 */
export function loadScenario(path: string, overrides: ScenarioOverrides = {}): LoadedScenario {
  return load(path, { ...overrides, plugins: catalogue });
}

/**
 * Reads a study file with the program's own plug-ins.
 *
 * @param path - YAML file.
 * @returns The design: arms, factors, points; `sweepOf` makes it a study that `runStudy` carries out.
 * @throws {ScenarioError} with every problem of the study, its scenario and its points at once.
 */
export function loadStudy(path: string): StudyDesign {
  return loadDesign(path, { plugins: catalogue });
}
