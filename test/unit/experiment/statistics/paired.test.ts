import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandomSource } from '../../../../src/base/random.ts';
import { estimate, oneSampleP } from '../../../../src/experiment/statistics/interval.ts';
import { correlation, pairedEffect } from '../../../../src/experiment/statistics/paired.ts';

/** Textbook two-pass formulas on plain sums. */
const plainMean = (x: readonly number[]) => x.reduce((sum, v) => sum + v, 0) / x.length;
const plainCovariance = (x: readonly number[], y: readonly number[]) => {
  const [mx, my] = [plainMean(x), plainMean(y)];
  return x.reduce((sum, v, i) => sum + (v - mx) * (y[i]! - my), 0) / (x.length - 1);
};
const plainSd = (x: readonly number[]) => Math.sqrt(plainCovariance(x, x));

/** Pairs of standard normals with a correlation, b shifted and scaled. */
function correlatedPairs(seed: number, count: number, rho: number, scale: number, shift: number) {
  const random = createRandomSource(seed).sequential('chain/pairs');
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < count; i++) {
    const shared = random.normal();
    a.push(shared);
    b.push(shift + scale * (rho * shared + Math.sqrt(1 - rho * rho) * random.normal()));
  }
  return { a, b };
}

describe('paired effects', () => {
  test('by hand: differences 1, 2, 3', () => {
    // a: mean 5, sd 2; b: mean 3, sd 1; differences 1 2 3: mean 2, sd 1.
    const effect = pairedEffect([3, 5, 7], [2, 3, 4]);
    expect(effect).toMatchObject({ n: 3, mean: 2, sd: 1, dZ: 2, correlation: 1 });
    expect(effect.dAv).toBeCloseTo(2 / 1.5, 14);
    expect(effect.varianceReduction).toBeCloseTo((4 + 1) / 1, 14);
    // t = 2√3 on two degrees: p = 1 − t/√(2 + t²).
    expect(effect.p).toBeCloseTo(1 - Math.sqrt(12 / 14), 12);
    expect([effect.low, effect.high]).toEqual([estimate([1, 2, 3]).low, estimate([1, 2, 3]).high]);
  });

  test('the paired test is the one-sample test of the differences', () => {
    const value = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 30 }), (pairs) => {
        const differences = pairs.map(([x, y]) => x - y);
        const effect = pairedEffect(
          pairs.map(([x]) => x),
          pairs.map(([, y]) => y),
        );
        expect(effect.p).toBe(oneSampleP(differences));
        expect(effect).toMatchObject(estimate(differences));
      }),
    );
  });

  test('formulas of the paper hold on correlated normals', () => {
    for (const [rho, scale, shift] of [
      [0.9, 1, 0.5],
      [0.5, 3, -1],
      [0, 1, 0],
      [-0.6, 2, 4],
    ] as const) {
      const { a, b } = correlatedPairs(11, 40, rho, scale, shift);
      const effect = pairedEffect(a, b);
      const differences = a.map((value, i) => value - b[i]!);
      const [sa, sb, sd] = [plainSd(a), plainSd(b), plainSd(differences)];
      const r = plainCovariance(a, b) / (sa * sb);
      expect(effect.correlation).toBeCloseTo(r, 12);
      expect(effect.dAv).toBeCloseTo(plainMean(differences) / ((sa + sb) / 2), 12);
      expect(effect.dZ).toBeCloseTo(plainMean(differences) / sd, 12);
      // var(a − b) = s_a² + s_b² − 2 r s_a s_b.
      const reduction = (sa * sa + sb * sb) / (sa * sa + sb * sb - 2 * r * sa * sb);
      expect(effect.varianceReduction).toBeCloseTo(reduction, 10);
    }
  });

  test('in the long run pairing saves 1 / (1 − ρ) of equal variances', () => {
    for (const rho of [0.9, 0.5, 0, -0.5]) {
      const factors = Array.from({ length: 40 }, (_, seed) => {
        const { a, b } = correlatedPairs(1000 + seed, 500, rho, 1, 0);
        // Its logarithm is nearly unbiased, the factor itself is not.
        return Math.log(pairedEffect(a, b).varianceReduction);
      });
      const { mean, sd } = estimate(factors);
      const se = sd / Math.sqrt(40);
      expect(se).toBeLessThan(0.02);
      expect(Math.abs(mean - Math.log(1 / (1 - rho)))).toBeLessThan(4.4 * se + 0.002);
    }
  });

  test('pairs count only where both are defined', () => {
    const nan = Number.NaN;
    const effect = pairedEffect([3, nan, 5, 7, 1], [2, 9, 3, 4, nan]);
    expect(effect).toEqual(pairedEffect([3, 5, 7], [2, 3, 4]));
    expect(() => pairedEffect([1], [1, 2])).toThrow('"b" expected 1 values as in "a", got 2');
  });

  test('what has no spread', () => {
    const nan = Number.NaN;
    expect(pairedEffect([4, 9, 6], [4, 9, 6])).toMatchObject({
      ...{ mean: 0, sd: 0, low: 0, high: 0, p: 1, dAv: 0, dZ: nan, correlation: 1 },
      varianceReduction: nan,
    });
    expect(pairedEffect([5, 10, 7], [4, 9, 6])).toMatchObject({ mean: 1, low: 1, p: 0, dZ: nan });
    expect(pairedEffect([2, 2], [1, 1])).toMatchObject({ p: 0, dAv: nan, correlation: nan });
    expect(pairedEffect([2, 4], [1, 1])).toMatchObject({ varianceReduction: 1, correlation: nan });
    expect(pairedEffect([2], [1])).toMatchObject({ n: 1, mean: 1, sd: nan, p: nan, dAv: nan });
    expect(pairedEffect([], [])).toMatchObject({ n: 0, mean: nan, p: nan, correlation: nan });
  });

  test('a correlation never leaves [−1, 1]', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2 }), (x) => {
        const r = correlation(
          x,
          x.map((value) => 3 * value + 1e-9),
        );
        expect(Number.isNaN(r) || (r >= -1 && r <= 1)).toBe(true);
      }),
    );
  });
});
