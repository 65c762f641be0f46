import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeRows } from '../../../../src/report/csv.ts';
import { openTableFile } from '../../../../src/report/page/table-file.ts';
import { readTable } from '../../../../src/report/read-table.ts';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
});
afterAll(() => rmSync(home, { recursive: true }));

const cacheOf = () => ({ path: '', bytes: new Uint8Array() });

/** The table of a text; each under a new name, as files of a result do not change. */
let made = 0;
function opened(csv: string) {
  made++;
  writeFileSync(join(home, `t${made}.csv`), csv);
  return openTableFile(home, `t${made}`, cacheOf());
}

const number = fc.oneof(
  fc.double({ noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 1e15, -999_999_999_999_999, 1e21, 5e-324),
);
const cell = fc.oneof(
  number,
  fc.constantFrom('', 'ä–東', 'a b', '12', '-', '1e3', 'x"y', 'a,b', '\n'),
);

describe('a table read by columns', () => {
  test('has the numbers and words that were written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, number, cell), { maxLength: 8 }), (rows) => {
        const table = opened(encodeRows(['a', 'b', 'c'], rows))!;
        const text = readTable(home, `t${made}`)!;
        expect([table.count, table.columns]).toEqual([rows.length, ['a', 'b', 'c']]);
        for (const name of ['a', 'b', 'c']) expect(table.texts(name)).toEqual(text.column(name));
        const got = Array.from(table.numbers('b'));
        expect(got).toEqual(rows.map(([, value]) => (Object.is(value, -0) ? 0 : value)));
        const read = text.column('c').map((word) => (word === '' ? Number.NaN : Number(word)));
        expect(Array.from(table.numbers('c'))).toEqual(read);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('computes a column once, and reads again what another file pushed out', () => {
    const cache = cacheOf();
    writeFileSync(join(home, 'one.csv'), 'a,b\n1,2\n3,4\n');
    writeFileSync(join(home, 'two.csv'), 'a\n5\n');
    const one = openTableFile(home, 'one', cache)!;
    expect(one.numbers('a')).toBe(one.numbers('a'));
    const two = openTableFile(home, 'two', cache)!;
    expect(cache.path).toContain('two.csv');
    expect(Array.from(one.numbers('b'))).toEqual([2, 4]);
    expect(two.texts('a')).toEqual(['5']);
  });

  test.each([
    ['', 'expected a header'],
    ['a,b\n1,2\n3', 'expected 2 cells in row 2'],
    ['a,b\n1,2,3\n', 'expected 2 cells in row 1'],
    ['a,b\n"1",2,3\n', 'expected 2 cells in row 1'],
  ])('%j is refused', (csv, words) => {
    expect(() => opened(csv)).toThrow(words);
  });

  test('a header alone, or a last line without its end, is a table', () => {
    expect(opened('a,b\n')!.count).toBe(0);
    expect(Array.from(opened('a,b\n')!.numbers('b'))).toEqual([]);
    expect(opened('a,b\n1,2')!.texts('b')).toEqual(['2']);
    expect(openTableFile(home, 'none', cacheOf())).toBeUndefined();
    expect(() => opened('a\n1\n')!.numbers('b')).toThrow('expected a column b, got none');
  });
});
