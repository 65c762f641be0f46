/**
 * Tables as Apache Parquet, with the columns of their CSV: an integer is an INT64, a number a DOUBLE, text
 * a UTF-8 string, and what is undefined is null. Readers then need not guess types, and text that begins
 * like a formula needs no apostrophe. Row groups are encoded one after another, so that memory does not
 * grow with the table; unit and meaning of every column stand in the file's key-value metadata. The same
 * table gives the same bytes.
 */
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Table } from '../base/table.ts';
import type { Column, ColumnType } from './column.ts';
import { type Cell, checkColumns, isWritable, refuse } from './csv.ts';
import { VERSION } from './version.ts';

/** Rows of one group; with 20 columns about 25 MB while it is encoded. */
const GROUP_ROWS = 1 << 15;
/** A double beyond this has no INT64. */
const INT64_END = 2 ** 63;

/** What a cell becomes. */
type Value = bigint | number | string | null;

const ELEMENTS: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  integer: { type: 'INT64', repetition_type: 'OPTIONAL' },
  number: { type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
};

/**
 * Encodes a whole table and hands the bytes on a row group at a time.
 *
 * @param table - Columns of equal length; NaN and empty text are undefined.
 * @param columns - Schema; decides the order of columns.
 * @param emit - Receives each chunk; the bytes are reused after it returns.
 * @throws {RangeError} when a column is missing, unknown, or not of its schema's kind.
 * @throws {InvariantViolation} when a number is infinite, has a fraction in an integer column, or is
 *   beyond 64 bits there.
 * Source: Apache Parquet format, version 2; key-value metadata `meaning:<column>` and `unit:<column>`.
 */
export function encodeTableParquet(
  table: Table,
  columns: readonly Column[],
  emit: (chunk: Uint8Array) => void,
): void {
  checkColumns(table, columns);
  encodeGroups(columns, table.count, emit, (column, start, end) => {
    const values = table.columns[column.name]!;
    const { type } = column;
    if (type === 'text') return sliceOf(start, end, (row) => textValue(values[row] as string));
    const integer = type === 'integer';
    return sliceOf(start, end, (row) => {
      const value = values[row] as number;
      if (!isStorable(value, integer)) refuse(table.name, column, row, value);
      return numberValue(value, integer);
    });
  });
}

/**
 * Encodes small rows, as {@link encodeTableParquet} does a table.
 *
 * @param name - Name of the table, for errors.
 * @param columns - Schema, in the order of cells.
 * @param rows - Cells; undefined, NaN, infinite and empty ones are null.
 * @throws {InvariantViolation} when an integer has a fraction or is beyond 64 bits.
 * @throws {RangeError} when a cell is text in a column of numbers.
 */
export function encodeRowsParquet(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  emit: (chunk: Uint8Array) => void,
): void {
  encodeGroups(columns, rows.length, emit, (column, start, end) => {
    const at = columns.indexOf(column);
    return sliceOf(start, end, (row) => cellValue(name, column, rows[row]![at], row));
  });
}

function cellValue(name: string, column: Column, cell: Cell, row: number): Value {
  if (cell === undefined || cell === '') return null;
  if (column.type === 'text') return String(cell);
  if (typeof cell === 'string') {
    const got = JSON.stringify(cell);
    throw new RangeError(`"${name}.${column.name}" expected a number in row ${row}, got ${got}`);
  }
  if (!Number.isFinite(cell)) return null;
  const integer = column.type === 'integer';
  if (!isStorable(cell, integer)) refuse(name, column, row, cell);
  return numberValue(cell, integer);
}

const isStorable = (value: number, integer: boolean) =>
  isWritable(value, integer) && !(integer && Math.abs(value) >= INT64_END);

/** A minus zero is the zero that the CSV has. */
function numberValue(value: number, integer: boolean): Value {
  if (Number.isNaN(value)) return null;
  return integer ? BigInt(value) : value + 0;
}

const textValue = (text: string): Value => (text === '' ? null : text);

function sliceOf(start: number, end: number, valueAt: (row: number) => Value): Value[] {
  const values: Value[] = new Array(end - start);
  for (let row = start; row < end; row++) values[row - start] = valueAt(row);
  return values;
}

function encodeGroups(
  columns: readonly Column[],
  count: number,
  emit: (chunk: Uint8Array) => void,
  valuesOf: (column: Column, start: number, end: number) => Value[],
): void {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }) => ({ name, ...ELEMENTS[type] })),
    ],
    kvMetadata: columns.flatMap(({ name, unit, meaning }) => [
      { key: `meaning:${name}`, value: meaning },
      ...(unit === '' ? [] : [{ key: `unit:${name}`, value: unit }]),
    ]),
    createdBy: `peerwatt version ${VERSION}`,
  });
  const flush = () => {
    emit(bytes.getBytes());
    // The arena starts anew; offsets within the file go on.
    bytes.index = 0;
  };
  for (let start = 0; start < count; start += GROUP_ROWS) {
    const end = Math.min(count, start + GROUP_ROWS);
    file.write({
      columnData: columns.map((column) => ({
        name: column.name,
        data: valuesOf(column, start, end),
      })),
      rowGroupSize: GROUP_ROWS,
    });
    flush();
  }
  file.finish();
  flush();
}
