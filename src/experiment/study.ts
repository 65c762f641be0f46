/**
 * Carrying out a study: what is missing runs on workers, each finished run is written down at once, and when
 * all are there the tables follow from the records alone. A study may be killed at any moment, gone on
 * with, and split into shards, and always ends with the same bytes.
 */
import { ScenarioError } from '../base/errors.ts';
import { createInputFiles } from '../data/input-files.ts';
import { codeHash } from '../report/code-hash.ts';
import type { ResultFolder } from '../report/folder.ts';
import { RESULTS_VERSION } from '../report/version.ts';
import {
  type Owner,
  openWorkplace,
  standingOf,
  tidyStudy,
  type Workplace,
} from '../report/workplace.ts';
import type { Scenario } from '../scenario/sections.ts';
import { type ArmRow, armRows, type StudyValues, valuesIn } from './compare.ts';
import { type Failure, failureOf, type RunOutcome } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import { type PoolOptions, runPlans } from './pool.ts';
import { nowAndThen, thisProcess } from './pool-owner.ts';
import { mean } from './statistics/interval.ts';
import { decideStopping, STOPPING_BATCH, type StoppingRule } from './statistics/stopping.ts';
import { createHeadMaker, type HeadMaker, type StudyFactor, studyHashOf } from './study/head.ts';
import { type EarlierRun, earlierRun, keptOutcome, recordOf } from './study/kept.ts';
import { createSampleStore, type SampleStore } from './study/samples.ts';
import {
  contentOf,
  type FailureRow,
  type StudyContent,
  type StudyTable,
  writeStudyTables,
} from './study/tables.ts';
import {
  TRIANGLE_COLUMNS,
  type TriangleArm,
  type TriangleRow,
  triangleArm,
  triangleCells,
  triangleRows,
} from './triangle.ts';

export type { StudyTable } from './study/tables.ts';

/** What to carry out. */
export interface StudySpec {
  /** Name of the scenario or study. */
  readonly name: string;
  /** Replications; the least number where a rule says when to end. */
  readonly replications: number;
  /** Runs of a number of replications in file order; those of fewer replications are among them. */
  plansFor(replications: number): readonly RunPlan[];
  /** Columns of the design; none in a comparison. */
  readonly factors?: readonly StudyFactor[];
  /** Cells of each point. */
  readonly points?: readonly (readonly (string | number)[])[];
  /** Metrics to keep; default all. */
  readonly metrics?: readonly string[] | undefined;
  /** Whether runs keep their tables; default they do. */
  readonly keep?: 'metrics' | 'tables';
  /** When replications end; without it there are as many as stated. */
  readonly until?: StoppingRule | undefined;
  /** What else makes it another study, e.g. a search that decides on further runs. */
  readonly variant?: string | undefined;
}

/** A part of a study: every `count`-th run from the `index`-th. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** How to carry it out. */
export interface StudyOptions extends PoolOptions {
  /** Goes on with what an earlier process left; default false. */
  readonly resume?: boolean | undefined;
  /** Throws away what is in the way; default false. */
  readonly force?: boolean | undefined;
  readonly shard?: Shard | undefined;
  /** The command that repeats a run; default empty. */
  readonly replay?: ((plan: RunPlan) => string) | undefined;
  /** The process that works; default this one. */
  readonly owner?: Owner | undefined;
  /** Hash of the program; default that of the modules beside this one. */
  readonly codeHash?: string | undefined;
}

/** What a study gave. */
export interface StudyResult {
  /** Folder of the results; of what is done so far when it was interrupted. */
  readonly folder: string;
  /** Arms in study order. */
  readonly arms: readonly string[];
  /** Attacks of the scenario in any arm, each once. */
  readonly attacks: readonly string[];
  /** Mean and interval of every metric in every arm and point: the rows of `arms.csv`. */
  readonly rows: readonly ArmRow[];
  /** Decentralisation, efficiency and security of the arms: the rows of `triangle.csv`. */
  readonly triangle: readonly TriangleRow[];
  /** Runs that failed, in run order. */
  readonly failures: readonly FailedRun[];
  /** Warnings of runs, each once, with the first run that gave it. */
  readonly warnings: readonly string[];
  /** True when it did not come to its end; what finished is kept, and `--resume` goes on with it. */
  readonly interrupted: boolean;
  /** Runs of the study so far, and how many of them an earlier process had finished. */
  readonly runCount: number;
  readonly resumedCount: number;
  /** Why nothing more could be written; undefined otherwise. */
  readonly storage: string | undefined;
  /** Replications and what the stopping rule said of them; undefined without a rule. */
  readonly stopped: { readonly replications: number; readonly decision: string } | undefined;
}

/** A run without a result, in the study or in a search of it. */
export interface FailedRun {
  readonly plan: RunPlan;
  readonly failure: Failure;
}

/** What a study does beyond its own runs. */
export interface StudyExtras {
  /** Runs to add, chosen by what the first gave, and how to carry them out if there are any. */
  readonly follow?: (values: StudyValues) => {
    readonly plans: readonly RunPlan[];
    options(): PoolOptions;
  };
  /**
   * Searches by runs that are not kept, once those of the study ended.
   *
   * @returns Runs of the search that failed, and whether an interrupt ended it.
   */
  readonly search?: (
    values: StudyValues,
    plans: readonly RunPlan[],
  ) => Promise<{ readonly failures: readonly FailedRun[]; readonly interrupted: boolean }>;
  /** Tables to write besides. */
  readonly tables?: (values: StudyValues) => readonly StudyTable[];
  /** What the triangle of an arm needs and its metrics do not give. */
  readonly triangle?: (
    values: StudyValues,
    arm: string,
  ) => Partial<
    Pick<TriangleArm, 'saturationTps' | 'successAtShare' | 'successAtBudget' | 'successSource'>
  >;
}

/** Folder of a shard. */
export function shardFolder(target: string, { index, count }: Shard): string {
  return `${target}.shard-${index}-of-${count}`;
}

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
    // Wrong input leaves nothing behind, unless somebody's work is there already.
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

/** Where a study or its shard stands, and what tells it from others. */
function placeOf(spec: StudySpec, target: string, options: StudyOptions, maker: HeadMaker) {
  const rule = JSON.stringify([spec.until ?? null, spec.variant ?? '']);
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
    filesHash: (scenario: Scenario) => files.hash(scenario, scenario.folder),
  });
}

function plansOf(spec: StudySpec, shard: Shard | undefined): readonly RunPlan[] {
  const least = spec.until === undefined ? spec.replications : STOPPING_BATCH;
  const plans = spec.plansFor(least);
  if (shard === undefined) return plans;
  return plans.filter((_, index) => index % shard.count === shard.index - 1);
}

/** The part of a study that is done, and the doing of more. */
interface StudyProgress {
  readonly workplace: Workplace<EarlierRun | undefined>;
  /** Samples of the runs that have an outcome. */
  readonly samples: SampleStore;
  /** Outcome of a run; undefined while it has none. */
  outcomeOf(plan: RunPlan): RunOutcome | undefined;
  /** Carries out those that have no outcome. @returns Whether all came to an end. */
  carryOut(plans: readonly RunPlan[], pool: PoolOptions): Promise<boolean>;
  /** Runs that an earlier process had finished and this study has. */
  resumedCount(): number;
  /** Why nothing more can be written; undefined while it can. */
  storage(): string | undefined;
}

function createProgress(
  workplace: Workplace<EarlierRun | undefined>,
  maker: HeadMaker,
  keep: 'metrics' | 'tables',
  options: StudyOptions,
): StudyProgress {
  const earlier = new Map<string, EarlierRun>();
  for (const one of workplace.records) if (one !== undefined) earlier.set(one.run, one);
  const samples = createSampleStore();
  const outcomes = new Map<string, RunOutcome>();
  let resumed = 0;
  let storage: string | undefined;
  const folderOf = ({ id }: RunPlan) => (keep === 'tables' ? workplace.runFolder(id) : undefined);

  /** Takes over what is there of runs that are about to be done. */
  function restore(plans: readonly RunPlan[]): void {
    for (const plan of plans) {
      const { run, identity } = maker.runOf(plan);
      const known = earlier.get(run);
      if (known?.identity !== identity || outcomes.has(run)) continue;
      if (keep === 'tables' && !workplace.hasRun(run)) continue;
      outcomes.set(run, known.outcome);
      const text = known.samples;
      if (text !== undefined) samples.add(plan.arm, plan.point ?? 0, JSON.parse(text));
      earlier.delete(run);
      resumed++;
    }
  }

  return {
    workplace,
    samples,
    outcomeOf: ({ id }) => outcomes.get(id),
    resumedCount: () => resumed,
    storage: () => storage,
    async carryOut(plans, pool) {
      restore(plans);
      const left = plans.filter(({ id }) => !outcomes.has(id));
      const done = plans.length - left.length;
      if (left.length === 0) return true;
      const stop = new AbortController();
      const signals = [stop.signal, ...(pool.signal === undefined ? [] : [pool.signal])];
      const note = (plan: RunPlan, outcome: RunOutcome) => {
        if (!outcome.ok && outcome.failure.kind === 'storage') {
          storage ??= outcome.failure.message;
          stop.abort();
          return;
        }
        try {
          if (outcome.ok) {
            workplace.append(recordOf(plan.id, maker.runOf(plan).identity, outcome));
            samples.add(plan.arm, plan.point ?? 0, outcome.samples);
          }
          outcomes.set(plan.id, keptOutcome(outcome));
        } catch (error) {
          storage ??= (error as Error).message;
          stop.abort();
        }
      };
      if (keep === 'tables') workplace.makeRunsFolder();
      const running = {
        ...pool,
        formats: options.formats,
        limits: options.limits,
        signal: AbortSignal.any(signals),
        onProgress: (share: number) =>
          pool.onProgress?.((done + share * left.length) / plans.length),
      };
      await runPlans(left, folderOf, running, note);
      return left.every(({ id }) => outcomes.has(id));
    },
  };
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
  throwInputIssues(plans.map(progress.outcomeOf));
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
      throwInputIssues(plans.map(progress.outcomeOf));
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
    writeStudy(spec, content, failures, { studyHash, options, extras, triangle, workplace });
  } catch (error) {
    const { kind, message } = failureOf(error);
    if (kind !== 'storage') throw error;
    workplace.release();
    return { ...unfinished, storage: message };
  }
  return { ...result, folder: target };
}

/** What {@link writeStudy} works with. */
interface StudyWriting extends Pick<StudyWork, 'studyHash' | 'options' | 'extras'> {
  readonly triangle: readonly TriangleRow[];
  readonly workplace: Workplace<unknown>;
}

/** Writes the tables of a study whose runs have ended, and puts its folder in place. */
function writeStudy(
  spec: StudySpec,
  content: StudyContent,
  failures: readonly FailedRun[],
  { studyHash, options, extras, triangle, workplace }: StudyWriting,
): void {
  const rows = failures.map((one) => failureRow(one, options));
  const finished = content.head.runs.flatMap(({ run }, at) =>
    content.outcomes[at]?.ok === true ? [run] : [],
  );
  const folder = workplace.finish(keepOf(spec) === 'tables' ? new Set(finished) : undefined);
  if (options.shard === undefined) {
    const more = [
      ...(extras.tables?.(content.values) ?? []),
      ...(content.head.factors.length === 0 ? [triangleTable(triangle)] : []),
    ];
    writeStudyTables(folder, content, rows, more, options.formats ?? ['csv']);
  } else adoptRuns(folder, content);
  const manifest = manifestOf(content, studyHash, options.shard);
  const isWhole = failures.length === 0 && options.shard === undefined;
  workplace.complete(folder, manifest, isWhole ? undefined : finished);
}

/** A shard keeps no tables, but lists the runs that it has. */
function adoptRuns(folder: ResultFolder, { head, outcomes }: StudyContent): void {
  if (head.keep === 'metrics') return;
  head.runs.forEach(({ run }, at) => {
    if (outcomes[at]?.ok === true) folder.adopt(`runs/${run}/manifest.json`);
  });
}

/** The manifest of a study: from its head and what came of its runs. */
export function manifestOf(
  { head, outcomes }: Pick<StudyContent, 'head' | 'outcomes'>,
  studyHash: string,
  shard?: Shard,
): Record<string, unknown> {
  const { name, environment, codeHash: code, arms, factors, scenarios, keep, runs } = head;
  return {
    resultsVersion: RESULTS_VERSION,
    kind: shard === undefined ? 'study' : 'shard',
    name,
    ...environment,
    codeHash: code,
    studyHash,
    ...(shard === undefined ? {} : { shard }),
    arms,
    factors,
    keep,
    replications: Math.max(...runs.map(({ replication }) => replication)),
    runs: runs.map(({ run, seed, window, identity }, at) => {
      return { run, seed, window, identity, finished: outcomes[at]?.ok === true };
    }),
    scenarios,
  };
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

function failureRow({ plan, failure }: FailedRun, { replay }: StudyOptions): FailureRow {
  const { id: run, arm, point = 0, replication, scenario, window } = plan;
  const { kind, message } = failure;
  const place = { run, arm, point, replication, seed: scenario.seed, window: window.id };
  return { ...place, kind, message, replay: replay?.(plan) ?? '' };
}

function triangleOf({ head, values }: StudyContent, extras: StudyExtras): TriangleRow[] {
  return triangleRows(
    head.arms.map((arm) => {
      const meanOf = (metric: string) =>
        mean(values.of(arm, metric).filter((value) => !Number.isNaN(value)));
      return triangleArm(arm, meanOf, extras.triangle?.(values, arm));
    }),
  );
}

/** `triangle.csv`. */
export function triangleTable(rows: readonly TriangleRow[]): StudyTable {
  return {
    path: 'triangle.csv',
    title: 'Decentralisation, efficiency and security of the arms',
    key: 'arm',
    columns: TRIANGLE_COLUMNS,
    rows: triangleCells(rows),
  };
}

function throwInputIssues(outcomes: readonly (RunOutcome | undefined)[]): void {
  const issues = outcomes.flatMap((outcome) =>
    outcome === undefined || outcome.ok ? [] : outcome.failure.issues,
  );
  const unique = new Map(issues.map((issue) => [JSON.stringify(issue), issue]));
  if (unique.size > 0) throw new ScenarioError([...unique.values()]);
}

function failuresOf(plans: readonly RunPlan[], outcomes: readonly (RunOutcome | undefined)[]) {
  return plans.flatMap((plan, at) => {
    const outcome = outcomes[at];
    return outcome === undefined || outcome.ok ? [] : [{ plan, failure: outcome.failure }];
  });
}

function warningsOf(plans: readonly RunPlan[], outcomes: readonly (RunOutcome | undefined)[]) {
  const first = new Map<string, string>();
  plans.forEach((plan, at) => {
    const outcome = outcomes[at];
    if (outcome === undefined || !outcome.ok) return;
    for (const warning of outcome.warnings) if (!first.has(warning)) first.set(warning, plan.id);
  });
  return [...first].map(([warning, run]) => `${run}: ${warning}`);
}

/** The study of a list of runs that is known beforehand. */
export function studyOf(name: string, plans: readonly RunPlan[]): StudySpec {
  const replications = Math.max(1, ...plans.map((plan) => plan.replication));
  return { name, replications, plansFor: () => plans };
}
