import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../../src/base/errors.ts';
import { checkFolder } from '../../../../src/report/check.ts';
import { checkTarget, openFolder } from '../../../../src/report/folder.ts';
import { openResults } from '../../../../src/report/page/results.ts';
import { writeReport } from '../../../../src/report/page/write.ts';
import { RESULTS_VERSION } from '../../../../src/report/version.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const RUNS = 'run,arm,replication,seed,window\npow-1,pow,1,7,w\npow-2,pow,2,8,w\n';

function study(manifest: Record<string, unknown> = {}, runs: string | undefined = RUNS): string {
  const target = join(home, 'study');
  const folder = openFolder(target);
  if (runs !== '') folder.write('runs.csv', (emit) => emit(runs));
  folder.commit({
    resultsVersion: RESULTS_VERSION,
    kind: 'study',
    name: 'n',
    version: '0',
    arms: ['pow'],
    ...manifest,
  });
  return target;
}

/** The message of the error that opening gives. */
function refusal(folder: string): string {
  try {
    openResults(folder);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return 'none';
}

describe('a folder of results', () => {
  test('is read by columns, each once', () => {
    const results = openResults(study());
    expect(results.kind).toBe('comparison');
    expect(results.runs.map(({ id, seed }) => [id, seed])).toEqual([
      ['pow-1', 7],
      ['pow-2', 8],
    ]);
    const runs = results.table('runs')!;
    expect(runs.count).toBe(2);
    expect(runs.numbers('seed')).toBe(runs.numbers('seed'));
    expect(runs.texts('arm')).toEqual(['pow', 'pow']);
    expect(() => runs.numbers('none')).toThrow(RangeError);
    expect(results.table('arms')).toBeUndefined();
  });

  test('with factors is a sweep', () => {
    const factors = [{ name: 'x', unit: '', type: 'number', paths: ['a.b'] }];
    expect(openResults(study({ factors })).kind).toBe('sweep');
  });

  test('that is none, or not whole, is refused in words', () => {
    expect(refusal(join(home, 'none'))).toContain(
      'expected a folder of results; got no such folder',
    );
    expect(refusal(home)).toContain('without manifest.json (was the run interrupted?)');
    expect(refusal(study({ resultsVersion: 1 }))).toContain('version 1 (run it again');
    expect(refusal(study({ kind: 'validation' }))).toContain('a run or a study; got validation');
    expect(refusal(study({}, ''))).toContain('a study with runs.csv; got none');
    expect(refusal(study({ arms: 'pow' }))).toContain('a list of arms; got "pow"');
    expect(refusal(study({}, 'run,arm\na,b\n'))).toContain('runs.csv with a column window');
    expect(refusal(study({}, `${RUNS}pow-3,po`))).toContain('runs.csv');
    expect(refusal(study({}, `${RUNS}"pow-3`))).toContain('peerwatt verify');
    const torn = study();
    writeFileSync(join(torn, 'manifest.json'), '{"kind": "stu');
    expect(refusal(torn)).toContain('manifest.json');
    writeFileSync(join(torn, 'manifest.json'), '[]');
    expect(refusal(torn)).toContain('JSON of another kind');
  });
});

describe('a report', () => {
  test('goes into its folder, whole, the same every time, and may be replaced there', () => {
    const folder = study();
    const path = writeReport(folder);
    expect(path).toBe(join(folder, 'report.html'));
    const first = readFileSync(path, 'utf8');
    expect(first).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(readFileSync(writeReport(folder), 'utf8')).toBe(first);
    const { problems, unlisted } = checkFolder(folder);
    expect([problems, unlisted]).toEqual([[], ['report.html']]);
    expect(() => checkTarget(folder)).not.toThrow();
  });

  test('elsewhere replaces nothing unless told to', () => {
    const file = join(home, 'mine.html');
    writeFileSync(file, 'mine');
    expect(() => writeReport(study(), file)).toThrow('--force replaces it');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(writeReport(study(), file, true)).toBe(file);
  });

  test('figures beside it are the program’s own, other files among them are not', () => {
    const folder = study();
    mkdirSync(join(folder, 'figures'));
    writeFileSync(join(folder, 'figures', 'a.svg'), '');
    expect(() => checkTarget(folder)).not.toThrow();
    writeFileSync(join(folder, 'figures', 'paper.docx'), '');
    expect(() => checkTarget(folder)).toThrow('figures/paper.docx');
  });
});
