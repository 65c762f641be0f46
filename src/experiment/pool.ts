/**
 * Whole runs on worker threads. Each worker writes its own run folder; outcomes come back by run
 * index, so that neither the number of workers nor their speed shows in any file. The main thread stays
 * free, so that an interrupt is heard while runs compute.
 */
import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { Environment } from '../report/manifest.ts';
import { failureOf, type RunOutcome } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import type { Job } from './worker.ts';

/** How runs are carried out. */
export interface PoolOptions {
  /** Worker threads, at least 1; more than runs are not started. */
  readonly workers: number;
  readonly environment: Environment;
  /** Stops: running workers are ended, finished runs stay. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the share of all runs that is simulated, 0..1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Called as each run ends, in order of ending. */
  readonly onOutcome?: ((plan: RunPlan, outcome: RunOutcome) => void) | undefined;
  /** Compiled worker module; default the one beside this module. */
  readonly workerUrl?: URL | undefined;
}

const PROGRESS_INTERVAL_MS = 100;

/**
 * Runs plans on worker threads.
 *
 * @param plans - Runs to do, `index` rising from 0.
 * @param folderOf - Folder of a run.
 * @returns Outcomes by index; undefined for runs that an interrupt ended or kept from starting. A worker
 *   that crashes or runs out of memory is a failed run and is replaced; the others go on.
 */
export async function runPlans(
  plans: readonly RunPlan[],
  folderOf: (plan: RunPlan) => string,
  options: PoolOptions,
): Promise<(RunOutcome | undefined)[]> {
  const { environment, signal, onProgress, onOutcome } = options;
  const lanes = Math.max(1, Math.min(options.workers, plans.length));
  const url = options.workerUrl ?? new URL('./worker.js', import.meta.url);
  const progress = new Float64Array(new SharedArrayBuffer(8 * Math.max(1, plans.length)));
  const outcomes: (RunOutcome | undefined)[] = plans.map(() => undefined);
  const pool = new Piscina({
    filename: url.href,
    minThreads: lanes,
    maxThreads: lanes,
    maxQueue: lanes,
  });
  const report = () => onProgress?.(progress.reduce((sum, x) => sum + x, 0) / plans.length);
  const timer = setInterval(report, PROGRESS_INTERVAL_MS);
  let next = 0;

  // A lane takes the next run when its last one ends: never more runs in flight than workers.
  const lane = async (): Promise<void> => {
    while (next < plans.length && signal?.aborted !== true) {
      const plan = plans[next++]!;
      const outcome = await attempt(plan);
      if (outcome === undefined) return;
      outcomes[plan.index] = outcome;
      progress[plan.index] = 1;
      onOutcome?.(plan, outcome);
    }
  };
  const attempt = async (plan: RunPlan): Promise<RunOutcome | undefined> => {
    const { scenario, window, index } = plan;
    const job: Job = { scenario, window, folder: folderOf(plan), environment, progress, index };
    try {
      return await pool.run(job, signal === undefined ? {} : { signal });
    } catch (error) {
      return signal?.aborted === true ? undefined : { ok: false, failure: failureOf(error) };
    }
  };

  try {
    await Promise.all(Array.from({ length: lanes }, lane));
    report();
  } finally {
    clearInterval(timer);
    await pool.destroy();
  }
  return outcomes;
}

/** Folder of a run within a study folder. */
export function runFolder(study: string, plan: RunPlan): string {
  return join(study, 'runs', plan.id);
}
