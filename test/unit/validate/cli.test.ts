/** `peerwatt validate` as people start it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const dist = (name: string) => fileURLToPath(new URL(`../../../dist/${name}`, import.meta.url));
const MAIN = dist('cli/main.js');
const isBuilt = existsSync(dist('cli/validate.js'));
if (!isBuilt) console.log('skipped: no dist; node scripts/prepare.mjs builds it');

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
});
afterAll(() => rmSync(home, { recursive: true }));

function validate(...words: string[]) {
  const env = { ...process.env, NO_COLOR: '1' };
  const options = { cwd: home, encoding: 'utf8', env } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], options);
  return { status, stdout, stderr };
}

const read = (name: string) => readFileSync(join(home, name), 'utf8');
const LAWS = 'kernel-mm1k-blocked,kernel-erlang-b-constant';

describe.skipIf(!isBuilt)('peerwatt validate', () => {
  test('prints a row a law, writes a folder that verifies, and says how long it took', () => {
    const run = validate('validate', '--only', LAWS, '--workers', '2', '--out', 'two');
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/room for 10, ρ 0.9 +0\.0508\d* +0\.05\d+ ± \d\.\d+ +pass/);
    expect(run.stdout).toContain('2 passed, 0 failed\nresults: two\n');
    expect(run.stderr).toMatch(/^quick: .* of 60 s on two cores, 2 workers/m);
    expect(readdirSync(join(home, 'two')).sort()).toEqual([
      'datapackage.json',
      'manifest.json',
      'validate.csv',
    ]);
    expect(validate('verify', 'two').status).toBe(0);
  });

  test('one worker gives the same bytes', () => {
    const run = validate('validate', '--only', LAWS, '--workers', '1', '--out', 'one', '--quiet');
    expect(run).toMatchObject({ status: 0, stdout: '' });
    for (const name of readdirSync(join(home, 'two'))) {
      expect(read(join('one', name)), name).toBe(read(join('two', name)));
    }
  });

  test('several seeds repeat everything', () => {
    const words = ['--only', 'kernel-erlang-b-constant', '--seeds', '4,5', '--out', 'seeds'];
    expect(validate('validate', ...words, '--quiet').status).toBe(0);
    const rows = parse(read('seeds/validate.csv'), { columns: true }) as Record<string, string>[];
    expect(rows.map(({ id, seed }) => `${id} ${seed}`)).toEqual([
      'kernel-erlang-b-constant 4',
      'kernel-erlang-b-constant 5',
    ]);
    expect(rows[0]!.estimate).not.toBe(rows[1]!.estimate);
    expect(JSON.parse(read('seeds/manifest.json'))).toMatchObject({ seeds: [4, 5], rows: 2 });
  });

  test.each([
    [['--only', 'kernel-litle'], '(did you mean kernel-little?)'],
    [['--seed', '1', '--seeds', '2'], 'expected one of --seed and --seeds; got both'],
    [['--seeds', '2,2'], '--seeds: expected each seed once; got 2 twice'],
    [['--seeds', '2,x'], '--seeds: expected an integer of at least 0; got "x"'],
    [['--docs', '--only', 'forks'], '--docs: expected no --only beside it'],
    [['--out', '/'], '--out: expected a new or empty folder'],
  ])('%j is refused with code 2', (words, message) => {
    const { status, stdout, stderr } = validate('validate', ...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });
});
