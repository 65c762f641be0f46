/** docs/tutorial.md keeps its word: its files are saved, its commands run in order by a shell, and work. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lateShareExponential } from '../../src/consensus/laws/index.ts';
import { blocksOf, ROOT, readPage } from './pages.ts';

const PAGE = 'docs/tutorial.md';
const blocks = blocksOf(PAGE).filter(({ words }) => words[1] === 'tutorial');
const commands = blocks.filter(({ words }) => words[0] === 'bash');
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const canRun = existsSync(MAIN) && process.platform !== 'win32';
if (!canRun) console.log('tutorial not run: it needs dist (node scripts/prepare.mjs) and a shell');
/** The commands take half a minute of CPU, which a busy machine may stretch. */
const SLOW_MS = 300_000;

test('the scenario of the page is the one that ships', () => {
  const block = blocks.find(({ words }) => words[2] === 'minimal.yaml');
  expect(block?.text).toBe(readPage('scenarios/minimal.yaml'));
});

test('every command that names the program is one that is run', () => {
  const other = blocksOf(PAGE).filter(
    ({ words, text }) => words[0] === 'bash' && words[1] !== 'tutorial' && /peerwatt /.test(text),
  );
  expect(other).toEqual([]);
});

describe.skipIf(!canRun)('the tutorial', () => {
  let home = '';
  const output: string[] = [];
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'peerwatt-tutorial-'));
    const bin = join(home, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'peerwatt'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    chmodSync(join(bin, 'peerwatt'), 0o755);
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NO_COLOR: '1' };
    for (const { words, text } of blocks) {
      if (words[0] === 'yaml') {
        writeFileSync(join(home, words[2]!), text);
        continue;
      }
      const done = spawnSync('bash', ['-e'], { cwd: home, input: text, encoding: 'utf8', env });
      expect(done.status, `${text}\n${done.stderr}`).toBe(0);
      output.push(done.stdout);
    }
  }, SLOW_MS);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const rows = (file: string): Record<string, string>[] =>
    parse(readFileSync(join(home, 'results', file)), { columns: true });
  const pairOf = (file: string, metric: string) =>
    rows(file).find((row) => row.metric === metric && row.arm_a === 'pow')!;

  test('has commands for every step', () => {
    expect(commands.length).toBe(6);
    expect(output.length).toBe(6);
  });

  test('verifies its first run', () => {
    expect(output[0]).toContain('every file, hash, root and balance holds');
    expect(output[0]).toContain('slot,');
  });

  test('finds that finality differs and trade does not', () => {
    const finality = pairOf('compare/paired.csv', 'finalityLatencyP95Us');
    expect(Number(finality.ci_low)).toBeGreaterThan(60e6);
    const efficiency = pairOf('compare/paired.csv', 'allocativeEfficiency');
    expect(Math.abs(Number(efficiency.mean_difference))).toBeLessThan(0.05);
    expect(output[1]).toContain('finalityLatencyP95Us');
  });

  test('finds that late orders cost', () => {
    expect(Number(pairOf('late/paired.csv', 'lateOrderShare').ci_low)).toBeGreaterThan(0.3);
    expect(Number(pairOf('late/paired.csv', 'allocativeEfficiency').ci_high)).toBeLessThan(-0.1);
  });

  test('sweeps as the law says', () => {
    const late = rows('gate/arms.csv').filter((row) => row.metric === 'lateOrderShare');
    const pow = late.filter((row) => row.arm === 'pow');
    expect(pow.map((row) => Number(row.interval))).toEqual([15, 60, 240]);
    for (const { interval, mean } of pow) {
      const law = lateShareExponential(Number(interval), 60);
      expect(Math.abs(Number(mean) - law), `${interval} s`).toBeLessThan(0.1);
      expect(readPage(PAGE)).toContain(law.toFixed(2));
    }
    expect(output[3]).toContain('runs           16');
  });

  test('has figures to print', () => {
    const names = readdirSync(join(home, 'figures'));
    const named = /figures\/([\w-]+\.pdf)/.exec(readPage(PAGE))![1]!;
    expect(names).toContain(named);
    expect(
      readFileSync(join(home, 'figures', named))
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    expect(names.some((name) => name.endsWith('.tex'))).toBe(true);
    expect(existsSync(join(home, 'results', 'gate', 'report.html'))).toBe(true);
    expect(output[5]).toMatch(/"studyHash": "[0-9a-f]{64}"/);
  });
});
