import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunPlan } from '../../../src/experiment/plan.ts';
import { openMeasuringPool, runPlans } from '../../../src/experiment/pool.ts';
import { createProfileStore } from '../../../src/experiment/profile-store.ts';
import type { ProfileSet } from '../../../src/physics/community.ts';
import type { Scenario } from '../../../src/scenario/sections.ts';
import { scenarioOf } from './scenarios.ts';

const workerUrl = new URL('./fake-profile-worker.mjs', import.meta.url);
const environment = { version: '0', nodeMajor: 20 };

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const imported = (arm: string, options: object = {}, windows = 1) =>
  ({
    ...scenarioOf(arm, windows),
    folder: home,
    population: { name: 'generic-csv', options },
    horizon: { interval: 3.6e9, history: 0 },
  }) as unknown as Scenario;

const readings = () =>
  existsSync(join(home, 'readings'))
    ? readFileSync(join(home, 'readings'), 'utf8').trim().split('\n')
    : [];

function plansOf(scenarios: readonly Scenario[], replications: number): RunPlan[] {
  const plans = scenarios.flatMap((scenario, at) =>
    scenario.windows.flatMap((window) =>
      Array.from({ length: replications }, (_, r) => {
        const id = `${at}-${window.id}-${r}`;
        const seeded = { ...scenario, seed: r };
        return { index: 0, id, arm: scenario.arm, replication: r + 1, window, scenario: seeded };
      }),
    ),
  );
  return plans.map((plan, index) => ({ ...plan, index }));
}

async function valuesOf(plans: readonly RunPlan[], workers: number): Promise<(number | string)[]> {
  const options = { workers, environment, workerUrl };
  const outcomes = await runPlans(plans, () => undefined, options);
  return outcomes.map((outcome) => (outcome?.ok === true ? outcome.summary[0]!.value : 'failed'));
}

describe('runs that import the same', () => {
  test('share one reading, whatever their arm and seed', async () => {
    const plans = plansOf([imported('pow'), imported('dpos')], 4);
    expect(await valuesOf(plans, 2)).toEqual(new Array(8).fill(41));
    expect(readings()).toEqual(['window-1']);
  });

  test('share per span, options and interval', async () => {
    const one = imported('pow', {}, 2);
    const longer = {
      ...one,
      windows: one.windows.map((window, at) => ({ ...window, days: 1 + at })),
    };
    const finer = { ...imported('pow'), horizon: { interval: 9e8, history: 0 } } as Scenario;
    const scenarios = [longer, imported('pow', { latitude: 3 }), finer, imported('pow', {}, 2)];
    const [a, b] = [new Array(3).fill(41), new Array(3).fill(42)];
    expect(await valuesOf(plansOf(scenarios, 3), 1)).toEqual([...a, ...b, ...a, ...a, ...a, ...a]);
    expect(readings()).toEqual(['window-1', 'window-2', 'window-1', 'window-1']);
  });

  test('read by themselves where the common reading fails', async () => {
    expect(await valuesOf(plansOf([imported('pow', { broken: true })], 4), 2)).toEqual([
      -1, -1, -1, -1,
    ]);
    expect(readings()).toEqual(['window-1']);
  });

  test('share in a pool that stays open, too', async () => {
    const pool = openMeasuringPool({ workers: 2, environment, workerUrl });
    try {
      const outcomes = await Promise.all(plansOf([imported('pow')], 3).map(pool.run));
      expect(outcomes.map((one) => one?.ok === true && one.summary[0]!.value)).toEqual([
        41, 41, 41,
      ]);
      expect(readings()).toEqual(['window-1']);
    } finally {
      await pool.close();
    }
  });
});

test('a run alone and a generated community ask for no reading', async () => {
  expect(await valuesOf(plansOf([imported('pow')], 1), 2)).toEqual([-1]);
  expect(await valuesOf(plansOf([scenarioOf('pow')], 3), 2)).toEqual([-1, -1, -1]);
  expect(readings()).toEqual([]);
});

describe('a store', () => {
  const setOf = (length: number) =>
    ({
      homes: [{ load: { energyWh: new Float64Array(length) } }],
    }) as unknown as ProfileSet;
  /** Asks for a set by number; returns how often it was read so far. */
  function opened(bytesMax?: number) {
    const store = createProfileStore(bytesMax);
    const count = new Map<number, number>();
    return async (which: number, length = 10): Promise<number> => {
      const scenario = imported('pow', { which });
      await store.of({ scenario, window: scenario.windows[0]! }, async () => {
        count.set(which, (count.get(which) ?? 0) + 1);
        return setOf(length);
      });
      return count.get(which)!;
    };
  }

  test('drops the set used least recently when bytes run out', async () => {
    const ask = opened(250);
    expect([await ask(1), await ask(2), await ask(3), await ask(1)]).toEqual([1, 1, 1, 1]);
    expect(await ask(4)).toBe(1);
    expect([await ask(1), await ask(3), await ask(4)]).toEqual([1, 1, 1]);
    expect(await ask(2)).toBe(2);
  });

  test('keeps the last set however large, and no more than 64 small ones', async () => {
    const large = opened(100);
    expect([await large(1, 1000), await large(1, 1000), await large(2), await large(1)]).toEqual([
      1, 1, 1, 2,
    ]);
    const many = opened();
    for (let which = 0; which < 65; which++) await many(which, 0);
    expect([await many(64, 0), await many(1, 0), await many(0, 0)]).toEqual([1, 1, 2]);
  });
});
