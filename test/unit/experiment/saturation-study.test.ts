import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PoolOptions } from '../../../src/experiment/pool.ts';
import { findSaturation, geometricLoads } from '../../../src/experiment/saturation.ts';
import {
  loadRunner,
  loadScaleAxis,
  loadSetting,
  SATURATION_COLUMNS,
  saturationRows,
  scenarioBoundTps,
  TRANSFER_AXIS,
} from '../../../src/experiment/saturation-study.ts';
import type { Scenario } from '../../../src/scenario/sections.ts';
import { scenarioOf } from './scenarios.ts';

describe('the key that carries the load', () => {
  test('is set to the load, or to whole multiples of what one unit offers', () => {
    expect(loadSetting(TRANSFER_AXIS, 12.5)).toBe('population.transfersPerSecond=12.5');
    expect(loadSetting(loadScaleAxis(0.5), 3)).toBe('ledger.loadScale=6');
    expect(loadSetting(loadScaleAxis(0.5), 0.1)).toBe('ledger.loadScale=1');
  });
});

describe('loads on the worker pool', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const pool: PoolOptions = {
    workers: 2,
    environment: { version: '0', nodeMajor: 20 },
    workerUrl: new URL('./fake-load-worker.mjs', import.meta.url),
  };
  const scenarioWith = (setting: string): Scenario => {
    const [path, value] = setting.split('=');
    expect(path).toBe('population.transfersPerSecond');
    const population = { name: 'accounts', options: { transfersPerSecond: Number(value) } };
    return { ...scenarioOf('pow'), population } as unknown as Scenario;
  };
  const runner = () => loadRunner({ axis: TRANSFER_AXIS, scenarioWith, folder: home, pool });

  test('are searched to the neighbours of the grid, each run in its folder', async () => {
    const loads = geometricLoads(1, 32, 1.25);
    const found = await findSaturation(runner(), { loads, seeds: [3, 4] });
    expect(found.saturationTps).toBeLessThanOrEqual(10);
    expect(found.exceededTps).toBeGreaterThan(10);
    expect(readdirSync(home)).toContain('pow-1-3');
    expect(readFileSync(join(home, 'pow-1-4', 'manifest.json'), 'utf8')).toBe('1 4\n');
    const rows = saturationRows('pow', found, 66.7);
    expect(rows.every((row) => row.length === SATURATION_COLUMNS.length)).toBe(true);
    expect(rows.at(-1)!.at(-1)).toBe(66.7);
  });

  test('a run that fails ends the search: a load without runs cannot be judged', async () => {
    await expect(runner()(50, [1, 2])).rejects.toThrow('run pow-50-1 failed: out of memory');
    await expect(runner()(0, [1, 2])).rejects.toThrow(
      'run pow-0-1 measured no load: is its horizon too short?',
    );
    const controller = new AbortController();
    controller.abort();
    const stopped = { ...pool, signal: controller.signal };
    const run = loadRunner({ axis: TRANSFER_AXIS, scenarioWith, folder: home, pool: stopped });
    await expect(run(5, [1, 2])).rejects.toThrow('run pow-5-1 was interrupted');
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
