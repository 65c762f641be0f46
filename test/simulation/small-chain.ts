/** Small chains of accounts with elected producers, for adversaries who vote. */
import { numbersOf, textsOf } from '../../src/base/table.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { type RunResult, simulate } from '../../src/simulation/run.ts';

/** Thirteen nodes, all of which have a seat and a vote; a round takes 39 s. */
const CHAIN = `
schemaVersion: 1
name: small-chain
seed: 1
horizon: { start: 2024-06-03T00:00+00:00, days: 1, span: 25 min, warmUp: 0 s, history: 0 }
population: { name: accounts, accounts: 12 }
market: { gateClosure: 1 min, leadTimeMin: 1 min, leadTimeMax: 2 min }
network: { nodes: 13, placement: { intra: 20 ms } }
consensus: { name: dpos, delegates: 13, standby: none, voteOut: { turnout: 100 % } }
output: { ledger: false }
`;

/** What a table says of one row. */
export type Row = Readonly<Record<string, number | string>>;

/** Runs the chain with adversaries, in the notation of a scenario, and settings `path=value`. */
export function runChain(adversaries: string, sets: readonly string[] = []): RunResult {
  const scenario = loadScenarioText(CHAIN, {
    file: 'small-chain.yaml',
    folder: '.',
    plugins: catalogue,
    sets: [...sets, `fraud.adversaries=${adversaries}`],
  }).resolve();
  return simulate(scenario);
}

/** Rows of a table with some of its columns. */
export function rowsOf(result: RunResult, name: string, columns: readonly string[]): Row[] {
  const table = result.tables[name]!;
  const values = columns.map((column) =>
    typeof table.columns[column]![0] === 'string'
      ? textsOf(table, column)
      : numbersOf(table, column),
  );
  return Array.from({ length: values[0]!.length }, (_, row) =>
    Object.fromEntries(columns.map((column, k) => [column, values[k]![row]!])),
  );
}

/** What became of adversaries, one row a report. */
export const outcomes = (result: RunResult): Row[] =>
  rowsOf(result, 'adversaries', ['adversary', 'attempts', 'successes', 'cost_upt', 'detail']);
