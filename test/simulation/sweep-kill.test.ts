/** A sweep that is killed again and again ends with the bytes of one that nobody disturbed. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { expectSameBytes, type Home, isBuilt, openHome, type Running } from './sweep-program.ts';

const KILLS = 20;
const RUNS = 12;
/** What appears in turn while the end is written, the folder in its place last. */
const ENDING = ['runs.csv', 'arms.csv', 'ccdf.csv', 'effects.csv', 'manifest.json', 'out'] as const;
/** Shares of the life of a sweep: until its first run ends, until its last run ends, all of it. */
const [STARTED, WRITING] = [0.1, 0.7];

let home: Home;
let wanted: Map<string, Buffer>;
beforeAll(async () => {
  if (!isBuilt()) return;
  home = openHome();
  home.study('study.yaml');
  const base = await home.peerwatt('sweep', 'study.yaml', '--out', 'base', '--quiet');
  expect(base).toMatchObject({ code: 0, stderr: '' });
  wanted = home.read('base');
}, 120_000);
afterAll(() => home?.remove());

const sweep = (out: string) =>
  ['sweep', 'study.yaml', '--out', out, '--workers', '2', '--resume', '--quiet'] as const;

/** Finished runs that a journal tells of. */
function journalled(out: string): number {
  const path = join(home.path, `${out}.unfinished`, 'journal.jsonl');
  return existsSync(path) ? readFileSync(path, 'latin1').split('\n').length - 1 : 0;
}

/** Whether a process has the study open; what an earlier one left is cleared then. */
function isOpenIn(out: string, pid: number | undefined): boolean {
  try {
    const text = readFileSync(join(home.path, `${out}.unfinished`, 'lock.json'), 'utf8');
    return (JSON.parse(text) as { pid: number }).pid === pid;
  } catch {
    return false;
  }
}

/** Kills a program once something holds, a little later, unless it ends before. */
async function killWhen(
  { child, kill, ended }: Running,
  holds: (pid: number | undefined) => boolean,
  laterMs: number,
) {
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  while (!isOver() && !holds(child.pid)) await setTimeout(1);
  if (laterMs > 0) await setTimeout(laterMs);
  kill('SIGKILL');
  return ended;
}

/** When the moment at a share of a sweep's life has come. */
function momentOf(share: number): (pid: number | undefined) => boolean {
  if (share < STARTED) return () => true;
  if (share < WRITING) {
    const count = Math.ceil(((share - STARTED) / (WRITING - STARTED)) * RUNS);
    return () => journalled('out') >= count;
  }
  const name = ENDING[Math.floor(((share - WRITING) / (1 - WRITING)) * ENDING.length)]!;
  const path = name === 'out' ? 'out' : join('out.unfinished', name);
  let isOpen = false;
  return (pid) => {
    isOpen ||= isOpenIn('out', pid);
    return isOpen && existsSync(join(home.path, path));
  };
}

describe.skipIf(!isBuilt())('a sweep', () => {
  test('killed at twenty random moments has the same bytes', { timeout: 300_000 }, async () => {
    const random = createRandomSource(20).sequential('chain/kills');
    const struck = { starting: 0, running: 0, writing: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      const share = (kill + random.uniform()) / KILLS;
      const laterMs = Math.floor(
        random.uniform() * (share < STARTED ? 600 : share < WRITING ? 60 : 4),
      );
      const { signal, code, stderr } = await killWhen(
        home.start(...sweep('out')),
        momentOf(share),
        laterMs,
      );
      expect(stderr, `kill ${kill}`).toBe('');
      if (signal === 'SIGKILL') {
        struck[share < STARTED ? 'starting' : share < WRITING ? 'running' : 'writing']++;
        continue;
      }
      // It was faster than its end: what it wrote must be right, and the next life begins.
      expect(code).toBe(0);
      expectSameBytes(home.read('out'), wanted);
      rmSync(join(home.path, 'out'), { recursive: true });
    }
    expect(await home.peerwatt(...sweep('out'))).toMatchObject({ code: 0, stderr: '' });
    expectSameBytes(home.read('out'), wanted);
    expect(readdirSync(home.path).filter((name) => name.startsWith('out'))).toEqual(['out']);
    // Most must have struck it alive, in every part of its life.
    expect(struck.starting).toBeGreaterThan(0);
    expect(struck.running).toBeGreaterThanOrEqual(8);
    expect(struck.writing).toBeGreaterThan(0);
  });

  test('told to stop keeps what is finished and says how to go on', async () => {
    const running = home.start(...sweep('stopped').filter((word) => word !== '--resume'));
    while (journalled('stopped') < 3) await setTimeout(1);
    running.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect(code).toBe(143);
    const go = 'go on: peerwatt sweep study.yaml --out stopped --workers 2 --quiet --resume';
    expect(stderr).toMatch(/interrupted; finished runs are in .*stopped\.unfinished/);
    expect(stderr).toContain(go);
    const kept = journalled('stopped');
    expect(kept).toBeGreaterThanOrEqual(3);
    expect(existsSync(join(home.path, 'stopped'))).toBe(false);
    const words = sweep('stopped').filter((word) => word !== '--quiet');
    const again = await home.peerwatt(...words);
    expect(again.code).toBe(0);
    if (kept < RUNS) expect(again.stdout).toContain(`${RUNS} runs, ${kept} of them from before`);
    expectSameBytes(home.read('stopped'), wanted);
  });
});
