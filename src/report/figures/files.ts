/** Every chart of a result as files for papers: figures as SVG, tables as CSV and LaTeX. */
import { encodeRows } from '../csv.ts';
import { drawParts } from '../page/draw.ts';
import { slug } from '../page/escape.ts';
import type { MadeChart } from '../page/html.ts';
import { latexTable } from './latex.ts';
import { type StandaloneFigure, standaloneFigure } from './standalone.ts';

/** A file of text to write. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** A figure to write, as SVG and in whatever else it is turned into. */
export interface FigureFile extends StandaloneFigure {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
}

/** Figures of charts: `<chart>`, or `<chart>-<label>` where a chart has several. */
export function figureFiles(made: readonly MadeChart[]): FigureFile[] {
  return made.flatMap(({ chart, content }) => {
    const taken = new Set<string>();
    return content.figures.map((figure, index) => {
      const ending = figure.label === '' ? '' : slug(figure.label);
      let name = ending === '' ? chart.name : `${chart.name}-${ending}`;
      if (taken.has(name)) name = `${chart.name}-${index + 1}`;
      taken.add(name);
      const title = figure.label === '' ? chart.title : `${chart.title}: ${figure.label}`;
      return { name, title, ...standaloneFigure(drawParts(figure), title) };
    });
  });
}

/** Tables of charts: `<chart>.csv` and `<chart>.tex`. */
export function tableFiles(made: readonly MadeChart[]): TextFile[] {
  return made.flatMap(({ chart, content }) => {
    const header = content.table.columns.map(({ name }) => name);
    return [
      { name: `${chart.name}.csv`, text: encodeRows(header, content.table.rows) },
      { name: `${chart.name}.tex`, text: latexTable(chart.title, content) },
    ];
  });
}
