/** What the schema of a result table is. */
import { type Column, parseColumns } from '../column.ts';

/** One table of a run folder. */
export interface TableSchema {
  readonly name: string;
  /** One line for `datapackage.json`. */
  readonly title: string;
  /** Columns that identify a row, by which rows are sorted; empty when no set does. */
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /**
   * `market` tables are all missing in a run of the chain alone, `optional` ones where the run has none,
   * `derived` ones are computed from the others.
   */
  readonly presence: 'always' | 'market' | 'optional' | 'derived';
}

/** Declares a table; key words are separated by blanks, columns as {@link parseColumns} takes them. */
export function schema(
  name: string,
  title: string,
  key: string,
  columns: string,
  presence: TableSchema['presence'] = 'always',
): TableSchema {
  return Object.freeze({
    name,
    title,
    presence,
    key: Object.freeze(key === '' ? [] : key.split(' ')),
    columns: parseColumns(columns),
  });
}
