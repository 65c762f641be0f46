/** Formats a table of a result folder is written in: always CSV, where asked for Parquet beside it. */
import { createTable, type Table } from '../base/table.ts';
import type { Column } from './column.ts';
import { type Cell, encodeRows, encodeTable } from './csv.ts';
import type { Resource } from './data-package.ts';
import type { ResultFolder } from './folder.ts';
import { encodeRowsParquet, encodeTableParquet } from './parquet.ts';

/** Content of a table: all at once, as small rows, or in pieces that are made one by one. */
export type TableRows = Table | readonly (readonly Cell[])[] | { pieces(): Iterable<Table> };

/** Formats besides each other; CSV is never missing, since every reader of a folder needs it. */
export const TABLE_FORMATS = ['csv', 'parquet'] as const;

/** A format of tables; also the ending of their files. */
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** What is written where nothing is asked for. */
export const CSV_ONLY: readonly TableFormat[] = ['csv'];

/**
 * Writes one table of a folder, as CSV and in every further format.
 *
 * @param folder - Where the files go.
 * @param resource - Schema; its path ends in `.csv`, other formats replace that ending.
 * @param content - A table, or small rows in column order.
 * @param formats - What to write; CSV is written in any case.
 * @returns The files as `datapackage.json` lists them, the CSV first.
 */
export function writeTableFiles(
  folder: Pick<ResultFolder, 'write'>,
  resource: Resource,
  content: TableRows,
  formats: readonly TableFormat[] = CSV_ONLY,
): Resource[] {
  const { path, columns } = resource;
  const name = path.replace(/\.csv$/, '');
  folder.write(path, (emit) => {
    if ('pieces' in content) encodePieces(content.pieces(), columns, emit);
    else if (isTable(content)) encodeTable(content, columns, emit);
    else {
      const header = columns.map((column) => column.name);
      emit(encodeRows(header, content));
    }
  });
  if (!formats.includes('parquet')) return [resource];
  const beside = { ...resource, path: `${name}.parquet` };
  folder.write(beside.path, (emit) => {
    if ('pieces' in content) encodeTableParquet(joined([...content.pieces()]), columns, emit);
    else if (isTable(content)) encodeTableParquet(content, columns, emit);
    else encodeRowsParquet(name, columns, content, emit);
  });
  return [resource, beside];
}

const isTable = (content: Table | readonly (readonly Cell[])[]): content is Table =>
  !Array.isArray(content);

function encodePieces(
  pieces: Iterable<Table>,
  columns: readonly Column[],
  emit: (chunk: Uint8Array) => void,
): void {
  let isFirst = true;
  for (const piece of pieces) {
    encodeTable(piece, columns, emit, isFirst);
    isFirst = false;
  }
}

/** Pieces of a table as one. */
function joined(pieces: readonly Table[]): Table {
  const [first] = pieces;
  if (first === undefined) throw new RangeError('"pieces" expected at least one, got 0');
  const columns = Object.keys(first.columns).map((name) => [
    name,
    pieces.flatMap((piece) => Array.from(piece.columns[name] as ArrayLike<never>)),
  ]);
  return createTable(first.name, Object.fromEntries(columns));
}
