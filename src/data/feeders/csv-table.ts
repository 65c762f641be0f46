/** Reading of small user tables, with the line of every problem. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import type { InputIssue } from '../../base/errors.ts';
import type { PlacementInput } from '../../grid/placement.ts';

/** Reports a problem of the feeder's files; the path of the key is filled in. */
export type Report = (issue: Omit<InputIssue, 'path'>) => void;

/** A line of the file after the header. */
export interface Row {
  /** 1-based line in the file. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** A file with a header, read whole. */
export interface CsvTable {
  /** Path as named in the scenario. */
  readonly file: string;
  readonly rows: readonly Row[];
  readonly input: PlacementInput;
}

/**
 * Reads a comma-separated file with a header.
 *
 * @param folder - Folder that a relative path starts from.
 * @param columns - Columns that must be there; others are kept too.
 * @returns The table with the hash of its bytes, or undefined after an issue.
 */
export function readTable(
  folder: string,
  file: string,
  columns: readonly string[],
  report: Report,
): CsvTable | undefined {
  const path = resolve(folder, file);
  if (!existsSync(path) || !statSync(path).isFile()) {
    report({ file, expected: 'a file', got: 'none' });
    return undefined;
  }
  const bytes = readFileSync(path);
  let parsed: readonly { record: string[]; info: InfoRecord }[];
  try {
    parsed = parse(bytes, {
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as unknown as typeof parsed;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : undefined;
    report({ file, line, expected: 'comma-separated values', got: error.code });
    return undefined;
  }
  const header = parsed[0]?.record ?? [];
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    report({
      file,
      line: 1,
      expected: `columns ${columns.join(', ')}`,
      got: `no ${missing.join(', ')}`,
    });
    return undefined;
  }
  const rows = parsed.slice(1).map(({ record, info }) => ({
    line: info.lines,
    cells: Object.fromEntries(header.map((column, at) => [column, record[at] ?? ''])),
  }));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file, rows, input: { path: file, sha256 } };
}

/** The finite number in a cell, or undefined after an issue. */
export function finite(
  table: CsvTable,
  row: Row,
  column: string,
  report: Report,
): number | undefined {
  const cell = row.cells[column] ?? '';
  const value = Number(cell);
  if (cell !== '' && Number.isFinite(value)) return value;
  report({
    file: table.file,
    line: row.line,
    expected: `a number in ${column}`,
    got: JSON.stringify(cell),
  });
  return undefined;
}
