import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gini, herfindahl } from '../../../src/market/indicators.ts';
import {
  entropyBits,
  entropyNormalised,
  nakamoto,
  theil,
} from '../../../src/report/metrics/concentration.ts';

describe('concentration', () => {
  test('two equal holders need both for more than half', () => {
    expect(nakamoto([50, 50], 1, 2)).toBe(2);
    expect(nakamoto([51, 49], 1, 2)).toBe(1);
  });

  test('one of twenty-one holding all is Gini 20/21, entropy 0', () => {
    const shares = Array.from({ length: 21 }, (_, i) => (i === 7 ? 3 : 0));
    expect(gini(shares)).toBeCloseTo(20 / 21, 14);
    expect(entropyBits(shares)).toBe(0);
    expect(herfindahl(shares)).toBe(1);
  });

  test('nothing held is undefined, never 0', () => {
    for (const measure of [gini, entropyBits, herfindahl, theil]) {
      expect(measure([0, 0])).toBeNaN();
      expect(measure([])).toBeNaN();
    }
    expect(nakamoto([], 1, 2)).toBeNaN();
    expect(entropyNormalised([5])).toBeNaN();
  });

  test('measures do not depend on order or scale', () => {
    const shares = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 50 }), (x, factor) => {
        fc.pre(x.some((value) => value > 0));
        const y = [...x].reverse().map((value) => value * factor);
        expect(gini(y)).toBeCloseTo(gini(x), 10);
        expect(entropyBits(y)).toBeCloseTo(entropyBits(x), 10);
        expect(nakamoto(y, 1, 3)).toBe(nakamoto(x, 1, 3));
        expect(gini(x)).toBeGreaterThanOrEqual(0);
        expect(gini(x)).toBeLessThan(1);
      }),
      { numRuns: 200 },
    );
  });
});
