import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  kaplanMeier,
  medianSurvival,
  restrictedMean,
  type SurvivalTime,
} from '../../../src/base/survival.ts';

const subjectsOf = (text: string): SurvivalTime[] =>
  text.split(' ').map((word) => ({ time: Number.parseFloat(word), event: !word.endsWith('+') }));

// Weeks of remission: Freireich et al., Blood 21, 1963; as in Klein & Moeschberger 2003, section
// 1.2.
const MERCAPTOPURINE = subjectsOf(
  '10 7 32+ 23 22 6 16 34+ 32+ 25+ 11+ 20+ 19+ 6 17+ 35+ 6 13 9+ 6+ 10+',
);
const PLACEBO = subjectsOf('1 22 3 12 8 17 2 11 8 12 2 5 4 15 8 23 5 11 4 1 8');

describe('Kaplan–Meier on the leukaemia trial', () => {
  const curve = kaplanMeier(MERCAPTOPURINE);

  // Time, at risk, events, survival and Greenwood's error as SAS PROC LIFETEST prints them (and most
  // textbooks), then the log-log interval, which the slow curve below checks by its formula.
  test.each([
    [6, 21, 3, 0.8571, 0.0764, 0.6197, 0.9516],
    [7, 17, 1, 0.8067, 0.0869, 0.5631, 0.9228],
    [10, 15, 1, 0.7529, 0.0963, 0.5032, 0.8894],
    [13, 12, 1, 0.6902, 0.1068, 0.4316, 0.8491],
    [16, 11, 1, 0.6275, 0.1141, 0.3675, 0.8049],
    [22, 7, 1, 0.5378, 0.1282, 0.2678, 0.7468],
    [23, 6, 1, 0.4482, 0.1346, 0.1881, 0.6801],
  ])('week %d', (time, atRisk, events, survival, se, low, high) => {
    const step = curve.find((one) => one.time === time)!;
    expect(step).toMatchObject({ atRisk, events });
    expect(step.survival).toBeCloseTo(survival, 4);
    expect(step.se).toBeCloseTo(se, 4);
    expect(step.low).toBeCloseTo(low, 4);
    expect(step.high).toBeCloseTo(high, 4);
  });

  test('the table has every time once, and starts with everyone at risk', () => {
    expect(curve.map(({ time }) => time)).toEqual([
      0, 6, 7, 9, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 34, 35,
    ]);
    expect(curve[0]).toMatchObject({ atRisk: 21, events: 0, censored: 0, survival: 1, se: 0 });
    expect(curve[1]).toMatchObject({ events: 3, censored: 1 });
    const total = (read: (step: (typeof curve)[number]) => number) =>
      curve.reduce((sum, step) => sum + read(step), 0);
    expect([total(({ events }) => events), total(({ censored }) => censored)]).toEqual([9, 12]);
  });

  test('medians: 23 weeks with 6-MP, whose upper end is never reached, and 8 with placebo', () => {
    expect(medianSurvival(curve)).toEqual({ median: 23, low: 13, high: Number.NaN });
    expect(medianSurvival(kaplanMeier(PLACEBO))).toEqual({ median: 8, low: 4, high: 11 });
  });

  test('restricted mean up to the last event of 6-MP', () => {
    // Rectangles by hand: 6 weeks at 1, 1 at .8571, 3 at .8067, 3 at .7529, 3 at .6902, 6 at .6275,
    // 1 at .5378.
    const steps = [
      [6, 1],
      [1, 18 / 21],
      [3, (18 / 21) * (16 / 17)],
      [3, (18 / 21) * (16 / 17) * (14 / 15)],
      [3, (18 / 21) * (16 / 17) * (14 / 15) * (11 / 12)],
      [6, (18 / 21) * (16 / 17) * (14 / 15) * (11 / 12) * (10 / 11)],
      [1, (18 / 21) * (16 / 17) * (14 / 15) * (11 / 12) * (10 / 11) * (6 / 7)],
    ] as const;
    const area = steps.reduce((sum, [width, height]) => sum + width * height, 0);
    expect(restrictedMean(curve, 23).mean).toBeCloseTo(area, 12);
    // SAS prints 17.9092 and 1.6474; its error has the factor m/(m − 1) for the m = 9 events.
    expect(restrictedMean(curve, 23).mean).toBeCloseTo(17.9092, 4);
    expect(restrictedMean(curve, 23).se * Math.sqrt(9 / 8)).toBeCloseTo(1.6474, 4);
  });
});

describe('Kaplan–Meier in general', () => {
  const subject = fc.record({
    time: fc.integer({ min: 0, max: 12 }),
    event: fc.boolean(),
  });

  /** Straight from the definition: a product and sums over all distinct event times up to t. */
  function slowCurve(subjects: readonly SurvivalTime[], t: number) {
    let [survival, hazard] = [1, 0];
    for (let u = 0; u <= t; u++) {
      const n = subjects.filter(({ time }) => time >= u).length;
      const d = subjects.filter(({ time, event }) => time === u && event).length;
      if (d === 0) continue;
      survival *= 1 - d / n;
      hazard += d / (n * (n - d));
    }
    return { survival, hazard };
  }

  test('equals the product over event times, with a symmetric interval of log(−log)', () => {
    fc.assert(
      fc.property(fc.array(subject, { minLength: 1, maxLength: 40 }), (subjects) => {
        for (const { time, survival, se, low, high } of kaplanMeier(subjects)) {
          const slow = slowCurve(subjects, time);
          expect(survival).toBeCloseTo(slow.survival, 12);
          if (survival === 0 || survival === 1) continue;
          expect(se).toBeCloseTo(slow.survival * Math.sqrt(slow.hazard), 12);
          const transformed = (s: number) => Math.log(-Math.log(s));
          const half = (1.959963984540054 * Math.sqrt(slow.hazard)) / -Math.log(slow.survival);
          expect(transformed(low) - transformed(survival)).toBeCloseTo(half, 8);
          expect(transformed(survival) - transformed(high)).toBeCloseTo(half, 6);
        }
      }),
    );
  });

  test('the order of subjects does not matter', () => {
    fc.assert(
      fc.property(fc.array(subject, { maxLength: 30 }), (subjects) => {
        expect(kaplanMeier([...subjects].reverse())).toEqual(kaplanMeier(subjects));
      }),
    );
  });

  test('without censoring it is the share still without the event, with the binomial error', () => {
    const curve = kaplanMeier(subjectsOf('1 2 2 5 7 7 7 9'));
    expect(curve.map(({ survival }) => survival)).toEqual([1, 7 / 8, 5 / 8, 4 / 8, 1 / 8, 0]);
    const many = kaplanMeier(Array.from({ length: 9999 }, (_, time) => ({ time, event: true })));
    expect(many.every(({ survival }, at) => survival === (9998 - at) / 9999)).toBe(true);
    expect(curve[2]!.se).toBeCloseTo(Math.sqrt(((5 / 8) * (3 / 8)) / 8), 14);
    expect(medianSurvival(curve).median).toBe(5);
    // The area under an uncensored curve is the mean, and Greenwood's variance that of n, not n −
    // 1.
    const { mean, se } = restrictedMean(curve, 9);
    expect(mean).toBeCloseTo(5, 12);
    expect(se).toBeCloseTo(Math.sqrt((16 + 9 + 9 + 0 + 4 + 4 + 4 + 16) / 8 / 8), 12);
  });

  test('an event and a censoring at one time: who leaves was still at risk', () => {
    const curve = kaplanMeier(subjectsOf('3+ 3 5'));
    expect(curve[1]).toMatchObject({ time: 3, atRisk: 3, events: 1, censored: 1 });
    expect(curve[1]!.survival).toBeCloseTo(2 / 3, 14);
  });

  test('nothing detected, everything at once, nobody', () => {
    const none = kaplanMeier(subjectsOf('4+ 4+'));
    expect(none.at(-1)).toMatchObject({ survival: 1, low: 1, high: 1, censored: 2 });
    expect(medianSurvival(none).median).toBeNaN();
    const all = kaplanMeier(subjectsOf('0 0'));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ time: 0, survival: 0, se: Number.NaN, low: Number.NaN });
    expect(kaplanMeier([])).toEqual([]);
    expect(() => kaplanMeier(subjectsOf('-1'))).toThrow('"time" expected a finite number');
    expect(() => restrictedMean(none, 5)).toThrow('"horizon" expected a time in 0..4, got 5');
  });
});
