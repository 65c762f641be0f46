/**
 * Tables of measured latencies: a square matrix with or without labels, or a list of pairs with one
 * or many measurements each. What is not a latency (negative, empty, a row too many) is refused
 * with its line, since a wrong distance looks as good as the right one.
 */
import { type CellReport, cellReport, type InputTable, type NetworkContext } from './context.ts';

/** Latencies between sites as read. */
export interface LatencyTable {
  readonly names: readonly string[];
  /** From site to site, row by row, in the unit of the table; a diagonal may hold 0. */
  readonly values: Float64Array;
}

/** A latency in a cell, or undefined after an issue. */
function latencyAt(
  table: InputTable,
  row: number,
  column: number,
  mayBeZero: boolean,
  report: CellReport,
): number | undefined {
  const cell = table.cell(row, column);
  const value = cell === '' ? Number.NaN : Number(cell);
  if (Number.isFinite(value) && (value > 0 || (mayBeZero && value === 0))) return value;
  const expected = mayBeZero ? 'a latency of at least 0' : 'a latency above 0';
  report(row, column, expected, cell === '' ? 'an empty cell' : JSON.stringify(cell));
  return undefined;
}

/**
 * Reads a square matrix; the value in row i and column j is from site i to site j.
 *
 * @param hasLabels - Whether the header and the first column name the sites, in one order.
 * @returns Undefined after an issue: not square, labels that differ, a cell that is no latency.
 */
export function readLatencyMatrix(
  context: NetworkContext,
  table: InputTable,
  hasLabels: boolean,
): LatencyTable | undefined {
  const { report, failed } = cellReport(context, table);
  const first = hasLabels ? 1 : 0;
  const count = table.names.length - first;
  if (table.rowCount !== count || count < 1) {
    const row = table.rowCount - 1;
    const hint = hasLabels ? undefined : 'set labels: true where sites have names';
    const got = `${table.rowCount} rows and ${count} columns of latencies`;
    report(row, -1, 'a square matrix', got, hint);
    return undefined;
  }
  const names = hasLabels
    ? table.names.slice(1)
    : Array.from({ length: count }, (_, site) => `site-${site + 1}`);
  const values = new Float64Array(count * count);
  for (let row = 0; row < count; row++) {
    if (hasLabels && table.cell(row, 0) !== names[row]) {
      const expected = `${JSON.stringify(names[row])}, as in the header`;
      report(row, 0, expected, JSON.stringify(table.cell(row, 0)));
    }
    for (let column = 0; column < count; column++) {
      const value = latencyAt(table, row, column + first, row === column, report);
      values[row * count + column] = value ?? Number.NaN;
    }
  }
  const twice = names.findIndex((name, site) => names.indexOf(name) !== site);
  if (twice >= 0) report(-1, twice + first, 'each site once', `${names[twice]} again`);
  return failed() ? undefined : { names, values };
}

/** What a list of pairs is made to. */
export type PairStatistic = 'median' | 'mean';

/**
 * Reads a list with columns `from`, `to` and a value; several rows of one pair are several
 * measurements. A pair that stands in one direction only holds for both.
 *
 * @param column - Name of the column of latencies.
 * @returns Sites in the order of their first row; undefined after an issue: a missing column or
 *   pair, a cell that is no latency.
 */
export function readLatencyPairs(
  context: NetworkContext,
  table: InputTable,
  column: string,
  statistic: PairStatistic,
): LatencyTable | undefined {
  const { report, failed } = cellReport(context, table);
  const [from, to, value] = ['from', 'to', column].map((name) => {
    const at = table.names.indexOf(name);
    if (at < 0) report(-1, -1, `a column ${name}`, table.names.join(', '));
    return at;
  }) as [number, number, number];
  if (failed()) return undefined;
  const names: string[] = [];
  const siteOf = new Map<string, number>();
  const measured = new Map<string, number[]>();
  const siteAt = (row: number, at: number): number => {
    const name = table.cell(row, at);
    if (name === '') report(row, at, 'the name of a site', 'an empty cell');
    const known = siteOf.get(name);
    if (known !== undefined) return known;
    siteOf.set(name, names.length);
    return names.push(name) - 1;
  };
  for (let row = 0; row < table.rowCount; row++) {
    const [a, b] = [siteAt(row, from), siteAt(row, to)];
    const latency = latencyAt(table, row, value, a === b, report);
    if (latency === undefined) continue;
    const key = `${a}-${b}`;
    const values = measured.get(key);
    if (values === undefined) measured.set(key, [latency]);
    else values.push(latency);
  }
  if (failed()) return undefined;
  const count = names.length;
  const values = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      const found = measured.get(`${a}-${b}`) ?? measured.get(`${b}-${a}`);
      if (found !== undefined) values[a * count + b] = summary(found, statistic);
      else if (a < b) {
        const expected = `a latency between ${names[a]} and ${names[b]}`;
        report(table.rowCount - 1, value, expected, 'none');
      }
    }
  }
  return failed() ? undefined : { names, values };
}

function summary(values: readonly number[], statistic: PairStatistic): number {
  if (statistic === 'mean') return values.reduce((sum, value) => sum + value, 0) / values.length;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
