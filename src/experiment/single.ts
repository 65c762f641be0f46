/** One run into its own folder, on a worker thread like every run of a study. */
import { join } from 'node:path';
import { ScenarioError } from '../base/errors.ts';
import { reserve } from '../report/folder.ts';
import type { RunOutcome } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import { type PoolOptions, runPlans } from './pool.ts';

/**
 * Carries out one run and writes its folder.
 *
 * @param plan - The run, index 0.
 * @param target - Run folder; replaced only when the new one is complete.
 * @returns Undefined when the signal aborted it; nothing is left behind then.
 * @throws {ScenarioError} when the run finds the input wrong or `target` holds something else.
 */
export async function runSingle(
  plan: RunPlan,
  target: string,
  options: PoolOptions,
): Promise<RunOutcome | undefined> {
  const place = reserve(target);
  try {
    const [outcome] = await runPlans([plan], () => join(place.path, 'run'), options);
    if (outcome?.ok === true) place.take('run');
    if (outcome?.ok === false && outcome.failure.issues.length > 0) {
      throw new ScenarioError(outcome.failure.issues);
    }
    return outcome;
  } finally {
    place.discard();
  }
}
