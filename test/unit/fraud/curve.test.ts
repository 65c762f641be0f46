import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbersOf, textsOf } from '../../../src/base/table.ts';
import { MINUTE_US } from '../../../src/base/units.ts';
import { curvePrAuc, curveRocAuc, rankingCurve } from '../../../src/fraud/scoring/curve.ts';
import { createScoring } from '../../../src/fraud/scoring/index.ts';
import { averagePrecision, rocAuc } from '../../../src/fraud/scoring/metrics.ts';
import { CALENDAR } from './worlds.ts';

const units = fc.array(
  fc.record({
    score: fc.oneof(
      fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0),
      fc.integer({ min: -5, max: 20 }),
      fc.double({ noNaN: true }),
    ),
    positive: fc.constantFrom(0, 0, 0, 1),
  }),
  { maxLength: 120 },
);

describe('curve of a ranking', () => {
  it('has a point a distinct score, ties together, runs of false ones as one', () => {
    const scores = [9, 8, 7, 6, 5, 5, 4, 3];
    const positive = [1, 0, 0, 0, 1, 0, 0, 0];
    expect(rankingCurve(scores, positive)).toEqual([
      { threshold: 9, truePositives: 1, falsePositives: 0 },
      { threshold: 6, truePositives: 1, falsePositives: 3 },
      { threshold: 5, truePositives: 2, falsePositives: 4 },
      { threshold: 3, truePositives: 2, falsePositives: 6 },
    ]);
    expect(rankingCurve([], [])).toEqual([]);
  });

  it('has the areas of the metrics to the last bit, however few its points', () => {
    fc.assert(
      fc.property(units, (rows) => {
        const scores = rows.map(({ score }) => score);
        const positive = rows.map((row) => row.positive);
        const points = rankingCurve(scores, positive);
        expect(Object.is(curveRocAuc(points), rocAuc(scores, positive))).toBe(true);
        expect(Object.is(curvePrAuc(points), averagePrecision(scores, positive))).toBe(true);
        const positives = positive.filter((is) => is === 1).length;
        expect(points.length).toBeLessThanOrEqual(2 * positives + 1);
        const last = points.at(-1);
        if (last !== undefined) {
          expect(last.truePositives + last.falsePositives).toBe(rows.length);
        }
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('gives what a threshold of the table finds, counted one by one', () => {
    fc.assert(
      fc.property(units, (rows) => {
        const found = (threshold: number, is: number) =>
          rows.filter(({ score, positive }) => score >= threshold && positive === is).length;
        const points = rankingCurve(
          rows.map(({ score }) => score),
          rows.map(({ positive }) => positive),
        );
        for (const { threshold, truePositives, falsePositives } of points) {
          expect(truePositives).toBe(found(threshold, 1));
          expect(falsePositives).toBe(found(threshold, 0));
        }
      }),
      { numRuns: 200, seed: 2 },
    );
  });
});

describe('table of curves', () => {
  it('has the areas that the table of detection states, by detector and class', () => {
    const scoring = createScoring({
      homes: ['a', 'b', 'c', 'd'],
      detectors: [
        { name: 'one', code: 'D90', unit: 'home', threshold: 1 },
        { name: 'two', code: 'D91', unit: 'home', threshold: 1 },
      ],
      calendar: CALENDAR,
      slotUs: 15 * MINUTE_US,
      slotCount: 3 * 96,
    });
    const label = { attack: 'x', code: 'F01', slot: 3, deltaWh: 900, deltaUpt: 0 };
    scoring.label({ ...label, home: 0, intentional: true });
    scoring.label({ ...label, home: 1, slot: 120, intentional: false });
    for (const [home, day, score] of [
      [0, 0, 3],
      [1, 1, 5],
      [2, 2, 4],
      [3, 0, 3],
    ] as const) {
      scoring.score(0, home, day, score);
    }
    const { curves, detection } = scoring.tables();
    const stated = (metric: string, detector: string, kind: string) => {
      const row = textsOf(detection, 'metric').findIndex(
        (name, at) =>
          name === metric &&
          textsOf(detection, 'detector')[at] === detector &&
          textsOf(detection, 'class')[at] === kind,
      );
      return numbersOf(detection, 'value')[row]!;
    };
    for (const detector of ['one', 'two']) {
      for (const kind of ['intentional', 'all']) {
        const rows = textsOf(curves, 'detector')
          .map((_, at) => at)
          .filter((at) => textsOf(curves, 'detector')[at] === detector)
          .filter((at) => textsOf(curves, 'class')[at] === kind);
        const points = rows.map((at) => ({
          threshold: numbersOf(curves, 'threshold')[at]!,
          truePositives: numbersOf(curves, 'true_positives')[at]!,
          falsePositives: numbersOf(curves, 'false_positives')[at]!,
        }));
        expect(curveRocAuc(points)).toBe(stated('rocAuc', detector, kind));
        expect(curvePrAuc(points)).toBe(stated('prAuc', detector, kind));
        expect(points.at(-1)!.threshold).toBeNaN();
        expect(numbersOf(curves, 'positives')[rows[0]!]).toBe(kind === 'all' ? 2 : 1);
        expect(numbersOf(curves, 'negatives')[rows[0]!]).toBe(kind === 'all' ? 10 : 11);
      }
    }
    // Two units without a score rank last together: one positive of twelve among four scored.
    expect(Array.from(numbersOf(curves, 'true_positives')).slice(0, 3)).toEqual([0, 1, 1]);
  });
});
