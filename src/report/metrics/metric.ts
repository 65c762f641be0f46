/**
 * What a metric is and what it may read. A metric sees the result tables and a few facts of the
 * scenario, nothing of the simulation, so that it can be computed again from the files.
 */
import { numbersOf, type Table, textsOf } from '../../base/table.ts';

/** What the tables do not say about a run. */
export interface RunFacts {
  /** Length of a delivery slot [us]. */
  readonly slotUs: number;
  /** Length of the window [us]. */
  readonly windowUs: number;
  /** Whether the run ends at a height of the chain that may come before the window's end. */
  readonly endsAtHeight: boolean;
  /** Marginal cost of energy at the slack [upt/kWh]. */
  readonly wholesaleUptPerKWh: number;
  /** Emission at the slack [kg CO2/kWh]. */
  readonly emissionKgPerKWh: number;
  /** Price of emission for welfare [upt/kg]. */
  readonly carbonUptPerKg: number;
  /** Power of a full node that does no consensus work [W]. */
  readonly idlePowerW: number;
  /** Identical communities that share the chain, this one included. */
  readonly communities: number;
  /** Whether all full nodes belong to one organisation. */
  readonly isPrivate?: boolean;
  /** Age at which a full node drops the body of a block [us]; 0 or absent keeps all. */
  readonly pruneUs?: number;
  /** Time to check one signature, and to execute one unit of gas [us]; absent is none. */
  readonly verifyUs?: number;
  readonly gasUs?: number;
}

/** One run as metrics see it. */
export interface RunView {
  readonly facts: RunFacts;
  /** Whether a table is there; a run of the chain alone has none of the market's. */
  hasTable(table: string): boolean;
  /** Whether a table is there and has rows. */
  hasRows(table: string): boolean;
  /** Rows of a table. @throws {RangeError} when the table is missing. */
  count(table: string): number;
  /** Numeric column. @throws {RangeError} when it is missing or holds text. */
  numbers(table: string, column: string): ArrayLike<number>;
  /** Text column. @throws {RangeError} when it is missing or holds numbers. */
  texts(table: string, column: string): readonly string[];
  /** What several metrics share is computed once a run and kept under a key. */
  once<T>(key: string, make: () => T): T;
}

/** Which way is better. `neutral` where neither is, or where it depends on the question. */
export type Direction = 'higher' | 'lower' | 'neutral';

/** One figure of a run. */
export interface Metric {
  /** camelCase name; its unit comes last. */
  readonly id: string;
  /** Unit as text; empty for counts, shares and indices. */
  readonly unit: string;
  /** What it is, exactly enough to compute it by hand. */
  readonly definition: string;
  readonly direction: Direction;
  /** Value of a run; NaN where it is undefined (0/0, no observation). */
  compute(run: RunView): number;
}

/** Opens a run's tables for metrics. */
export function createRunView(tables: Readonly<Record<string, Table>>, facts: RunFacts): RunView {
  const kept = new Map<string, unknown>();
  const open = (name: string): Table => {
    const table = tables[name];
    if (table === undefined) throw new RangeError(`"tables" expected a table ${name}, got none`);
    return table;
  };
  return {
    facts,
    hasTable: (name) => tables[name] !== undefined,
    hasRows: (name) => (tables[name]?.count ?? 0) > 0,
    count: (table) => open(table).count,
    numbers: (table, column) => numbersOf(open(table), column),
    texts: (table, column) => textsOf(open(table), column),
    once<T>(key: string, make: () => T): T {
      if (!kept.has(key)) kept.set(key, make());
      return kept.get(key) as T;
    },
  };
}

/** The same metrics, undefined in a run that lacks one of the tables they read. */
export function requiring(tables: readonly string[], metrics: readonly Metric[]): Metric[] {
  return metrics.map((metric) => ({
    ...metric,
    compute: (run) => (tables.every(run.hasTable) ? metric.compute(run) : Number.NaN),
  }));
}

/** a / b, undefined (NaN) when b is 0: an empty cell is honest, a 0 is not. */
export function ratio(a: number, b: number): number {
  return b === 0 ? Number.NaN : a / b;
}

/** Sum of an integer column over rows that pass; undefined cells count as 0. */
export function total(values: ArrayLike<number>, keep?: (row: number) => boolean): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (!Number.isNaN(value) && (keep === undefined || keep(row))) sum += value;
  }
  return sum;
}

/** Number of rows that pass. */
export function countRows(count: number, keep: (row: number) => boolean): number {
  let kept = 0;
  for (let row = 0; row < count; row++) if (keep(row)) kept++;
  return kept;
}

/** `energy-balance_F1` and the like as one camelCase word. */
export function camelCase(words: string): string {
  const parts = words.toLowerCase().split(/[^a-z0-9]+/);
  return parts
    .map((part, i) => (i === 0 ? part : `${part.charAt(0).toUpperCase()}${part.slice(1)}`))
    .join('');
}
