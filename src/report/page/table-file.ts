/**
 * A result table read by columns. Comparisons keep the tables of every run, hundreds of megabytes; a chart
 * wants a few columns of them. So a file is scanned for the columns that are asked for and let go again, and
 * only numbers stay.
 */
import { readResult } from '../check.ts';
import { readTable, type TextTable } from '../read-table.ts';
import type { ResultTable } from './results.ts';

const COMMA = 44;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const MINUS = 45;
const ZERO = 48;
/** Integers of so many digits are exact when summed up digit by digit. */
const EXACT_DIGITS = 15;

/** Bytes of the file that was read last: charts ask for several columns of a table in a row. */
export interface FileCache {
  path: string;
  bytes: Uint8Array;
}

/**
 * Opens a table of a result folder.
 *
 * @param cache - Shared by the tables of a result; holds one file.
 * @returns Undefined when the file is not there.
 * @throws {RangeError} when it is no table, or a row has more or fewer cells than the header.
 */
export function openTableFile(
  folder: string,
  name: string,
  cache: FileCache,
): ResultTable | undefined {
  const path = `${folder}/${name}.csv`;
  const bytesOf = () => {
    if (cache.path !== path) {
      const bytes = readResult(folder, `${name}.csv`);
      if (bytes === undefined) return undefined;
      cache.path = path;
      cache.bytes = bytes;
    }
    return cache.bytes;
  };
  const first = bytesOf();
  if (first === undefined) return undefined;
  if (first.includes(QUOTE) || first.includes(CARRIAGE_RETURN)) {
    return tableOf(readTable(folder, name)!);
  }
  const end = first.indexOf(NEWLINE);
  const head = Buffer.from(first.subarray(0, end < 0 ? first.length : end)).toString('utf8');
  if (head === '') throw new RangeError(`"${name}.csv" expected a header, got nothing`);
  const columns = head.split(',');
  const count = countRows(first, columns.length, name);
  const scan = (column: string, take: (bytes: Buffer, from: number, to: number) => void) => {
    const bytes = bytesOf();
    const at = indexOf(columns, column, name);
    if (bytes === undefined) throw new RangeError(`"${name}.csv" expected a file, it is gone`);
    scanColumn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), at, take);
  };
  return {
    name,
    columns,
    count,
    has: (column) => columns.includes(column),
    texts(column) {
      const texts: string[] = [];
      scan(column, (bytes, from, to) => texts.push(bytes.toString('utf8', from, to)));
      return texts;
    },
    numbers: keeping((column) => {
      const values = new Float64Array(count);
      let row = 0;
      scan(column, (bytes, from, to) => {
        values[row++] = numberAt(bytes, from, to);
      });
      return values;
    }),
  };
}

/** A table whose cells are quoted here and there. */
function tableOf(text: TextTable): ResultTable {
  return {
    name: text.name,
    columns: text.columns,
    count: text.rows.length,
    has: (column) => text.columns.includes(column),
    texts: (column) => text.column(column),
    numbers: keeping((column) =>
      Float64Array.from(text.column(column), (cell) => (cell === '' ? Number.NaN : Number(cell))),
    ),
  };
}

/** Computes each column once. */
function keeping(compute: (column: string) => Float64Array): (column: string) => Float64Array {
  const kept = new Map<string, Float64Array>();
  return (column) => {
    const values = kept.get(column) ?? compute(column);
    kept.set(column, values);
    return values;
  };
}

function indexOf(columns: readonly string[], column: string, name: string): number {
  const at = columns.indexOf(column);
  if (at < 0) throw new RangeError(`"${name}.csv" expected a column ${column}, got none`);
  return at;
}

/** Rows below the header. @throws {RangeError} when one has another number of cells. */
function countRows(bytes: Uint8Array, width: number, name: string): number {
  let [lines, cells] = [0, 1];
  for (let at = 0; at <= bytes.length; at++) {
    const byte = at === bytes.length ? NEWLINE : bytes[at];
    if (byte === COMMA) cells++;
    if (byte !== NEWLINE || (at === bytes.length && bytes[at - 1] === NEWLINE)) continue;
    if (cells !== width)
      throw new RangeError(`"${name}.csv" expected ${width} cells in row ${lines}`);
    lines++;
    cells = 1;
  }
  return lines - 1;
}

/** Calls back for each cell of a column below the header. */
function scanColumn(
  bytes: Buffer,
  column: number,
  take: (bytes: Buffer, from: number, to: number) => void,
): void {
  const { length } = bytes;
  let at = bytes.indexOf(NEWLINE);
  while (at >= 0 && at + 1 < length) {
    at++;
    for (let skipped = 0; skipped < column; at++) if (bytes[at] === COMMA) skipped++;
    const from = at;
    while (at < length && bytes[at] !== COMMA && bytes[at] !== NEWLINE) at++;
    take(bytes, from, at);
    while (at < length && bytes[at] !== NEWLINE) at++;
  }
}

/** The number in a cell; NaN where it is empty or a word. */
function numberAt(bytes: Buffer, from: number, to: number): number {
  const start = bytes[from] === MINUS ? from + 1 : from;
  if (to - start > 0 && to - start <= EXACT_DIGITS) {
    let value = 0;
    let at = start;
    for (; at < to; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === to) return start === from ? value : -value;
  }
  return from === to ? Number.NaN : Number(bytes.toString('latin1', from, to));
}
