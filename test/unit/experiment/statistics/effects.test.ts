import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandomSource } from '../../../../src/base/random.ts';
import {
  type DesignValues,
  type MainEffect,
  mainEffects,
  tornado,
} from '../../../../src/experiment/statistics/effects.ts';
import { estimate } from '../../../../src/experiment/statistics/interval.ts';

const nan = Number.NaN;
const brief = (rows: readonly MainEffect[]) =>
  rows.map(({ factor, level, points, n, mean, effect }) => [
    factor,
    level,
    points,
    n,
    mean,
    effect,
  ]);

describe('main effects', () => {
  // Two factors: a in {1, 2}, b in {x, y, z}; y = 10a + {x 0, y 3, z 9}, replication 2 is 4 higher.
  const bonus = { x: 0, y: 3, z: 9 };
  const levels = [1, 2].flatMap((a) => (['x', 'y', 'z'] as const).map((b) => [a, b] as const));
  const factorial: DesignValues = {
    factors: ['a', 'b'],
    levels,
    values: levels.map(([a, b]) => [10 * a + bonus[b], 10 * a + bonus[b] + 4]),
  };

  test('of a factorial, by hand', () => {
    // Grand mean 15 + 4 + 2 = 21.
    expect(brief(mainEffects(factorial))).toEqual([
      ['a', 1, 3, 2, 16, -5],
      ['a', 2, 3, 2, 26, 5],
      ['b', 'x', 2, 2, 17, -4],
      ['b', 'y', 2, 2, 20, -1],
      ['b', 'z', 2, 2, 26, 5],
    ]);
    // Per-replication means of a = 1 are 14 and 18: 16 ± 12.7062·√8/√2.
    const [first] = mainEffects(factorial);
    expect(first!.high - first!.mean).toBeCloseTo(12.706204736 * 2, 6);
    expect(first!.low).toBeCloseTo(16 - 25.412409, 5);
  });

  test('numbers are sorted, words keep their order of appearance', () => {
    const rows = mainEffects({
      factors: ['n', 'w'],
      levels: [
        [20, 'b'],
        [3, 'a'],
        [100, 'b'],
      ],
      values: [[1], [2], [3]],
    });
    expect(rows.map(({ level }) => level)).toEqual([3, 20, 100, 'b', 'a']);
    expect(rows.map(({ position }) => position)).toEqual([3, 20, 100, nan, nan]);
    expect(rows[0]).toMatchObject({ n: 1, mean: 2, low: nan, high: nan });
  });

  test('the interval is the t interval over per-replication means, when all is defined', () => {
    const cell = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 8 }), (values) => {
        const [row] = mainEffects({ factors: ['f'], levels: values.map(() => [1]), values });
        const means = [0, 1, 2, 3, 4].map(
          (r) => values.reduce((sum, point) => sum + point[r]!, 0) / values.length,
        );
        const expected = estimate(means);
        expect(row!.mean).toBeCloseTo(expected.mean, 9);
        expect(row!.low).toBeCloseTo(expected.low, 8);
        expect(row!.high).toBeCloseTo(expected.high, 8);
      }),
    );
  });

  test('shared seeds do not narrow an interval: ten equal points are worth one', () => {
    const row = [3, 8, 1, 5];
    const of = (points: number) => {
      const values = Array.from({ length: points }, () => row);
      return mainEffects({ factors: ['f'], levels: values.map(() => [1]), values })[0]!;
    };
    expect(of(10).high - of(10).low).toBeCloseTo(of(1).high - of(1).low, 10);
  });

  test('holes: points keep equal weight, points without any value are left out', () => {
    const design: DesignValues = {
      factors: ['f'],
      levels: [[1], [1], [1], [2]],
      values: [
        [2, 4, 6],
        [10, nan, 14],
        [nan, nan, nan],
        [nan, 7, nan],
      ],
    };
    const [one, two] = mainEffects(design);
    expect(one).toMatchObject({ points: 2, n: 3, mean: 8 });
    expect(two).toMatchObject({ points: 1, n: 1, mean: 7, low: nan });
    // Grand mean of the three points: (4 + 12 + 7) / 3.
    expect(one!.effect).toBeCloseTo(8 - 23 / 3, 12);
    // Jackknife by its definition: leave each replication out.
    const leftOut = [(5 + 14) / 2, (4 + 12) / 2, (3 + 10) / 2];
    const centre = (9.5 + 8 + 6.5) / 3;
    const squares = leftOut.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    expect(one!.high - 8).toBeCloseTo(4.302652729911 * Math.sqrt((2 / 3) * squares), 8);
  });

  test('with a fifth of the values missing the interval still covers', () => {
    let covered = 0;
    const studies = 400;
    for (let seed = 0; seed < studies; seed++) {
      const random = createRandomSource(seed).sequential('chain/effects');
      const values: number[][] = Array.from({ length: 6 }, () => []);
      for (let r = 0; r < 10; r++) {
        const shared = random.normal();
        for (const [point, row] of values.entries()) {
          const value = point + shared + random.normal();
          row.push(random.uniform() < 0.2 ? nan : value);
        }
      }
      const [row] = mainEffects({ factors: ['f'], levels: values.map(() => [1]), values });
      if (row!.low <= 2.5 && row!.high >= 2.5) covered++;
    }
    console.log(`jackknife coverage ${covered / studies}`);
    expect(Math.abs(covered / studies - 0.95)).toBeLessThan(3 * Math.sqrt(0.0475 / studies));
  });

  test('a factor that does not apply at a point leaves it out of its levels only', () => {
    const rows = mainEffects({
      factors: ['f', 'g'],
      levels: [
        [1, undefined],
        [2, 5],
      ],
      values: [[10], [20]],
    });
    expect(brief(rows)).toEqual([
      ['f', 1, 1, 1, 10, -5],
      ['f', 2, 1, 1, 20, 5],
      ['g', 5, 1, 1, 20, 5],
    ]);
  });

  test('shapes that do not fit are refused', () => {
    const design = { factors: ['f'], levels: [[1]], values: [[1]] };
    expect(() => mainEffects({ ...design, values: [] })).toThrow('"values" expected 1 points');
    expect(() => mainEffects({ ...design, levels: [[1, 2]] })).toThrow('"levels" expected 1');
    expect(() => mainEffects({ ...design, binned: ['q'] })).toThrow('"binned" expected factors');
    const uneven = { factors: ['f'], levels: [[1], [2]], values: [[1], [1, 2]] };
    expect(() => mainEffects(uneven)).toThrow('"values" expected 1 a point, got 2');
  });
});

describe('bins of a continuous factor', () => {
  test('twelve points give quintiles of 2 or 3, in order, with their range', () => {
    const levels = [0.7, 12, 3, 4.2, 5, 6, 7, 8, 9, 10, 11, 2].map((x) => [x]);
    const values = levels.map(([x]) => [2 * x!, 2 * x! + 1]);
    const rows = mainEffects({ factors: ['x'], levels, values, binned: ['x'] });
    expect(rows.map(({ level, points }) => [level, points])).toEqual([
      ['0.7..2', 2],
      ['3..5', 3],
      ['6..7', 2],
      ['8..10', 3],
      ['11..12', 2],
    ]);
    expect(rows[1]!.position).toBeCloseTo((3 + 4.2 + 5) / 3, 12);
    expect(rows[1]!.mean).toBeCloseTo((2 * (3 + 4.2 + 5)) / 3 + 0.5, 12);
  });

  test('any points: every point once, no value in two bins, sizes within one of a fifth', () => {
    const value = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(fc.uniqueArray(value, { minLength: 6, maxLength: 90 }), (xs) => {
        const values = xs.map((x) => [x]);
        const rows = mainEffects({ factors: ['x'], levels: values, values, binned: ['x'] });
        expect(rows).toHaveLength(5);
        expect(rows.reduce((sum, { points }) => sum + points, 0)).toBe(xs.length);
        for (const { points } of rows) expect(Math.abs(points - xs.length / 5)).toBeLessThan(1);
        // The metric is the factor, so a mean of a bin is its position.
        for (const { mean, position } of rows) expect(mean).toBeCloseTo(position, 8);
      }),
    );
  });

  test('equal values are not torn apart, and few levels stay levels', () => {
    const of = (xs: readonly number[]) =>
      mainEffects({
        ...{ factors: ['x'], levels: xs.map((x) => [x]), values: xs.map((x) => [x]) },
        binned: ['x'],
      }).map(({ level, points }) => [level, points]);
    expect(of([1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7])).toEqual([
      [1, 6],
      [2, 1],
      ['3..5', 3],
      ['6..7', 2],
    ]);
    expect(of([4, 1, 4, 1])).toEqual([
      [1, 2],
      [4, 2],
    ]);
  });
});

test('a tornado sorts factors by the range of their level means', () => {
  const row = (factor: string, level: string | number, mean: number) => ({ factor, level, mean });
  const rest = { position: 0, points: 1, n: 1, low: nan, high: nan, effect: 0 };
  const effects = [
    row('a', 1, 5),
    row('a', 2, 7),
    row('b', 'x', 9),
    row('b', 'y', 1),
    row('b', 'z', 4),
    row('c', 1, nan),
    row('d', 1, 3),
    row('d', 2, 1),
    row('d', 3, nan),
  ].map((one) => ({ ...rest, ...one }));
  expect(tornado(effects)).toEqual([
    { factor: 'b', lowMean: 1, lowLevel: 'y', highMean: 9, highLevel: 'x', range: 8 },
    { factor: 'a', lowMean: 5, lowLevel: 1, highMean: 7, highLevel: 2, range: 2 },
    { factor: 'd', lowMean: 1, lowLevel: 2, highMean: 3, highLevel: 1, range: 2 },
  ]);
});
