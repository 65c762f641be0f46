/** Small villages for whole runs, and readers of their tables. */
import { numbersOf, textsOf } from '../../src/base/table.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { type RunOptions, type RunResult, simulate } from '../../src/simulation/run.ts';

/** Eight homes for a day of hours; what differs between tests is given as settings. */
const VILLAGE = `
schemaVersion: 1
name: hamlet
seed: 1
horizon:
  start: 2024-06-03T00:00+08:00
  days: 1
  interval: 60 min
  physicsStep: 30 min
  history: 1
  warmUp: 0 min
population:
  name: synthetic
  households: 7
  shops: 1
  prosumers: 4
  batteries: 1
  latitude: 39.9 deg
  longitude: 116.4 deg
grid: { powerFlow: slot }
network: { nodes: 5 }
arms:
  pow: { consensus: { name: pow, blockInterval: 15 s } }
  dpos: { consensus: { name: dpos, turn: 15 s } }
`;

/** Arms that every comparison has. */
export const ARMS = ['pow', 'dpos', 'central'] as const;

/** Resolves the village for an arm with settings \`path=value\`. */
export const scenarioOf = (arm: string, sets: readonly string[] = []) =>
  loadScenarioText(VILLAGE, {
    file: 'hamlet.yaml',
    folder: '.',
    plugins: catalogue,
    sets,
    arm,
  }).resolve(arm);

/** Runs the village. */
export const run = (
  arm: string,
  sets: readonly string[] = [],
  options: RunOptions = {},
): RunResult => simulate(scenarioOf(arm, sets), options);

/** A numeric column of a result. */
export const numbers = (result: RunResult, table: string, column: string): number[] =>
  Array.from(numbersOf(result.tables[table]!, column));
/** A text column of a result. */
export const texts = (result: RunResult, table: string, column: string): string[] => [
  ...textsOf(result.tables[table]!, column),
];
/** Sum of a numeric column. */
export const total = (result: RunResult, table: string, column: string): number =>
  numbers(result, table, column).reduce((sum, value) => sum + value, 0);

/** The exported ledger as one array. */
export const ledgerOf = (result: RunResult): Uint8Array =>
  new Uint8Array(Buffer.concat(result.ledger));
