/** Writes a finished run: tables, summary, ledger, data package, manifest. */
import { scenarioHash } from '../scenario/canonical.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { RunResult } from '../simulation/run.ts';
import { parseColumns } from './column.ts';
import { encodeDataPackage, type Resource } from './data-package.ts';
import { openFolder, type ResultFolder } from './folder.ts';
import { CSV_ONLY, type TableFormat, writeTableFiles } from './formats.ts';
import { type Environment, portableScenario } from './manifest.ts';
import { decentralisationTable } from './metrics/decentralisation-series.ts';
import { createRunView, factsOf, type MetricValue, metricsFor } from './metrics.ts';
import { RUN_TABLES, type TableSchema } from './schemas.ts';
import { RESULTS_VERSION } from './version.ts';

const SUMMARY_COLUMNS = parseColumns(`
metric | text   | | Name of the metric
value  | number | | Value; empty when undefined
unit   | text   | | Unit; empty for counts, shares and indices
`);

const SUMMARY: Resource = {
  path: 'summary.csv',
  title: 'Metrics of the run',
  key: ['metric'],
  columns: SUMMARY_COLUMNS,
};

/**
 * Computes every metric of a run, those of its detectors included.
 *
 * @returns Values in registry order; NaN where a metric is undefined.
 */
export function summarise(
  result: Pick<RunResult, 'scenario' | 'tables'> & Partial<Pick<RunResult, 'window'>>,
): MetricValue[] {
  const { scenario, tables, window } = result;
  const run = createRunView(tables, factsOf(scenario, window));
  const detectors = scenario.fraud.detectors.map((detector) => detector.name);
  const attacks = scenario.fraud.attacks.map((attack) => attack.name);
  const adversaries = scenario.fraud.adversaries.map((adversary) => adversary.name);
  return metricsFor(detectors, attacks, adversaries).map((metric) => ({
    metric: metric.id,
    unit: metric.unit,
    value: metric.compute(run),
  }));
}

/** A run's folder that is written while the run goes on. */
export interface RunWriter {
  /** Takes the ledger chunk by chunk, in order. */
  readonly onLedger: (chunk: Uint8Array) => void;
  /**
   * Writes everything else and puts the folder in its place.
   *
   * @returns The metrics written to `summary.csv`.
   */
  finish(result: RunResult, environment: Environment): readonly MetricValue[];
  /** Removes what was written. */
  discard(): void;
}

/**
 * Starts a run's folder: every table, `summary.csv`, `ledger.bin`, `datapackage.json` and, last,
 * `manifest.json`. What stood at `target` is replaced only when the new folder is complete.
 *
 * @param target - Folder of the run.
 * @param formats - Formats of the tables.
 * @throws {ScenarioError} when something that is not a result folder is in the way.
 */
export function openRun(
  scenario: Scenario,
  target: string,
  formats: readonly TableFormat[] = CSV_ONLY,
): RunWriter {
  const folder = openFolder(target);
  const ledger = scenario.output.ledger ? folder.stream('ledger.bin') : undefined;
  let isOpen = true;
  const end = (how: 'end' | 'abandon') => {
    if (isOpen) ledger?.[how]();
    isOpen = false;
  };
  return {
    onLedger: (chunk) => ledger?.emit(chunk),
    finish(result, environment) {
      end('end');
      const summary = summarise(result);
      writeTables(folder, result, summary, formats);
      folder.commit(manifestOf(result, environment));
      return summary;
    },
    discard() {
      end('abandon');
      folder.discard();
    },
  };
}

/**
 * Writes a finished run that still holds its ledger; see {@link openRun}.
 *
 * @returns The metrics written to `summary.csv`.
 */
export function writeRun(
  result: RunResult,
  target: string,
  environment: Environment,
): readonly MetricValue[] {
  const writer = openRun(result.scenario, target);
  try {
    for (const chunk of result.ledger) writer.onLedger(chunk);
    return writer.finish(result, environment);
  } catch (error) {
    writer.discard();
    throw error;
  }
}

function writeTables(
  folder: ResultFolder,
  { scenario, tables, window }: RunResult,
  summary: readonly MetricValue[],
  formats: readonly TableFormat[],
): void {
  const run = createRunView(tables, factsOf(scenario, window));
  const all = { ...tables, decentralisation: decentralisationTable(run) };
  const written: Resource[] = [];
  for (const schema of RUN_TABLES) {
    const table = all[schema.name as keyof typeof all];
    if (table === undefined) {
      if (isMissable(schema, tables)) continue;
      throw new RangeError(`"tables" expected a table ${schema.name}, got none`);
    }
    const resource = { ...schema, path: `${schema.name}.csv` };
    written.push(...writeTableFiles(folder, resource, table, formats));
  }
  const cells = summary.map(({ metric, value, unit }) => [metric, value, unit]);
  const resources = [...writeTableFiles(folder, SUMMARY, cells, formats), ...written];
  folder.write('datapackage.json', (emit) => emit(encodeDataPackage(scenario.name, resources)));
}

/** Whether a run may lack a table: an optional one, or one of the market's where all of them lack. */
function isMissable(schema: TableSchema, tables: RunResult['tables']): boolean {
  if (schema.presence !== 'market') return schema.presence === 'optional';
  return RUN_TABLES.every(({ name, presence }) => presence !== 'market' || !(name in tables));
}

function manifestOf(result: RunResult, environment: Environment) {
  const { scenario } = result;
  return {
    resultsVersion: RESULTS_VERSION,
    kind: 'run',
    name: scenario.name,
    ...environment,
    seed: scenario.seed,
    arm: scenario.arm,
    window: result.window,
    scenarioHash: scenarioHash(scenario),
    genesisHash: result.genesisHash,
    headHash: result.headHash,
    traceHash: result.traceHash,
    truthHash: result.truthHash,
    eventCount: result.eventCount,
    notes: result.notes,
    warnings: result.warnings,
    inputs: result.inputs,
    scenario: portableScenario(scenario),
  };
}
