/** `peerwatt report`: a result folder as one page, and its figures and tables for papers. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ScenarioError } from '../base/errors.ts';
import { CHARTS } from '../report/charts/index.ts';
import { figureFiles, tableFiles } from '../report/figures/files.ts';
import { writeText } from '../report/folder.ts';
import { makeCharts, pageHtml } from '../report/page/html.ts';
import { openResults } from '../report/page/results.ts';
import { REPORT_FILE } from '../report/page/write.ts';
import { pdfFigure } from './pdf.ts';
import { type Arguments, EXIT } from './session.ts';
import { textOption, UsageError } from './usage.ts';

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
  const drawings = figures === undefined ? [] : figureFiles(made);
  const tables = figures === undefined ? [] : tableFiles(made);
  const names = [
    ...drawings.flatMap(({ name }) => [`${name}.svg`, `${name}.pdf`]),
    ...tables.map(({ name }) => name),
  ].map((name) => join(figures ?? '', name));
  if (!mayReplace) refuseExisting(out === undefined ? names : [out, ...names]);
  write(path, pageHtml(results, made));
  process.stdout.write(`report: ${path}\n`);
  if (figures === undefined) return EXIT.fine;
  for (const figure of drawings) {
    const pdf = pdfFigure(figure, figure.title);
    write(join(figures, `${figure.name}.svg`), figure.svg);
    write(join(figures, `${figure.name}.pdf`), pdf.bytes);
    if (pdf.missing.length > 0) {
      const signs = pdf.missing.join(' ');
      process.stderr.write(`note: ${figure.name}.pdf shows ? for ${signs}; its SVG has them\n`);
    }
  }
  for (const { name, text } of tables) write(join(figures, name), text);
  process.stdout.write(`figures: ${figures}, ${drawings.length} drawings, ${made.length} tables\n`);
  return EXIT.fine;
}

/** Nothing is written where anything would be replaced. @throws {ScenarioError} naming every file. */
function refuseExisting(paths: readonly string[]): void {
  const taken = paths.filter((path) => existsSync(path));
  if (taken.length === 0) return;
  const [first, ...more] = taken;
  const got = more.length === 0 ? 'an existing one' : `an existing one, and ${more.length} more`;
  const issue = { file: '', path: first!, expected: 'a new file', got };
  throw new ScenarioError([{ ...issue, hint: '--force replaces it' }]);
}

/** Writes a file that may be replaced. @throws {UsageError} when it cannot be written. */
function write(path: string, content: string | Uint8Array): void {
  try {
    writeText(path, content, true);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(`${path}: cannot be written: ${message}`);
  }
}
