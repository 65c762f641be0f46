/**
 * A result table in columns, as it travels from the run to the files: dense, one length, and undefined
 * written as NaN (numbers) or '' (text). Schema, units and meaning live with the report.
 */

/** A named set of equally long columns. */
export interface Table {
  readonly name: string;
  readonly count: number;
  readonly columns: Readonly<Record<string, ArrayLike<number> | readonly string[]>>;
}

/** Makes a table. @throws {RangeError} when the columns differ in length. */
export function createTable(name: string, columns: Table['columns']): Table {
  const lengths = Object.entries(columns).map(([key, values]) => [key, values.length] as const);
  const count = lengths[0]?.[1] ?? 0;
  for (const [key, length] of lengths) {
    if (length !== count)
      throw new RangeError(`"${name}.${key}" expected ${count} rows, got ${length}`);
  }
  return { name, count, columns };
}

/** A numeric column of a table. @throws {RangeError} when it is missing or holds text. */
export function numbersOf(table: Table, column: string): ArrayLike<number> {
  const values = table.columns[column];
  if (values === undefined)
    throw new RangeError(`"${table.name}" expected a column ${column}, got none`);
  if (typeof values[0] === 'string')
    throw new RangeError(`"${table.name}.${column}" expected numbers, got text`);
  return values as ArrayLike<number>;
}

/** A text column of a table. @throws {RangeError} when it is missing or holds numbers. */
export function textsOf(table: Table, column: string): readonly string[] {
  const values = table.columns[column];
  if (values === undefined)
    throw new RangeError(`"${table.name}" expected a column ${column}, got none`);
  if (typeof values[0] === 'number')
    throw new RangeError(`"${table.name}.${column}" expected text, got numbers`);
  return values as readonly string[];
}
