import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  estimate,
  mean,
  pairedDifference,
  sampleVariance,
  studentCoverage,
  studentQuantile,
} from '../../../../src/experiment/statistics/interval.ts';

describe("Student's t", () => {
  // NIST/SEMATECH e-Handbook, table of critical values, and its tail beyond.
  test.each([
    [0.95, 1, 12.706205],
    [0.95, 2, 4.302653],
    [0.95, 3, 3.182446],
    [0.95, 4, 2.776445],
    [0.95, 9, 2.262157],
    [0.95, 10, 2.228139],
    [0.95, 29, 2.04523],
    [0.95, 100, 1.983972],
    [0.99, 1, 63.656741],
    [0.99, 9, 3.249836],
    [0.99, 30, 2.749996],
    [0.9, 5, 2.015048],
    [0.9, 1000, 1.646379],
  ])('coverage %d with %d degrees of freedom is %d', (coverage, degrees, expected) => {
    expect(Math.abs(studentQuantile(coverage, degrees) - expected)).toBeLessThan(1e-6);
  });

  test('one degree of freedom is the Cauchy law, two have a closed form', () => {
    for (const t of [0.1, 1, 3, 40]) {
      expect(studentCoverage(t, 1)).toBeCloseTo((2 / Math.PI) * Math.atan(t), 14);
      expect(studentCoverage(t, 2)).toBeCloseTo(t / Math.sqrt(2 + t * t), 14);
    }
  });

  test('the quantile inverts the coverage', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 999 }), (n, p) => {
        expect(studentCoverage(studentQuantile(p / 1000, n), n)).toBeCloseTo(p / 1000, 11);
      }),
      { numRuns: 100 },
    );
  });

  test('arguments outside their range are refused', () => {
    expect(() => studentQuantile(1, 3)).toThrow('"coverage" expected a number in (0, 1), got 1');
    expect(() => studentQuantile(0.95, 0)).toThrow('"degrees" expected an integer of at least 1');
  });
});

describe('estimates', () => {
  test('five values, computed by hand', () => {
    // Mean 6, squared deviations 16 4 0 4 16, variance 10, half width 2.776445 · √2.
    const { n, mean: average, low, high } = estimate([2, 4, 6, 8, 10]);
    expect([n, average]).toEqual([5, 6]);
    expect(high - average).toBeCloseTo(2.7764451051977987 * Math.SQRT2, 10);
    expect(average - low).toBeCloseTo(high - average, 12);
    expect(sampleVariance([2, 4, 6, 8, 10])).toBe(10);
  });

  test('undefined values are left out of n and are never 0', () => {
    expect(estimate([Number.NaN, 4, Number.NaN])).toEqual({
      n: 1,
      mean: 4,
      low: Number.NaN,
      high: Number.NaN,
    });
    expect(estimate([Number.NaN])).toMatchObject({ n: 0, mean: Number.NaN });
    expect(mean([])).toBeNaN();
  });

  test('equal values have an interval of no width', () => {
    expect(estimate([3, 3, 3])).toEqual({ n: 3, mean: 3, low: 3, high: 3 });
  });

  test('a pair counts only where both sides are defined', () => {
    const { n, mean: difference } = pairedDifference([5, Number.NaN, 9, 7], [1, 2, 3, Number.NaN]);
    expect([n, difference]).toEqual([2, 5]);
    expect(() => pairedDifference([1], [1, 2])).toThrow(RangeError);
  });

  test('pairing takes out what arms share', () => {
    const weather = [100, 300, 250, 90, 180];
    const a = weather.map((x) => x + 2);
    const { low, high } = pairedDifference(a, weather);
    expect([low, high]).toEqual([2, 2]);
    expect(estimate(a).high - estimate(a).low).toBeGreaterThan(100);
  });
});
