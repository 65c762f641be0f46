/** `peerwatt sweep`: a study file, on all cores, in shards, stopped and gone on with at will. */
import { dirname, resolve } from 'node:path';
import type { InputIssue } from '../base/errors.ts';
import type { StudyDesign } from '../experiment/design/design.ts';
import { loadStudyText } from '../experiment/design/study-file.ts';
import type { RunPlan } from '../experiment/plan.ts';
import { parseUntil } from '../experiment/statistics/stopping.ts';
import { sweepOf } from '../experiment/study/sweep.ts';
import {
  runStudy,
  type Shard,
  shardFolder,
  studyStanding,
  tidyComplete,
} from '../experiment/study.ts';
import { readTextFile } from '../scenario/load.ts';
import { catalogue } from '../simulation/catalogue.ts';
import { dryRun } from './dry-run.ts';
import { endComplete, endSweep } from './end.ts';
import {
  type Arguments,
  defaultOut,
  openSession,
  refusePluginFiles,
  replayWords,
  studyOptions,
} from './session.ts';
import { integerOption, textOption, UsageError } from './usage.ts';

/**
 * Reads the study file of a command line.
 *
 * @throws {ScenarioError} with every problem of study and scenario, or when it names plug-in files.
 * @throws {UsageError} without a file.
 */
export function loadStudy(args: Arguments): StudyDesign {
  const file = textOption('study', args.study);
  if (file === undefined) throw new UsageError('expected a study file; got nothing');
  const text = readTextFile(file, 'a study file', { file, path: 'study' });
  const design = loadStudyText(text, { file, folder: dirname(resolve(file)), plugins: catalogue });
  refusePluginFiles(design.scenarioPath, design.scenario);
  return design;
}

/**
 * Carries out a study.
 *
 * @returns Exit code.
 */
export async function sweep(args: Arguments): Promise<number> {
  const design = loadStudy(args);
  const shard = shardOption(args.shard);
  const until = textOption('until', args.until);
  const spec = sweepOf(design, {
    replications: integerOption('replications', args.replications, 1),
    until: until === undefined ? undefined : parseUntil(until, design.metrics),
  });
  if (shard !== undefined && spec.until !== undefined) {
    const hint = 'the rule looks at all runs; state replications instead';
    throw new UsageError(`--shard: expected a study without until; got one (${hint})`);
  }
  const out = textOption('out', args.out) ?? defaultOut(design.name);
  if (args['dry-run'] === true) return dryRun(args, design, spec);
  const plans = spec.plansFor(spec.replications);
  const own =
    shard === undefined ? plans.length : Math.ceil((plans.length - shard.index + 1) / shard.count);
  if (own < 1)
    throw new UsageError(`--shard: expected at most ${plans.length} shards; got ${args.shard}`);
  const session = openSession(args, own);
  try {
    const replay = (plan: RunPlan) => replayOf(design, plan);
    const options = {
      ...studyOptions(args, session),
      shard,
      replay,
      limits: design.limits,
      placeIssues: (plan: RunPlan, issues: readonly InputIssue[]) => placesOf(design, plan, issues),
    };
    if (options.force !== true && studyStanding(spec, out, options) === 'complete') {
      tidyComplete(out, shard);
      session.close();
      return await endComplete(args, shard === undefined ? out : shardFolder(out, shard), shard);
    }
    const study = await runStudy(spec, out, options);
    return await endSweep(args, study, session, { shard, replay });
  } finally {
    session.close();
  }
}

/** Parses `--shard 2/3`. @throws {UsageError} */
export function shardOption(value: unknown): Shard | undefined {
  const text = textOption('shard', value);
  if (text === undefined) return undefined;
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(`--shard: expected i/n with 1 <= i <= n, e.g. 2/3; got "${text}"`);
}

/** Problems that a run found in its data, at the lines of the scenario or study that name the data. */
export function placesOf(
  { scenario, sets, points }: StudyDesign,
  { arm, point = 0 }: Pick<RunPlan, 'arm' | 'point'>,
  issues: readonly InputIssue[],
): readonly InputIssue[] {
  return scenario.placeIssues(issues, arm, [...sets, ...points[point]!.settingsFor(arm)]);
}

/** The command that repeats one run of a study. */
function replayOf(design: StudyDesign, plan: RunPlan): string {
  return replayWords(design.scenarioPath, plan, []);
}
