/** `peerwatt report`: a result folder as one page, and its figures and tables for papers. */
import { join } from 'node:path';
import { CHARTS } from '../report/charts/index.ts';
import { figureFiles, tableFiles } from '../report/figures/files.ts';
import { writeText } from '../report/folder.ts';
import { makeCharts, pageHtml } from '../report/page/html.ts';
import { openResults } from '../report/page/results.ts';
import { REPORT_FILE } from '../report/page/write.ts';
import { pdfFigure } from './pdf.ts';
import { type Arguments, EXIT } from './session.ts';
import { textOption } from './usage.ts';

/**
 * Writes the report of a run or a study; with `--figures` each figure as SVG and PDF and each table as CSV
 * and LaTeX, too.
 *
 * @returns Exit code 0.
 * @throws {ScenarioError} when the folder is no complete result, or a file is in the way.
 */
export function report(args: Arguments): number {
  const folder = textOption('folder', args.folder)!;
  const out = textOption('out', args.out);
  const figures = textOption('figures', args.figures);
  const mayReplace = args.force === true;
  const results = openResults(folder);
  const made = makeCharts(results, CHARTS);
  const path = out ?? join(folder, REPORT_FILE);
  writeText(path, pageHtml(results, made), mayReplace || out === undefined);
  process.stdout.write(`report: ${path}\n`);
  if (figures === undefined) return EXIT.fine;
  const write = (name: string, content: string | Uint8Array) =>
    writeText(join(figures, name), content, mayReplace);
  const drawings = figureFiles(made);
  for (const figure of drawings) {
    const pdf = pdfFigure(figure, figure.title);
    write(`${figure.name}.svg`, figure.svg);
    write(`${figure.name}.pdf`, pdf.bytes);
    if (pdf.missing.length > 0) {
      const signs = pdf.missing.join(' ');
      process.stderr.write(`note: ${figure.name}.pdf shows ? for ${signs}; its SVG has them\n`);
    }
  }
  for (const { name, text } of tableFiles(made)) write(name, text);
  process.stdout.write(`figures: ${figures}, ${drawings.length} drawings, ${made.length} tables\n`);
  return EXIT.fine;
}
