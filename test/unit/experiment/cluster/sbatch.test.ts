/** The batch script as text, and as a bash program with stand-ins for Slurm's commands. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ArrayJob, sbatchScript } from '../../../../src/experiment/cluster/sbatch.ts';

const JOB: ArrayJob = {
  name: 'pv-share',
  study: 'study.yaml',
  out: 'results/pv-share',
  folder: '/home/a/work',
  command: ['peerwatt'],
  shards: 8,
  time: '4:00:00',
  memory: '4G',
  cpus: 2,
};

const ODD = ` it's a "folder" $HOME \`id\` $(id) \\ é*?;&|<>#!
second line`;

describe('the text', () => {
  test('asks for an array that is queued again, appends to its logs and is warned', () => {
    const lines = sbatchScript({ ...JOB, partition: 'long' }).split('\n');
    expect(lines[0]).toBe('#!/bin/bash');
    const end = lines.findIndex((line) => !line.startsWith('#'));
    expect(lines.slice(1, end).filter((line) => line.startsWith('#SBATCH'))).toEqual([
      '#SBATCH --job-name=pv-share',
      '#SBATCH --array=1-8',
      '#SBATCH --partition=long',
      '#SBATCH --nodes=1',
      '#SBATCH --ntasks=1',
      '#SBATCH --time=4:00:00',
      '#SBATCH --mem=4G',
      '#SBATCH --cpus-per-task=2',
      '#SBATCH --output=pv-share.%A_%a.log',
      '#SBATCH --open-mode=append',
      '#SBATCH --requeue',
      '#SBATCH --signal=B:TERM@60',
    ]);
    expect(sbatchScript(JOB)).not.toContain('--partition');
  });

  test.each([[JOB], [{ ...JOB, study: ODD, out: ODD, folder: `/${ODD}`, command: [ODD, '-x'] }]])(
    'is bash without a fault',
    (job) => {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: sbatchScript(job) });
      expect(String(stderr)).toBe('');
      expect(status).toBe(0);
    },
  );

  test.each([
    [{ name: 'a b' }, '"name" expected a kebab name, got a b'],
    [{ shards: 0 }, '"shards" expected a positive integer, got 0'],
    [{ cpus: 1.5 }, '"cpus" expected a positive integer, got 1.5'],
    [{ time: '1h' }, '"time" expected a time limit of Slurm, got 1h'],
    [{ time: '10\n#SBATCH --exclusive' }, '"time" expected'],
    [{ memory: '0' }, '"memory" expected a size of Slurm, got 0'],
    [{ memory: '4GB' }, '"memory" expected a size of Slurm, got 4GB'],
    [{ partition: 'a b' }, '"partition" expected a partition, got a b'],
    [{ partition: '' }, '"partition" expected a partition'],
    [{ command: [] }, '"command" expected a program, got nothing'],
  ])('refuses %j', (part, message) => {
    expect(() => sbatchScript({ ...JOB, ...part })).toThrow(RangeError);
    expect(() => sbatchScript({ ...JOB, ...part })).toThrow(message);
  });

  test.each(['30', '90:00', '4:00:00', '1-12', '1-12:30', '1-12:30:00'])(
    'takes time %s',
    (time) => {
      expect(sbatchScript({ ...JOB, time })).toContain(`#SBATCH --time=${time}\n`);
    },
  );
});

describe('the program', () => {
  let home = '';
  let folder = '';
  const out = (): string => join(folder, ODD);
  const shard = (i: number) => `${out()}.shard-${i}-of-3`;
  /** What a stand-in was called with: one line a word, an empty line after each call. */
  const calls = (name: string): string[][] => {
    const path = join(home, `${name}.calls`);
    if (!existsSync(path)) return [];
    const words = readFileSync(path, 'utf8').split('\0').slice(0, -1);
    const found: string[][] = [[]];
    for (const word of words) {
      if (word === 'END') found.push([]);
      else found.at(-1)!.push(word);
    }
    return found.slice(0, -1);
  };

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
    folder = join(home, 'work it');
    mkdirSync(folder);
    const standIn = (name: string, does: string) => {
      const path = join(home, name);
      writeFileSync(path, `#!/bin/bash\nprintf '%s\\0' "$@" END >> '${path}.calls'\n${does}\n`);
      chmodSync(path, 0o755);
    };
    standIn('sbatch', 'if [ $# = 2 ]; then echo "41;site"; else echo 42; fi');
    standIn('squeue', 'echo "$STATE"');
    standIn('scontrol', 'exit 0');
    standIn(
      'peer watt',
      'if [ "$DOES" = wait ]; then sleep 30 & trap "kill $!; exit 143" TERM; wait; fi; exit "$DOES"',
    );
  });
  afterAll(() => rmSync(home, { recursive: true }));

  function start(env: Record<string, string>, part: Partial<ArrayJob> = {}) {
    for (const name of ['sbatch', 'squeue', 'scontrol', 'peer watt']) {
      rmSync(join(home, `${name}.calls`), { force: true });
    }
    const script = join(home, 'pv-share.sbatch');
    const command = [join(home, 'peer watt')];
    writeFileSync(
      script,
      sbatchScript({ ...JOB, study: '-s.yaml', out: ODD, folder, command, shards: 3, ...part }),
    );
    const child = spawn('bash', [script], {
      cwd: '/',
      env: { PATH: `${home}:${process.env.PATH}`, STATE: 'RUNNING', ...env },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, ended, text: () => text };
  }
  const task = (env: Record<string, string>, part: Partial<ArrayJob> = {}) => {
    const own = { SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_JOB_ID: '41', SLURM_CPUS_PER_TASK: '2' };
    return start({ ...own, ...env }, part);
  };

  test('submits the array and the merge behind it', async () => {
    const { ended, text } = start({});
    expect(await ended).toBe(0);
    expect(text()).toBe('array job 41, merge job 42\n');
    const [array, merge, ...rest] = calls('sbatch');
    expect(rest).toEqual([]);
    expect(array).toEqual(['--parsable', join(home, 'pv-share.sbatch')]);
    expect(merge).toContain('--dependency=afterok:41');
    expect(merge).toContain('--kill-on-invalid-dep=yes');
    const wrapped = merge!.find((word) => word.startsWith('--wrap='))!.slice('--wrap='.length);
    const { status } = spawnSync('sh', ['-c', wrapped], {
      cwd: '/',
      env: { DOES: '0', PATH: '/usr/bin:/bin' },
    });
    expect(status).toBe(0);
    expect(calls('peer watt')).toEqual([['merge', ODD]]);
  });

  test('asks for Parquet where it is wanted, of the shards and of the merge', async () => {
    const { ended } = start({}, { parquet: true });
    expect(await ended).toBe(0);
    const wrapped = calls('sbatch')[1]!.find((word) => word.startsWith('--wrap='))!;
    expect(wrapped).toMatch(/ --format parquet$/);
    expect(await task({ DOES: '0' }, { parquet: true }).ended).toBe(0);
    expect(calls('peer watt')[0]!.slice(-2)).toEqual(['--format', 'parquet']);
  });

  test('runs its shard and ends as it ended', async () => {
    expect(await task({ DOES: '0' }).ended).toBe(0);
    const words = [
      'sweep',
      './-s.yaml',
      '--shard',
      '2/3',
      '--resume',
      '--out',
      ODD,
      '--workers',
      '2',
    ];
    expect(calls('peer watt')).toEqual([words]);
    expect(await task({ DOES: '2' }).ended).toBe(2);
    expect(calls('scontrol')).toEqual([]);
  });

  test('with failed runs is fine where its shard is complete, which the merge reports', async () => {
    expect(await task({ DOES: '1' }).ended).toBe(1);
    mkdirSync(shard(2));
    writeFileSync(join(shard(2), 'manifest.json'), '{}');
    expect(await task({ DOES: '1' }).ended).toBe(0);
    expect(await task({ DOES: '3' }).ended).toBe(0);
    expect(await task({ DOES: '2' }).ended).toBe(2);
    expect(calls('scontrol')).toEqual([]);
  });

  test.each([
    ['143', undefined, 'RUNNING', true],
    ['143', '99', 'RUNNING', true],
    ['143', '100', 'RUNNING', false],
    ['137', '2', 'RUNNING', true],
    ['137', '3', 'RUNNING', false],
    ['143', undefined, 'CANCELLED', false],
    ['137', undefined, 'COMPLETING', false],
    ['134', undefined, 'RUNNING', false],
  ])('ended by %s in turn %s, %s: another turn is %s', async (code, turn, state, again) => {
    const turns = turn === undefined ? {} : { SLURM_RESTART_COUNT: turn };
    expect(await task({ DOES: code, STATE: state, ...turns }).ended).toBe(Number(code));
    expect(calls('scontrol')).toEqual(again ? [['requeue', '41_2']] : []);
  });

  test('hands a warning on, waits for the program, and asks for another turn', async () => {
    const { child, ended, text } = task({ DOES: 'wait' });
    while (calls('peer watt').length === 0) await sleep(20);
    await sleep(100);
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(calls('scontrol')).toEqual([['requeue', '41_2']]);
    expect(text()).toContain('peerwatt: ended with code 143; shard 2 goes on in another turn');
  });

  test('does nothing where its folder is gone', async () => {
    rmSync(folder, { recursive: true });
    expect(await task({ DOES: '0' }).ended).toBe(2);
    expect(calls('peer watt')).toEqual([]);
  });
});
