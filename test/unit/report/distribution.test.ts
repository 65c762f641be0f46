import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDistribution, mean, quantile } from '../../../src/report/metrics/distribution.ts';

describe('quantiles of type R-7', () => {
  // numpy.quantile([15, 20, 35, 40, 50], [.05, .3, .4, .5, 1]).
  test.each([
    [0.05, 16],
    [0.3, 23],
    [0.4, 29],
    [0.5, 35],
    [1, 50],
    [0, 15],
  ])('p = %d gives %d', (p, expected) => {
    expect(quantile(createDistribution([50, 15, 40, 20, 35]), p)).toBeCloseTo(expected, 12);
  });

  test('one value is every quantile', () => {
    expect(quantile(createDistribution([7]), 0.99)).toBe(7);
  });

  test('none is undefined', () => {
    expect(quantile(createDistribution([]), 0.5)).toBeNaN();
    expect(mean([])).toBeNaN();
  });

  test('censored values rank above all observed ones', () => {
    const distribution = createDistribution([1, 2, 3, Number.NaN]);
    expect(distribution.censored).toBe(1);
    expect(quantile(distribution, 0.5)).toBe(2.5);
    expect(quantile(distribution, 2 / 3)).toBeCloseTo(3, 12);
    expect(quantile(distribution, 0.95)).toBeNaN();
  });

  test('agree with values far above the observed in place of the censored', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.nat(5), fc.nat(100), (xs, open, percent) => {
        const p = percent / 100;
        const censored = [...xs, ...Array.from({ length: open }, () => Number.NaN)];
        const stand = [...xs, ...Array.from({ length: open }, () => 1e30)];
        const got = quantile(createDistribution(censored), p);
        const reference = quantile(createDistribution(stand), p);
        if (Number.isNaN(got)) expect(reference).toBeGreaterThan(1000);
        else expect(got).toBe(reference);
      }),
      { numRuns: 300 },
    );
  });
});
