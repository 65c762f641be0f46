/**
 * CSV files of readings as they come: comma, semicolon or tab, CRLF, a byte-order mark, padded
 * cells, header cells with a trailing space. Every cell can say its line and column, so that a bad
 * reading among a hundred thousand is found with an editor.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type CsvError, parse } from 'csv-parse/sync';
import type { InputIssue } from '../../base/errors.ts';

/** A file of the user's data. */
export interface InputFile {
  /** Path as the scenario writes it. */
  readonly path: string;
  readonly text: string;
  readonly sha256: string;
}

/** Receives problems of the user's data. */
export type IssueSink = (issue: InputIssue) => void;

/** Reads files relative to a folder, each once, and remembers their hashes. */
export interface InputReader {
  /** The file, or undefined after an issue; an absent folder is named once. */
  read(path: string, optionPath: string): InputFile | undefined;
  /** Files read, in order of first use. */
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
}

/** The uppermost folder of a path that does not exist, as the user wrote it. */
function absentFolder(folder: string, path: string): string | undefined {
  let absent: string | undefined;
  let current = dirname(path);
  while (!existsSync(resolve(folder, current))) {
    absent = current;
    const above = dirname(current);
    if (above === current || current.endsWith('..')) break;
    current = above;
  }
  return absent;
}

/**
 * Creates a reader.
 *
 * @param folder - Where relative paths start.
 * @param issue - Receives absent folders and unreadable files.
 */
export function createInputReader(folder: string, issue: IssueSink): InputReader {
  const files = new Map<string, InputFile | undefined>();
  const absent = new Set<string>();
  const inputs: { path: string; sha256: string }[] = [];
  return {
    inputs,
    read(path, optionPath) {
      if (files.has(path)) return files.get(path);
      files.set(path, undefined);
      const missing = absentFolder(folder, path);
      if (missing !== undefined) {
        const needed = dirname(path);
        if (!absent.has(needed)) {
          const expected = `the data folder ${needed}`;
          const hint = 'paths start at the scenario; put the data there, or change the path';
          const got = `no folder ${missing}`;
          issue({ file: '', path: optionPath, expected, got, hint });
        }
        absent.add(needed);
        return undefined;
      }
      let bytes: Buffer;
      try {
        bytes = readFileSync(resolve(folder, path));
      } catch (error) {
        const code = (error as { code?: string }).code ?? 'unreadable';
        const got = code === 'ENOENT' ? 'no such file' : code;
        issue({ file: '', path: optionPath, expected: `the file ${path}`, got });
        return undefined;
      }
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = { path, text: bytes.toString('utf8'), sha256 };
      files.set(path, file);
      inputs.push({ path, sha256 });
      return file;
    },
  };
}

/** Layout of a CSV file. */
export interface CsvLayout {
  readonly delimiter: 'comma' | 'semicolon' | 'tab';
  /** Whether the first row after `skipRows` holds names. */
  readonly header: boolean;
  /** Rows before the header. */
  readonly skipRows: number;
}

/** A CSV file in memory. Rows and columns are 0-based; the header is not a row. */
export interface CsvTable {
  readonly path: string;
  /** Trimmed names; `#1`, `#2`, … where there is no header. */
  readonly names: readonly string[];
  readonly rowCount: number;
  /** Trimmed text; empty where the row is short. */
  cell(row: number, column: number): string;
  /** 1-based line of a row; -1 is the header's. */
  lineOf(row: number): number;
  /** 1-based column of the text at which a cell begins. */
  columnOf(row: number, column: number): number;
}

const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t' } as const;

interface InfoRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/**
 * Parses a CSV file.
 *
 * @param issue - Receives broken quotes, an empty file, rows of another length than the header.
 * @returns The table, or undefined when it cannot be read at all.
 */
export function parseCsv(
  file: InputFile,
  layout: CsvLayout,
  issue: IssueSink,
): CsvTable | undefined {
  const delimiter = DELIMITERS[layout.delimiter];
  let records: InfoRecord[];
  try {
    records = parse(file.text, {
      delimiter,
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    }) as unknown as InfoRecord[];
  } catch (error) {
    const { message, lines } = error as CsvError & { lines?: number };
    issue({ file: file.path, line: lines, path: '', expected: 'well-formed CSV', got: message });
    return undefined;
  }
  const first = records[layout.skipRows];
  if (first === undefined) {
    issue({ file: file.path, path: '', expected: 'rows of readings', got: 'an empty file' });
    return undefined;
  }
  const names = layout.header
    ? first.record.map((name) => name.trim())
    : first.record.map((_, index) => `#${index + 1}`);
  const rows = records.slice(layout.skipRows + (layout.header ? 1 : 0));
  if (names.length === 1 && /[,;\t]/.test(first.record[0] ?? '')) {
    const expected = `columns separated by a ${layout.delimiter}`;
    const hint = 'set delimiter to comma, semicolon or tab';
    const got = `one column ${JSON.stringify(names[0])}`;
    issue({ file: file.path, line: first.info.lines, column: 1, path: '', expected, got, hint });
    return undefined;
  }
  const ragged = rows.find(({ record }) => record.length !== names.length);
  if (ragged !== undefined) {
    const { record, info } = ragged;
    const expected = `${names.length} cells in every row`;
    issue({ file: file.path, line: info.lines, path: '', expected, got: String(record.length) });
  }
  let lines: string[] | undefined;
  const lineOf = (row: number) => (row < 0 ? first.info.lines : (rows[row]?.info.lines ?? 0));
  return {
    path: file.path,
    names,
    rowCount: rows.length,
    cell: (row, column) => rows[row]?.record[column]?.trim() ?? '',
    lineOf,
    columnOf(row, column) {
      lines ??= file.text.split(/\r?\n/);
      return cellStart(lines[lineOf(row) - 1] ?? '', column, delimiter);
    },
  };
}

/** Where a cell's text begins in a line; delimiters inside quotes do not count. */
function cellStart(line: string, column: number, delimiter: string): number {
  let seen = 0;
  let quoted = false;
  let at = 0;
  for (; at < line.length && seen < column; at++) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === delimiter && !quoted) seen++;
  }
  while (line[at] === ' ') at++;
  return at + 1;
}
