/** What the page's script does in a browser, run here on its own text and compared with the program. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRows, encodeText } from '../../../../src/report/csv.ts';
import { escapeText, scriptJson } from '../../../../src/report/page/escape.ts';
import { PAGE_SCRIPT, SCRIPT_RULES } from '../../../../src/report/page/script.ts';
import { dataHtml, pageData, shownCell } from '../../../../src/report/page/table.ts';
import { resultsOf } from '../charts/results-of.ts';
import { chartOf, NASTY, ROWS } from './charts.ts';

const rules = new Function(`${SCRIPT_RULES}; return { shown, csvText };`)() as {
  shown(value: unknown, kind: string): string;
  csvText(columns: readonly string[], rows: readonly (readonly unknown[])[]): string;
};
const content = chartOf({}).create(resultsOf('run', {}))!;
const anyCell = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(...NASTY, '', '"', ',', '\r', '\t', '\uFF0D', 'a\nb', "'"),
);

describe('a CSV from the page', () => {
  test('is the one that the program would write', () => {
    const data = pageData(content);
    const read = JSON.parse(scriptJson(data)) as typeof data;
    expect(rules.csvText(read.columns, read.rows)).toBe(encodeRows(data.columns, ROWS));
  });

  test('so is that of any rows', () => {
    const columns = content.table.columns.slice(0, 2);
    const header = columns.map(({ name }) => name);
    fc.assert(
      fc.property(fc.array(fc.tuple(anyCell, anyCell), { maxLength: 5 }), (rows) => {
        const data = pageData({ ...content, table: { columns, rows } });
        const read = JSON.parse(scriptJson(data)) as typeof data;
        expect(rules.csvText(read.columns, read.rows)).toBe(encodeRows(header, rows));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('has no cell that a spreadsheet would run', () => {
    const lines = rules.csvText(
      ['a'],
      NASTY.map((name) => [name]),
    );
    for (const name of NASTY) expect(lines).toContain(encodeText(name));
    expect(lines).not.toMatch(/(^|,)"?[=+@\uFF1D]|(^|,)"?-[^\d]/m);
  });
});

describe('a cell for people', () => {
  test.each([
    [null, 'u', '–'],
    ['', 't', '–'],
    ['-5', 't', '-5'],
    [0, 'u', '0'],
    [-1234.5678, 'u', '−1235'],
    [12_345.6, 'u', '12\u202f346'],
    [20_240_601, 'i', '20240601'],
    [0.000123456, 'u', '0.0001235'],
    [-1.234567e-7, 'u', '−1.235e−7'],
    [1.5e300, 'u', '1.5e300'],
    [999.96, 'u', '1000'],
  ])('%s is %s', (value, kind, text) => {
    expect(shownCell(value, kind)).toBe(text);
  });

  test('looks the same from the script', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.string()),
        fc.constantFrom('t', 'i', 'u'),
        (value, kind) => {
          expect(rules.shown(value, kind)).toBe(shownCell(value, kind));
        },
      ),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe('text in markup', () => {
  test('keeps no character that could end it, and no control character', () => {
    expect(escapeText(`<a b="c" d='e'>&\u0000\u001b`)).toBe(
      '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\ufffd\ufffd',
    );
    expect(escapeText('Zürich 東京 −1 \u202f')).toBe('Zürich 東京 −1 \u202f');
  });

  test('data blocks cannot end early', () => {
    const html = dataHtml('by-hand', content);
    expect(html.match(/</g)).toHaveLength(2);
    expect(html).not.toContain('<!--');
  });

  test('the script is small and cannot end early', () => {
    expect(PAGE_SCRIPT.length).toBeLessThan(10_000);
    expect(PAGE_SCRIPT).not.toContain('</');
    expect(PAGE_SCRIPT).not.toMatch(/innerHTML|insertAdjacent|document\.write|eval\(/);
  });
});
