/** A sweep that meets what goes wrong on real machines: limits, torn files, foreign folders, full disks. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSameBytes, type Home, isBuilt, openHome } from './sweep-program.ts';

let home: Home;
let wanted: Map<string, Buffer>;
beforeAll(async () => {
  if (!isBuilt()) return;
  home = openHome();
  home.study('study.yaml');
  home.study('other.yaml', { replications: '1' });
  const { code } = await home.peerwatt('sweep', 'study.yaml', '--out', 'base', '--quiet');
  expect(code).toBe(0);
  wanted = home.read('base');
}, 120_000);
afterAll(() => home?.remove());

const at = (...names: string[]) => join(home.path, ...names);
const rowsOf = (path: string) =>
  parse(readFileSync(at(path)), { columns: true }) as Record<string, string>[];
const sweep = (study: string, out: string, ...words: string[]) =>
  home.peerwatt('sweep', study, '--out', out, ...words);

/** Words of a command line as a shell splits them. */
function wordsOf(command: string): string[] {
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
  return stdout.trim().split('\n');
}

/** An unfinished study with all its runs and some that are not finished after all. */
function planUnfinished(out: string): { journal: string; lines: number } {
  cpSync(at('whole.unfinished'), at(`${out}.unfinished`), { recursive: true });
  const journal = at(`${out}.unfinished`, 'journal.jsonl');
  return { journal, lines: readFileSync(journal, 'utf8').split('\n').length - 1 };
}

describe.skipIf(!isBuilt())('a sweep', { timeout: 120_000 }, () => {
  test('killed late leaves a journal of most runs', async () => {
    const running = home.start('sweep', 'study.yaml', '--out', 'whole', '--workers', '2');
    const journal = at('whole.unfinished', 'journal.jsonl');
    const count = () =>
      existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0;
    while (count() < 10) await setTimeout(1);
    running.kill('SIGKILL');
    await running.ended;
    expect(count()).toBeGreaterThanOrEqual(10);
  });

  test('does again only the runs whose records are torn or changed', async () => {
    const { journal, lines } = planUnfinished('torn');
    truncateSync(journal, readFileSync(journal).length - 7);
    const cut = await sweep('study.yaml', 'torn', '--resume');
    expect(cut).toMatchObject({ code: 0 });
    expect(cut.stdout).toContain(`12 runs, ${lines - 1} of them from before`);
    expectSameBytes(home.read('torn'), wanted);
    const flipped = planUnfinished('flipped');
    const bytes = readFileSync(flipped.journal);
    bytes[bytes.length >> 1]! ^= 4;
    writeFileSync(flipped.journal, bytes);
    const again = await sweep('study.yaml', 'flipped', '--resume');
    expect(again.stdout).toContain(`12 runs, ${lines - 1} of them from before`);
    expectSameBytes(home.read('flipped'), wanted);
  });

  test('says what stands in its way and touches none of it', async () => {
    planUnfinished('way');
    const before = home.read('way.unfinished');
    const refused = async (words: string, study: string, out: string, ...more: string[]) => {
      const { code, stdout, stderr } = await sweep(study, out, ...more);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr).not.toMatch(/^ {4}at /m);
    };
    await refused('--resume goes on with it, --force begins anew', 'study.yaml', 'way');
    await refused('an unfinished study "chain-sweep" of other', 'other.yaml', 'way', '--resume');
    await refused('expected a new folder; got results of study', 'other.yaml', 'base', '--resume');
    expectSameBytes(home.read('way.unfinished'), before);
    expectSameBytes(home.read('base'), wanted);
    // What another version of the program made is not mixed with what this one makes.
    const file = at('way.unfinished', 'study.json');
    const head = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...head, studyHash: 'f'.repeat(64) }));
    await refused('of other runs, inputs or program', 'study.yaml', 'way', '--resume');
    cpSync(at('base'), at('old'), { recursive: true });
    const manifest = JSON.parse(readFileSync(at('old', 'manifest.json'), 'utf8'));
    const old = { ...manifest, version: '0.0.9', studyHash: 'f'.repeat(64) };
    writeFileSync(at('old', 'manifest.json'), JSON.stringify(old));
    await refused('"chain-sweep", version 0.0.9 (--force replaces them', 'study.yaml', 'old');
    const forced = await sweep('study.yaml', 'old', '--force', '--quiet');
    expect(forced).toMatchObject({ code: 0, stderr: '' });
    expectSameBytes(home.read('old'), wanted);
  });

  test('lets no second process into a study', async () => {
    const first = home.start('sweep', 'study.yaml', '--out', 'busy', '--workers', '1');
    while (!existsSync(at('busy.unfinished', 'journal.jsonl'))) await setTimeout(1);
    for (const how of ['--resume', '--force']) {
      const { code, stderr } = await sweep('study.yaml', 'busy', how);
      // On a slow machine the first may have ended; then there is nothing to refuse.
      if (existsSync(at('busy'))) continue;
      expect(code).toBe(2);
      expect(stderr).toContain(`that process ${first.child.pid} works on (wait for it, or stop it`);
    }
    expect((await first.ended).code).toBe(0);
    expectSameBytes(home.read('busy'), wanted);
  });

  /** A study of one small run and one that needs too much. */
  const limited = (limits: string, tps: number) => ({
    keep: 'metrics',
    arms: '[central]',
    replications: '1',
    limits,
    factors: [
      '',
      '  size:',
      '    levels:',
      '      small: { horizon.span: 30 s }',
      `      large: { horizon.span: 30000 s, population.transfersPerSecond: ${tps} }`,
    ].join('\n'),
  });

  test('goes on over a run that takes too long, and tries only that one again', async () => {
    home.study('slow.yaml', limited('{ time: 4 s }', 100));
    const slow = await sweep('slow.yaml', 'slow', '--workers', '1');
    expect(slow.code).toBe(1);
    expect(slow.stderr).toContain('run 2-central-1 failed: the run took longer than 4 s');
    expect(readdirSync(at('slow'))).toEqual(
      expect.arrayContaining(['failures.csv', 'journal.jsonl', 'runs.csv', 'study.json']),
    );
    const statuses = () => rowsOf('slow/runs.csv').map(({ run, status }) => `${run} ${status}`);
    expect(statuses()).toEqual(['1-central-1 ok', '2-central-1 timeout']);
    const [failure, ...others] = rowsOf('slow/failures.csv');
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ run: '2-central-1', kind: 'timeout', size: 'large' });
    // The command is one that the program understands; cut short, it ends.
    const words = wordsOf(failure!.replay!);
    expect(words.slice(0, 3)).toEqual(['peerwatt', 'run', 'chain.yaml']);
    const short = ['--set', 'horizon.span=30 s', '--out', 'replayed', '--quiet'];
    expect(await home.peerwatt(...words.slice(1), ...short)).toMatchObject({ code: 0, stderr: '' });
    const again = await sweep('slow.yaml', 'slow', '--workers', '1', '--resume');
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('2 runs, 1 of them from before, 1 failed');
    expect(statuses()).toEqual(['1-central-1 ok', '2-central-1 timeout']);
  });

  test('goes on over a run that takes too much memory', async () => {
    home.study('large.yaml', limited('{ memory: 64 MB }', 2000));
    const large = await sweep('large.yaml', 'large', '--workers', '1', '--quiet');
    expect(large.code).toBe(1);
    expect(large.stderr).toContain(
      'run 2-central-1 failed: the run needed more memory than it may',
    );
    expect(rowsOf('large/runs.csv').map((row) => row.status)).toEqual(['ok', 'memory']);
    expect(rowsOf('large/failures.csv')).toMatchObject([{ kind: 'memory', size: 'large' }]);
  });
});

/** A small disk of its own; undefined where none may be made. */
function mountDisk(name: string, kilobytes: number): string | undefined {
  const place = at(name);
  mkdirSync(place);
  const words = ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', place];
  const { status } = spawnSync('mount', words);
  return status === 0 ? place : undefined;
}

describe.skipIf(!isBuilt())('a disk', { timeout: 120_000 }, () => {
  test('that is full keeps what is finished, and the sweep goes on when there is room', async (task) => {
    const place = mountDisk('disk', 700);
    if (place === undefined) {
      console.log('skipped: this user may not mount a small disk');
      return task.skip();
    }
    try {
      const full = await sweep('study.yaml', 'disk/out', '--workers', '2', '--quiet');
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(
        /cannot write: ENOSPC: no space left on device.*finished runs are/,
      );
      expect(full.stderr).toContain('go on: peerwatt sweep study.yaml --out disk/out');
      expect(existsSync(at('disk', 'out'))).toBe(false);
      const journal = readFileSync(at('disk', 'out.unfinished', 'journal.jsonl'), 'utf8');
      const kept = journal.split('\n').length - 1;
      expect(kept).toBeGreaterThan(0);
      expect(spawnSync('mount', ['-o', 'remount,size=64m', place]).status).toBe(0);
      const again = await sweep('study.yaml', 'disk/out', '--resume');
      expect(again.stdout).toContain(`12 runs, ${kept} of them from before`);
      expectSameBytes(home.read('disk/out'), wanted);
    } finally {
      spawnSync('umount', [place]);
    }
  });

  test('that may not be written is named, without a stack', async (task) => {
    const place = mountDisk('fixed', 4000);
    if (place === undefined || spawnSync('mount', ['-o', 'remount,ro', place]).status !== 0) {
      console.log('skipped: this user may not mount a small disk');
      return task.skip();
    }
    try {
      const { code, stderr } = await sweep('study.yaml', 'fixed/out', '--quiet');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^cannot read or write: EROFS: read-only file system.*fixed\/out/);
      expect(stderr).toContain('choose another --out');
      expect(stderr).not.toMatch(/^ {4}at /m);
    } finally {
      spawnSync('umount', [place]);
    }
  });
});
