import { expect, test } from 'vitest';
import { rankingCurve } from '../../../../../src/fraud/scoring/curve.ts';
import inspectionBudget from '../../../../../src/report/charts/outcome/inspection-budget.ts';
import { drawFigure } from '../../../../../src/report/page/draw.ts';
import { resultsOf, runOf } from '../results-of.ts';

interface Unit {
  readonly score: number;
  readonly fraud: number;
}

/** Rows of `curves` that scoring writes for some units. */
function rowsOf(detector: string, units: readonly Unit[]): string[] {
  const positives = units.filter(({ fraud }) => fraud === 1).length;
  return rankingCurve(
    units.map(({ score }) => score),
    units.map(({ fraud }) => fraud),
  ).map(({ truePositives, falsePositives }) =>
    [
      detector,
      'intentional',
      '',
      truePositives,
      falsePositives,
      positives,
      units.length - positives,
    ].join(),
  );
}

const HEAD = 'detector,class,threshold,true_positives,false_positives,positives,negatives';
const runWith = (id: string, arm: string, ...rows: readonly string[]) =>
  runOf(id, arm, { curves: [HEAD, ...rows].join('\n') });

/**
 * Frauds found by inspecting the k highest scores: the mean over all orders of equal scores, by adding
 * one unit at a time with the chance that it is among the first k.
 */
function foundByBruteForce(units: readonly Unit[], k: number): number {
  return units.reduce((found, { score, fraud }) => {
    const above = units.filter((unit) => unit.score > score).length;
    const equal = units.filter((unit) => unit.score === score).length;
    const chance = Math.min(1, Math.max(0, (k - above) / equal));
    return found + fraud * chance;
  }, 0);
}

let seed = 11;
function draw(count: number): Unit[] {
  const next = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed;
  };
  return Array.from({ length: count }, () => {
    const fraud = next() % 5 === 0 ? 1 : 0;
    return { score: next() % 7 === 0 ? Number.NEGATIVE_INFINITY : (next() % 6) + 2 * fraud, fraud };
  });
}

test('the curve is what inspecting one by one finds, ties shared out', () => {
  for (let round = 0; round < 20; round++) {
    const runs = [draw(30), draw(30)];
    const total = runs.flat().filter(({ fraud }) => fraud === 1).length;
    if (total === 0) continue;
    const results = resultsOf(
      'comparison',
      {},
      { runs: runs.map((units, at) => runWith(`pow-${at + 1}`, 'pow', ...rowsOf('d', units))) },
    );
    const { rows } = inspectionBudget.create(results)!.table;
    expect(rows).toHaveLength(31);
    for (const [arm, detector, inspections, found, random] of rows) {
      expect([arm, detector]).toEqual(['pow', 'd']);
      const brute = runs.reduce((sum, units) => {
        return sum + foundByBruteForce(units, inspections as number);
      }, 0);
      expect(found).toBeCloseTo(brute / total, 12);
      expect(random).toBeCloseTo((inspections as number) / 30, 12);
    }
  }
});

const UNITS: readonly Unit[] = [
  { score: 9, fraud: 1 },
  { score: 5, fraud: 0 },
  { score: 4, fraud: 1 },
  { score: 1, fraud: 0 },
];

test('detectors of the feeder name no home and are left out', () => {
  const feeder = rowsOf('balance', [{ score: 3, fraud: 1 }]);
  const run = runWith('pow-1', 'pow', ...rowsOf('bound', UNITS), ...feeder);
  const { table, caption } = inspectionBudget.create(resultsOf('run', {}, { runs: [run] }))!;
  expect([...new Set(table.rows.map((row) => row[1]))]).toEqual(['bound']);
  expect(caption).toContain('With 4 inspections a run the best, bound, finds 100 %');
});

test('arms with the same curves share a picture, others have one each', () => {
  const other = UNITS.map(({ score, fraud }) => ({ score: -score, fraud }));
  const of = (units: readonly Unit[]) =>
    inspectionBudget.create(
      resultsOf(
        'comparison',
        {},
        {
          runs: [
            runWith('pow-1', 'pow', ...rowsOf('bound', UNITS)),
            runWith('dpos-1', 'dpos', ...rowsOf('bound', units)),
          ],
        },
      ),
    )!;
  expect(of(UNITS).figures.map(({ label }) => label)).toEqual(['']);
  expect(of(UNITS).caption).toContain('the same in all arms');
  expect(of(other).figures.map(({ label }) => label)).toEqual(['pow', 'dpos']);
  expect(drawFigure(of(other).figures[0]!)).toContain('<svg');
});

test('without fraud or without a ranking there is no chart', () => {
  const honest = runWith('pow-1', 'pow', ...rowsOf('bound', [{ score: 1, fraud: 0 }]));
  expect(inspectionBudget.create(resultsOf('run', {}, { runs: [honest] }))).toBeUndefined();
  const none = runOf('pow-1', 'pow', {});
  expect(inspectionBudget.create(resultsOf('run', {}, { runs: [none] }))).toBeUndefined();
});
