/** `datapackage.json`: type, unit and meaning of every column, in the Frictionless table schema. */
import type { Column, ColumnType } from './column.ts';

/** One file of a data package. */
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

/**
 * Describes the CSV files of a result folder.
 *
 * @param name - Name of the scenario; becomes a lower-case slug.
 * @returns JSON text that ends in a newline.
 * Source: Frictionless Data, Tabular Data Package and Table Schema, version 1.
 */
export function encodeDataPackage(name: string, resources: readonly Resource[]): string {
  const slug = name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  const content = {
    profile: 'tabular-data-package',
    name: slug === '' ? 'peerwatt' : slug,
    resources: resources.map(({ path, title, key, columns }) => ({
      profile: 'tabular-data-resource',
      name: path.replace(/\.csv$/, '').replace(/[^a-z0-9._-]+/g, '-'),
      path,
      title,
      format: 'csv',
      mediatype: 'text/csv',
      encoding: 'utf-8',
      dialect: { delimiter: ',', lineTerminator: '\n', quoteChar: '"', doubleQuote: true },
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
