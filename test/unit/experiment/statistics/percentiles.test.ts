import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSketch, type EncodedSketch } from '../../../../src/base/quantile-sketch.ts';
import {
  mergedPercentiles,
  pooledPercentiles,
} from '../../../../src/experiment/statistics/percentiles.ts';

const nan = Number.NaN;

function sketchOf(values: readonly number[], relativeError?: number): EncodedSketch {
  const sketch = createSketch(relativeError);
  for (const value of values) sketch.add(value);
  return sketch.encode();
}

describe('percentiles over runs', () => {
  test('of pooled values, by hand', () => {
    // 1 ... 11 in two runs: R-7 position 10·p, so 6, 10, 10.5, 10.9.
    const { p50, p90, p95, p99, ...rest } = pooledPercentiles([
      [11, 1, 3, 5, 7, 9],
      [2, 4, 6, 8, 10],
    ]);
    expect(rest).toEqual({ n: 11, censored: 0, max: 11, relativeError: 0 });
    expect([p50, p90]).toEqual([6, 10]);
    expect(p95).toBeCloseTo(10.5, 12);
    expect(p99).toBeCloseTo(10.9, 12);
  });

  test('are not the mean of the percentiles of the runs', () => {
    const slow = Array.from({ length: 10 }, () => 100);
    const fast = Array.from({ length: 990 }, () => 1);
    expect(pooledPercentiles([slow, fast]).p95).toBe(1);
    expect(pooledPercentiles([slow]).p95 / 2 + pooledPercentiles([fast]).p95 / 2).toBe(50.5);
  });

  test('censored values rank last, and a percentile among them is undefined', () => {
    const runs = [
      [1, 2, nan],
      [3, nan],
    ];
    const exact = pooledPercentiles(runs);
    expect(exact).toMatchObject({ n: 3, censored: 2, p50: 3, p90: nan, max: 3 });
    const merged = mergedPercentiles(runs.map((run) => sketchOf(run)));
    expect(merged).toMatchObject({ n: 3, censored: 2, p50: 3, p90: nan, max: 3 });
    expect(pooledPercentiles([])).toMatchObject({ n: 0, p50: nan, max: nan });
    expect(mergedPercentiles([sketchOf([])])).toMatchObject({ n: 0, p50: nan, max: nan });
  });

  test('of merged sketches are within the stated error of the pooled ones', () => {
    const delay = fc.oneof(fc.integer({ min: 0, max: 1e12 }), fc.constant(nan));
    fc.assert(
      fc.property(
        fc.array(fc.array(delay, { maxLength: 30 }), { minLength: 1, maxLength: 6 }),
        (runs) => {
          const exact = pooledPercentiles(runs);
          const merged = mergedPercentiles(runs.map((run) => sketchOf(run)));
          expect(merged).toMatchObject({ n: exact.n, censored: exact.censored, max: exact.max });
          expect(merged.relativeError).toBe(0.005);
          for (const key of ['p50', 'p90', 'p95', 'p99'] as const) {
            expect(Number.isNaN(merged[key])).toBe(Number.isNaN(exact[key]));
            if (Number.isNaN(exact[key])) continue;
            const bound = 0.005 * (1 + 1e-9) * exact[key];
            expect(Math.abs(merged[key] - exact[key])).toBeLessThanOrEqual(bound);
          }
        },
      ),
    );
  });

  test('of nothing at all, or of different errors, are refused', () => {
    expect(() => mergedPercentiles([])).toThrow('"sketches" expected at least one, got 0');
    expect(() => mergedPercentiles([sketchOf([1]), sketchOf([1], 0.01)])).toThrow(
      '"other" expected the relative error 0.005, got 0.01',
    );
  });
});
