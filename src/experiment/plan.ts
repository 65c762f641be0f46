/**
 * Which runs a study has. Arms are paired: replication r has the same seed in every arm, so a
 * difference between arms is not a difference of weather.
 */
import type { Scenario, Window } from '../scenario/sections.ts';

/** One run of a study. */
export interface RunPlan {
  /** Place in the study; results are merged in this order. */
  readonly index: number;
  /** Folder name: `pow-1`, with several windows `pow-window-2-1`. */
  readonly id: string;
  readonly arm: string;
  /** From 1. */
  readonly replication: number;
  readonly window: Window;
  /** Point of a design, from 0; the only one where there are no factors. */
  readonly point?: number;
  /** The arm's scenario with the seed of this replication; made when it is read. */
  readonly scenario: Scenario;
  /** Arm and settings that repeat the run, where `arm` is a name of the study's own. */
  readonly origin?: { readonly arm: string; readonly sets: readonly string[] };
}

/**
 * Seed of a replication: the scenario's seed plus replication − 1, so that the first is the scenario's
 * own run and each can be repeated alone with `--seed`. Two studies share no seed when theirs are at
 * least their number of replications apart.
 */
export function seedOf(scenario: Scenario, replication: number): number {
  return scenario.seed + replication - 1;
}

/**
 * Lists the runs of a study: arm by arm, window by window, replication by replication.
 *
 * @param scenarios - One resolved scenario an arm; all have the same windows.
 * @param replications - At least 1.
 * @throws {RangeError} when there is no replication.
 */
export function planStudy(scenarios: readonly Scenario[], replications: number): RunPlan[] {
  if (!Number.isInteger(replications) || replications < 1) {
    throw new RangeError(`"replications" expected an integer of at least 1, got ${replications}`);
  }
  const plans: RunPlan[] = [];
  for (const scenario of scenarios) {
    const several = scenario.windows.length > 1;
    for (const window of scenario.windows) {
      for (let replication = 1; replication <= replications; replication++) {
        const middle = several ? `-${window.id}` : '';
        plans.push({
          index: plans.length,
          id: `${scenario.arm}${middle}-${replication}`,
          arm: scenario.arm,
          replication,
          window,
          scenario: { ...scenario, seed: seedOf(scenario, replication) },
        });
      }
    }
  }
  return plans;
}

/** The windows of one scenario as runs named after their window, in file order. */
export function planWindows(scenario: Scenario): RunPlan[] {
  return scenario.windows.map((window, index) => ({
    index,
    id: window.id,
    arm: scenario.arm,
    replication: 1,
    window,
    scenario,
  }));
}
