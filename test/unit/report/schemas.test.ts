import { describe, expect, test } from 'vitest';
import { parseColumns } from '../../../src/report/column.ts';
import { encodeDataPackage } from '../../../src/report/data-package.ts';
import { RUN_TABLES, schemaOf } from '../../../src/report/schemas.ts';

const SUFFIX_UNITS: Readonly<Record<string, string>> = {
  us: 'us',
  wh: 'Wh',
  upt: 'upt',
  pu: 'pu',
  kwh: 'upt/kWh',
  w: 'W',
};

describe('table schemas', () => {
  test('the unit in a name is the unit of the column', () => {
    for (const { columns } of RUN_TABLES) {
      for (const { name, unit, type } of columns) {
        const expected = SUFFIX_UNITS[name.split('_').at(-1)!];
        if (expected !== undefined) expect(unit, name).toBe(expected);
        if (/_(us|upt)$/.test(name)) expect(type, name).toBe('integer');
      }
    }
  });

  test('keys are columns', () => {
    for (const { key, columns } of RUN_TABLES) {
      const names = columns.map((column) => column.name);
      for (const part of key) expect(names).toContain(part);
    }
  });

  test('an unknown table is refused by name', () => {
    expect(() => schemaOf('orders')).toThrow('"table" expected a result table, got orders');
  });

  test('a line that is no column is refused', () => {
    expect(() => parseColumns('a | float | Wh | Something')).toThrow(RangeError);
    expect(() => parseColumns('a | text | | x\na | text | | y')).toThrow('a twice');
  });
});

describe('data package', () => {
  test('gives type, unit and meaning of every column', () => {
    const { columns, title, key } = schemaOf('slots');
    const resource = { path: 'slots.csv', title, key, columns };
    const content = JSON.parse(encodeDataPackage('My Village', [resource]));
    expect(content.name).toBe('my-village');
    expect(content.resources[0].name).toBe('slots');
    expect(content.resources[0].schema.primaryKey).toEqual(['slot']);
    expect(content.resources[0].schema.fields).toHaveLength(columns.length);
    expect(content.resources[0].schema.fields[1]).toEqual({
      name: 'start_us',
      type: 'integer',
      unit: 'us',
      description: 'Start of delivery',
    });
  });
});
