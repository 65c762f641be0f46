/**
 * docs/analysis.md on a real study: the files and columns it names are there, and its SQL and Python run where
 * DuckDB and pandas are installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RUN_METRICS } from '../../src/report/metrics.ts';
import { blocksOf, ROOT, readPage } from './pages.ts';

/** The study takes three seconds, which a busy machine stretches. */
const SLOW_MS = 120_000;
const PAGE = 'docs/analysis.md';
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
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
arms: { dpos: {}, central: {} }
`;

const STUDY = `
schemaVersion: 1
name: pv-share
scenario: hamlet.yaml
arms: [dpos, central]
replications: 2
factors: { households: { path: population.households, values: [5, 6] } }
keep: tables
`;

const blocks = blocksOf(PAGE);
const codeOf = (language: string) => blocks.filter(({ words }) => words[0] === language);
const python = (code: string, cwd: string) =>
  spawnSync('python3', ['-c', code], { cwd, encoding: 'utf8' });
const has = (module: string) => python(`import ${module}`, ROOT).status === 0;

describe.skipIf(!isBuilt)('the page on analysis', () => {
  let home = '';
  const folder = () => join(home, 'results', 'pv-share');
  const tables = () =>
    readdirSync(folder()).flatMap((name) => (name.endsWith('.csv') ? [name.slice(0, -4)] : []));
  const cells = (name: string) => parse(readFileSync(join(folder(), `${name}.csv`))) as string[][];

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
    writeFileSync(join(home, 'hamlet.yaml'), SCENARIO);
    writeFileSync(join(home, 'pv-share.yaml'), STUDY);
    const words = ['sweep', 'pv-share.yaml', '--format', 'parquet', '--workers', '2', '--quiet'];
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
      cwd: home,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  }, SLOW_MS);
  afterAll(() => rmSync(home, { recursive: true }));

  test('lists the tables of a sweep, and no other', () => {
    const rows = readPage(PAGE)
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const listed = rows.flatMap((row) =>
      [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(new Set(listed)).toEqual(new Set([...tables(), 'failures']));
    const known = new Set(tables().flatMap((name) => cells(name)[0]!));
    for (const row of rows.filter((line) => !line.includes('`failures`'))) {
      const named = [...row.split('|')[2]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
      for (const name of named) expect(known, name).toContain(name);
    }
  });

  test.each(['sql', 'r', 'python'])(
    'names files, columns and metrics that exist, in %s',
    (language) => {
      const known = new Set([
        ...tables().flatMap((name) => cells(name)[0]!),
        ...RUN_METRICS.map(({ id }) => id),
        'many_to_one',
      ]);
      const code = codeOf(language);
      const run = readdirSync(join(folder(), 'runs'))[0]!;
      expect(code.length).toBeGreaterThanOrEqual(3);
      for (const { text } of code) {
        for (const [, , word] of text.matchAll(/(["'])(.*?)\1/g)) {
          if (word!.includes('/'))
            expect(existsSync(join(home, word!.replace('*', run))), word).toBe(true);
          else expect(known, word).toContain(word);
        }
      }
    },
  );

  test('Python reads the cells that were written', () => {
    const code = `
import csv, json, glob
print(json.dumps({f: list(csv.reader(open(f, newline="", encoding="utf-8"))) for f in glob.glob("*.csv")}))`;
    const { status, stdout, error } = python(code, folder());
    if (error !== undefined) return console.log('skipped: no python3');
    expect(status).toBe(0);
    const read = JSON.parse(stdout) as Record<string, string[][]>;
    for (const name of tables()) expect(read[`${name}.csv`], name).toEqual(cells(name));
  });

  test('its Python runs', () => {
    if (!has('pandas, pyarrow')) return console.log('skipped: no pandas');
    for (const { text, line } of codeOf('python')) {
      const { status, stderr } = python(text, home);
      expect(status, `${PAGE}:${line}: ${stderr}`).toBe(0);
    }
    const same = `
import pandas as pd
for name in ${JSON.stringify(tables())}:
    b = pd.read_parquet(name + ".parquet")
    texts = {c: "str" for c in b if not pd.api.types.is_numeric_dtype(b[c])}
    a = pd.read_csv(name + ".csv", float_precision="round_trip", dtype=texts)
    pd.testing.assert_frame_equal(a, b, check_dtype=False, check_exact=True)`;
    const { status, stderr } = python(same, folder());
    expect(status, stderr).toBe(0);
  });

  test('its SQL runs, and gives the same from CSV and Parquet', () => {
    if (!has('duckdb')) return console.log('skipped: no duckdb');
    const results = codeOf('sql').map(({ text, line }) => {
      const code = `import duckdb, sys\nprint(duckdb.connect().execute(sys.stdin.read()).fetchall())`;
      const options = { cwd: home, encoding: 'utf8', input: text } as const;
      const { status, stdout, stderr } = spawnSync('python3', ['-c', code], options);
      expect(status, `${PAGE}:${line}: ${stderr}`).toBe(0);
      return stdout;
    });
    expect(results[0]).toBe(results[1]);
    for (const result of results) expect(result.length).toBeGreaterThan(20);
  });
});
