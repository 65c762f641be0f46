import { describe, expect, test } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import {
  capacityBoundTps,
  findSaturation,
  geometricLoads,
  judgeLoad,
  type LoadRun,
  slopeOf,
} from '../../../src/experiment/saturation.ts';

interface Queue {
  /** Customers served at each instant of service, and the time between these [s]. */
  readonly batch: number;
  readonly intervalS: number;
  /** Places; what finds them taken is turned away. */
  readonly places?: number;
}

/** Exact queue: Poisson arrivals, a batch served every interval, first come first served. */
function serve(load: number, seed: number, { batch, intervalS, places = 1e9 }: Queue): LoadRun {
  const draws = createRandomSource(`queue/${seed}`).sequential('chain/arrivals');
  const lengthS = 4000;
  const fromS = lengthS / 2;
  let [open, arrived, served] = [0, 0, 0];
  let nextS = draws.exponential(1 / load);
  const [timeS, backlog]: [number[], number[]] = [[], []];
  for (let atS = intervalS; atS <= lengthS; atS += intervalS) {
    while (nextS <= atS) {
      if (nextS > fromS) arrived++;
      if (open < places) open++;
      nextS += draws.exponential(1 / load);
    }
    const gone = Math.min(batch, open);
    open -= gone;
    if (atS > fromS) {
      served += gone;
      timeS.push(atS);
      backlog.push(open);
    }
  }
  const spanS = lengthS - fromS;
  const slope = slopeOf({ timeS, open: backlog });
  return { offeredTps: arrived / spanS, tpsFinal: served / spanS, backlogSlopeTps: slope };
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const search = (queue: Queue, loads: readonly number[]) =>
  findSaturation((load, seeds) => Promise.resolve(seeds.map((seed) => serve(load, seed, queue))), {
    loads,
    seeds: SEEDS,
  });

describe('saturation of queues with a known capacity', () => {
  const loads = geometricLoads(0.5, 40, 1.03);

  test.each([
    ['M/D/1, one customer each half second', { batch: 1, intervalS: 0.5 }, 2],
    ['blocks of 60 each 15 s', { batch: 60, intervalS: 15 }, 4],
    ['blocks of 30 each 3 s', { batch: 30, intervalS: 3 }, 10],
  ])('%s', async (_, queue, capacityTps) => {
    const found = await search(queue, loads);
    // One step of the grid on either side: the resolution that was asked for.
    expect(found.saturationTps / capacityTps).toBeGreaterThan(1 / 1.06);
    expect(found.saturationTps / capacityTps).toBeLessThan(1.03);
    expect(found.exceededTps / found.saturationTps).toBeCloseTo(loads[1]! / loads[0]!, 10);
    expect(found.points.find(({ loadTps }) => loadTps === found.exceededTps)?.verdict).toBe(
      'backlog',
    );
  });

  test('a queue that turns away what it cannot hold has no growing backlog, but loses load', async () => {
    const found = await search({ batch: 1, intervalS: 0.5, places: 20 }, loads);
    const next = found.points.find(({ loadTps }) => loadTps === found.exceededTps)!;
    expect(next.verdict).toBe('throughput');
    expect(next.slope.low).toBeLessThanOrEqual(0);
    // Served = capacity 2, so 95 % of the load is carried up to 2 / 0.95.
    expect(found.saturationTps).toBeGreaterThan(2 / 1.03);
    expect(found.saturationTps).toBeLessThan((2 / 0.95) * 1.03);
  });

  test('is the same on every call, and tries few loads', async () => {
    const queue = { batch: 30, intervalS: 3 };
    const [one, two] = [await search(queue, loads), await search(queue, loads)];
    expect(two).toEqual(one);
    expect(one.points.length).toBeLessThan(15);
    const tried = one.points.map(({ loadTps }) => loadTps);
    expect(tried).toEqual([...tried].sort((a, b) => a - b));
  });
});

describe('the search itself', () => {
  const carriesUpTo = (capacity: number) => (load: number, seeds: readonly number[]) =>
    Promise.resolve(
      seeds.map((seed) => ({
        offeredTps: load,
        tpsFinal: Math.min(load, capacity),
        backlogSlopeTps: Math.max(0, load - capacity) + (seed % 2 === 0 ? 1e-3 : -1e-3),
      })),
    );

  test.each([1, 2, 3, 7, 8, 15, 16, 100])(
    'finds the place on any grid, %i loads',
    async (count) => {
      const loads = Array.from({ length: count }, (_, k) => k + 1);
      for (let capacity = 0; capacity <= count + 1; capacity++) {
        const options = { loads, seeds: [1, 2] };
        const found = await findSaturation(carriesUpTo(capacity + 0.01), options);
        expect(found.saturationTps).toBe(capacity === 0 ? Number.NaN : Math.min(capacity, count));
        expect(found.exceededTps).toBe(capacity >= count ? Number.NaN : capacity + 1);
      }
    },
  );

  test.each([1, 2, 7, 16, 40])('finds the same place from any guess, %i loads', async (count) => {
    const loads = Array.from({ length: count }, (_, k) => k + 1);
    for (let capacity = 0; capacity <= count + 1; capacity += 3) {
      const run = carriesUpTo(capacity + 0.01);
      const { saturationTps, exceededTps } = await findSaturation(run, { loads, seeds: [1, 2] });
      for (const startTps of [0.5, 1, count / 2, capacity, count, 10 * count]) {
        const found = await findSaturation(run, { loads, seeds: [1, 2], startTps });
        expect(found).toMatchObject({ saturationTps, exceededTps });
      }
    }
  });

  test('a good guess takes two loads, and nothing far above it is run', async () => {
    const loads = geometricLoads(1, 400, 1.25);
    const found = await findSaturation(carriesUpTo(270), { loads, seeds: [1, 2], startTps: 280 });
    expect(found.points).toHaveLength(2);
    expect(found.saturationTps).toBeLessThan(270);
    expect(found.exceededTps).toBeGreaterThan(270);
  });

  test('a median time to finality is the mean of those that are defined', () => {
    const run = { offeredTps: 1, tpsFinal: 1, backlogSlopeTps: 0 };
    const of = (...delays: number[]) =>
      judgeLoad(
        1,
        delays.map((finalityP50Us) => ({ ...run, finalityP50Us })),
      ).finalityP50Us;
    expect(of(2e6, 4e6)).toBe(3e6);
    expect(of(2e6, Number.NaN)).toBe(2e6);
    expect(of(Number.NaN, Number.NaN)).toBeNaN();
    expect(judgeLoad(1, [run, run]).finalityP50Us).toBeNaN();
  });

  test('a load is judged by both rules', () => {
    const run = (tpsFinal: number, backlogSlopeTps: number) => {
      return { offeredTps: 100, tpsFinal, backlogSlopeTps };
    };
    expect(judgeLoad(100, [run(95, -1), run(95, 1)]).verdict).toBe('sustained');
    expect(judgeLoad(100, [run(94.9, -1), run(95, 1)]).verdict).toBe('throughput');
    expect(judgeLoad(100, [run(99, 1), run(99, 1.01)]).verdict).toBe('backlog');
    expect(judgeLoad(100, [run(99, Number.NaN), run(99, 1)]).verdict).toBe('backlog');
  });

  test('refuses what it cannot search', async () => {
    const run = carriesUpTo(1);
    await expect(findSaturation(run, { loads: [2, 1], seeds: [1, 2] })).rejects.toThrow(
      '"loads" expected rising loads, got 2, 1',
    );
    await expect(findSaturation(run, { loads: [1], seeds: [1] })).rejects.toThrow(
      '"seeds" expected at least 2 replications, got 1',
    );
    expect(() => geometricLoads(2, 1, 1.1)).toThrow('"highTps" expected at least 2 > 0, got 1');
    expect(() => geometricLoads(1, 2, 1)).toThrow('"ratio" expected a number above 1, got 1');
  });

  test('grids are geometric, or whole multiples', () => {
    const loads = geometricLoads(1, 16, 2);
    expect(loads).toHaveLength(5);
    loads.forEach((load, k) => {
      expect(load).toBeCloseTo(2 ** k, 12);
    });
    expect(geometricLoads(1, 1, 1.5)).toEqual([1]);
    expect(geometricLoads(0.3, 6, 1.4, 0.5)).toEqual([0.5, 1, 1.5, 2, 3, 4.5, 6]);
  });
});

test('the capacity bound is the tightest of bytes, gas and signature checks', () => {
  const limits = { blockBytes: 1e6, blockGas: 8e6, verifyPerS: 6666, txBytes: 250, txGas: 0 };
  // Validation A6: 1 MB, 250 B, 600 s is 6.667 a second; 8 Mgas, 21 k, 13 s is 29.3 (8e6/21e3/13).
  expect(capacityBoundTps({ ...limits, blockIntervalS: 600 })).toBeCloseTo(6.667, 3);
  expect(capacityBoundTps({ ...limits, blockIntervalS: 13, txGas: 21_000 })).toBeCloseTo(29.3, 1);
  expect(capacityBoundTps({ ...limits, blockIntervalS: 0.5 })).toBe(6666);
  expect(capacityBoundTps({ ...limits, blockIntervalS: 1, txBytes: Number.NaN })).toBeNaN();
  // One transaction may use more gas than a block otherwise has.
  expect(capacityBoundTps({ ...limits, blockIntervalS: 2, txGas: 9e6 })).toBe(0.5);
});
