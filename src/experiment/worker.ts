/**
 * Runs in a worker thread: one whole run, simulated and written where it has a folder, and its metrics sent
 * back; or the reading of imported series that several runs share.
 */
import type { ProfileSet } from '../physics/community.ts';
import type { TableFormat } from '../report/formats.ts';
import type { Environment } from '../report/manifest.ts';
import type { MetricValue } from '../report/metrics.ts';
import { samplesOf } from '../report/samples.ts';
import { openRun, summarise } from '../report/write.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { loadProfiles, shareProfiles } from '../simulation/profiles.ts';
import { type RunResult, simulate } from '../simulation/run.ts';
import { failureOf, type RunOutcome } from './outcome.ts';

/** What a worker is given. */
export interface Job {
  readonly scenario: Scenario;
  readonly window: Window;
  /** Folder of the run; undefined where only its metrics are wanted. */
  readonly folder: string | undefined;
  readonly environment: Environment;
  /** Formats of the run's tables; default CSV. */
  readonly formats?: readonly TableFormat[] | undefined;
  /** What its community imports, on shared memory; the run reads it by itself when absent. */
  readonly profiles?: ProfileSet | undefined;
  /** Shared between threads: how much of each run is simulated, 0..1. */
  readonly progress: Float64Array;
  /** Place of this run in `progress`. */
  readonly index: number;
}

/** A run, as far as its imported series need it. */
export type ProfileRequest = Pick<Job, 'scenario' | 'window'>;

/**
 * Reads what the community of a run imports onto shared memory.
 *
 * @returns Undefined where it imports nothing.
 * @throws {ScenarioError} when its files are wrong.
 */
export function importProfiles({ scenario, window }: ProfileRequest): ProfileSet | undefined {
  const profiles = loadProfiles(scenario, window);
  return profiles && shareProfiles(profiles);
}

function measure(job: Job, onLedger: (chunk: Uint8Array) => void): RunResult {
  return simulate(job.scenario, {
    window: job.window,
    profiles: job.profiles,
    onLedger,
    onProgress(done) {
      job.progress[job.index] = done;
    },
  });
}

function finished(result: RunResult, summary: readonly MetricValue[]): RunOutcome {
  return { ok: true, summary, warnings: result.warnings, samples: samplesOf(result) };
}

/** Simulates and writes one run. Never throws: a failure is an outcome. */
export default function runJob(job: Job): RunOutcome {
  try {
    if (job.folder === undefined) {
      const result = measure(job, () => {});
      return finished(result, summarise(result));
    }
    const writer = openRun(job.scenario, job.folder, job.formats);
    try {
      const result = measure(job, writer.onLedger);
      return finished(result, writer.finish(result, job.environment));
    } catch (error) {
      writer.discard();
      throw error;
    }
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}
