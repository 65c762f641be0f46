/** Parquet files read back by an independent reader, against the CSV of the same table. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { createTable } from '../../../src/base/table.ts';
import { checkFolder } from '../../../src/report/check.ts';
import { type Column, parseColumns } from '../../../src/report/column.ts';
import { type Cell, encodeRows } from '../../../src/report/csv.ts';
import { openFolder } from '../../../src/report/folder.ts';
import { writeTableFiles } from '../../../src/report/formats.ts';
import { encodeRowsParquet, encodeTableParquet } from '../../../src/report/parquet.ts';
import { RUN_TABLES } from '../../../src/report/schemas.ts';
import { openRun } from '../../../src/report/write.ts';
import { simulate } from '../../../src/simulation/run.ts';
import { scenarioOf } from '../../simulation/world.ts';

const COLUMNS = parseColumns(`
count | integer |    | Integers
size  | number  | Wh | Numbers
name  | text    |    | Words
`);

/** A run takes a second, which a busy machine stretches. */
const SLOW_MS = 60_000;

type Read = Record<string, bigint | number | string | null>;
type Produce = (emit: (chunk: Uint8Array) => void) => void;

function bytesOf(produce: Produce): Uint8Array<ArrayBuffer> {
  const chunks: Buffer[] = [];
  produce((chunk) => chunks.push(Buffer.from(chunk)));
  return new Uint8Array(Buffer.concat(chunks));
}

const read = async (bytes: Uint8Array<ArrayBuffer>) =>
  (await parquetReadObjects({ file: bytes.buffer })) as Read[];

function encode(count: ArrayLike<number>, size: ArrayLike<number>, name: string[]) {
  const table = createTable('bulk', { count, size, name });
  return bytesOf((emit) => encodeTableParquet(table, COLUMNS, emit));
}

const encodeCells = (rows: readonly (readonly Cell[])[]) =>
  bytesOf((emit) => encodeRowsParquet('small', COLUMNS, rows, emit));

describe('a table as Parquet', () => {
  test('has null for what is undefined and zero for minus zero', async () => {
    const rows = await read(encode([1, Number.NaN, -0], [0.1, -0, Number.NaN], ['a', '', 'c']));
    expect(rows).toEqual([
      { count: 1n, size: 0.1, name: 'a' },
      { count: null, size: 0, name: null },
      { count: 0n, size: null, name: 'c' },
    ]);
    expect(Object.is(rows[1]!.size, 0)).toBe(true);
  });

  test('without rows still has its columns, types and meaning', async () => {
    for (const bytes of [encode([], [], []), encodeCells([])]) {
      expect(await read(bytes)).toEqual([]);
      const { schema, num_rows, key_value_metadata, created_by } = parquetMetadata(bytes.buffer);
      expect(num_rows).toBe(0n);
      expect(created_by).toMatch(/^peerwatt version /);
      expect(schema.map(({ name, type, converted_type }) => [name, type, converted_type])).toEqual([
        ['root', undefined, undefined],
        ['count', 'INT64', undefined],
        ['size', 'DOUBLE', undefined],
        ['name', 'BYTE_ARRAY', 'UTF8'],
      ]);
      expect(key_value_metadata).toEqual([
        { key: 'meaning:count', value: 'Integers' },
        { key: 'meaning:size', value: 'Numbers' },
        { key: 'unit:size', value: 'Wh' },
        { key: 'meaning:name', value: 'Words' },
      ]);
    }
  });

  test('keeps integers around the end of exact doubles, and beyond', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const counts = [most, most - 1, -most, 2 ** 53 + 2, -(2 ** 62), 0];
    const rows = await read(encode(counts, counts, new Array(counts.length).fill('x')));
    expect(rows.map((row) => row.count)).toEqual(counts.map((count) => BigInt(count)));
    expect(rows.map((row) => row.size)).toEqual(counts);
  });

  test('leaves text as it is: formulas, accents, pairs of surrogates, line ends', async () => {
    const names = [
      '=SUM(A1)',
      '+1',
      '-cmd',
      '@x',
      "'a",
      '＝1',
      'Žižkov 電 🔋',
      'a,"b"\nc\r\n',
      ' ',
    ];
    const zeros = new Array(names.length).fill(0);
    expect((await read(encode(zeros, zeros, names))).map((row) => row.name)).toEqual(names);
  });

  test.each([
    [[0.5], [1], 'bulk.count expected an integer or nothing in row 0, got 0.5'],
    [[2 ** 63], [1], 'an integer or nothing in row 0, got 9223372036854776000'],
    [[1], [Number.POSITIVE_INFINITY], 'bulk.size expected a number or nothing in row 0'],
  ])('refuses integers %j and numbers %j', (count, size, message) => {
    const run = () => encode(count, size, ['x']);
    expect(run).toThrow(InvariantViolation);
    expect(run).toThrow(message);
  });

  test('refuses columns that are not of the schema', () => {
    const table = createTable('bulk', { count: [1], size: [1] });
    expect(() => encodeTableParquet(table, COLUMNS, () => {})).toThrow('expected a column name');
  });

  test('is written group by group, the same bytes each time', async () => {
    const n = 70_000;
    const count = Float64Array.from({ length: n }, (_, i) => (i % 7 === 0 ? Number.NaN : i));
    const size = Float64Array.from(count, (x) => x / 3);
    const name = Array.from({ length: n }, (_, i) => (i % 5 === 0 ? '' : `home-${i % 50}`));
    let largest = 0;
    const table = createTable('bulk', { count, size, name });
    encodeTableParquet(table, COLUMNS, (chunk) => {
      largest = Math.max(largest, chunk.length);
    });
    const bytes = encode(count, size, name);
    expect(largest).toBeLessThan(0.6 * bytes.length);
    expect(parquetMetadata(bytes.buffer).row_groups.map((group) => group.num_rows)).toEqual([
      32_768n,
      32_768n,
      4_464n,
    ]);
    expect(Buffer.from(encode(count, size, name)).equals(Buffer.from(bytes))).toBe(true);
    const rows = await read(bytes);
    expect(rows.length).toBe(n);
    const wrong = rows.findIndex(
      (row, i) =>
        row.count !== (i % 7 === 0 ? null : BigInt(i)) ||
        row.size !== (i % 7 === 0 ? null : i / 3) ||
        row.name !== (name[i] || null),
    );
    expect(wrong).toBe(-1);
  });
});

describe('small rows as Parquet', () => {
  test('have the cells that their CSV has', async () => {
    const cell = fc.record({
      count: fc.option(fc.maxSafeInteger(), { nil: undefined }),
      size: fc.option(fc.double({ noNaN: false }), { nil: undefined }),
      // An apostrophe of the text's own is not the one that makes a formula harmless.
      name: fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith("'")),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 20 }), async (records) => {
        const rows = records.map(({ count, size, name }): Cell[] => [count, size, name]);
        const text = encodeRows(['count', 'size', 'name'], rows);
        expect(asCells(await read(encodeCells(rows)), COLUMNS)).toEqual(csvCells(text));
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  test('take numbers as text where the column is text, and no text where it is numbers', async () => {
    expect(await read(encodeCells([[1, 2.5, 7]]))).toEqual([{ count: 1n, size: 2.5, name: '7' }]);
    expect(() => encodeCells([[1, 'many', 'x']])).toThrow(
      '"small.size" expected a number in row 0, got "many"',
    );
    expect(() => encodeCells([[1.5, 1, 'x']])).toThrow('small.count expected an integer');
  });
});

/** Cells of a CSV file without its header; the apostrophe before a formula is taken off. */
function csvCells(text: string): string[][] {
  const [, ...rows] = parse(text, { relax_column_count: true }) as string[][];
  const bare = (cell: string) => (/^'[=+\-@\t\r＝＋－＠]/.test(cell) ? cell.slice(1) : cell);
  return rows.map((row) => row.map(bare));
}

/** Rows of a Parquet file as the CSV writes them. */
function asCells(rows: readonly Read[], columns: readonly Column[]): string[][] {
  return rows.map((row) =>
    columns.map(({ name }) => {
      const value = row[name];
      return value === null || value === undefined ? '' : String(value);
    }),
  );
}

describe('a run with both formats', () => {
  let home = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
    const scenario = scenarioOf('dpos', [
      'fraud.detectors=[energy-balance]',
      'fraud.attacks=[{name: under-reporting}]',
    ]);
    const environment = { version: '0.0.0', nodeMajor: 20 };
    for (const [name, formats] of [['csv'], ['both', ['csv', 'parquet'] as const]] as const) {
      const writer = openRun(scenario, join(home, name), formats);
      writer.finish(simulate(scenario, { onLedger: writer.onLedger }), environment);
    }
  }, SLOW_MS);
  afterAll(() => rmSync(home, { recursive: true }));

  const bytes = (folder: string, name: string) => readFileSync(join(home, folder, name));

  test('has a Parquet file beside every CSV, both listed, and the CSV unchanged', () => {
    const plain = readdirSync(join(home, 'csv'));
    const tables = plain.filter((name) => name.endsWith('.csv'));
    expect(tables.length).toBeGreaterThan(10);
    const beside = tables.map((name) => name.replace('.csv', '.parquet'));
    expect(readdirSync(join(home, 'both'))).toEqual([...plain, ...beside].sort());
    expect(checkFolder(join(home, 'both'))).toMatchObject({ problems: [], unlisted: [] });
    for (const name of [...tables, 'ledger.bin']) {
      expect(bytes('both', name).equals(bytes('csv', name)), name).toBe(true);
    }
    const { profile, resources } = JSON.parse(String(bytes('both', 'datapackage.json')));
    const paths = resources.map(({ path }: { path: string }) => path);
    expect(new Set(paths)).toEqual(new Set([...tables, ...beside]));
    const find = (path: string) =>
      resources.find((resource: { path: string }) => resource.path === path);
    expect(profile).toBe('data-package');
    expect(find('slots.parquet').format).toBe('parquet');
    expect(find('slots.parquet').schema).toEqual(find('slots.csv').schema);
  });

  test('has the same cells in both, for every table', async () => {
    const names = readdirSync(join(home, 'both')).filter((name) => name.endsWith('.parquet'));
    for (const file of names) {
      const name = file.replace('.parquet', '');
      const text = String(bytes('both', `${name}.csv`));
      const rows = await read(new Uint8Array(bytes('both', file)));
      const header = text.slice(0, text.indexOf('\n')).split(',');
      const columns =
        RUN_TABLES.find((table) => table.name === name)?.columns ??
        header.map((column): Column => ({ name: column, type: 'text', unit: '', meaning: '' }));
      expect(columns.map((column) => column.name)).toEqual(header);
      expect(asCells(rows, columns), file).toEqual(csvCells(text));
    }
  });

  test('may be replaced by a later one', () => {
    const folder = openFolder(join(home, 'both'));
    const resource = { path: 'arms.csv', title: 'Arms', key: [], columns: COLUMNS };
    expect(writeTableFiles(folder, resource, [[1, 2, 'x']], ['csv', 'parquet'])).toEqual([
      resource,
      { ...resource, path: 'arms.parquet' },
    ]);
    folder.commit({ kind: 'study' });
    expect(readdirSync(join(home, 'both'))).toEqual(['arms.csv', 'arms.parquet', 'manifest.json']);
  });
});
