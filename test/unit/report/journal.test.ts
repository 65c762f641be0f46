import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { journalLine, openJournal, readJournal } from '../../../src/report/journal.ts';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
});
afterAll(() => rmSync(home, { recursive: true }));

const records = fc.array(
  fc.record({
    run: fc.string({ unit: 'grapheme', maxLength: 12 }),
    values: fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }))),
    warnings: fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 6 },
);

const linesOf = (list: readonly object[]) => Buffer.from(list.map(journalLine).join(''));
/** What a record is after a journey through text: -0 is 0 there. */
const plain = (list: readonly object[]) => list.map((one) => JSON.parse(JSON.stringify(one)));

/** Whether every record of a list is one of another list, in the same order. */
function isPartOf(list: readonly unknown[], whole: readonly unknown[]): boolean {
  let at = 0;
  const texts = whole.map((one) => JSON.stringify(one));
  return list.every((one) => {
    const found = texts.indexOf(JSON.stringify(one), at);
    at = found + 1;
    return found >= 0;
  });
}

describe('a journal', () => {
  test('gives back what was appended, whatever is in it', () => {
    const path = join(home, 'whole');
    fc.assert(
      fc.property(records, (list) => {
        rmSync(path, { force: true });
        const journal = openJournal(path);
        for (const record of list) journal.append(record);
        journal.close();
        expect(readJournal(path)).toEqual({ records: plain(list), tornCount: 0 });
      }),
      { seed: 1, numRuns: 50 },
    );
    expect(readJournal(join(home, 'none'))).toEqual({ records: [], tornCount: 0 });
  });

  test('cut at any byte, it holds the records before it, and goes on from there', () => {
    const path = join(home, 'cut');
    fc.assert(
      fc.property(records, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const bytes = linesOf(list);
        const length = Math.floor(share * bytes.length);
        writeFileSync(path, bytes.subarray(0, length));
        let end = 0;
        const sound = list.filter((record) => {
          end += Buffer.byteLength(journalLine(record));
          return end <= length;
        });
        expect(readJournal(path).records).toEqual(plain(sound));
        const journal = openJournal(path);
        for (const record of list.slice(sound.length)) journal.append(record);
        journal.close();
        expect(readFileSync(path)).toEqual(bytes);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  test('with any byte changed, it never gives a record that was not written', () => {
    const path = join(home, 'flipped');
    const change = { at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) };
    fc.assert(
      fc.property(records, fc.record(change), (list, { at, bits }) => {
        const bytes = linesOf(list);
        bytes[at % bytes.length]! ^= bits;
        writeFileSync(path, bytes);
        const read = readJournal(path);
        expect(isPartOf(read.records, plain(list))).toBe(true);
        // One byte belongs to one line, or parts two.
        expect(read.records.length).toBeGreaterThanOrEqual(list.length - 2);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('with garbage anywhere, it keeps the lines that are sound', () => {
    const path = join(home, 'garbage');
    const list = [{ run: 'a' }, { run: 'b' }];
    const [first, second] = list.map(journalLine);
    for (const garbage of ['\n', 'null\n', '0123456789abcdef \n', '\0\0\0\n', '{"run":"c"}\n']) {
      writeFileSync(path, `${garbage}${first}${garbage}${second}${garbage}`);
      expect(readJournal(path)).toEqual({ records: list, tornCount: 3 });
    }
  });

  test('what another program appends behind its back is not overwritten', () => {
    const path = join(home, 'two');
    const journal = openJournal(path);
    journal.append({ run: 'a' });
    appendFileSync(path, journalLine({ run: 'b' }));
    journal.append({ run: 'c' });
    journal.close();
    expect(readJournal(path).records).toEqual([{ run: 'a' }, { run: 'b' }, { run: 'c' }]);
  });

  test('keeps of a record what it is asked to', () => {
    const path = join(home, 'take');
    writeFileSync(path, linesOf([{ run: 'a' }, { run: 'b' }]));
    const { records: runs } = readJournal(path, (record) => (record as { run: string }).run);
    expect(runs).toEqual(['a', 'b']);
  });
});
