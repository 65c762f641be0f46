/** Points from a CSV file: a column a factor, a row a point. */
import { dirname, join } from 'node:path';
import type { InputIssue } from '../../base/errors.ts';
import { type CsvTable, createInputReader, parseCsv } from '../../data/series/csv.ts';
import { issueAt, type Located, type Place } from '../../scenario/located.ts';
import { didYouMean } from '../../scenario/resolve.ts';
import type { Factor, Level, OpenFactor } from './factor.ts';

/** What a file of points gave. */
export interface CsvPoints {
  readonly factors: readonly Factor[];
  /** A point: one level a factor, and its line. */
  readonly rows: readonly { readonly levels: readonly Level[]; readonly place: Place }[];
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
}

/** A file of points as the study names it. */
export interface CsvSource {
  /** Path relative to the study file. */
  readonly path: string;
  /** Where the study names it. */
  readonly place: Place;
  /** Folder of the study file. */
  readonly folder: string;
}

/**
 * Reads the points.
 *
 * @param open - Factors of the study; each needs a column of its name; no other may stand there.
 * @param issues - Receives every problem, with the line and column of the CSV file.
 * @returns Undefined after a problem.
 */
export function readCsvPoints(
  source: CsvSource,
  open: readonly OpenFactor[],
  issues: InputIssue[],
): CsvPoints | undefined {
  const before = issues.length;
  const shown = join(dirname(source.place.file), source.path);
  const named = { ...source.place };
  const sink = (issue: InputIssue) =>
    issues.push(
      issue.file === '' ? { ...issue, ...named } : { ...issue, file: shown, path: 'points' },
    );
  const reader = createInputReader(source.folder, sink);
  const file = reader.read(source.path, source.place.path);
  if (file === undefined) return undefined;
  if (file.text.trim() === '') {
    issues.push({ file: shown, path: 'points', expected: 'a row of names', got: 'an empty file' });
    return undefined;
  }
  const layout = { delimiter: 'comma', header: true, skipRows: 0 } as const;
  const table = parseCsv(file, layout, sink);
  if (table === undefined) return undefined;
  const columns = columnsOf(table, shown, open, issues);
  if (table.rowCount === 0) {
    issues.push({ file: shown, line: 1, path: 'points', expected: 'rows of points', got: 'none' });
  }
  if (columns === undefined || issues.length > before) return undefined;
  const cellsOf = (column: number, path: string) =>
    Array.from({ length: table.rowCount }, (_, row): Located => {
      const line = table.lineOf(row);
      const place = { file: shown, line, column: table.columnOf(row, column), path };
      const text = table.cell(row, column);
      return { kind: 'scalar', place, value: text === '' ? null : text };
    });
  const factors = open.flatMap(
    (one) => one.read(cellsOf(columns.get(one.name)!, one.place.path), issues) ?? [],
  );
  if (factors.length < open.length) return undefined;
  const rows = Array.from({ length: table.rowCount }, (_, row) => ({
    levels: factors.map(({ levels }) => levels![row]!),
    place: { file: shown, line: table.lineOf(row), column: 1, path: 'points' },
  }));
  return { factors, rows, inputs: reader.inputs };
}

/** Column of each factor; undefined after a name that does not fit. */
function columnsOf(
  table: CsvTable,
  shown: string,
  open: readonly OpenFactor[],
  issues: InputIssue[],
): ReadonlyMap<string, number> | undefined {
  const before = issues.length;
  const names = open.map(({ name }) => name);
  const columns = new Map<string, number>();
  table.names.forEach((name, column) => {
    const place: Place = {
      ...{ file: shown, line: table.lineOf(-1), column: table.columnOf(-1, column) },
      path: 'points',
    };
    if (columns.has(name)) {
      issues.push(issueAt(place, 'each column once', `${name} again`));
    } else if (!names.includes(name)) {
      const expected = `a factor of the study, one of ${names.join(', ')}`;
      issues.push(issueAt(place, expected, JSON.stringify(name), didYouMean(name, names)));
    } else columns.set(name, column);
  });
  for (const { name, place } of open) {
    if (columns.has(name)) continue;
    issues.push(issueAt(place, `a column ${name} in ${shown}`, 'none'));
  }
  return issues.length > before ? undefined : columns;
}
