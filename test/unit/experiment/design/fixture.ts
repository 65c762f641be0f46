/** Studies over a scenario of small plug-ins, in a folder of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatIssue } from '../../../../src/base/errors.ts';
import type { DesignPoint } from '../../../../src/experiment/design/design.ts';
import { loadStudyText } from '../../../../src/experiment/design/study-file.ts';
import { catalogue, issuesOf } from '../../scenario/fixture.ts';

export const BASE = `schemaVersion: 1
horizon: { start: 2024-06-03T00:00+08:00, days: 2 }
population: { name: synthetic, households: 20 }
arms:
  pow: { consensus: { name: pow, blockInterval: 15 s } }
  dpos: { fraud: { detectors: [energy-balance] } }
`;

/** First lines of a study; the next line of a text is line 4. */
export const HEAD = `schemaVersion: 1
name: share
scenario: base.yaml
`;

const folders: string[] = [];
// Several test files share this module, and the first to end must not take the folders with it.
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder with the base scenario and other files. */
export function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'study-'));
  folders.push(folder);
  for (const [name, text] of Object.entries({ 'base.yaml': BASE, ...files })) {
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const shared = folderOf();

/** Loads what stands below {@link HEAD}. */
export function study(rest: string, files?: Readonly<Record<string, string>>) {
  return whole(HEAD + rest, files);
}

/** Loads a whole study. */
export function whole(text: string, files?: Readonly<Record<string, string>>) {
  const folder = files === undefined ? shared : folderOf(files);
  return loadStudyText(text, { file: 'study.yaml', folder, plugins: catalogue });
}

/** Problems of what stands below {@link HEAD}, as printed. */
export function problems(rest: string, files?: Readonly<Record<string, string>>): string[] {
  return issuesOf(() => study(rest, files)).map(formatIssue);
}

/** `file:line:column path` of the problems. */
export function places(rest: string, files?: Readonly<Record<string, string>>): string[] {
  return issuesOf(() => study(rest, files)).map(
    ({ file, line, column, path }) => `${file}:${line}:${column} ${path}`,
  );
}

/** The cells of points. */
export const cells = (points: readonly DesignPoint[]) => points.map((point) => point.cells);
