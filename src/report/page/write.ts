/** Writes the page of a result folder. */
import { join } from 'node:path';
import { CHARTS } from '../charts/index.ts';
import { writeText } from '../folder.ts';
import { makeCharts, pageHtml } from './html.ts';
import { openResults } from './results.ts';

/** Name of the page within its folder. */
export const REPORT_FILE = 'report.html';

/**
 * Writes the report of a result: one self-contained HTML file, complete or not at all.
 *
 * @param folder - Run or study folder.
 * @param file - Where it goes; default `report.html` in the folder, which replaces an earlier one.
 * @param mayReplace - Whether a `file` that exists may be replaced.
 * @returns Path of the file.
 * @throws {ScenarioError} when the folder is no complete result, or the file is in the way.
 */
export function writeReport(folder: string, file?: string, mayReplace = false): string {
  const results = openResults(folder);
  const path = file ?? join(folder, REPORT_FILE);
  writeText(path, pageHtml(results, makeCharts(results, CHARTS)), mayReplace || file === undefined);
  return path;
}
