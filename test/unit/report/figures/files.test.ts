import { inflateSync } from 'node:zlib';
import { dot } from '@observablehq/plot';
import { parse } from 'csv-parse/sync';
import { DOMParser } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { pdfFigure } from '../../../../src/cli/pdf.ts';
import { encodeRows } from '../../../../src/report/csv.ts';
import { figureFiles, tableFiles } from '../../../../src/report/figures/files.ts';
import { latexTable, latexText } from '../../../../src/report/figures/latex.ts';
import { makeCharts } from '../../../../src/report/page/html.ts';
import { resultsOf } from '../charts/results-of.ts';
import { chartOf, NASTY, NASTY_CHART, ROWS } from '../page/charts.ts';

const results = resultsOf('run', {});
const made = makeCharts(results, [NASTY_CHART]);
const content = made[0]!.content;

/** Instructions of a PDF's only page. */
function instructionsOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  const streams = [...text.matchAll(/stream\n([\s\S]*?)\nendstream/g)].map(([, body]) =>
    inflateSync(Buffer.from(body!, 'latin1')).toString('latin1'),
  );
  return streams.join('\n');
}

describe('a figure as a file', () => {
  const files = figureFiles(made);

  test('has the name of its chart and its label', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'nasty-script-img-src-x-onerror-alert-3',
      'nasty-ramp',
    ]);
    const one = { label: '', description: '', plot: { marks: [dot([1])] } };
    const twice = chartOf({
      content: { figures: [one, { ...one, label: 'x' }, { ...one, label: 'X' }] },
    });
    const names = figureFiles(makeCharts(results, [twice])).map(({ name }) => name);
    expect(names).toEqual(['by-hand', 'by-hand-x', 'by-hand-3']);
  });

  test('is well-formed XML in light colours, with its legend in it and nothing to load', () => {
    for (const { svg, width, height } of files) {
      const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement!;
      expect(root.getAttribute('viewBox')).toBe(`0 0 ${width} ${height}`);
      expect(svg).not.toMatch(/var\(--|currentColor|<style|style=|system-ui/);
      // Nothing but the escaped letters of names is left between tags, and no quote inside quotes.
      expect(svg).toMatch(/^(<[a-zA-Z/](?:[^<>"]|"[^<>"]*")*>|[^<>])*$/);
      expect(svg.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
    }
    expect(files[0]!.svg).toContain('stroke-dasharray="6 3"');
    expect(files[0]!.svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(files[1]!.svg).toContain('share [%]');
  });

  test('is a PDF of the same size, of vectors and text, the same every time', () => {
    for (const figure of files) {
      const { bytes, missing } = pdfFigure(figure, figure.title);
      const text = Buffer.from(bytes).toString('latin1');
      expect(text).toMatch(/^%PDF-1\.3\n[\s\S]*%%EOF\n$/);
      expect(text).toContain(`/MediaBox [0 0 ${figure.width} ${figure.height}]`);
      expect(text).toContain('19700101000000Z');
      const places = Number(/startxref\n(\d+)/.exec(text)![1]);
      expect(text.slice(places, places + 4)).toBe('xref');
      const instructions = instructionsOf(bytes);
      expect(instructions).toMatch(/\bBT\b[\s\S]*\bET\b/);
      expect(instructions).toMatch(/ [lc]\n/);
      expect(missing).toEqual(
        figure === files[0] ? ['\uFF1D', '\ufffd'].sort() : ['\uFF1D', '\ufffd'],
      );
      expect(
        Buffer.compare(Buffer.from(pdfFigure(figure, figure.title).bytes), Buffer.from(bytes)),
      ).toBe(0);
    }
  });
});

describe('a table as a file', () => {
  test('as CSV has the rows of the chart', () => {
    const csv = tableFiles(made).find(({ name }) => name === 'nasty.csv')!.text;
    expect(csv).toBe(encodeRows(['name', 'count', 'energy'], ROWS));
    expect(parse(csv)).toHaveLength(ROWS.length + 1);
  });

  test('as LaTeX has the rules of booktabs, numbers right and signs of mathematics', () => {
    const rows = [
      ['a_b & 50 %', 3, -1234.5],
      ['', undefined, 1.5e-9],
      ['x', 12_345, 12_345.6],
    ];
    const table = latexTable('By hand', {
      ...content,
      heads: ['name', 'count', 'energy'],
      table: { ...content.table, rows },
    });
    expect(table).toBe(
      [
        '% By hand; needs \\usepackage{booktabs}',
        '\\begin{tabular}{lrr}',
        '\\toprule',
        '{name} & {count} & {energy (Wh)} \\\\',
        '\\midrule',
        'a\\_b \\& 50 \\% & $3$ & $-1235$ \\\\',
        '-- & -- & $1.5\\times 10^{-9}$ \\\\',
        'x & $12345$ & $12\\,346$ \\\\',
        '\\bottomrule',
        '\\end{tabular}',
        '',
      ].join('\n'),
    );
  });

  test('as LaTeX cannot run a command, end a row or a comment', () => {
    expect(latexText('\\input{x} ^^41 #1 $x$ ~ a|b <c> "d" [e]')).toBe(
      '\\textbackslash{}input\\{x\\} \\textasciicircum{}\\textasciicircum{}41 \\#1 \\$x\\$ ' +
        '\\textasciitilde{} a\\textbar{}b \\textless{}c\\textgreater{} \\textquotedbl{}d' +
        '\\textquotedbl{} {[}e{]}',
    );
    expect(latexText('a\nb\r\tc\u0000')).toBe('a b  c ');
    for (const name of NASTY) {
      const unescaped = latexText(name).replaceAll(/\\([{}$&#%_]|[a-z]+(\{\})?)/g, '');
      expect(unescaped).not.toMatch(/[\\$&#%_^~\n]/);
    }
  });
});
