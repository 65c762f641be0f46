import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BudgetFacts, shareForBudget } from '../../../src/experiment/budget.ts';
import {
  TRIANGLE_COLUMNS,
  type TriangleArm,
  triangleArm,
  triangleCells,
  triangleRows,
} from '../../../src/experiment/triangle.ts';

const none = Number.NaN;
const arm = (name: string, more: Partial<TriangleArm> = {}): TriangleArm => ({
  arm: name,
  decentralisation: 0.5,
  eligibleShare: 1,
  nakamotoThird: 3,
  nakamotoHalf: 5,
  nakamotoTwoThirds: 8,
  saturationTps: 100,
  finalityS: 10,
  energyPerFinalTxWh: 0.1,
  successAtShare: 0.01,
  successAtBudget: 0.2,
  successSource: 'predicted',
  ...more,
});

describe('the axes', () => {
  test('efficiency is the mean logarithm against 1/s, 1 s and 1 Wh', () => {
    const [row] = triangleRows([arm('a')]);
    // log10 of 100, 1/10 and 10.
    expect(row!.efficiency).toBeCloseTo((2 - 1 + 1) / 3, 14);
    expect(row!.efficiencyOf).toBe('saturation finality energy');
    expect(row!.securityAtShare).toBeCloseTo(0.99, 14);
    expect(row!.securityAtBudget).toBeCloseTo(0.8, 14);
  });

  test('what one arm lacks is left out for all, and named', () => {
    const rows = triangleRows([arm('a'), arm('b', { saturationTps: none })]);
    for (const row of rows) {
      expect(row.efficiencyOf).toBe('finality energy');
      expect(row.efficiency).toBeCloseTo(0, 14);
    }
    expect(
      triangleRows([
        arm('a', { saturationTps: none, finalityS: none, energyPerFinalTxWh: none }),
      ])[0]!.efficiency,
    ).toBeNaN();
  });

  test('an adversary that ran wins over a prediction', () => {
    const metrics: Readonly<Record<string, number>> = {
      decentralisation: 0.7,
      finalityLatencyP50Us: 84e6,
      attackSuccessShare: 0.25,
    };
    const mean = (metric: string) => metrics[metric] ?? none;
    const predicted = { successAtShare: 0.5, successSource: 'predicted' };
    const measured = triangleArm('a', mean, predicted);
    expect([measured.successAtShare, measured.successSource]).toEqual([0.25, 'measured']);
    expect(measured.finalityS).toBe(84);
    const quiet = triangleArm('a', () => none, predicted);
    expect([quiet.successAtShare, quiet.successSource]).toEqual([0.5, 'predicted']);
    expect(triangleArm('a', () => none).successSource).toBe('');
  });
});

describe('the Pareto set', () => {
  test('an arm that is as good everywhere and better once takes the other out', () => {
    const rows = triangleRows([
      arm('slow', { finalityS: 20 }),
      arm('fast'),
      arm('wide', { decentralisation: 0.9, finalityS: 30 }),
    ]);
    expect(rows.map((row) => row.isPareto)).toEqual([false, true, true]);
    expect(rows[0]!.dominatedBy).toEqual(['fast']);
  });

  test('equal arms do not take each other out, and one arm may beat all', () => {
    expect(triangleRows([arm('a'), arm('b')]).map((row) => row.isPareto)).toEqual([true, true]);
    const best = arm('best', { decentralisation: 1, finalityS: 1, successAtShare: 0 });
    const rows = triangleRows([arm('a'), best, arm('b')]);
    expect(rows.map((row) => row.isPareto)).toEqual([false, true, false]);
  });

  test('without any axis that all have nothing is beaten', () => {
    const blank = { decentralisation: none, saturationTps: none, finalityS: none };
    const more = { energyPerFinalTxWh: none, successAtShare: none, successAtBudget: none };
    const rows = triangleRows([arm('a', { ...blank, ...more }), arm('b')]);
    expect(rows.map((row) => row.isPareto)).toEqual([true, true]);
  });

  test('is never empty, and every other arm is beaten by one of it', () => {
    const share = fc.integer({ min: 0, max: 4 }).map((k) => k / 4);
    const some = fc.record({
      decentralisation: share,
      successAtShare: share,
      finalityS: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 8 }), (list) => {
        const rows = triangleRows(list.map((more, k) => arm(`arm-${k}`, more)));
        const best = rows.filter((row) => row.isPareto).map((row) => row.arm);
        expect(best.length).toBeGreaterThan(0);
        for (const row of rows.filter(({ isPareto }) => !isPareto)) {
          expect(row.dominatedBy.some((name) => best.includes(name))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('every row has a cell a column, with the references printed', () => {
    const [cells] = triangleCells(triangleRows([arm('a')]));
    expect(cells).toHaveLength(TRIANGLE_COLUMNS.length);
    const of = (name: string) =>
      cells![TRIANGLE_COLUMNS.findIndex((column) => column.name === name)];
    expect([of('saturation_ref_tps'), of('finality_ref_per_s'), of('energy_ref_per_wh')]).toEqual([
      1, 1, 1,
    ]);
    expect(of('pareto')).toBe(1);
  });
});

describe('what a budget buys', () => {
  const facts = (protocol: string): BudgetFacts => ({
    protocol,
    hashPowerW: 3000,
    stakedCertificates: 400,
    members: 21,
  });

  test('hash power adds to that of the honest', () => {
    const prices = { budgetUpt: 6000, hashUptPerW: 2 };
    expect(shareForBudget(facts('pow'), prices)).toBe(0.5);
    expect(shareForBudget(facts('pow'), { ...prices, budgetUpt: 0 })).toBe(0);
  });

  test('stake is bought from those who stake, down to the depth of the market', () => {
    const prices = { budgetUpt: 500, certificateUpt: 5 };
    expect(shareForBudget(facts('dpos'), prices)).toBe(0.25);
    expect(shareForBudget(facts('dpos'), { ...prices, depthShare: 0.1 })).toBe(0.1);
    expect(shareForBudget(facts('dpos'), { ...prices, budgetUpt: 1e9 })).toBe(1);
  });

  test('members are bribed whole', () => {
    const prices = { budgetUpt: 699, bribeUpt: 100 };
    expect(shareForBudget(facts('pbft'), prices)).toBe(6 / 21);
    expect(shareForBudget(facts('central'), { ...prices, budgetUpt: 1e6 })).toBe(1);
  });

  test('a price that was not declared leaves the share open; a wrong one is refused', () => {
    expect(shareForBudget(facts('pow'), { budgetUpt: 1, bribeUpt: 1 })).toBeNaN();
    expect(shareForBudget(facts('pbft'), { budgetUpt: 1, hashUptPerW: 1 })).toBeNaN();
    expect(() => shareForBudget(facts('pbft'), { budgetUpt: 1, bribeUpt: 0 })).toThrow(
      '"bribe" expected a price above 0, got 0',
    );
    expect(() => shareForBudget(facts('pbft'), { budgetUpt: -1 })).toThrow('"budget" expected');
  });
});
