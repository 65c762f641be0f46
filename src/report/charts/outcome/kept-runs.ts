/** Runs whose own tables were kept, a few an arm: a picture needs no hundredth replication. */
import type { Results, RunResults } from '../../page/results.ts';

/** Most runs of an arm whose tables are read for one picture; they are the first of the study. */
export const RUNS_READ = 10;

/** Runs of one arm that have some table. */
export interface ArmRuns {
  readonly arm: string;
  /** In study order, at least one and at most {@link RUNS_READ}. */
  readonly runs: readonly RunResults[];
}

/**
 * Arms with their runs that have all of some tables.
 *
 * @param tables - Names without `.csv`.
 * @returns In arm order; arms without such a run are left out.
 */
export function armsWith(results: Results, tables: readonly string[]): ArmRuns[] {
  return results.arms.flatMap((arm) => {
    const runs: RunResults[] = [];
    for (const run of results.runs) {
      if (runs.length === RUNS_READ) break;
      const has = run.arm === arm && tables.every((table) => run.table(table) !== undefined);
      if (has) runs.push(run);
    }
    return runs.length === 0 ? [] : [{ arm, runs }];
  });
}

/** `3 runs`, for captions. */
export function runCount(arms: readonly ArmRuns[]): string {
  const most = Math.max(...arms.map(({ runs }) => runs.length));
  return most === 1 ? 'one run an arm' : `${most} runs an arm`;
}
