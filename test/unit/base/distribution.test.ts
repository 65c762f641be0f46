import { describe, expect, it } from 'vitest';
import {
  constant,
  empirical,
  exponential,
  lognormal,
  normal,
  pareto,
  type QuantileDistribution,
  standardNormalQuantile,
  uniform,
} from '../../../src/base/distribution.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { estimate, ksUniform, mean } from './statistics.ts';

/** Two-sided t quantile at 6.3e-5 for 30 replications (validation.md §0). */
const T_QUANTILE = 4.67;
const REPLICATIONS = 30;
const DRAWS = 4000;

const cases: QuantileDistribution[] = [
  uniform(-2, 5),
  exponential(3),
  normal(10, 2),
  lognormal(100, 0.5),
  pareto(9, 2),
  empirical([5, 1, 3], [1, 2, 1]),
];

describe('distributions', () => {
  it('sample with the mean and variance they state', () => {
    for (const law of cases) {
      const means: number[] = [];
      const variances: number[] = [];
      for (let r = 0; r < REPLICATIONS; r++) {
        const stream = createRandomSource(r).sequential(`chain/${law.name}`);
        const sample = Float64Array.from({ length: DRAWS }, () => law.sample(stream.uniform));
        means.push(mean(sample));
        variances.push(mean(sample.map((x) => (x - law.mean) ** 2)));
      }
      const centre = estimate(means);
      expect(centre.se, law.name).toBeLessThan((1.6 * Math.sqrt(law.variance / DRAWS)) / 5.4);
      expect(Math.abs(centre.mean - law.mean), law.name).toBeLessThan(T_QUANTILE * centre.se);
      const spread = estimate(variances);
      expect(spread.se / law.variance, law.name).toBeLessThan(0.05);
      expect(Math.abs(spread.mean - law.variance), law.name).toBeLessThan(T_QUANTILE * spread.se);
    }
  });

  it('follow their distribution function (Kolmogorov-Smirnov on the levels of the draws)', () => {
    const laws: [QuantileDistribution, (x: number) => number][] = [
      [uniform(-2, 5), (x) => (x + 2) / 7],
      [exponential(3), (x) => 1 - Math.exp(-x / 3)],
      [pareto(1.5, 2), (x) => 1 - (2 / x) ** 1.5],
      [normal(10, 2), (x) => normalLevel((x - 10) / 2)],
      [lognormal(100, 0.5), (x) => normalLevel(Math.log(x / 100) / 0.5)],
    ];
    for (const [law, level] of laws) {
      const stream = createRandomSource(7).sequential(`chain/${law.name}`);
      const levels = Float64Array.from({ length: 10_000 }, () => level(law.sample(stream.uniform)));
      expect(ksUniform(levels), law.name).toBeLessThan(0.0163);
    }
  });

  it('sample through their quantile with one uniform, so that draws pair up', () => {
    for (const law of cases) {
      let calls = 0;
      const draw = law.sample(() => {
        calls++;
        return 0.25;
      });
      expect([calls, draw]).toEqual([1, law.quantile(0.25 + 2 ** -33)]);
      expect(Number.isFinite(law.sample(() => 0))).toBe(true);
      expect(Number.isFinite(law.sample(() => 1 - 2 ** -32))).toBe(true);
    }
  });

  it('constant draws nothing', () => {
    const law = constant(4);
    const refuse = () => {
      throw new Error('drawn');
    };
    expect([law.sample(refuse), law.mean, law.variance, law.quantile(0.3)]).toEqual([4, 4, 0, 4]);
  });

  it('have hand-computed moments', () => {
    expect([uniform(0, 12).mean, uniform(0, 12).variance]).toEqual([6, 12]);
    expect([exponential(3).mean, exponential(3).variance]).toEqual([3, 9]);
    expect([normal(1, 3).mean, normal(1, 3).variance]).toEqual([1, 9]);
    expect(lognormal(2, 1).mean).toBeCloseTo(2 * Math.exp(0.5), 12);
    expect(lognormal(2, 1).variance).toBeCloseTo(4 * Math.E * (Math.E - 1), 12);
    expect([pareto(3, 2).mean, pareto(3, 2).variance]).toEqual([3, 3]);
    expect([pareto(1, 2).mean, pareto(2, 2).variance]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect([empirical([0.5, 1.5]).mean, empirical([0.5, 1.5]).variance]).toEqual([1, 0.25]);
  });

  it('empirical steps at its cumulative weights and skips weight 0', () => {
    const law = empirical([5, 1, 3, 9], [1, 2, 1, 0]);
    expect([0.01, 0.5, 0.51, 0.75, 0.76, 0.99].map(law.quantile)).toEqual([1, 1, 3, 3, 5, 5]);
    expect([law.mean, law.variance]).toEqual([2.5, 2.75]);
  });

  it('refuse parameters that make no distribution', () => {
    expect(() => uniform(2, 2)).toThrow(
      new RangeError('"high" expected a finite number above 2, got 2'),
    );
    expect(() => exponential(0)).toThrow('"mean" expected a positive number, got 0');
    expect(() => normal(0, -1)).toThrow('"deviation" expected a positive number, got -1');
    expect(() => normal(Number.NaN, 1)).toThrow('"mean" expected a finite number, got NaN');
    expect(() => lognormal(1, 0)).toThrow('"sigma"');
    expect(() => pareto(0, 1)).toThrow('"shape"');
    expect(() => constant(Number.POSITIVE_INFINITY)).toThrow('"value" expected a finite number');
    expect(() => empirical([])).toThrow('"values" expected at least one value, got 0');
    expect(() => empirical([1], [1, 2])).toThrow('"weights" expected 1 weights, got 2');
    expect(() => empirical([1, 2], [1, -1])).toThrow('"weights" expected numbers >= 0, got -1');
    expect(() => empirical([1, 2], [0, 0])).toThrow('"weights" expected a positive sum, got 0');
    expect(() => empirical([Number.NaN])).toThrow('"values" expected finite numbers, got NaN');
    for (const p of [0, 1, -0.1, Number.NaN]) {
      expect(() => exponential(1).quantile(p)).toThrow(
        `"p" expected a probability between 0 and 1, got ${p}`,
      );
    }
  });
});

describe('quantile of the standard normal', () => {
  it('gives the tabulated points', () => {
    // Newton's method on the power series of the distribution function, 60 decimal digits.
    const points: [number, number][] = [
      [0.25, -0.6744897501960817],
      [0.001, -3.090232306167813],
      [1e-20, -9.26234008979841],
      [0.975, 1.959963984540054],
      [0.5, 0],
      [0.9999, 3.719016485455709],
      [1e-6, -4.753424308822899],
    ];
    for (const [p, z] of points) {
      expect(Math.abs(standardNormalQuantile(p) - z)).toBeLessThan(1e-14 * (1 + Math.abs(z)));
    }
  });

  it('undoes the distribution function, integrated numerically, at every p', () => {
    for (let n = 1; n < 400; n++) {
      const p = n / 400;
      expect(Math.abs(normalLevel(standardNormalQuantile(p)) - p)).toBeLessThan(1e-12);
    }
  });
});

/** Distribution function of the standard normal by its power series (|z| < 7). */
function normalLevel(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; n < 200; n++) {
    term *= (z * z) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
