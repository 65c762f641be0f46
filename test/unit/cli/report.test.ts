/** `peerwatt report` as people start it. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const isBuilt = existsSync(MAIN);
if (!isBuilt) console.log('skipped: no dist; node scripts/prepare.mjs builds it');

const SCENARIO = `
schemaVersion: 1
name: hamlet
seed: 5
horizon: { start: 2024-06-03T00:00+08:00, days: 1, interval: 60 min, physicsStep: 60 min, history: 1 }
population: { name: synthetic, households: 6, prosumers: 3 }
network: { nodes: 3, topology: { name: random-regular, degree: 2 } }
consensus: { name: dpos, turn: 120 s, delegates: 3 }
`;

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  writeFileSync(join(home, 'hamlet.yaml'), SCENARIO);
  if (isBuilt) peerwatt('run', 'hamlet.yaml', '--out', 'run', '--quiet');
});
afterAll(() => rmSync(home, { recursive: true }));

function peerwatt(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: home,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const read = (name: string) => readFileSync(join(home, name));

describe.skipIf(!isBuilt)('peerwatt report', () => {
  test('writes the page into the folder and names it; verify still holds', () => {
    expect(peerwatt('report', 'run')).toEqual({
      status: 0,
      stdout: `report: ${join('run', 'report.html')}\n`,
      stderr: '',
    });
    expect(peerwatt('verify', 'run').status).toBe(0);
    const first = read('run/report.html');
    expect(peerwatt('report', 'run').status).toBe(0);
    expect(read('run/report.html').equals(first)).toBe(true);
  });

  test('--figures writes four kinds of file, the same bytes every time', () => {
    const { status, stdout } = peerwatt('report', 'run', '--figures', 'f1', '--out', 'a.html');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^report: a\.html\nfigures: f1, \d+ drawings, \d+ tables\n$/);
    const names = readdirSync(join(home, 'f1')).sort();
    const of = (ending: string) => names.filter((name) => name.endsWith(ending)).length;
    expect(of('.svg')).toBeGreaterThan(0);
    expect([of('.pdf'), of('.tex')]).toEqual([of('.svg'), of('.csv')]);
    expect(peerwatt('report', 'run', '--figures', 'f2').status).toBe(0);
    for (const name of names) {
      expect(read(join('f2', name)).equals(read(join('f1', name))), name).toBe(true);
    }
  });

  test('replaces nothing unless told to', () => {
    writeFileSync(join(home, 'mine.html'), 'mine');
    const refused = peerwatt('report', 'run', '--out', 'mine.html');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('--force replaces it');
    expect(read('mine.html').toString()).toBe('mine');
    expect(peerwatt('report', 'run', '--out', 'mine.html', '--force').status).toBe(0);
    mkdirSync(join(home, 'papers'));
    writeFileSync(join(home, 'papers', 'order-fate.csv'), 'mine');
    const figures = peerwatt('report', 'run', '--figures', 'papers');
    expect(figures.status).toBe(2);
    expect(readdirSync(join(home, 'papers'))).toEqual(['order-fate.csv']);
  });

  test.each([
    ['none', 'no such folder'],
    ['empty', 'without manifest.json'],
    ['hamlet.yaml', 'a folder of results'],
    ['torn', 'manifest.json'],
    ['old', 'version 1 (run it again'],
  ])('%s is refused in words', (name, words) => {
    mkdirSync(join(home, 'empty'), { recursive: true });
    for (const [folder, text] of [
      ['torn', '{"kind": "ru'],
      ['old', '{"kind":"run","resultsVersion":1}'],
    ] as const) {
      mkdirSync(join(home, folder), { recursive: true });
      writeFileSync(join(home, folder, 'manifest.json'), text);
    }
    const { status, stdout, stderr } = peerwatt('report', name);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('a folder that cannot be written is a message, not a stack', () => {
    writeFileSync(join(home, 'file'), '');
    const { status, stderr } = peerwatt('report', 'run', '--out', join('file', 'a.html'));
    expect(status).toBe(2);
    expect(stderr).toContain('cannot be written');
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
