/** Small worlds for whole-run tests: as few homes, nodes and days as the law under test allows. */
import type { Table } from '../../src/base/table.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { type RunOptions, type RunResult, simulate } from '../../src/simulation/run.ts';

const BASE = `
schemaVersion: 1
name: small
seed: 1
horizon: { start: 2024-06-03T00:00+08:00, days: 1, history: 1, warmUp: 2 h }
population: { name: synthetic, households: 8, prosumers: 5, batteries: 0 }
network: { nodes: 7, topology: { name: random-regular, degree: 4 } }
points: { initial: 1000 pt }
`;

/** Runs the small village on an arm with `--set` style overrides. */
export function runVillage(arm: string, sets: string[] = [], options: RunOptions = {}): RunResult {
  const loaded = loadScenarioText(BASE, {
    file: 'small.yaml',
    folder: '.',
    plugins: catalogue,
    sets,
  });
  return simulate(loaded.resolve(arm), options);
}

/** Sum of a numeric column, undefined cells left out. */
export function sumOf(table: Table, column: string): number {
  let total = 0;
  for (const value of Array.from(table.columns[column] as ArrayLike<number>)) {
    if (!Number.isNaN(value)) total += value;
  }
  return total;
}

/** The whole ledger as one array. */
export function ledgerOf(run: RunResult): Uint8Array {
  return Buffer.concat(run.ledger);
}
