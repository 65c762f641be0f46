/** Shards put together: their records are the records of the study, and the tables follow from them. */
import { ScenarioError } from '../../base/errors.ts';
import type { TableFormat } from '../../report/formats.ts';
import { openShard, type ShardFolder, siblingsOf } from '../../report/shards.ts';
import { type Owner, openWorkplace } from '../../report/workplace.ts';
import type { RunOutcome } from '../outcome.ts';
import { thisProcess } from '../pool-owner.ts';
import { manifestOf, triangleOf, triangleTable } from './finish.ts';
import type { StudyHead } from './head.ts';
import { type EarlierRun, type FailureRecord, shardRecord } from './kept.ts';
import { createSampleStore } from './samples.ts';
import { shardFolder } from './spec.ts';
import { contentOf, type FailureRow, writeStudyTables } from './tables.ts';

/** How to merge. */
export interface MergeOptions {
  readonly force: boolean;
  readonly formats: readonly TableFormat[];
  readonly owner?: Owner;
}

const PLACE = /^(.+)\.shard-(\d+)-of-(\d+)$/;

/** Folders of the shards of a study that stand beside its target, in shard order. */
export function findShards(target: string): readonly string[] {
  const found = siblingsOf(target).flatMap((path) => {
    const [, base, index, count] = PLACE.exec(path) ?? [];
    return base === target ? [{ path, index: Number(index), count: Number(count) }] : [];
  });
  found.sort((a, b) => a.count - b.count || a.index - b.index);
  return found.map(({ path }) => path);
}

/**
 * Merges shards into a study folder; they stay as they are.
 *
 * @param target - Study folder.
 * @param paths - Folders of all shards.
 * @returns How many runs and shards there are, and runs that failed in their shard.
 * @throws {ScenarioError} when a shard is missing, unfinished, of another study, or lacks runs, each with
 *   what to do; nothing is written then.
 */
export function mergeShards(
  target: string,
  paths: readonly string[],
  { force, formats, owner = thisProcess() }: MergeOptions,
): { readonly runCount: number; readonly shardCount: number; readonly failedCount: number } {
  const shards = paths.map((path) => openShard(path, shardRecord));
  const { studyHash, head } = agreed(target, shards);
  const runs = new Map<string, { one: EarlierRun | FailureRecord; shard: ShardFolder<unknown> }>();
  for (const shard of shards) {
    for (const one of shard.records) if (one !== undefined) runs.set(one.run, { one, shard });
  }
  const missing = head.runs.filter(({ run }) => !runs.has(run));
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map(({ run }) => run);
    const got = `${missing.length} missing: ${names.join(', ')}${missing.length > 5 ? ', …' : ''}`;
    const hint = 'run the shards again with --resume: finished runs are kept';
    throw new ScenarioError([
      { file: target, path: 'shards', expected: `all ${head.runs.length} runs`, got, hint },
    ]);
  }
  const mark = { name: head.name, studyHash };
  const workplace = openWorkplace(
    target,
    mark,
    () => head,
    () => undefined,
    {
      resume: true,
      force,
      owner,
    },
  );
  try {
    const samples = createSampleStore();
    const failures: FailureRow[] = [];
    const outcomes = head.runs.map((place): RunOutcome => {
      const { one } = runs.get(place.run)!;
      if ('failed' in one) {
        failures.push({ ...place, ...one.failed, replay: one.replay });
        return { ok: false, failure: { ...one.failed, issues: [], stack: '' } };
      }
      if (one.samples !== undefined) {
        samples.add(place.arm, place.point, JSON.parse(one.samples));
      }
      return one.outcome;
    });
    const finished = head.runs.filter((_, at) => outcomes[at]!.ok).map(({ run }) => run);
    if (head.keep === 'tables') {
      workplace.makeRunsFolder();
      for (const run of finished) runs.get(run)!.shard.linkRun(run, workplace.runFolder(run));
    }
    const content = contentOf(head, outcomes, samples);
    const folder = workplace.finish(head.keep === 'tables' ? new Set(finished) : undefined);
    const more = head.factors.length === 0 ? [triangleTable(triangleOf(content, {}))] : [];
    writeStudyTables(folder, content, failures, more, formats);
    workplace.complete(folder, manifestOf(content, studyHash), undefined);
    const counts = { runCount: head.runs.length, shardCount: shards.length };
    return { ...counts, failedCount: failures.length };
  } catch (error) {
    workplace.release();
    throw error;
  }
}

/** What all shards say of their study; they must say the same, and all be there. */
function agreed(target: string, shards: readonly ShardFolder<unknown>[]) {
  const refuse = (file: string, expected: string, got: string, hint?: string): never => {
    throw new ScenarioError([{ file, path: 'shards', expected, got, hint }]);
  };
  const [first] = shards;
  if (first === undefined) {
    return refuse(target, 'shards beside it', 'none', 'peerwatt sweep --shard i/n makes them');
  }
  for (const { path, studyHash } of shards) {
    if (studyHash !== first.studyHash) {
      refuse(path, `a shard of the same study as ${first.path}`, 'one of another study');
    }
  }
  const { count } = first.shard;
  for (const { path, shard } of shards) {
    if (shard.count === count) continue;
    const hint = 'remove those of the other split';
    refuse(path, `a shard of ${count}, as ${first.path}`, `one of ${shard.count}`, hint);
  }
  const there = new Set(shards.map(({ shard }) => shard.index));
  const absent = Array.from({ length: count }, (_, i) => i + 1).filter((i) => !there.has(i));
  if (absent.length > 0) {
    const near = siblingsOf(target);
    const words = absent.map((index) => {
      const begun = near.includes(`${shardFolder(target, { index, count })}.unfinished`);
      return `${index}/${count}${begun ? ' (unfinished)' : ''}`;
    });
    const hint = 'run them with --shard, an unfinished one with --resume, then merge';
    refuse(target, `${count} shards`, `none for ${words.join(', ')}`, hint);
  }
  return { studyHash: first.studyHash, head: first.head as StudyHead };
}
