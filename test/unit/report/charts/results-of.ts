/** Results of a few lines of CSV, for charts whose numbers a test knows by hand. */
import type {
  FactorInfo,
  ResultKind,
  Results,
  ResultTable,
  RunResults,
} from '../../../../src/report/page/results.ts';

/** Tables by name, each as CSV text without quotes. */
export type Tables = Readonly<Record<string, string>>;

/** A table of CSV text whose cells hold no comma. */
export function tableOf(name: string, csv: string): ResultTable {
  const [head, ...rows] = csv
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
  const columns = head!;
  const cellsOf = (column: string) => {
    const at = columns.indexOf(column);
    if (at < 0) throw new RangeError(`${name} has no column ${column}`);
    return rows.map((row) => row[at]!);
  };
  return {
    name,
    columns,
    count: rows.length,
    has: (column) => columns.includes(column),
    texts: cellsOf,
    numbers: (column) =>
      Float64Array.from(cellsOf(column), (cell) => (cell === '' ? Number.NaN : Number(cell))),
  };
}

/** A run with some tables. */
export function runOf(id: string, arm: string, tables: Tables, about: Partial<RunResults> = {}) {
  const [, replication = '1'] = /-(\d+)$/.exec(id) ?? [];
  const run: RunResults = {
    id,
    arm,
    replication: Number(replication),
    seed: Number(replication),
    window: 'window-1',
    scenario: undefined,
    table: (name) => (tables[name] === undefined ? undefined : tableOf(name, tables[name])),
    ...about,
  };
  return run;
}

/** A result folder in memory. */
export function resultsOf(
  kind: ResultKind,
  tables: Tables,
  about: {
    runs?: readonly RunResults[];
    factors?: readonly FactorInfo[];
    arms?: string[];
    manifest?: Results['manifest'];
  } = {},
): Results {
  const { runs = [], factors = [], manifest = {} } = about;
  const { arms = [...new Set(runs.map((run) => run.arm))] } = about;
  return {
    kind,
    name: 'made by hand',
    folder: '',
    version: '0',
    arms,
    factors,
    runs,
    manifest,
    table: (name) => (tables[name] === undefined ? undefined : tableOf(name, tables[name])),
  };
}
