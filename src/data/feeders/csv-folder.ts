import { number, text } from '../../base/options.ts';
import {
  type BranchSpec,
  createFeeder,
  type FeederSpec,
  feederProblem,
} from '../../grid/feeder.ts';
import { type CsvTable, finite, type Report, readTable } from './csv-table.ts';
import { defineFeeder } from './define.ts';

const BUS_COLUMNS = ['bus', 'base_kv', 'p_kw', 'q_kvar', 'is_slack'] as const;
const BRANCH_COLUMNS = ['from', 'to', 'r_ohm', 'x_ohm', 'i_max_a', 'closed'] as const;

/**
 * A feeder from `bus.csv` and `branch.csv`. Open branches (`closed` 0) are left out; what remains
 * must be radial. Homes go to the load buses (p_kw or q_kvar not 0) in turn, in the order of the
 * bus file; the file's own loads only mark those buses.
 */
export default defineFeeder({
  apiVersion: 1,
  name: 'csv-folder',
  summary: 'A feeder from bus.csv and branch.csv in a folder',
  source: 'columns of the feeder folders of the data kit (MATPOWER cases, CIGRE LV, European LV)',
  options: () => ({
    path: text(undefined, 'Folder with bus.csv and branch.csv, relative to the scenario'),
    sourceVoltage: number(1, { min: 0.8, max: 1.2, doc: 'At the slack bus, pu' }),
  }),
  create(context, options) {
    const report: Report = (issue) => context.issue({ ...issue, path: 'grid.feeder.path' });
    const open = (name: string, columns: readonly string[]) =>
      readTable(context.folder, `${options.path}/${name}`, columns, report);
    const busTable = open('bus.csv', BUS_COLUMNS);
    const branchTable = open('branch.csv', BRANCH_COLUMNS);
    if (busTable === undefined || branchTable === undefined) return undefined;
    const buses = readBuses(busTable, report);
    if (buses === undefined) return undefined;
    const branches = readBranches(branchTable, buses.ids, report);
    if (branches === undefined) return undefined;
    const spec: FeederSpec = {
      branches: branches.map(({ branch }) => branch),
      slack: buses.slack,
      baseKv: buses.baseKv,
      slackVoltagePu: options.sourceVoltage,
    };
    const problem = feederProblem(spec);
    if (problem !== undefined) {
      const line = problem.branch === undefined ? undefined : branches[problem.branch]!.line;
      const { expected, got } = problem;
      report({ file: branchTable.file, line, expected, got });
      return undefined;
    }
    const feeder = createFeeder(spec);
    const stray = buses.loads.find(({ id }) => feeder.indexOf(id) === undefined);
    if (stray !== undefined) {
      report({
        file: busTable.file,
        line: stray.line,
        expected: 'a closed branch at every load bus',
        got: `none at ${stray.id}`,
      });
      return undefined;
    }
    const busOfHome = Int32Array.from(
      context.homes,
      (_, home) => feeder.indexOf(buses.loads[home % buses.loads.length]!.id)!,
    );
    const notes = [
      `csv-folder: ${feeder.busCount} buses at ${feeder.baseKv} kV, ` +
        `${buses.loads.length} load buses for ${context.homes.length} homes`,
    ];
    return { feeder, busOfHome, notes, inputs: [busTable.input, branchTable.input] };
  },
});

interface Buses {
  readonly ids: ReadonlySet<string>;
  readonly slack: string;
  readonly baseKv: number;
  readonly loads: readonly { readonly id: string; readonly line: number }[];
}

function readBuses(table: CsvTable, report: Report): Buses | undefined {
  const ids = new Set<string>();
  const slacks: string[] = [];
  const loads: { id: string; line: number }[] = [];
  let baseKv: number | undefined;
  let good = true;
  const complain = (line: number | undefined, expected: string, got: string) => {
    report({ file: table.file, line, expected, got });
    good = false;
  };
  for (const row of table.rows) {
    const id = row.cells.bus!;
    const kv = finite(table, row, 'base_kv', report);
    const kw = finite(table, row, 'p_kw', report);
    const kvar = finite(table, row, 'q_kvar', report);
    const slack = finite(table, row, 'is_slack', report);
    if (kv === undefined || kw === undefined || kvar === undefined || slack === undefined) {
      good = false;
      continue;
    }
    if (id === '') complain(row.line, 'a bus id', 'an empty cell');
    if (ids.has(id)) complain(row.line, 'each bus once', `${id} again`);
    ids.add(id);
    baseKv ??= kv;
    if (kv !== baseKv || kv <= 0) {
      complain(row.line, `one base voltage > 0 (impedances referred to it)`, `${kv} kV`);
    }
    if (slack !== 0) slacks.push(id);
    else if (kw !== 0 || kvar !== 0) loads.push({ id, line: row.line });
  }
  if (!good) return undefined;
  if (slacks.length !== 1) complain(undefined, 'one slack bus', `${slacks.length}`);
  if (loads.length === 0) complain(undefined, 'a load bus (p_kw or q_kvar not 0)', 'none');
  if (!good || baseKv === undefined) return undefined;
  return { ids, slack: slacks[0]!, baseKv, loads };
}

function readBranches(
  table: CsvTable,
  busIds: ReadonlySet<string>,
  report: Report,
): readonly { readonly branch: BranchSpec; readonly line: number }[] | undefined {
  const branches: { branch: BranchSpec; line: number }[] = [];
  let good = true;
  for (const row of table.rows) {
    const closed = finite(table, row, 'closed', report);
    if (closed === 0) continue;
    const rOhm = finite(table, row, 'r_ohm', report);
    const xOhm = finite(table, row, 'x_ohm', report);
    const limit = row.cells.i_max_a === '' ? null : finite(table, row, 'i_max_a', report);
    const from = row.cells.from!;
    const to = row.cells.to!;
    for (const end of [from, to]) {
      if (busIds.has(end)) continue;
      good = false;
      report({
        file: table.file,
        line: row.line,
        expected: 'a bus of bus.csv',
        got: JSON.stringify(end),
      });
    }
    if (closed === undefined || rOhm === undefined || xOhm === undefined || limit === undefined) {
      good = false;
      continue;
    }
    branches.push({
      branch: { from, to, rOhm, xOhm, ampacityA: limit ?? undefined },
      line: row.line,
    });
  }
  return good ? branches : undefined;
}
