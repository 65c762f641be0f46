/**
 * Jobs on worker threads. Outcomes come back by job index, so that neither the number of workers
 * nor their speed shows in any file. A job is a whole run, whose worker writes its own run folder,
 * or a part of an experiment. The main thread stays free, so that an interrupt is heard while
 * workers compute.
 */
import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { ProfileSet } from '../physics/community.ts';
import type { TableFormat } from '../report/formats.ts';
import type { Environment } from '../report/manifest.ts';
import { type Failure, failureOf, type RunOutcome } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import { createProfileStore, type ProfileStore } from './profile-store.ts';
import { keptOutcome } from './study/kept.ts';
import type { Job } from './worker.ts';

/** How runs are carried out. */
export interface PoolOptions {
  /** Worker threads, at least 1; more than runs are not started. */
  readonly workers: number;
  readonly environment: Environment;
  /** Formats of tables; default CSV. */
  readonly formats?: readonly TableFormat[] | undefined;
  /** Stops: running workers are ended, finished runs stay. */
  readonly signal?: AbortSignal | undefined;
  /** Called before runs begin: how many the study has so far, and how many of them had ended before. */
  readonly onPlan?: ((runs: number, ended: number) => void) | undefined;
  /** Called now and then with the share of all runs that is simulated, 0..1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Called as each run ends, in order of ending. */
  readonly onOutcome?:
    | ((plan: Pick<RunPlan, 'id'>, outcome: Pick<RunOutcome, 'ok'>) => void)
    | undefined;
  /** Compiled worker module; default the one beside this module. */
  readonly workerUrl?: URL | undefined;
  /** What one run may take: wall-clock time [ms] and memory of the program's own objects [MB]. */
  readonly limits?: RunLimits | undefined;
  /** Imported series that runs share; default a store for these runs alone. */
  readonly profiles?: ProfileStore | undefined;
}

/** Limits of one run; without them a run may take what it needs. */
export interface RunLimits {
  readonly timeMs?: number | undefined;
  readonly memoryMb?: number | undefined;
}

const PROGRESS_INTERVAL_MS = 100;
/**
 * Room for young objects of a worker [MB]. A quarter of it saves 40 MB of memory a worker and makes runs of the
 * village take 10 to 17 % more processor time (measured 2026-11).
 */
const YOUNG_MB = 48;

/**
 * Runs plans on worker threads.
 *
 * @param plans - Runs to do, in order; the scenario of each is asked for when it begins.
 * @param folderOf - Folder of a run; undefined where only its metrics are wanted.
 * @param keep - Called as each run ends, before anybody is told; gives what is kept of its outcome.
 * @returns What is kept of the runs in the order of the plans; undefined for runs that an interrupt ended or kept
 *   from starting. A worker that crashes, runs out of memory or takes too long is a failed run and is
 *   replaced; the others go on.
 */
export async function runPlans(
  plans: readonly RunPlan[],
  folderOf: (plan: RunPlan) => string | undefined,
  options: PoolOptions,
  keep: (plan: RunPlan, outcome: RunOutcome) => RunOutcome = (_, outcome) => keptOutcome(outcome),
): Promise<(RunOutcome | undefined)[]> {
  const { environment, signal, workers, onProgress, onOutcome, formats, limits } = options;
  const progress = new Float64Array(new SharedArrayBuffer(8 * Math.max(1, plans.length)));
  const report = () => onProgress?.(progress.reduce((sum, x) => sum + x, 0) / plans.length);
  const timer = setInterval(report, PROGRESS_INTERVAL_MS);
  const jobAt = (index: number): Job => {
    const plan = plans[index]!;
    const { scenario, window } = plan;
    return { scenario, window, folder: folderOf(plan), environment, formats, progress, index };
  };
  const profiles = options.profiles ?? createProfileStore();
  try {
    const outcomes = await runJobs<Job, RunOutcome>(
      { length: plans.length, at: jobAt },
      {
        url: options.workerUrl ?? new URL('./worker.js', import.meta.url),
        workers,
        signal,
        limits,
        onCrash: (error) => ({ ok: false, failure: failureOf(error) }),
        // A run alone has nobody to share with.
        prepare: plans.length === 1 ? undefined : (job, ask) => withProfiles(job, profiles, ask),
        onTimeout: (timeMs) => ({ ok: false, failure: timeoutFailure(timeMs) }),
        keep(outcome, index) {
          progress[index] = 1;
          const kept = keep(plans[index]!, outcome);
          onOutcome?.(plans[index]!, outcome);
          return kept;
        },
      },
    );
    report();
    return outcomes;
  } finally {
    clearInterval(timer);
  }
}

/** A job with what its community imports. */
async function withProfiles(job: Job, profiles: ProfileStore, ask: Ask): Promise<Job> {
  const set = await profiles.of(job, ({ scenario, window }) =>
    ask<ProfileSet | undefined>({ scenario, window }, 'importProfiles'),
  );
  return set === undefined ? job : { ...job, profiles: set };
}

function timeoutFailure(timeMs: number): Failure {
  const message = `the run took longer than ${timeMs / 1000} s`;
  return { kind: 'timeout', message, issues: [], stack: '' };
}

/** Runs that are measured and not kept, as they come. */
export interface MeasuringPool {
  /**
   * Carries out one run without a folder.
   *
   * @returns Undefined when an interrupt ended it or kept it from starting.
   */
  run(plan: Pick<RunPlan, 'scenario' | 'window'>): Promise<RunOutcome | undefined>;
  /** Ends the workers. */
  close(): Promise<void>;
}

/**
 * Opens workers that stay until they are closed, for searches whose next run depends on the last ones: a
 * worker takes longer to start than a small run. Runs begin in the order in which they are asked for.
 */
export function openMeasuringPool(
  options: Pick<PoolOptions, 'workers' | 'environment' | 'signal' | 'workerUrl'>,
): MeasuringPool {
  const { workers, environment, signal, workerUrl } = options;
  const pool = new Piscina({
    filename: (workerUrl ?? new URL('./worker.js', import.meta.url)).href,
    minThreads: workers,
    maxThreads: workers,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const profiles = createProfileStore();
  const ask = askerOf(pool, signal);
  /** Those who wait for a worker, first come first served. */
  const waiting: (() => void)[] = [];
  let free = workers;

  async function carryOut(job: Job): Promise<RunOutcome | undefined> {
    const isStopped = () => signal?.aborted === true;
    if (isStopped()) return undefined;
    try {
      const ready = await withProfiles(job, profiles, ask);
      return await pool.run(ready, signal === undefined ? {} : { signal });
    } catch (error) {
      return isStopped() ? undefined : { ok: false, failure: failureOf(error) };
    }
  }

  return {
    async run({ scenario, window }) {
      if (free > 0) free--;
      else await new Promise<void>((begin) => waiting.push(begin));
      const progress = new Float64Array(1);
      const job = { scenario, window, folder: undefined, environment, progress, index: 0 };
      const outcome = await carryOut(job);
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
      return outcome;
    },
    close: () => pool.destroy(),
  };
}

/** Jobs by place; an array is one. */
export interface JobList<J> {
  readonly length: number;
  at(index: number): J | undefined;
}

/** Has a worker call one of its module's functions by name. */
export type Ask = <T>(task: object, name: string) => Promise<T>;

function askerOf(pool: Piscina, signal: AbortSignal | undefined): Ask {
  return (task, name) => pool.run(task, signal === undefined ? { name } : { name, signal });
}

/** How jobs are carried out. */
export interface JobOptions<J, R> {
  /** Compiled worker module; its default export takes a job and returns a result. */
  readonly url: URL;
  /** Worker threads, at least 1; more than jobs are not started. */
  readonly workers: number;
  /** Stops: running workers are ended, finished jobs stay. */
  readonly signal?: AbortSignal | undefined;
  readonly limits?: RunLimits | undefined;
  /** Completes a job right before a worker takes it, with what a worker gave when asked. */
  readonly prepare?: ((job: J, ask: Ask) => Promise<J>) | undefined;
  /** Result of a job whose worker crashed or ran out of memory. */
  readonly onCrash: (error: unknown) => R;
  /** Result of a job that took too long; needed where there is a limit. */
  readonly onTimeout?: ((timeMs: number) => R) | undefined;
  /** Called as each job ends, in order of ending; gives what is kept of its result. Default the result. */
  readonly keep?: ((result: R, index: number) => R) | undefined;
  /** Called as each job ends, in order of ending. @param elapsedMs - Wall-clock time it took. */
  readonly onEnd?: ((index: number, result: R, elapsedMs: number) => void) | undefined;
}

/**
 * Carries out jobs on worker threads.
 *
 * @param jobs - What each is given; must survive structured cloning. Asked for one by one.
 * @returns Results by index; undefined for jobs that an interrupt ended or kept from starting. A
 *   worker that crashes is replaced; the others go on.
 */
export async function runJobs<J, R>(
  jobs: JobList<J>,
  options: JobOptions<J, R>,
): Promise<(R | undefined)[]> {
  const { url, workers, signal, limits, onEnd, keep = (result: R) => result } = options;
  const lanes = Math.max(1, Math.min(workers, jobs.length));
  const results: (R | undefined)[] = new Array(jobs.length).fill(undefined);
  const memory = limits?.memoryMb;
  const pool = new Piscina({
    filename: url.href,
    minThreads: lanes,
    maxThreads: lanes,
    maxQueue: lanes,
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_MB,
      ...(memory === undefined ? {} : { maxOldGenerationSizeMb: memory }),
    },
  });
  let next = 0;

  // A lane takes the next job when its last one ends: never more jobs in flight than workers.
  const lane = async (): Promise<void> => {
    while (next < jobs.length && signal?.aborted !== true) {
      const index = next++;
      const startMs = Date.now();
      const result = await attempt(pool, jobs.at(index)!, options);
      if (result === undefined) return;
      onEnd?.(index, result, Date.now() - startMs);
      results[index] = keep(result, index);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await pool.destroy();
  }
  return results;
}

/** One job; undefined when an interrupt ended it. */
async function attempt<J, R>(
  pool: Piscina,
  job: J,
  { signal, limits, prepare, onCrash, onTimeout }: JobOptions<J, R>,
): Promise<R | undefined> {
  const ready = (await prepare?.(job, askerOf(pool, signal))) ?? job;
  const timeMs = limits?.timeMs;
  const clock = timeMs === undefined ? undefined : AbortSignal.timeout(timeMs);
  const signals = [signal, clock].filter((one) => one !== undefined);
  const [only] = signals;
  try {
    if (only === undefined) return (await pool.run(ready)) as R;
    return (await pool.run(ready, {
      signal: signals.length > 1 ? AbortSignal.any(signals) : only,
    })) as R;
  } catch (error) {
    if (signal?.aborted === true) return undefined;
    if (clock?.aborted === true && onTimeout !== undefined) return onTimeout(timeMs!);
    return onCrash(error);
  }
}

/** Folder of a run within a study folder. */
export function runFolder(study: string, plan: RunPlan): string {
  return join(study, 'runs', plan.id);
}
