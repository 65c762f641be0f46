/**
 * The end of a study, and its beginning, stopped at every single thing it does to the disk: by a kill, after
 * which nothing more is done, and by a disk that is full from then on. Whoever goes on ends with the same bytes.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { planStudy } from '../../../src/experiment/plan.ts';
import { thisProcess } from '../../../src/experiment/pool-owner.ts';
import { findShards, mergeShards } from '../../../src/experiment/study/merge.ts';
import {
  runStudy,
  type Shard,
  type StudyOptions,
  studyOf,
  studyStanding,
  tidyComplete,
} from '../../../src/experiment/study.ts';
import { scenarioOf } from './scenarios.ts';

type Trouble = 'none' | 'kill' | 'full';

/** The disk under test: `left` things may be done before the trouble begins. */
const disk = vi.hoisted(() => ({ trouble: 'none' as Trouble, left: 0, done: 0 }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  /** Whether a full disk refuses it: what needs no room goes on. */
  const needsRoom = ['mkdirSync', 'openSync', 'writeSync', 'linkSync', 'copyFileSync'];
  const fail = (name: string) => {
    const text = disk.trouble === 'full' ? `ENOSPC: no space left on device, ${name}` : 'killed';
    const code = disk.trouble === 'full' ? 'ENOSPC' : 'KILLED';
    return Object.assign(new Error(text), { code });
  };
  const guard = (name: string, call: (...given: unknown[]) => unknown) => {
    return (...given: unknown[]) => {
      if (disk.trouble === 'none') return call(...given);
      if (name === 'openSync' && (given[1] ?? 'r') === 'r') return call(...given);
      if (disk.trouble === 'full' && !needsRoom.includes(name)) return call(...given);
      disk.done++;
      if (disk.done <= disk.left) return call(...given);
      // The write that meets the trouble gets half of its bytes out.
      if (name === 'writeSync' && disk.done === disk.left + 1) {
        const [file, data, at = 0] = given as [number, Uint8Array | string, number?];
        const bytes = Buffer.from(data as string);
        real.writeSync(file, bytes, at, Math.floor((bytes.length - at) / 2));
      }
      throw fail(name);
    };
  };
  const names = ['mkdirSync', 'openSync', 'writeSync', 'linkSync', 'copyFileSync'].concat([
    'renameSync',
    'rmSync',
    'ftruncateSync',
    'utimesSync',
  ]);
  const guarded = names.map((name) => [name, guard(name, Reflect.get(real, name))]);
  // What the disk has of a killed process does not hang on syncing.
  return { ...real, ...Object.fromEntries(guarded), fsyncSync: () => {} };
});

let home = '';
let out = '';
beforeEach(() => {
  disk.trouble = 'none';
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  out = join(home, 'out');
});
afterEach(() => {
  disk.trouble = 'none';
  rmSync(home, { recursive: true });
});

const arms = ['pow', 'dpos'].map((arm) => scenarioOf(arm));
const tables = { ...studyOf('village', planStudy(arms, 2)), metrics: ['tpsFinal'] };
const metrics = { ...tables, keep: 'metrics' } as const;
// A lock that was torn a moment ago belongs to somebody; these tests do not wait.
const owner = { ...thisProcess(), nowMs: () => Date.now() + 60_000 };
const options = (more: Partial<StudyOptions> = {}): StudyOptions => ({
  workers: 1,
  environment: { version: '0', nodeMajor: 20 },
  workerUrl: new URL('./fake-mended-worker.mjs', import.meta.url),
  codeHash: 'test',
  owner,
  ...more,
});

function contentOf(folder: string): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  );
}

/** Does something in trouble. @returns What it was told, and whether the trouble came. */
async function inTrouble(trouble: Trouble, left: number, act: () => unknown) {
  Object.assign(disk, { trouble, left, done: 0 });
  try {
    return { result: await act(), came: disk.done > disk.left, error: undefined };
  } catch (error) {
    return { result: undefined, came: disk.done > disk.left, error: error as { code?: string } };
  } finally {
    disk.trouble = 'none';
  }
}

/** Goes on with a study as the command line does. */
async function goOn(spec: typeof tables, shard: Shard | undefined) {
  const more = options({ resume: true, shard });
  if (studyStanding(spec, out, more) === 'complete') tidyComplete(out, shard);
  else await runStudy(spec, out, more);
}

/** All runs done and nothing written of the end. */
async function prepare(spec: typeof tables, shard: Shard | undefined): Promise<string> {
  const search = async () => ({ failures: [], interrupted: true });
  const study = await runStudy(spec, join(home, 'before'), options({ shard }), { search });
  expect(study.interrupted).toBe(true);
  return study.folder;
}

describe.each(['kill', 'full'] as const)('a %s at every step', (trouble) => {
  test.each([
    ['a study', undefined],
    ['a shard', { index: 1, count: 2 }],
  ])('of the end of %s', async (_, shard) => {
    const before = await prepare(tables, shard);
    const place = shard === undefined ? out : `${out}.shard-1-of-2`;
    cpSync(before, `${place}.unfinished`, { recursive: true });
    await goOn(tables, shard);
    const wanted = contentOf(place);
    let steps = 0;
    for (let came = true; came; steps++) {
      rmSync(place, { recursive: true });
      cpSync(before, `${place}.unfinished`, { recursive: true });
      const told = await inTrouble(trouble, steps, () => goOn(tables, shard));
      came = told.came;
      if (trouble === 'full' && told.error !== undefined) expect(told.error.code).toBe('ENOSPC');
      await goOn(tables, shard);
      const names = readdirSync(home).filter((name) => name.startsWith('out'));
      expect(names, `step ${steps}`).toEqual([place.slice(home.length + 1)]);
      expect(contentOf(place), `step ${steps}`).toEqual(wanted);
    }
    expect(steps).toBeGreaterThan(trouble === 'kill' ? 10 : 5);
  });

  test('of a study from its beginning', { timeout: 120_000 }, async () => {
    await runStudy(metrics, join(home, 'base'), options());
    const wanted = contentOf(join(home, 'base'));
    // The first eight steps, then every third: each needs workers of its own.
    for (let steps = 0, came = true; came; steps += steps < 8 ? 1 : 5) {
      const told = await inTrouble(trouble, steps, () => runStudy(metrics, out, options()));
      came = told.came;
      if (trouble === 'full' && came) {
        const { code } = told.error ?? { code: undefined };
        const { storage } = (told.result ?? {}) as { storage?: string };
        expect(code ?? storage, `step ${steps}`).toContain('ENOSPC');
      }
      await goOn(metrics as unknown as typeof tables, undefined);
      expect(contentOf(out), `step ${steps}`).toEqual(wanted);
      rmSync(out, { recursive: true });
    }
  });

  test('of a merger', async () => {
    for (const index of [1, 2]) {
      await runStudy(tables, out, options({ shard: { index, count: 2 } }));
    }
    const shards = findShards(out);
    const merge = () => mergeShards(out, shards, { force: false, formats: ['csv'], owner });
    merge();
    const wanted = contentOf(out);
    const kept = shards.map(contentOf);
    for (let steps = 0, came = true; came; steps++) {
      rmSync(out, { recursive: true });
      came = (await inTrouble(trouble, steps, merge)).came;
      merge();
      expect(contentOf(out), `step ${steps}`).toEqual(wanted);
      expect(shards.map(contentOf)).toEqual(kept);
      expect(readdirSync(home)).toHaveLength(3);
    }
  });
});
