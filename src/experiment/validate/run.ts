/**
 * All laws on worker threads. An experiment is cut into runs of replications, which any worker may
 * take; figures are put together by (seed, experiment, replication), so that the number of workers
 * shows nowhere.
 */
import { runJobs } from '../pool.ts';
import { judge, type LawRecord } from './judge.ts';
import type { Effort, Law } from './law.ts';
import type { ExperimentJob, ExperimentResult } from './worker.ts';

/** What to validate and how. */
export interface ValidateOptions {
  readonly laws: readonly Law[];
  readonly effort: Effort;
  /** Seeds, each of which repeats everything. */
  readonly seeds: readonly number[];
  /** Worker threads, at least 1. */
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the share of jobs that has ended, 0..1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Called when all replications of an experiment have ended on a seed, in order of ending. */
  readonly onExperiment?: ((experiment: string) => void) | undefined;
  /** Compiled worker module; default the one beside this module. */
  readonly workerUrl?: URL | undefined;
}

/** What a validation gave. */
export interface Validation {
  /** By seed as asked for, then by law in registry order. */
  readonly records: readonly LawRecord[];
  /** Worker time of each experiment over all seeds [ms], the longest first. */
  readonly costs: readonly { readonly experiment: string; readonly elapsedMs: number }[];
  /** True when an interrupt ended it; there are no records then. */
  readonly interrupted: boolean;
}

/** Replications a job has at most: short enough that the last worker is not waited for. */
const JOB_REPLICATIONS = 10;

/**
 * Lists the jobs of a validation: seed by seed, experiment by experiment, replications in order.
 *
 * @throws {RangeError} when two experiments or two laws have one id.
 */
export function planJobs(
  laws: readonly Law[],
  effort: Effort,
  seeds: readonly number[],
): ExperimentJob[] {
  const experiments = [...new Set(laws.map((law) => law.experiment))];
  checkUnique(
    'law',
    laws.map((law) => law.id),
  );
  checkUnique(
    'experiment',
    experiments.map(({ id }) => id),
  );
  return seeds.flatMap((seed) =>
    experiments.flatMap((experiment) => {
      const { replications } = experiment[effort];
      const readers = laws.filter((law) => law.experiment === experiment).map(({ id }) => id);
      const head = { experiment: experiment.id, laws: readers, effort, seed };
      const jobs: ExperimentJob[] = [];
      for (let from = 0; from < replications; from += JOB_REPLICATIONS) {
        jobs.push({ ...head, from, to: Math.min(replications, from + JOB_REPLICATIONS) });
      }
      return jobs;
    }),
  );
}

/**
 * Measures laws and judges them.
 *
 * @returns Records; the same for any number of workers.
 * @throws {RangeError} when ids are not unique.
 */
export async function validate(options: ValidateOptions): Promise<Validation> {
  const { laws, effort, seeds, workers, signal, onProgress, onExperiment } = options;
  const jobs = planJobs(laws, effort, seeds);
  const spent = new Map<string, number>();
  const nameOf = ({ experiment, seed }: ExperimentJob) => `${experiment}, seed ${seed}`;
  const left = new Map<string, number>();
  for (const job of jobs) left.set(nameOf(job), (left.get(nameOf(job)) ?? 0) + 1);
  let ended = 0;
  const results = await runJobs<ExperimentJob, ExperimentResult>(jobs, {
    url: options.workerUrl ?? new URL('./worker.js', import.meta.url),
    workers,
    signal,
    onCrash: (error) => ({ figures: [], problem: String(error) }),
    onEnd(index, _, elapsedMs) {
      const job = jobs[index]!;
      const name = nameOf(job);
      spent.set(job.experiment, (spent.get(job.experiment) ?? 0) + elapsedMs);
      left.set(name, left.get(name)! - 1);
      ended++;
      onProgress?.(ended / jobs.length);
      if (left.get(name) === 0) onExperiment?.(name);
    },
  });
  const costs = [...spent]
    .map(([experiment, elapsedMs]) => ({ experiment, elapsedMs }))
    .sort((a, b) => b.elapsedMs - a.elapsedMs || (a.experiment < b.experiment ? -1 : 1));
  const interrupted = results.includes(undefined);
  return { records: interrupted ? [] : judgeAll(options, jobs, results), costs, interrupted };
}

/**
 * Puts the results of jobs together and judges every law on every seed.
 *
 * @param jobs - As planned by {@link planJobs}.
 * @param results - By job index, all there.
 */
export function judgeAll(
  { laws, effort, seeds }: Pick<ValidateOptions, 'laws' | 'effort' | 'seeds'>,
  jobs: readonly ExperimentJob[],
  results: readonly (ExperimentResult | undefined)[],
): LawRecord[] {
  return seeds.flatMap((seed) =>
    laws.map((law) => {
      const own = jobs.flatMap((job, index) =>
        job.seed === seed && job.experiment === law.experiment.id ? [{ job, index }] : [],
      );
      const figures = own.flatMap(
        ({ job, index }) => results[index]?.figures[job.laws.indexOf(law.id)] ?? [],
      );
      const problem = own.map(({ index }) => results[index]?.problem).find((text) => text);
      return judge(law, figures, { effort, seed }, problem);
    }),
  );
}

function checkUnique(noun: string, ids: readonly string[]): void {
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) {
    throw new RangeError(`"${noun}" expected unique ids, got ${twice} twice`);
  }
}
