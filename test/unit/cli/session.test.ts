import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  defaultOut,
  explainFailures,
  type NamedScenario,
  replayCommand,
} from '../../../src/cli/session.ts';
import type { Failure } from '../../../src/experiment/outcome.ts';
import { planStudy, type RunPlan } from '../../../src/experiment/plan.ts';
import { scenarioOf } from '../experiment/scenarios.ts';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const named = {
  path: 'my scenario.yaml',
  sets: ['population.households=9', 'name=a b'],
} as unknown as NamedScenario;
const plan = planStudy([scenarioOf('pow', 2)], 3)[5]!;
const replay = (one: RunPlan) => replayCommand(named, one);
const failure = (kind: Failure['kind'], stack = ''): Failure => ({
  kind,
  message: `${kind}: it went wrong`,
  issues: [],
  stack,
});

describe('failed runs', () => {
  test('the replay command repeats one run of a study exactly', () => {
    expect(replayCommand(named, plan)).toBe(
      "peerwatt run 'my scenario.yaml' --arm pow --seed 9 --window window-2 " +
        "--set population.households=9 --set 'name=a b'",
    );
  });

  test('a broken invariant is code 3 and prints its replay, without a stack', () => {
    const failures = [
      { plan, failure: failure('crash', '    at somewhere') },
      { plan, failure: failure('invariant') },
    ];
    expect(explainFailures(failures, replay)).toBe(3);
    expect(printed).toContain(
      'run pow-window-2-3 failed: invariant: it went wrong\nreplay: peerwatt',
    );
    expect(printed.match(/^ {4}at /gm)).toHaveLength(1);
  });

  test('a crash is code 1, none is 0', () => {
    expect(explainFailures([{ plan, failure: failure('crash') }], replay)).toBe(1);
    expect(explainFailures([{ plan, failure: failure('memory') }], replay)).toBe(1);
    expect(explainFailures([], replay)).toBe(0);
  });
});

test('results go below results/ under a name that is safe as a folder', () => {
  expect(defaultOut('Village 2024')).toBe('results/village-2024');
  expect(defaultOut('../..')).toBe('results/scenario');
  expect(defaultOut('.hidden')).toBe('results/hidden');
});
