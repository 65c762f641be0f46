import { afterEach, describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/base/errors.ts';
import type { StudyValues } from '../../../src/experiment/compare.ts';
import { planStudy, type RunPlan } from '../../../src/experiment/plan.ts';
import {
  type MeasuringPool,
  openMeasuringPool,
  type PoolOptions,
} from '../../../src/experiment/pool.ts';
import { findSaturation, geometricLoads } from '../../../src/experiment/saturation.ts';
import {
  bracketedTps,
  RUN_TRANSACTIONS_MAX,
  searchArm,
} from '../../../src/experiment/saturation-ramp.ts';
import {
  durationSetting,
  type KeySetting,
  LoadRunFailure,
  loadRunner,
  loadScaleAxis,
  loadSetting,
  SATURATION_COLUMNS,
  saturationRows,
  scenarioBoundTps,
  TRANSFER_AXIS,
  withKey,
} from '../../../src/experiment/saturation-study.ts';
import type { Scenario } from '../../../src/scenario/sections.ts';
import { scenarioOf } from './scenarios.ts';

const S = 1e6;

/** A chain alone, or a market, on an arm of proof of work; only what a search reads. */
function loaded(population: 'accounts' | 'synthetic', intervalS = 15): Scenario {
  return {
    ...scenarioOf('pow'),
    horizon: { warmUp: 300 * S, span: 1200 * S, drain: 0 },
    population: { name: population, options: {} },
    consensus: { name: 'pow', options: { blockInterval: intervalS * S, confirmations: 6 } },
    ledger: { loadScale: 1, bytesPerSecond: 1e6, gasPerSecond: 360_000, verifyTime: 150 },
    network: { nodes: 21 },
  } as unknown as Scenario;
}

/** What the runs of the arm as deployed gave. */
function measured(values: Readonly<Record<string, number>> = {}): StudyValues {
  const known: Readonly<Record<string, number>> = {
    txBytesMean: 87,
    txGasMean: 36_000,
    offeredTps: 0.5,
    ...values,
  };
  return { metrics: [], arms: ['pow'], of: (_, metric) => [known[metric] ?? Number.NaN] };
}

const options = (workers = 2): PoolOptions => ({
  workers,
  environment: { version: '0', nodeMajor: 20 },
  workerUrl: new URL('./fake-load-worker.mjs', import.meta.url),
});

let pool: MeasuringPool | undefined;
const opened = (more: Partial<PoolOptions> = {}): MeasuringPool => {
  pool = openMeasuringPool({ ...options(), ...more });
  return pool;
};
afterEach(async () => {
  await pool?.close();
  pool = undefined;
});

describe('keys that a search sets', () => {
  test('the load is the key itself, or whole multiples of what one unit offers', () => {
    const text = (setting: KeySetting) => `${setting.path}=${setting.text}`;
    expect(text(loadSetting(TRANSFER_AXIS, 12.5))).toBe('population.transfersPerSecond=12.5');
    expect(text(loadSetting(loadScaleAxis(0.5), 3))).toBe('ledger.loadScale=6');
    expect(text(loadSetting(loadScaleAxis(0.5), 0.1))).toBe('ledger.loadScale=1');
    expect(text(durationSetting('horizon.span', 90 * S))).toBe('horizon.span=90 s');
  });

  test('are options of the population, or keys of their section', () => {
    const before = loaded('accounts');
    const after = withKey(before, loadSetting(TRANSFER_AXIS, 7));
    expect(after.population.options).toEqual({ transfersPerSecond: 7 });
    expect(withKey(before, durationSetting('horizon.drain', 5 * S)).horizon).toEqual({
      ...before.horizon,
      drain: 5 * S,
    });
    expect(before.population.options).toEqual({});
  });
});

describe('loads on the worker pool', () => {
  const runner = (settings: readonly KeySetting[] = [], of = opened()) =>
    loadRunner({
      axis: TRANSFER_AXIS,
      scenario: loaded('accounts'),
      settings,
      origin: { arm: 'pow', sets: ['consensus.confirmations=13'] },
      pool: of,
    });

  test.each([1, 3])('are searched to the neighbours of the grid, %i workers', async (workers) => {
    const loads = geometricLoads(1, 32, 1.25);
    const run = runner([], opened(options(workers)));
    const found = await findSaturation(run, { loads, seeds: [3, 4, 5] });
    expect(found.saturationTps).toBeLessThanOrEqual(10);
    expect(found.exceededTps).toBeGreaterThan(10);
    const rows = saturationRows('pow', found, 66.7);
    expect(rows.every((row) => row.length === SATURATION_COLUMNS.length)).toBe(true);
    expect(rows.at(-1)!.at(-1)).toBe(66.7);
    const lowest = found.points[0]!;
    expect(lowest.finalityP50Us).toBeCloseTo(2e6, 6);
    // The growth of each seed stands in its place, however the runs ended.
    expect(lowest.slope.mean).toBeCloseTo(-0.001 / 3, 12);
  });

  test('a run that fails ends the search and says how to repeat it', async () => {
    const failing = runner([durationSetting('horizon.drain', 0)])(50, [1, 2]);
    await expect(failing).rejects.toThrow('run pow-50-1 failed: out of memory');
    const { plan, failure } = (await failing.catch((error) => error)) as LoadRunFailure;
    expect(failure?.kind).toBe('crash');
    expect(plan.scenario.seed).toBe(1);
    expect(plan.origin).toEqual({
      arm: 'pow',
      sets: ['consensus.confirmations=13', 'horizon.drain=0 s', 'population.transfersPerSecond=50'],
    });
  });

  test('no load, a wrong input and an interrupt end it too', async () => {
    await expect(runner()(0, [1, 2])).rejects.toThrow(
      'run pow-0-1 failed: it measured no load: is its horizon too short?',
    );
    await expect(runner()(33, [1, 2])).rejects.toThrow(ScenarioError);
    const controller = new AbortController();
    controller.abort();
    const stopped = runner([], opened({ signal: controller.signal }))(5, [1, 2]);
    await expect(stopped).rejects.toThrow('run pow-5-1 was interrupted');
    expect(((await stopped.catch((error) => error)) as LoadRunFailure).failure).toBeUndefined();
  });
});

test('the bound of a scenario follows from its caps', () => {
  const scenario = {
    consensus: { name: 'pow', options: { blockInterval: 15e6 } },
    ledger: { bytesPerSecond: 10_000, gasPerSecond: 1_000_000, verifyTime: 150 },
  } as unknown as Scenario;
  expect(scenarioBoundTps(scenario, 200, 1)).toBeCloseTo(50, 10);
  expect(scenarioBoundTps(scenario, 1, 40_000)).toBeCloseTo(25, 10);
  expect(scenarioBoundTps(scenario, 1, 1)).toBeCloseTo(1e6 / 150, 6);
});

describe('the search over an arm', () => {
  const request = { lowTps: 1, highTps: 32, ratio: 1.25 };
  const planOf = (scenario: Scenario) => planStudy([scenario], 1)[0]!;

  /** A pool that notes what it is given and carries 10 a second. */
  function noting() {
    const runs: Pick<RunPlan, 'scenario' | 'window'>[] = [];
    const carried = (load: number) => ({
      offeredTps: load,
      tpsFinal: Math.min(10, load),
      backlogSlopeTps: load > 10 ? 1 : 0,
    });
    const of: MeasuringPool = {
      run(plan) {
        runs.push(plan);
        const { population, ledger } = plan.scenario;
        const { transfersPerSecond } = population.options as { transfersPerSecond?: number };
        const values = carried(transfersPerSecond ?? 0.5 * ledger.loadScale);
        const summary = Object.entries(values).map(([metric, value]) => {
          return { metric, unit: '', value };
        });
        return Promise.resolve({ ok: true, summary, warnings: [] });
      },
      close: () => Promise.resolve(),
    };
    return { of, runs };
  }

  test('fills the chain first, and measures 80 blocks or two times to finality', async () => {
    const { of, runs } = noting();
    const found = await searchArm(planOf(loaded('accounts')), measured(), request, [7, 8], of);
    expect(found.boundTps).toBeCloseTo(10, 9);
    expect(found.found?.saturationTps).toBeLessThanOrEqual(10);
    expect(bracketedTps(found)).toBe(found.found?.saturationTps);
    expect(found.note).toBe('');
    // Begins at the bound: one sustained load and the next one, two seeds each.
    expect(runs).toHaveLength(4);
    const { scenario } = runs[0]!;
    // Six confirmations of 15 s are 90 s.
    expect(scenario.population.options).toMatchObject({ leadIn: (60 + 180) * S });
    expect(scenario.horizon).toMatchObject({ span: 1200 * S, drain: 0, warmUp: (240 + 150) * S });
    expect(runs.map((run) => run.scenario.seed)).toEqual([7, 8, 7, 8]);
  });

  test('is cut where a run would carry too much, and then gives a lower limit only', async () => {
    const { of, runs } = noting();
    const slow = loaded('accounts', 600);
    const found = await searchArm(planOf(slow), measured(), request, [7, 8], of);
    const seconds = 80 * 600 + 60 + 2 * 3600;
    const limit = RUN_TRANSACTIONS_MAX / seconds;
    expect(limit).toBeCloseTo(9.05, 2);
    expect(found.found?.saturationTps).toBeLessThan(limit);
    expect(found.found?.saturationTps).toBeGreaterThan(limit / 1.25);
    expect(found.found?.exceededTps).toBeNaN();
    expect(bracketedTps(found)).toBeNaN();
    expect(found.note).toBe(
      'a run takes 55260 s of load, so that above 9.0 1/s it would carry more than 500000 transactions',
    );
    expect(runs.every(({ window }) => window.days === 1)).toBe(true);
    const none = await searchArm(planOf(slow), measured(), { ...request, lowTps: 20 }, [7, 8], of);
    expect(none.found).toBeUndefined();
    expect(none.note).toContain('would carry more than 500000');
  });

  test('loads a market by other communities, over its own horizon', async () => {
    const { of, runs } = noting();
    const small = { lowTps: 0.1, highTps: 5, ratio: 1.5 };
    const found = await searchArm(planOf(loaded('synthetic')), measured(), small, [7, 8], of);
    expect(runs[0]!.scenario.horizon).toEqual(loaded('synthetic').horizon);
    // 500 000 transactions in a day.
    expect(Math.max(...found.found!.points.map(({ loadTps }) => loadTps))).toBeLessThan(5.79);
    for (const { scenario } of runs) expect(scenario.ledger.loadScale % 1).toBe(0);
    const blank = await searchArm(
      planOf(loaded('synthetic')),
      measured({ offeredTps: Number.NaN }),
      small,
      [7, 8],
      of,
    );
    expect(blank).toMatchObject({ found: undefined, note: 'no offered load was measured' });
  });

  test('a run that fails leaves the arm without an outcome', async () => {
    const broken: MeasuringPool = {
      run: () => Promise.resolve(undefined),
      close: () => Promise.resolve(),
    };
    const found = await searchArm(planOf(loaded('accounts')), measured(), request, [1, 2], broken);
    expect(found.found).toBeUndefined();
    expect(found.broken).toBeInstanceOf(LoadRunFailure);
    expect(bracketedTps(found)).toBeNaN();
  });
});
