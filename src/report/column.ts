/** Columns of a result file as values, and the little table language they are written in. */

/** Kinds of cell. An integer column holds integers or nothing. */
export type ColumnType = 'integer' | 'number' | 'text';

/** One column of a result file. */
export interface Column {
  /** snake_case name; a unit, where there is one, comes last. */
  readonly name: string;
  readonly type: ColumnType;
  /** Unit as text; empty for counts, shares and words. */
  readonly unit: string;
  readonly meaning: string;
}

const TYPES: readonly string[] = ['integer', 'number', 'text'];

/**
 * Parses columns written one a line as `name | type | unit | meaning`.
 *
 * @returns Frozen columns in the order of the lines.
 * @throws {RangeError} when a line has not four parts, a type is unknown or a name comes twice.
 */
export function parseColumns(lines: string): readonly Column[] {
  const columns: Column[] = [];
  for (const line of lines.trim().split('\n')) {
    const [name = '', type = '', unit = '', meaning = ''] = line.split('|').map((x) => x.trim());
    if (!TYPES.includes(type) || meaning === '' || !/^[a-z][a-z0-9_]*$/.test(name)) {
      throw new RangeError(`"column" expected name | type | unit | meaning, got ${line}`);
    }
    if (columns.some((column) => column.name === name)) {
      throw new RangeError(`"column" expected unique names, got ${name} twice`);
    }
    columns.push(Object.freeze({ name, type: type as ColumnType, unit, meaning }));
  }
  return Object.freeze(columns);
}
