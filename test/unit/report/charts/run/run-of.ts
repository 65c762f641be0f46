/** A chart of a run whose tables a test writes by hand. */

import type { ChartContent, ChartPlugin } from '../../../../../src/report/page/chart.ts';
import { type DrawnFigure, drawParts } from '../../../../../src/report/page/draw.ts';
import type { Results } from '../../../../../src/report/page/results.ts';
import { resultsOf, type Tables } from '../results-of.ts';

/** Columns given a word each and rows of cells as CSV, so that a test shows only what it is about. */
export function csv(head: string, rows: readonly (readonly (string | number)[])[]): string {
  return [head.split(' ').join(','), ...rows.map((row) => row.join(','))].join('\n');
}

/** A run of some tables with its manifest. */
export function runResults(tables: Tables, manifest: Results['manifest'] = {}): Results {
  return { ...resultsOf('run', tables), manifest };
}

/** The chart, or undefined where the run has nothing for it; drawn, too, so that bad marks show. */
export function chartOf(
  chart: ChartPlugin,
  tables: Tables,
  manifest: Results['manifest'] = {},
): ChartContent | undefined {
  const content = chart.create(runResults(tables, manifest));
  if (content !== undefined) drawAll(content);
  return content;
}

/** Rows of the chart by name of column. @throws {Error} when there is no chart. */
export function rowsOf(content: ChartContent | undefined): Record<string, unknown>[] {
  if (content === undefined) throw new Error('no chart');
  const names = content.table.columns.map(({ name }) => name);
  return content.table.rows.map((row) => Object.fromEntries(names.map((n, i) => [n, row[i]])));
}

/** Draws every figure and checks what a page and a file of rows rely on. @throws {Error} else. */
export function drawAll(content: ChartContent): DrawnFigure[] {
  for (const row of content.table.rows) {
    if (row.length !== content.table.columns.length) throw new Error(`ragged row ${row}`);
    row.forEach((cell, at) => {
      const { name, type } = content.table.columns[at]!;
      const isText = typeof cell === 'string';
      const isFine = cell === undefined || isText === (type === 'text');
      const isWhole = type !== 'integer' || isText || Number.isInteger(cell ?? 0);
      const isReal = isText || Number.isFinite(cell ?? 0);
      if (!isFine || !isWhole || !isReal) throw new Error(`${name} holds ${cell}`);
    });
  }
  if (/NaN|Infinity/.test(content.caption)) throw new Error(`caption says ${content.caption}`);
  return content.figures.map((figure) => {
    const drawn = drawParts(figure);
    if (/="[^"]*(NaN|Infinity|undefined)/.test(drawn.svg)) throw new Error(`bad ${figure.label}`);
    return drawn;
  });
}

/** Marks of a drawing: shapes, texts and lines. */
export function markCount({ svg }: DrawnFigure): number {
  return svg.match(/<(path|rect|circle|text|line)\b/g)?.length ?? 0;
}
