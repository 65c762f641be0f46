/**
 * Carrying out a study: what is missing runs on workers, each finished run is written down at once, and when
 * all are there the tables follow from the records alone. A study may be killed at any moment, gone on
 * with, and split into shards, and always ends with the same bytes.
 */
import { type InputIssue, nearestWord, ScenarioError } from '../base/errors.ts';
import { createInputFiles } from '../data/input-files.ts';
import { codeHash } from '../report/code-hash.ts';
import { CSV_ONLY } from '../report/formats.ts';
import { portableScenario } from '../report/manifest.ts';
import { openWorkplace, standingOf, tidyStudy } from '../report/workplace.ts';
import type { Scenario } from '../scenario/sections.ts';
import { armRows, valuesIn } from './compare.ts';
import { failureOf } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import { nowAndThen, thisProcess } from './pool-owner.ts';
import { decideStopping, STOPPING_BATCH } from './statistics/stopping.ts';
import { failuresOf, triangleOf, warningsOf, writeStudy } from './study/finish.ts';
import {
  createHeadMaker,
  type HeadMaker,
  headMetrics,
  type StudyHead,
  studyHashOf,
} from './study/head.ts';
import { earlierRun } from './study/kept.ts';
import { createProgress, type StudyProgress } from './study/progress.ts';
import {
  type Shard,
  type StudyExtras,
  type StudyOptions,
  type StudyResult,
  type StudySpec,
  shardFolder,
} from './study/spec.ts';
import { contentOf, type StudyContent } from './study/tables.ts';

export {
  type FailedRun,
  type Shard,
  type StudyExtras,
  type StudyOptions,
  type StudyResult,
  type StudySpec,
  shardFolder,
  studyOf,
} from './study/spec.ts';
export type { StudyTable } from './study/tables.ts';

/**
 * Carries out a study and writes its folder.
 *
 * @param target - Study folder; replaced only when the new one is complete, and only when it holds the same
 *   study or `force` is set. It is made in `<target>.unfinished`.
 * @returns Values and failures. When it was interrupted, what finished waits in the returned folder.
 * @param extras - Runs that depend on the first ones, and tables besides.
 * @throws {ScenarioError} when a run finds the input wrong, with all issues, or when something else is in the
 *   way; nothing that was there is changed then.
 */
export async function runStudy(
  spec: StudySpec,
  target: string,
  options: StudyOptions,
  extras: StudyExtras = {},
): Promise<StudyResult> {
  const maker = makerOf(spec, options);
  const first = plansOf(spec, options.shard);
  const { place, mark } = placeOf(spec, target, options, maker);
  checkRule(spec, maker.headOf(first));
  // A shard, too, says what the whole study is: whoever merges has nothing else.
  const head = () => maker.headOf(plansOf(spec, undefined));
  const workplace = openWorkplace(place, mark, head, earlierRun, {
    resume: options.resume === true,
    force: options.force === true,
    owner: options.owner ?? thisProcess(),
  });
  const progress = createProgress(workplace, maker, keepOf(spec), options);
  const stopTelling = nowAndThen(() => workplace.touch());
  try {
    return await finishStudy(spec, first, place, { ...mark, options, extras, maker, progress });
  } catch (error) {
    // Wrong input leaves nothing behind, unless an earlier session's work is there: mended input makes
    // other runs, so that what this one has finished would only be in the way.
    if (workplace.records.length === 0 && error instanceof ScenarioError) workplace.discard();
    else workplace.release();
    throw error;
  } finally {
    stopTelling();
  }
}

/**
 * What stands at the place of a study.
 *
 * @returns `complete` when there is nothing to do, `unfinished` when there is something to go on with.
 */
export function studyStanding(
  spec: StudySpec,
  target: string,
  options: StudyOptions,
): 'complete' | 'unfinished' | 'none' {
  const { place, mark } = placeOf(spec, target, options, makerOf(spec, options));
  return standingOf(place, mark);
}

/** Removes from a complete study what a process that was killed at its very end left in it. */
export function tidyComplete(target: string, shard: Shard | undefined): void {
  tidyStudy(shard === undefined ? target : shardFolder(target, shard), shard !== undefined);
}

/** Metrics that the stopping rule looks at are there. @throws {ScenarioError} before anything is run. */
function checkRule({ until }: StudySpec, head: StudyHead): void {
  const known = headMetrics(head).map(({ id }) => id);
  const missing = (until?.metrics ?? []).filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  const expected = 'metrics that the study keeps';
  throw new ScenarioError(
    missing.map((name) => {
      const near = nearestWord(name, known);
      const hint = near === undefined ? undefined : `did you mean ${near}?`;
      return { file: '', path: '--until metrics', expected, got: JSON.stringify(name), hint };
    }),
  );
}

/** Where a study or its shard stands, and what tells it from others. */
function placeOf(spec: StudySpec, target: string, options: StudyOptions, maker: HeadMaker) {
  // Runs that keep their tables keep them in the formats asked for.
  const formats = options.formats ?? CSV_ONLY;
  const rule = JSON.stringify([spec.until ?? null, spec.variant ?? '', formats]);
  const studyHash = studyHashOf(maker.headOf(plansOf(spec, undefined)), rule);
  const { shard } = options;
  const place = shard === undefined ? target : shardFolder(target, shard);
  return { place, mark: { name: spec.name, studyHash, ...(shard === undefined ? {} : { shard }) } };
}

const keepOf = (spec: StudySpec) => spec.keep ?? 'tables';

function makerOf(spec: StudySpec, options: StudyOptions): HeadMaker {
  const files = createInputFiles();
  return createHeadMaker({
    name: spec.name,
    factors: spec.factors ?? [],
    points: spec.points ?? [[]],
    metrics: spec.metrics,
    keep: keepOf(spec),
    environment: options.environment,
    codeHash: options.codeHash ?? codeHash(),
    filesHash(scenario: Scenario) {
      // These are no paths, but results may stand under such a name.
      const { name: _name, arm: _arm, ...read } = portableScenario(scenario);
      return files.hash(read, scenario.folder);
    },
  });
}

function plansOf(spec: StudySpec, shard: Shard | undefined): readonly RunPlan[] {
  const least = spec.until === undefined ? spec.replications : STOPPING_BATCH;
  const plans = spec.plansFor(least);
  if (shard === undefined) return plans;
  return plans.filter((_, index) => index % shard.count === shard.index - 1);
}

/** What {@link finishStudy} works with. */
interface StudyWork {
  readonly studyHash: string;
  readonly options: StudyOptions;
  readonly extras: StudyExtras;
  readonly maker: HeadMaker;
  readonly progress: StudyProgress;
}

async function finishStudy(
  spec: StudySpec,
  first: readonly RunPlan[],
  target: string,
  { studyHash, options, extras, maker, progress }: StudyWork,
): Promise<StudyResult> {
  const { workplace } = progress;
  let plans = first;
  let isDone = await progress.carryOut(plans, options);
  let stopped: StudyResult['stopped'];
  const current = () =>
    contentOf(maker.headOf(plans), plans.map(progress.outcomeOf), progress.samples);
  throwInputIssues(plans, progress, options);
  if (spec.until !== undefined && options.shard === undefined) {
    for (let more = true; isDone && more; ) {
      const { decision, replications } = decideStopping(spec.until, seriesOf(current()));
      stopped = { replications, decision };
      more = decision === 'continue';
      if (!more) break;
      plans = spec.plansFor(Math.max(...plans.map((plan) => plan.replication)) + STOPPING_BATCH);
      isDone = await progress.carryOut(plans, options);
    }
  }
  if (isDone && extras.follow !== undefined) {
    const next = extras.follow(current().values);
    if (next.plans.length > 0) {
      isDone = await progress.carryOut(next.plans, next.options());
      plans = [...plans, ...next.plans];
      throwInputIssues(plans, progress, options);
    }
  }
  const content = current();
  const searched = isDone ? await extras.search?.(content.values, plans) : undefined;
  const interrupted = !isDone || searched?.interrupted === true;
  const failures = [...failuresOf(plans, content.outcomes), ...(searched?.failures ?? [])];
  const triangle = triangleOf(content, extras);
  const result = {
    arms: content.head.arms,
    attacks: content.head.attacks,
    rows: armRows(content.values, content.cells),
    triangle,
    failures,
    warnings: warningsOf(plans, content.outcomes),
    interrupted,
    runCount: plans.length,
    resumedCount: progress.resumedCount(),
    storage: progress.storage(),
    stopped,
  };
  const unfinished = { ...result, interrupted: true, folder: workplace.path };
  if (interrupted) {
    workplace.release();
    return unfinished;
  }
  try {
    writeStudy(content, failures, { studyHash, options, extras, triangle, workplace });
  } catch (error) {
    const { kind, message } = failureOf(error);
    if (kind !== 'storage') throw error;
    workplace.release();
    return { ...unfinished, storage: message };
  }
  return { ...result, folder: target };
}

/** Values by cell and metric, as the stopping rule looks at them. */
function seriesOf(content: StudyContent) {
  const { cells, metrics, values } = content;
  return metrics.flatMap(({ id }) =>
    cells.map((cell) => ({
      metric: id,
      cell: [cell.arm, ...cell.cells].join(' '),
      values: valuesIn(values, cell, id),
    })),
  );
}

/** Throws what runs found wrong with their input, each problem once, at its line where that is known. */
function throwInputIssues(
  plans: readonly RunPlan[],
  { outcomeOf }: StudyProgress,
  { placeIssues = (_, issues) => issues }: StudyOptions,
): void {
  const unique = new Map<string, InputIssue>();
  const seen = new Set<string>();
  for (const plan of plans) {
    const outcome = outcomeOf(plan);
    if (outcome === undefined || outcome.ok || outcome.failure.issues.length === 0) continue;
    const { issues } = outcome.failure;
    // Replications find the same; where a problem stands depends on arm and point.
    const found = JSON.stringify([plan.arm, plan.point, issues]);
    if (seen.has(found)) continue;
    seen.add(found);
    for (const issue of placeIssues(plan, issues)) unique.set(JSON.stringify(issue), issue);
  }
  if (unique.size > 0) throw new ScenarioError([...unique.values()]);
}
