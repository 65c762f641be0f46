/** The compiled program as people start it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
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
arms: { dpos: {}, central: {} }
fraud: { detectors: [energy-balance] }
`;

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  writeFileSync(join(home, 'hamlet.yaml'), SCENARIO);
});
afterAll(() => rmSync(home, { recursive: true }));

function peerwatt(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: home,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', LANG: 'de_DE.UTF-8' },
  });
  return { status, stdout, stderr };
}

const read = (name: string) => readFileSync(join(home, name), 'utf8');

describe.skipIf(!isBuilt)('peerwatt', () => {
  test('--help names every command', () => {
    const { status, stdout } = peerwatt('--help');
    expect(status).toBe(0);
    for (const command of [
      'run',
      'compare',
      'sweep',
      'merge',
      'list',
      'schema',
      'init',
      'verify',
    ]) {
      expect(stdout).toContain(`peerwatt ${command}`);
    }
  });

  test.each([
    [['rnu'], 'unknown command "rnu"; known: run, compare, sweep, merge'],
    [['run', 'hamlet.yaml', '--sed', '3'], '(did you mean --seed?)'],
    [['run', 'none.yaml'], 'none.yaml scenario: expected a scenario file; got no such file'],
    [['run', 'hamlet.yaml', '--seed', 'x'], '--seed: expected an integer of at least 0; got "x"'],
    [['compare', 'hamlet.yaml', '--arms', 'dposs'], '(did you mean dpos?)'],
    [['compare', 'hamlet.yaml', '--arms', 'dpos,dpos'], 'expected each arm once; got dpos twice'],
    [['run', 'hamlet.yaml', '--out', '.'], '--out: expected a new or empty folder'],
    [['run', 'hamlet.yaml', '--window', 'w'], '--window: expected one of window-1; got "w"'],
    [['list', 'attack'], 'unknown kind "attack"'],
    [[], 'expected a command; try peerwatt --help'],
  ])('%j is refused with code 2, in words, without a stack', (words, message) => {
    const { status, stdout, stderr } = peerwatt(...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(readdirSync(home)).not.toContain('results');
  });

  test('all problems of a scenario are printed at once and nothing is written', () => {
    const sets = ['horizon.days=0', 'market.gateClosure=5', 'gird.powerFactor=1'];
    const { status, stderr } = peerwatt(
      'run',
      'hamlet.yaml',
      ...sets.flatMap((set) => ['--set', set]),
    );
    expect(status).toBe(2);
    expect(stderr.trim().split('\n').length).toBeGreaterThanOrEqual(3);
    expect(readdirSync(home)).not.toContain('results');
  });

  test('init writes a scenario that is not overwritten, list and schema answer', () => {
    expect(peerwatt('init', 'new.yaml').status).toBe(0);
    expect(peerwatt('init', 'new.yaml').status).toBe(2);
    expect(peerwatt('init', 'new.yaml', '--force').status).toBe(0);
    expect(peerwatt('list', 'consensus').stdout).toContain('dpos');
    expect(JSON.parse(peerwatt('schema').stdout)).toHaveProperty('properties');
  });

  test('a run has every file, the same bytes twice, and verifies', () => {
    const first = peerwatt('run', 'hamlet.yaml', '--out', 'a');
    expect(first.stderr).toContain('"event":"run"');
    expect(first).toMatchObject({ status: 0 });
    expect(first.stdout).toContain('results: a');
    expect(peerwatt('run', 'hamlet.yaml', '--out', 'b', '--quiet')).toEqual({
      status: 0,
      stdout: '',
      stderr: expect.not.stringContaining('event'),
    });
    const names = readdirSync(join(home, 'a'));
    expect(names).toContain('manifest.json');
    for (const name of names) expect(read(`b/${name}`), name).toBe(read(`a/${name}`));
    const summary = parse(read('a/summary.csv')) as string[][];
    const counts = new Map(summary.map(([metric, value]) => [metric, Number(value)]));
    expect(counts.get('submittedCount')).toBe(
      counts.get('finalCount')! + counts.get('rejectedCount')! + counts.get('pendingCount')!,
    );
    expect(counts.get('finalCount')).toBeGreaterThan(0);
    expect(peerwatt('verify', 'a').status).toBe(0);
  });

  test('verify names every file with a changed byte, and the byte of the ledger', () => {
    cpSync(join(home, 'a'), join(home, 'bad'), { recursive: true });
    const names = readdirSync(join(home, 'bad'));
    const flip = (name: string) => {
      const bytes = readFileSync(join(home, 'bad', name));
      const at = bytes.length >> 1;
      bytes[at]! ^= 1;
      writeFileSync(join(home, 'bad', name), bytes);
      return at;
    };
    const files = names.filter((name) => name !== 'manifest.json' && name !== 'ledger.bin');
    files.forEach(flip);
    const at = flip('ledger.bin');
    const { status, stdout } = peerwatt('verify', 'bad');
    expect(status).toBe(1);
    for (const name of files) expect(stdout).toContain(`${join('bad', name)}: expected SHA-256`);
    expect(stdout).toMatch(new RegExp(`ledger\\.bin: .*byte ${at}: `));
    flip('manifest.json');
    expect(peerwatt('verify', 'bad').stdout).toContain(join('bad', 'manifest.json'));
  });

  test('a comparison has the same bytes for one worker and two', () => {
    const compare = (out: string, workers: string) =>
      peerwatt('compare', 'hamlet.yaml', '--replications', '2', '--workers', workers, '--out', out);
    const one = compare('one', '1');
    expect(one.status).toBe(0);
    expect(one.stdout).toMatch(/dpos +central/);
    expect(compare('two', '2').status).toBe(0);
    const files = (readdirSync(join(home, 'one'), { recursive: true }) as string[]).sort();
    expect(files).toContain(join('runs', 'central-2', 'ledger.bin'));
    expect(readdirSync(join(home, 'two'), { recursive: true }).sort()).toEqual(files);
    for (const name of files.filter((file) => /\.\w+$/.test(file))) {
      expect(read(`two/${name}`) === read(`one/${name}`), name).toBe(true);
    }
    const rows = parse(read('one/runs.csv'), { from: 2 }) as string[][];
    expect(rows.map(([run, , , seed]) => `${run} ${seed}`)).toEqual([
      'dpos-1 5',
      'dpos-2 6',
      'central-1 5',
      'central-2 6',
    ]);
    expect(peerwatt('verify', 'one').status).toBe(0);
  });

  test('several windows make a study folder', () => {
    const windows = SCENARIO.replace(
      'start: 2024-06-03T00:00+08:00, days: 1,',
      'windows: [{ start: "2024-06-03T00:00+08:00", days: 1 }, { start: "2024-12-03T00:00+08:00", days: 1 }],',
    );
    writeFileSync(join(home, 'seasons.yaml'), windows);
    expect(peerwatt('run', 'seasons.yaml', '--out', 'seasons', '--quiet').status).toBe(0);
    expect(readdirSync(join(home, 'seasons', 'runs'))).toEqual(['window-1', 'window-2']);
    expect(read('seasons/runs.csv').split('\n')).toHaveLength(4);
    expect(
      peerwatt('run', 'seasons.yaml', '--window', 'window-2', '--out', 'one-window'),
    ).toMatchObject({ status: 0 });
    expect(read('one-window/slots.csv')).toBe(read('seasons/runs/window-2/slots.csv'));
  });

  test('interrupted, a single run leaves nothing and says so', async () => {
    const child = spawn(
      process.execPath,
      [MAIN, 'run', 'hamlet.yaml', '--out', 'cut', '--set', 'horizon.days=20'],
      {
        cwd: home,
      },
    );
    const { code, stderr } = await interruptWhen(child, '"event":"progress"');
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted; nothing was written');
    expect(readdirSync(home).filter((name) => name.startsWith('cut'))).toEqual([]);
  });
});

/** Sends SIGINT when the text appears on standard error. */
async function interruptWhen(child: ChildProcess, text: string) {
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    if (!stderr.includes(text) && (stderr + chunk).includes(text)) child.kill('SIGINT');
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stderr };
}
