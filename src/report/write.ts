/** Writes a finished run: tables, summary, ledger, data package, manifest. */
import { scenarioHash } from '../scenario/canonical.ts';
import type { RunResult } from '../simulation/run.ts';
import { parseColumns } from './column.ts';
import { encodeRows, encodeTable } from './csv.ts';
import { encodeDataPackage, type Resource } from './data-package.ts';
import { openFolder } from './folder.ts';
import { type Environment, portableScenario } from './manifest.ts';
import { createRunView, factsOf, type MetricValue, metricsFor } from './metrics.ts';
import { RUN_TABLES } from './schemas.ts';
import { RESULTS_VERSION } from './version.ts';

const SUMMARY_COLUMNS = parseColumns(`
metric | text   | | Name of the metric
value  | number | | Value; empty when undefined
unit   | text   | | Unit; empty for counts, shares and indices
`);

/**
 * Computes every metric of a run, those of its detectors included.
 *
 * @returns Values in registry order; NaN where a metric is undefined.
 */
export function summarise(result: Pick<RunResult, 'scenario' | 'tables'>): MetricValue[] {
  const { scenario, tables } = result;
  const run = createRunView(tables, factsOf(scenario));
  const detectors = scenario.fraud.detectors.map((detector) => detector.name);
  return metricsFor(detectors).map((metric) => ({
    metric: metric.id,
    unit: metric.unit,
    value: metric.compute(run),
  }));
}

/**
 * Writes a run's folder: every table, `summary.csv`, `ledger.bin`, `datapackage.json` and, last,
 * `manifest.json`. What stood at `target` is replaced only when the new folder is complete.
 *
 * @param result - A finished run.
 * @param target - Folder of the run.
 * @returns The metrics written to `summary.csv`.
 * @throws {ScenarioError} when something that is not a result folder is in the way.
 */
export function writeRun(
  result: RunResult,
  target: string,
  environment: Environment,
): readonly MetricValue[] {
  const { scenario } = result;
  const summary = summarise(result);
  const folder = openFolder(target);
  try {
    for (const schema of RUN_TABLES) {
      const table = result.tables[schema.name];
      if (table === undefined) {
        throw new RangeError(`"tables" expected a table ${schema.name}, got none`);
      }
      folder.write(`${schema.name}.csv`, (emit) => encodeTable(table, schema.columns, emit));
    }
    folder.write('summary.csv', (emit) => {
      const rows = summary.map(({ metric, value, unit }) => [metric, value, unit]);
      emit(encodeRows(['metric', 'value', 'unit'], rows));
    });
    if (scenario.output.ledger && result.ledger.length > 0) {
      folder.write('ledger.bin', (emit) => {
        for (const part of result.ledger) emit(part);
      });
    }
    folder.write('datapackage.json', (emit) => emit(encodeDataPackage(scenario.name, resources())));
    folder.commit({
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
    });
  } catch (error) {
    folder.discard();
    throw error;
  }
  return summary;
}

function resources(): Resource[] {
  const tables = RUN_TABLES.map((schema) => ({ ...schema, path: `${schema.name}.csv` }));
  const title = 'Metrics of the run';
  return [{ path: 'summary.csv', title, key: ['metric'], columns: SUMMARY_COLUMNS }, ...tables];
}
