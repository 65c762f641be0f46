import { describe, expect, test } from 'vitest';
import { MINUTE_US } from '../../../src/base/units.ts';
import { createLossAccumulator } from '../../../src/grid/loss-accumulator.ts';
import { lossAllocations } from '../../../src/grid/loss-allocation/index.ts';

const proRata = lossAllocations.get('pro-rata');
const allocate = (lossWh: number, deliveredWh: number[]) => {
  const out = new Float64Array(deliveredWh.length);
  const allocatedWh = proRata.allocate({ lossWh, deliveredWh }, out, {});
  return { allocatedWh, shares: [...out] };
};

describe('loss allocation', () => {
  test('pro rata follows delivered energy by largest remainder', () => {
    expect(allocate(10, [100, 100, 100])).toEqual({ allocatedWh: 10, shares: [4, 3, 3] });
    expect(allocate(7, [600, 300, 100])).toEqual({ allocatedWh: 7, shares: [4, 2, 1] });
    expect(allocate(5, [0, 50, 0])).toEqual({ allocatedWh: 5, shares: [0, 5, 0] });
  });

  test('loss without delivery stays unallocated', () => {
    expect(allocate(12, [0, 0])).toEqual({ allocatedWh: 0, shares: [0, 0] });
    expect(allocate(12, [])).toEqual({ allocatedWh: 0, shares: [] });
  });

  test('nobody bears more than it delivered', () => {
    expect(allocate(50, [3, 7])).toEqual({ allocatedWh: 10, shares: [3, 7] });
  });

  test('refuses what is not an integer, negative, or of another length', () => {
    expect(() => allocate(-1, [1])).toThrow('"lossWh" expected an integer >= 0, got -1');
    expect(() => allocate(1, [0.5])).toThrow('"deliveredWh" expected integers >= 0 at 0');
    expect(() =>
      proRata.allocate({ lossWh: 1, deliveredWh: [1] }, new Float64Array(2), {}),
    ).toThrow('"out" expected 1 parties, got 2');
  });
});

describe('loss accumulator', () => {
  test('rounds once a slot and carries the remainder', () => {
    const loss = createLossAccumulator();
    const closes = [];
    for (let slot = 0; slot < 4; slot++) {
      // 1.4 W over 15 minutes are 0.35 Wh.
      for (let step = 0; step < 3; step++) loss.add(1.4, 5 * MINUTE_US);
      closes.push(loss.close());
    }
    expect(closes).toEqual([0, 1, 0, 0]);
    expect(loss.carryWh).toBeCloseTo(0.4, 12);
  });

  test('never strays from the true sum by more than half a watt-hour', () => {
    const loss = createLossAccumulator();
    let published = 0;
    let truth = 0;
    for (let slot = 0; slot < 2000; slot++) {
      const lossW = 37.3 * ((slot * 7919) % 101);
      loss.add(lossW, 15 * MINUTE_US);
      truth += lossW / 4;
      published += loss.close();
      expect(Math.abs(published - truth)).toBeLessThanOrEqual(0.5 + 1e-6);
    }
  });

  test('refuses a loss that is negative or NaN, as of a collapsed feeder', () => {
    const loss = createLossAccumulator();
    expect(() => loss.add(Number.NaN, 1)).toThrow('"lossW" expected finite and >= 0, got NaN');
    expect(() => loss.add(1, 0)).toThrow('"durationUs" expected > 0, got 0');
    expect(loss.close()).toBe(0);
  });
});
