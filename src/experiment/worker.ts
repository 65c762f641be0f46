/** Runs in a worker thread: one whole run, simulated and written, and its metrics sent back. */
import type { Environment } from '../report/manifest.ts';
import { openRun } from '../report/write.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { simulate } from '../simulation/run.ts';
import { failureOf, type RunOutcome } from './outcome.ts';

/** What a worker is given. */
export interface Job {
  readonly scenario: Scenario;
  readonly window: Window;
  /** Folder of the run. */
  readonly folder: string;
  readonly environment: Environment;
  /** Shared between threads: how much of each run is simulated, 0..1. */
  readonly progress: Float64Array;
  /** Place of this run in `progress`. */
  readonly index: number;
}

/** Simulates and writes one run. Never throws: a failure is an outcome. */
export default function runJob(job: Job): RunOutcome {
  try {
    const writer = openRun(job.scenario, job.folder);
    try {
      const result = simulate(job.scenario, {
        window: job.window,
        onLedger: writer.onLedger,
        onProgress(done) {
          job.progress[job.index] = done;
        },
      });
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
