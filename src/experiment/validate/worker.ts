/**
 * Runs in a worker thread: some replications of one experiment, read by every law that asks for it.
 */
import type { Draw, Effort, Law } from './law.ts';
import { laws } from './laws/index.ts';

/** What a worker is given. */
export interface ExperimentJob {
  /** Id of the experiment. */
  readonly experiment: string;
  /** Laws to read from it, by id. */
  readonly laws: readonly string[];
  readonly effort: Effort;
  readonly seed: number;
  /** Replications `from` to `to - 1`. */
  readonly from: number;
  readonly to: number;
}

/** What comes back. */
export interface ExperimentResult {
  /** Figures by law as asked for, then by replication, then by level. */
  readonly figures: readonly (readonly (readonly number[])[])[];
  /** What kept the job from ending. */
  readonly problem?: string;
}

/** The draw of one replication: the seed names everything that tells it from any other. */
export function drawOf(
  { experiment, effort, seed }: Omit<ExperimentJob, 'laws' | 'from' | 'to'>,
  replication: number,
  size: number,
): Draw {
  return { seed: `validate/${experiment}/${seed}/${replication}`, replication, effort, size };
}

/**
 * Carries out replications of an experiment.
 *
 * @param job - Which ones.
 * @param known - Laws to choose from; the program's own in a worker.
 * @returns Figures; a replication that throws is a problem with its number, and ends the job.
 */
export function runExperiment(job: ExperimentJob, known: readonly Law[]): ExperimentResult {
  const read = job.laws.map((id) => known.find((law) => law.id === id)!);
  const figures: (readonly number[])[][] = read.map(() => []);
  const { experiment } = read[0]!;
  const { size } = experiment[job.effort];
  for (let replication = job.from; replication < job.to; replication++) {
    try {
      const result = experiment.run(drawOf(job, replication, size));
      read.forEach((law, i) => {
        figures[i]!.push(law.observe(result));
      });
    } catch (error) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { figures, problem: `replication ${replication}: ${text}` };
    }
  }
  return { figures };
}

/** Carries out a job with the program's own laws. */
export default function runJob(job: ExperimentJob): ExperimentResult {
  return runExperiment(job, laws);
}
