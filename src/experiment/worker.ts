/**
 * Runs in a worker thread: one whole run, simulated and written where it has a folder, and its metrics sent
 * back.
 */
import type { Environment } from '../report/manifest.ts';
import { openRun, summarise } from '../report/write.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { type RunResult, simulate } from '../simulation/run.ts';
import { failureOf, type RunOutcome } from './outcome.ts';

/** What a worker is given. */
export interface Job {
  readonly scenario: Scenario;
  readonly window: Window;
  /** Folder of the run; undefined where only its metrics are wanted. */
  readonly folder: string | undefined;
  readonly environment: Environment;
  /** Shared between threads: how much of each run is simulated, 0..1. */
  readonly progress: Float64Array;
  /** Place of this run in `progress`. */
  readonly index: number;
}

function measure(job: Job, onLedger: (chunk: Uint8Array) => void): RunResult {
  return simulate(job.scenario, {
    window: job.window,
    onLedger,
    onProgress(done) {
      job.progress[job.index] = done;
    },
  });
}

/** Simulates and writes one run. Never throws: a failure is an outcome. */
export default function runJob(job: Job): RunOutcome {
  try {
    if (job.folder === undefined) {
      const result = measure(job, () => {});
      return { ok: true, summary: summarise(result), warnings: result.warnings };
    }
    const writer = openRun(job.scenario, job.folder);
    try {
      const result = measure(job, writer.onLedger);
      const summary = writer.finish(result, job.environment);
      return { ok: true, summary, warnings: result.warnings };
    } catch (error) {
      writer.discard();
      throw error;
    }
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}
