/** `datapackage.json`: type, unit and meaning of every column, in the Frictionless table schema. */
import type { Column, ColumnType } from './column.ts';

/** One file of a data package; the ending of its name, `csv` or `parquet`, is its format. */
export interface Resource {
  /** File name within the folder. */
  readonly path: string;
  readonly title: string;
  /** Columns that identify a row; empty when no set does. */
  readonly key: readonly string[];
  readonly columns: readonly Column[];
}

const FIELD_TYPES: Readonly<Record<ColumnType, string>> = {
  integer: 'integer',
  number: 'number',
  text: 'string',
};

const CSV_FORMAT = {
  format: 'csv',
  mediatype: 'text/csv',
  encoding: 'utf-8',
  dialect: { delimiter: ',', lineTerminator: '\n', quoteChar: '"', doubleQuote: true },
};

const PARQUET_FORMAT = { format: 'parquet', mediatype: 'application/vnd.apache.parquet' };

/**
 * Describes the tables of a result folder. A package with Parquet files is no tabular one in the words
 * of the standard, which knows CSV only; the schema of both is the same.
 *
 * @param name - Name of the scenario; becomes a lower-case slug.
 * @returns JSON text that ends in a newline.
 * Source: Frictionless Data, Tabular Data Package and Table Schema, version 1.
 */
export function encodeDataPackage(name: string, resources: readonly Resource[]): string {
  const slug = name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  const content = {
    profile: resources.every(({ path }) => isCsv(path)) ? 'tabular-data-package' : 'data-package',
    name: slug === '' ? 'peerwatt' : slug,
    resources: resources.map(({ path, title, key, columns }) => ({
      profile: isCsv(path) ? 'tabular-data-resource' : 'data-resource',
      name: path.replace(/\.csv$/, '').replace(/[^a-z0-9._-]+/g, '-'),
      path,
      title,
      ...(isCsv(path) ? CSV_FORMAT : PARQUET_FORMAT),
      schema: {
        fields: columns.map((column) => ({
          name: column.name,
          type: FIELD_TYPES[column.type],
          ...(column.unit === '' ? {} : { unit: column.unit }),
          description: column.meaning,
        })),
        missingValues: [''],
        ...(key.length === 0 ? {} : { primaryKey: key }),
      },
    })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const isCsv = (path: string) => path.endsWith('.csv');
