import { describe, expect, test } from 'vitest';
import { planStudy, planWindows } from '../../../src/experiment/plan.ts';
import { scenarioOf } from './scenarios.ts';

describe('the plan of a study', () => {
  test('replications have the same seed in every arm, the first the scenario’s own', () => {
    const plans = planStudy([scenarioOf('pow'), scenarioOf('dpos')], 3);
    expect(plans.map((plan) => [plan.index, plan.id, plan.scenario.seed])).toEqual([
      [0, 'pow-1', 7],
      [1, 'pow-2', 8],
      [2, 'pow-3', 9],
      [3, 'dpos-1', 7],
      [4, 'dpos-2', 8],
      [5, 'dpos-3', 9],
    ]);
  });

  test('several windows are part of a run’s name', () => {
    const plans = planStudy([scenarioOf('raft', 2)], 2);
    expect(plans.map((plan) => plan.id)).toEqual([
      'raft-window-1-1',
      'raft-window-1-2',
      'raft-window-2-1',
      'raft-window-2-2',
    ]);
    expect(planWindows(scenarioOf('base', 2)).map((plan) => plan.id)).toEqual([
      'window-1',
      'window-2',
    ]);
  });

  test('a study has a replication', () => {
    expect(() => planStudy([scenarioOf('pow')], 0)).toThrow('"replications" expected an integer');
  });
});
