import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandomSource } from '../../../../src/base/random.ts';
import { batchMeans, mser5 } from '../../../../src/experiment/statistics/batch-means.ts';
import { studentQuantile } from '../../../../src/experiment/statistics/interval.ts';

/** AR(1) around 10 with unit innovations; from its stationary law unless a start is given. */
function autoregression(seed: number, length: number, phi: number, start?: number): Float64Array {
  const random = createRandomSource(seed).sequential('chain/series');
  let deviation = start ?? random.normal() / Math.sqrt(1 - phi * phi);
  return Float64Array.from({ length }, () => {
    deviation = phi * deviation + random.normal();
    return 10 + deviation;
  });
}

/** Every cut by its definition. */
function slowMser5(series: readonly number[]) {
  const count = Math.floor(series.length / 5);
  const batches = Array.from(
    { length: count },
    (_, j) => series.slice(5 * j, 5 * j + 5).reduce((sum, x) => sum + x, 0) / 5,
  );
  const scores = batches.slice(0, Math.floor(count / 2) + 1).map((_, cut) => {
    const kept = batches.slice(cut);
    const average = kept.reduce((sum, x) => sum + x, 0) / kept.length;
    return kept.reduce((sum, x) => sum + (x - average) ** 2, 0) / kept.length ** 2;
  });
  return { cut: scores.indexOf(Math.min(...scores)), scores };
}

describe('MSER-5', () => {
  test('takes the cut that the definition takes', () => {
    const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 10, maxLength: 120 });
    fc.assert(
      fc.property(values, (series) => {
        const { cut, scores } = slowMser5(series);
        const chosen = mser5(series).removed / 5;
        // Equal scores may differ in the last bit.
        expect(Math.abs(scores[chosen]! - scores[cut]!)).toBeLessThan(1e-9);
        expect(mser5(series).isSettled).toBe(
          chosen < Math.floor(Math.floor(series.length / 5) / 2),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('removes a start that is off, and nothing of a constant', () => {
    const decay = Array.from({ length: 1000 }, (_, i) => (i < 100 ? 50 - i / 2 : i % 2));
    expect(mser5(decay)).toEqual({ removed: 100, isSettled: true });
    expect(mser5(new Float64Array(40).fill(3))).toEqual({ removed: 0, isSettled: true });
  });

  test('says that a series that only rises has not settled', () => {
    const rising = Array.from({ length: 200 }, (_, i) => i);
    expect(mser5(rising)).toEqual({ removed: 100, isSettled: false });
    expect(mser5([1, 2, 3])).toEqual({ removed: 0, isSettled: false });
  });
});

describe('batch means', () => {
  test('ten batches of two, by hand', () => {
    // The first of 21 values fills no batch; batch means 1.5, 3.5 ... 19.5: mean 10.5, variance
    // 110/3.
    const series = Array.from({ length: 21 }, (_, i) => i);
    const result = batchMeans(series, { batchCount: 10, warmUp: 0 });
    expect(result).toMatchObject({ n: 10, batchSize: 2, removed: 1, mean: 10.5 });
    expect(result.sd).toBeCloseTo(Math.sqrt(110 / 3), 12);
    const half = (studentQuantile(0.95, 9) * Math.sqrt(110 / 3)) / Math.sqrt(10);
    expect(result.high - result.mean).toBeCloseTo(half, 12);
    // Distances −9, −7 ... 9: products of neighbours 63 35 15 3 −1 3 15 35 63, squares 330.
    expect(result.lag1).toBeCloseTo(231 / 330, 14);
    expect(result.lag1).toBeGreaterThan(result.lag1Limit);
  });

  test('refuses what gives no honest interval', () => {
    expect(batchMeans(new Float64Array(29), { warmUp: 0 })).toMatchObject({
      ...{ n: 0, mean: Number.NaN, low: Number.NaN },
      refusal: '29 values after the warm-up do not fill 30 batches',
    });
    expect(batchMeans(new Float64Array(100), { warmUp: 200 }).refusal).toContain('0 values');
    const rising = Array.from({ length: 2000 }, (_, i) => i);
    expect(batchMeans(rising).refusal).toContain('does not end in the first half');
    expect(() => batchMeans(rising, { batchCount: 9 })).toThrow('"batchCount" expected an integer');
    expect(() => batchMeans(rising, { warmUp: -1 })).toThrow('"warmUp" expected an integer');
    expect(() => batchMeans([1, Number.NaN])).toThrow('"series" expected finite numbers, got NaN');
  });

  test('equal values have no width and no correlation', () => {
    const result = batchMeans(new Float64Array(300).fill(7));
    expect(result).toMatchObject({ n: 30, batchSize: 10, removed: 0, mean: 7, low: 7, high: 7 });
    expect(result.lag1).toBeNaN();
  });

  // Batches of 200 with a correlation time of 5.7: 0.95 but for a bias of less than 0.005.
  const COVERED = 400;
  function coverage(length: number, start: number | undefined, warmUp: number | undefined) {
    let [covered, settled, correlated, naive] = [0, 0, 0, 0];
    for (let seed = 0; seed < COVERED; seed++) {
      const series = autoregression(seed, length, 0.7, start);
      const result = batchMeans(series, warmUp === undefined ? {} : { warmUp });
      if (result.refusal === undefined) settled++;
      if (result.low <= 10 && result.high >= 10) covered++;
      if (result.lag1 > result.lag1Limit) correlated++;
      const single = batchMeans(series.subarray(0, 30), { warmUp: 0 });
      if (single.low <= 10 && single.high >= 10) naive++;
    }
    return { covered: covered / settled, settled, correlated: correlated / settled, naive };
  }

  test('cover the mean of AR(1) in 95 of 100 runs, where single values do not', () => {
    const { covered, settled, correlated, naive } = coverage(6000, undefined, 0);
    console.log(`coverage ${covered} of ${settled}, lag-1 above its limit ${correlated}`);
    const se = Math.sqrt((0.95 * 0.05) / COVERED);
    expect(settled).toBe(COVERED);
    expect(Math.abs(covered - 0.95)).toBeLessThan(3 * se + 0.005);
    expect(naive / COVERED).toBeLessThan(0.75);
    // The limit is one-sided 5 %, and conservative: the estimate is biased down by 1/n.
    expect(correlated).toBeLessThan(0.05 + 3 * se);
  });

  test('cover it also after a start far off, with the warm-up found by MSER-5', () => {
    const { covered, settled } = coverage(6000, 60, undefined);
    console.log(`coverage after a bad start ${covered} of ${settled} series that settled`);
    expect(settled).toBeGreaterThan(0.9 * COVERED);
    const se = Math.sqrt((0.95 * 0.05) / settled);
    expect(Math.abs(covered - 0.95)).toBeLessThan(3 * se + 0.01);
  });

  test('short batches give themselves away', () => {
    const flagged = Array.from({ length: 100 }, (_, seed) => {
      const { lag1, lag1Limit } = batchMeans(autoregression(seed, 60, 0.9), { warmUp: 0 });
      return lag1 > lag1Limit;
    });
    expect(flagged.filter(Boolean).length).toBeGreaterThan(90);
  });
});
