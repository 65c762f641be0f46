import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  estimate,
  mean,
  oneSampleP,
  pairedDifference,
  sampleVariance,
  studentCoverage,
  studentPValue,
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

/**
 * P(|T| > t) by Simpson's rule on the density in s = 1/x, where the tail is a finite interval. The
 * constant is Γ((ν+1)/2) / (√(νπ) Γ(ν/2)), by its recursion in steps of two.
 */
function tailByIntegration(t: number, degrees: number): number {
  let constant = degrees % 2 === 1 ? 1 / Math.PI : 1 / (2 * Math.SQRT2);
  for (let nu = degrees % 2 === 1 ? 1 : 2; nu < degrees; nu += 2) {
    constant *= ((nu + 1) / nu) * Math.sqrt(nu / (nu + 2));
  }
  const density = (x: number) => constant * (1 + (x * x) / degrees) ** (-(degrees + 1) / 2);
  const inner = (s: number) => (s === 0 ? (degrees === 1 ? constant : 0) : density(1 / s) / s ** 2);
  const steps = 20000;
  let sum = inner(0) + inner(1 / t);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * inner(i / steps / t);
  return (2 * sum) / (3 * steps * t);
}

describe('p values', () => {
  test.each([
    [0.5, 1],
    [3, 1],
    [1000, 1],
    [0.2, 2],
    [5, 2],
    [2.262157, 9],
    [12, 9],
    [60, 9],
    [3.4, 29],
    [25, 30],
    [4.1, 199],
  ])('of t = %d with %d degrees of freedom equal the integral of the density', (t, degrees) => {
    const expected = tailByIntegration(t, degrees);
    expect(Math.abs(studentPValue(t, degrees) / expected - 1)).toBeLessThan(1e-9);
    expect(studentPValue(-t, degrees)).toBe(studentPValue(t, degrees));
  });

  test('the far tail has its closed form with one and with two degrees of freedom', () => {
    for (const t of [1e3, 1e7, 1e12]) {
      expect(studentPValue(t, 1) / ((2 / Math.PI) * Math.atan(1 / t))).toBeCloseTo(1, 12);
      // 1 − t/√(2 + t²) without its cancellation.
      const root = Math.sqrt(2 + t * t);
      expect(studentPValue(t, 2) / (2 / (root * (root + t)))).toBeCloseTo(1, 12);
    }
  });

  test('both ways of computing meet where one takes over', () => {
    for (const degrees of [1, 2, 7, 40, 1001]) {
      const t = studentQuantile(0.999, degrees);
      const [before, after] = [studentPValue(t * 0.9999999, degrees), studentPValue(t, degrees)];
      expect(before).toBeGreaterThan(after);
      expect(before / after).toBeCloseTo(1, 4);
      expect(studentPValue(t * 1.0000001, degrees) / after).toBeCloseTo(1, 4);
      expect(after).toBeCloseTo(0.001, 12);
    }
  });

  test('ends, and arguments that are none', () => {
    expect(studentPValue(0, 5)).toBe(1);
    expect(studentPValue(Number.POSITIVE_INFINITY, 5)).toBe(0);
    expect(studentPValue(Number.NaN, 5)).toBeNaN();
    expect(() => studentPValue(1, 0)).toThrow('"degrees" expected an integer of at least 1');
  });

  test("Student's own example: the sleep data", () => {
    // Cushny and Peebles 1905 as in Student 1908: t = 4.0621 on 9 degrees, p = 0.002833.
    const gain = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];
    expect(oneSampleP(gain)).toBeCloseTo(0.002833, 6);
    expect(oneSampleP([...gain, Number.NaN])).toBe(oneSampleP(gain));
  });

  test('without spread the test is decided, below two values it is not made', () => {
    expect(oneSampleP([0, 0, 0])).toBe(1);
    expect(oneSampleP([2, 2, 2])).toBe(0);
    expect(oneSampleP([2])).toBeNaN();
    expect(oneSampleP([])).toBeNaN();
  });

  test('p is below 5 % exactly where the interval leaves 0 out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 80 }), { minLength: 2, maxLength: 12 }),
        (values) => {
          const { low, high, sd } = estimate(values);
          fc.pre(sd > 0 && Math.abs(low) > 1e-9 && Math.abs(high) > 1e-9);
          expect(oneSampleP(values) < 0.05).toBe(low > 0 || high < 0);
        },
      ),
    );
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
    expect(estimate([2, 4, 6, 8, 10]).sd).toBe(Math.sqrt(10));
  });

  test('undefined values are left out of n and are never 0', () => {
    expect(estimate([Number.NaN, 4, Number.NaN])).toEqual({
      n: 1,
      mean: 4,
      sd: Number.NaN,
      low: Number.NaN,
      high: Number.NaN,
    });
    expect(estimate([Number.NaN])).toMatchObject({ n: 0, mean: Number.NaN });
    expect(mean([])).toBeNaN();
  });

  test('equal values have an interval of no width', () => {
    expect(estimate([3, 3, 3])).toEqual({ n: 3, mean: 3, sd: 0, low: 3, high: 3 });
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
