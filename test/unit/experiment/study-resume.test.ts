/** Studies that stop and go on, on a stand-in for the worker: what is done again, and what is not. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunPlan, seedOf } from '../../../src/experiment/plan.ts';
import { findShards, mergeShards } from '../../../src/experiment/study/merge.ts';
import {
  runStudy,
  type StudyOptions,
  type StudySpec,
  studyStanding,
  tidyComplete,
} from '../../../src/experiment/study.ts';
import { checkFolder } from '../../../src/report/check.ts';
import { readJournal } from '../../../src/report/journal.ts';
import { scenarioOf } from './scenarios.ts';

let home = '';
let out = '';
/** Folder of the scenario, in which a file may stand that it reads. */
let inputs = '';
/** Runs that the worker was given, in order of ending. */
let done: string[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  inputs = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  out = join(home, 'out');
  done = [];
});
afterEach(() => {
  rmSync(home, { recursive: true });
  rmSync(inputs, { recursive: true });
});

const options = (more: Partial<StudyOptions> = {}): StudyOptions => ({
  workers: 2,
  environment: { version: '0', nodeMajor: 20 },
  workerUrl: new URL('./fake-worker.mjs', import.meta.url),
  codeHash: 'test',
  onOutcome: (plan) => done.push(plan.id),
  replay: (plan) => `peerwatt run ${plan.id}`,
  ...more,
});

/** Two points of a factor in some arms; replications as asked for. */
function specOf(arms: readonly string[], more: Partial<StudySpec> = {}): StudySpec {
  const cells = [0, 1].flatMap((point) => arms.map((arm) => ({ point, arm })));
  const planOf = (arm: string, point: number, replication: number): RunPlan => {
    const [window] = scenarioOf(arm).windows;
    const content = { ...scenarioOf(arm), folder: inputs, data: 'load.csv', load: point };
    const scenario = { ...content, seed: seedOf(content, replication) };
    const id = `${point + 1}-${arm}-${replication}`;
    return { index: 0, id, arm, point, replication, window: window!, scenario };
  };
  const load = {
    name: 'load',
    type: 'integer',
    unit: '',
    meaning: 'Load',
    paths: ['load'],
  } as const;
  return {
    name: 'loads',
    replications: 2,
    factors: [load],
    points: [[0], [1]],
    plansFor: (count) =>
      cells.flatMap(({ arm, point }) =>
        Array.from({ length: count }, (_, r) => planOf(arm, point, r + 1)),
      ),
    ...more,
  };
}

const spec = specOf(['pow', 'dpos']);

function contentOf(folder: string): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  );
}

const rowsOf = (file: string) =>
  parse(readFileSync(join(out, file)), { columns: true }) as Record<string, string>[];

/** The study undisturbed, elsewhere. */
async function undisturbed(of = spec): Promise<Record<string, string>> {
  await runStudy(of, join(home, 'base'), options());
  done = [];
  return contentOf(join(home, 'base'));
}

/** Interrupts the study after some runs. @returns Runs that are kept. */
async function interrupted(after: number, of = spec): Promise<number> {
  const controller = new AbortController();
  const onOutcome = (plan: { id: string }) => {
    done.push(plan.id);
    if (done.length === after) controller.abort();
  };
  const study = await runStudy(of, out, options({ signal: controller.signal, onOutcome }));
  expect(study).toMatchObject({ interrupted: true, folder: `${out}.unfinished` });
  const kept = done.length;
  done = [];
  return kept;
}

describe('a study that was stopped', () => {
  test('does what is missing, once, and has the same bytes', async () => {
    const wanted = await undisturbed();
    const kept = await interrupted(3);
    expect(studyStanding(spec, out, options())).toBe('unfinished');
    const study = await runStudy(spec, out, options({ resume: true, workers: 1 }));
    expect(study).toMatchObject({ interrupted: false, runCount: 8, resumedCount: kept });
    expect(done).toHaveLength(8 - kept);
    expect(contentOf(out)).toEqual(wanted);
    expect(checkFolder(out)).toMatchObject({ problems: [], unlisted: [] });
    expect(studyStanding(spec, out, options())).toBe('complete');
  });

  test('may be stopped at every run', async () => {
    const wanted = await undisturbed();
    for (let round = 0; round < 8; round++) {
      const controller = new AbortController();
      const onOutcome = () => controller.abort();
      const stop = { signal: controller.signal, onOutcome, workers: 1, resume: true };
      await runStudy(spec, out, options(stop));
    }
    expect(contentOf(out)).toEqual(wanted);
  });

  test('does again what has no sound record or no folder', async () => {
    const wanted = await undisturbed();
    await interrupted(5);
    const journal = join(`${out}.unfinished`, 'journal.jsonl');
    const bytes = readFileSync(journal);
    const lines = bytes.toString('latin1').split('\n');
    // The first record is changed, the last is cut; another run lost its folder.
    bytes[40]! ^= 1;
    writeFileSync(journal, bytes);
    truncateSync(journal, bytes.length - 3);
    const runOf = (line: number) => JSON.parse(lines[line]!.slice(17)).run as string;
    rmSync(join(`${out}.unfinished`, 'runs', runOf(2)), { recursive: true });
    const spoiled = [runOf(0), runOf(2), runOf(lines.length - 2)];
    const study = await runStudy(spec, out, options({ resume: true }));
    expect(done).toEqual(expect.arrayContaining(spoiled));
    expect(study.resumedCount).toBe(lines.length - 1 - spoiled.length);
    expect(contentOf(out)).toEqual(wanted);
  });

  test('with metrics alone goes on from the journal', async () => {
    const metrics = { ...spec, keep: 'metrics', metrics: ['tpsFinal'] } as const;
    const wanted = await undisturbed(metrics);
    expect(Object.keys(wanted).some((name) => name.startsWith('runs/'))).toBe(false);
    const kept = await interrupted(5, metrics);
    expect(existsSync(join(`${out}.unfinished`, 'runs'))).toBe(false);
    await runStudy(metrics, out, options({ resume: true }));
    expect(done).toHaveLength(8 - kept);
    expect(contentOf(out)).toEqual(wanted);
  });

  test('is another study once its scenario, its inputs or the program changed', async () => {
    writeFileSync(join(inputs, 'load.csv'), '1\n');
    await interrupted(3);
    const refused = expect.stringContaining('of other runs, inputs or program');
    const resume = (more: Partial<StudyOptions> = {}, of = spec) =>
      runStudy(of, out, options({ resume: true, ...more })).catch((error: Error) => error.message);
    expect(await resume({ codeHash: 'next' })).toEqual(refused);
    expect(await resume({ environment: { version: '0', nodeMajor: 22 } })).toEqual(refused);
    expect(await resume({}, { ...spec, keep: 'metrics' })).toEqual(refused);
    expect(await resume({}, { ...spec, variant: 'iso-risk' })).toEqual(refused);
    expect(await resume({}, specOf(['pow']))).toEqual(refused);
    expect(await resume({ formats: ['csv', 'parquet'] })).toEqual(refused);
    writeFileSync(join(inputs, 'load.csv'), '2\n');
    expect(await resume()).toEqual(refused);
    expect(done).toEqual([]);
    // Asked for both, it keeps only runs that would come out the same: none, since all read the file.
    const study = await runStudy(spec, out, options({ resume: true, force: true }));
    expect(study.resumedCount).toBe(0);
    expect(done).toHaveLength(8);
    expect(contentOf(out)).toEqual(await undisturbed());
  });

  test('with force goes on with the runs that another study shares', async () => {
    const kept = await interrupted(6);
    const small = specOf(['pow']);
    const wanted = await undisturbed(small);
    const { records } = readJournal(join(`${out}.unfinished`, 'journal.jsonl'));
    const shared = records.filter((record) => /pow/.test((record as { run: string }).run));
    const study = await runStudy(small, out, options({ resume: true, force: true }));
    expect(kept).toBeGreaterThanOrEqual(6);
    expect(study.resumedCount).toBe(shared.length);
    expect(contentOf(out)).toEqual(wanted);
  });

  test('does not ask where its files stand, nor what else stands there', async () => {
    writeFileSync(join(inputs, 'load.csv'), '1\n');
    const wanted = await undisturbed();
    writeFileSync(join(inputs, 'notes.txt'), 'mine');
    const moved = `${inputs}-moved`;
    cpSync(inputs, moved, { recursive: true });
    const before = inputs;
    inputs = moved;
    try {
      await runStudy(specOf(['pow', 'dpos']), out, options());
    } finally {
      inputs = before;
      rmSync(moved, { recursive: true });
    }
    expect(contentOf(out)).toEqual(wanted);
  });

  test('killed after its last step is whole', async () => {
    const wanted = await undisturbed();
    cpSync(join(home, 'base'), out, { recursive: true });
    for (const name of ['lock.json', 'journal.jsonl', 'study.json']) {
      writeFileSync(join(out, name), '{}');
    }
    expect(studyStanding(spec, out, options())).toBe('complete');
    tidyComplete(out, undefined);
    expect(contentOf(out)).toEqual(wanted);
  });
});

describe('failed runs', () => {
  const broken = specOf(['pow', 'throws']);

  test('are rows with the command that repeats them, and are tried again alone', async () => {
    const study = await runStudy(broken, out, options());
    expect(study.failures).toHaveLength(4);
    const rows = rowsOf('failures.csv');
    expect(rows.map(({ run, load, kind, replay }) => [run, load, kind, replay])).toEqual(
      ['1-throws-1', '1-throws-2', '2-throws-1', '2-throws-2'].map((run) => [
        run,
        String(Number(run[0]) - 1),
        'crash',
        `peerwatt run ${run}`,
      ]),
    );
    const wanted = contentOf(out);
    done = [];
    const again = await runStudy(broken, out, options({ resume: true, workers: 1 }));
    expect(done).toEqual(rows.map(({ run }) => run));
    expect(again.resumedCount).toBe(4);
    expect(contentOf(out)).toEqual(wanted);
    expect(readdirSync(home)).toEqual(['out']);
  });

  test('that come out right at last leave no trace', async () => {
    const workerUrl = new URL('./fake-mended-worker.mjs', import.meta.url);
    const wanted = await (async () => {
      await runStudy(broken, join(home, 'base'), options({ workerUrl }));
      return contentOf(join(home, 'base'));
    })();
    await runStudy(broken, out, options());
    expect(existsSync(join(out, 'failures.csv'))).toBe(true);
    done = [];
    await runStudy(broken, out, options({ resume: true, workerUrl }));
    expect(done).toHaveLength(4);
    expect(contentOf(out)).toEqual(wanted);
    expect(readdirSync(home)).toEqual(['base', 'out']);
  });

  test('too slow ones do not leave torn folders in the result', async () => {
    const slow = specOf(['pow', 'leaves'], { replications: 1 });
    const study = await runStudy(slow, out, options({ limits: { timeMs: 3000 } }));
    expect(study.failures.map(({ failure }) => failure.kind)).toEqual(['timeout', 'timeout']);
    expect(study.failures[0]!.failure.message).toBe('the run took longer than 3 s');
    expect(readdirSync(join(out, 'runs'))).toEqual(['1-pow-1', '2-pow-1']);
  });
});

describe('shards', () => {
  const merged = () => mergeShards(out, findShards(out), { force: false, formats: ['csv'] });

  test('in any number, together are the study', async () => {
    const wanted = await undisturbed();
    for (const count of [1, 3, 8]) {
      for (let index = count; index >= 1; index--) {
        const shard = { index, count };
        const study = await runStudy(spec, out, options({ shard, workers: 1 }));
        expect(study.folder).toBe(`${out}.shard-${index}-of-${count}`);
        expect(studyStanding(spec, out, options({ shard }))).toBe('complete');
      }
      expect(merged()).toEqual({ runCount: 8, shardCount: count, failedCount: 0 });
      expect(contentOf(out)).toEqual(wanted);
      for (const path of [out, ...findShards(out)]) rmSync(path, { recursive: true });
    }
  });

  test('with failed runs have the rows and bytes of the study, and try those again', async () => {
    const broken = specOf(['pow', 'throws']);
    const wanted = await undisturbed(broken);
    for (const index of [1, 2]) {
      const shard = { index, count: 2 };
      await runStudy(broken, out, options({ shard, workers: 1 }));
      done = [];
      const again = await runStudy(broken, out, options({ shard, workers: 1, resume: true }));
      expect(done.filter((run) => /throws/.test(run))).toHaveLength(done.length);
      expect(again.resumedCount).toBe(4 - done.length);
    }
    expect(merged()).toEqual({ runCount: 8, shardCount: 2, failedCount: 4 });
    // What trying again needs is in the shards.
    const { 'study.json': _, 'journal.jsonl': __, ...tables } = wanted;
    expect(contentOf(out)).toEqual(tables);
  });

  test('that were interrupted go on alone, and have the same bytes', async () => {
    const shard = { index: 2, count: 2 };
    await runStudy(spec, join(home, 'base'), options({ shard }));
    const controller = new AbortController();
    const onOutcome = () => controller.abort();
    await runStudy(spec, out, options({ shard, signal: controller.signal, onOutcome, workers: 1 }));
    expect(readdirSync(home)).toContain('out.shard-2-of-2.unfinished');
    expect(() => merged()).toThrow('got none');
    await runStudy(spec, out, options({ shard, resume: true }));
    expect(contentOf(`${out}.shard-2-of-2`)).toEqual(contentOf(join(home, 'base.shard-2-of-2')));
  });
});

test('memory grows by little a run, however many there are', { timeout: 60_000 }, async () => {
  const many = specOf(['light'], { keep: 'metrics', replications: 1000, metrics: ['tpsFinal'] });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const marks: number[] = [];
  const onOutcome = () => {
    done.push('');
    if (done.length === 400 || done.length === 1800) marks.push(heap());
  };
  const workerUrl = new URL('./fake-light-worker.mjs', import.meta.url);
  const study = await runStudy(many, out, options({ workerUrl, onOutcome }));
  expect(study).toMatchObject({ runCount: 2000, failures: [] });
  expect(rowsOf('runs.csv')).toHaveLength(2000);
  expect((marks[1]! - marks[0]!) / 1400).toBeLessThan(4_000);
});
