/** Result tables read back from their files, for whoever checks or explains a finished run. */
import { parse } from 'csv-parse/sync';
import { readResult } from './check.ts';

/** A table as text, row by row in file order. */
export interface TextTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Cells of a column. @throws {RangeError} when there is none of that name. */
  column(name: string): string[];
}

/**
 * Reads a table of a result folder.
 *
 * @returns Undefined when the file is not there.
 * @throws {RangeError} when it is no table.
 */
export function readTable(folder: string, name: string): TextTable | undefined {
  const bytes = readResult(folder, `${name}.csv`);
  if (bytes === undefined) return undefined;
  const [columns, ...rows] = cellsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  if (columns === undefined) throw new RangeError(`"${name}.csv" expected a header, got nothing`);
  const ragged = rows.findIndex((row) => row.length !== columns.length);
  if (ragged >= 0) {
    throw new RangeError(`"${name}.csv" expected ${columns.length} cells in row ${ragged + 1}`);
  }
  return {
    name,
    columns,
    rows,
    column(wanted) {
      const at = columns.indexOf(wanted);
      if (at < 0) throw new RangeError(`"${name}.csv" expected a column ${wanted}, got none`);
      return rows.map((row) => row[at]!);
    },
  };
}

/** Without quotes and carriage returns the commas are the columns, which is eight times as fast. */
function cellsOf(bytes: Buffer): string[][] {
  if (bytes.includes('"') || bytes.includes('\r')) {
    return parse(bytes, { relax_column_count: true }) as string[][];
  }
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.split(','));
}
