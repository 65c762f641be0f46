/** The part of a study that is done, written down run by run, and the doing of the rest. */
import type { Workplace } from '../../report/workplace.ts';
import type { RunOutcome } from '../outcome.ts';
import type { RunPlan } from '../plan.ts';
import { type PoolOptions, runPlans } from '../pool.ts';
import { createProfileStore } from '../profile-store.ts';
import type { HeadMaker } from './head.ts';
import { type EarlierRun, keptOutcome, recordOf } from './kept.ts';
import { createSampleStore, type SampleStore } from './samples.ts';
import type { StudyOptions } from './spec.ts';

/** The part of a study that is done, and the doing of more. */
export interface StudyProgress {
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

/** Opens what is done of a study; samples and outcomes of an earlier process are taken over as they are needed. */
export function createProgress(
  workplace: Workplace<EarlierRun | undefined>,
  maker: HeadMaker,
  keep: 'metrics' | 'tables',
  options: StudyOptions,
): StudyProgress {
  const earlier = new Map<string, EarlierRun>();
  for (const one of workplace.records) if (one !== undefined) earlier.set(one.run, one);
  const samples = createSampleStore();
  const outcomes = new Map<string, RunOutcome>();
  const profiles = createProfileStore();
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
      pool.onPlan?.(plans.length, done);
      if (left.length === 0) return true;
      const stop = new AbortController();
      const signals = [stop.signal, ...(pool.signal === undefined ? [] : [pool.signal])];
      const stopFor = (why: string): void => {
        storage ??= why;
        stop.abort();
      };
      const note = (plan: RunPlan, outcome: RunOutcome): RunOutcome => {
        if (!outcome.ok && outcome.failure.kind === 'storage') {
          stopFor(outcome.failure.message);
          return outcome;
        }
        const kept = keptOutcome(outcome);
        try {
          if (outcome.ok) {
            workplace.append(recordOf(plan.id, maker.runOf(plan).identity, outcome));
            samples.add(plan.arm, plan.point ?? 0, outcome.samples);
          }
          outcomes.set(plan.id, kept);
        } catch (error) {
          stopFor((error as Error).message);
        }
        return kept;
      };
      if (keep === 'tables') workplace.makeRunsFolder();
      const running = {
        ...pool,
        formats: options.formats,
        limits: options.limits,
        profiles,
        signal: AbortSignal.any(signals),
        onProgress: (share: number) =>
          pool.onProgress?.((done + share * left.length) / plans.length),
      };
      await runPlans(left, folderOf, running, note);
      return left.every(({ id }) => outcomes.has(id));
    },
  };
}
