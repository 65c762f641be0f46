import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { createTable } from '../../../src/base/table.ts';
import { parseColumns } from '../../../src/report/column.ts';
import { encodeRows, encodeTable, encodeText } from '../../../src/report/csv.ts';

const COLUMNS = parseColumns(`
count | integer |    | Integers
size  | number  | Wh | Numbers
name  | text    |    | Words
`);

function encode(count: number[], size: number[], name: string[]): string {
  const table = createTable('bulk', {
    count: Float64Array.from(count),
    size: Float64Array.from(size),
    name,
  });
  const chunks: Buffer[] = [];
  encodeTable(table, COLUMNS, (chunk) => chunks.push(Buffer.from(chunk)));
  return Buffer.concat(chunks).toString('utf8');
}

/** A word without the apostrophe that makes a formula harmless. */
const bare = (text: string) => (/^'[=+\-@\t\r＝＋－＠]/.test(text) ? text.slice(1) : text);

describe('bulk CSV', () => {
  test('has a header, newlines without carriage return, and empty cells for NaN', () => {
    expect(encode([1, Number.NaN], [0.1, -0], ['a', ''])).toBe('count,size,name\n1,0.1,a\n,0,\n');
  });

  test('an empty table is its header', () => {
    expect(encode([], [], [])).toBe('count,size,name\n');
  });

  test.each([
    ['=SUM(A1)', "'=SUM(A1)"],
    ['+1', "'+1"],
    ['-cmd', "'-cmd"],
    ['@x', "'@x"],
    ['\tx', "'\tx"],
    ['＝1', "'＝1"],
    ['a=b', 'a=b'],
    ['a,b', '"a,b"'],
    ['=a,"b"', '"\'=a,""b"""'],
    ['line\nend', '"line\nend"'],
  ])('text %j is written %j', (text, cell) => {
    expect(encodeText(text)).toBe(cell);
    expect(encode([1], [1], [text])).toBe(`count,size,name\n1,1,${cell}\n`);
  });

  test('a negative number is no formula', () => {
    expect(encode([-5], [-0.25], ['x'])).toBe('count,size,name\n-5,-0.25,x\n');
  });

  test('read back, cells are what was written', () => {
    const row = fc.record({
      count: fc.maxSafeInteger(),
      size: fc.double({ noNaN: true, noDefaultInfinity: true }),
      name: fc.string({ unit: 'binary', maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const text = encode(
          rows.map((cells) => cells.count),
          rows.map((cells) => cells.size),
          rows.map((cells) => cells.name),
        );
        const [header, ...records] = parse(text, { relax_column_count: false }) as string[][];
        expect(header).toEqual(['count', 'size', 'name']);
        const got = records.map(([count, size, name]) => [+count!, +size!, bare(name!)]);
        expect(got).toEqual(
          rows.map(({ count, size, name }) => [count || 0, size || 0, bare(name)]),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('tables longer than a block and an arena come out whole', () => {
    const rows = 70_000;
    const text = encode(
      Array.from({ length: rows }, (_, i) => i * 1_000_003),
      Array.from({ length: rows }, (_, i) => i / 8),
      Array.from({ length: rows }, (_, i) => (i % 1000 === 0 ? 'ä'.repeat(400) : `home-${i}`)),
    );
    const lines = text.split('\n');
    expect(lines.length).toBe(rows + 2);
    expect(lines[70_000]).toBe(`${69_999 * 1_000_003},${69_999 / 8},home-69999`);
    expect(lines[69_001]).toBe(`${69_000 * 1_000_003},8625,${'ä'.repeat(400)}`);
  });

  test('a text longer than the arena passes', () => {
    const long = 'x'.repeat(1_500_000);
    expect(encode([1], [1], [long])).toBe(`count,size,name\n1,1,${long}\n`);
  });

  test('a fraction in an integer column or an infinite number is an invariant violation', () => {
    expect(() => encode([0.5], [1], ['x'])).toThrow(InvariantViolation);
    expect(() => encode([1], [Number.POSITIVE_INFINITY], ['x'])).toThrow(
      'writable-results: bulk.size expected a number or nothing in row 0, got Infinity',
    );
  });

  test('a table must have the columns of its schema, of their kinds', () => {
    const emit = () => {};
    const columns = { count: [1], size: [1], name: ['x'] };
    const lacking = createTable('bulk', { count: [1], size: [1] });
    const unknown = createTable('bulk', { ...columns, extra: [1] });
    const swapped = createTable('bulk', { ...columns, size: ['1'] });
    expect(() => encodeTable(lacking, COLUMNS, emit)).toThrow('expected a column name, got none');
    expect(() => encodeTable(unknown, COLUMNS, emit)).toThrow('got extra besides');
    expect(() => encodeTable(swapped, COLUMNS, emit)).toThrow('expected numbers in size, got text');
  });
});

describe('small CSV', () => {
  test('speaks the same dialect', () => {
    expect(
      encodeRows(
        ['a', 'b'],
        [
          ['=x', -1.5],
          ['p,q', undefined],
          ['', Number.NaN],
        ],
      ),
    ).toBe('a,b\n\'=x,-1.5\n"p,q",\n,\n');
  });
});
