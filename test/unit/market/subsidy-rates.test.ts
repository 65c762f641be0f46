import { describe, expect, it } from 'vitest';
import { daysFromCivil } from '../../../src/base/calendar.ts';
import {
  PLANT_CLASSES,
  reducedRateUptPerKWh,
  SUBSIDY_RATES,
  subsidyRateUptPerKWh,
  subsidyReductionPpm,
} from '../../../src/market/subsidy-rates.ts';

const MW = 1_000_000;

describe('subsidy rates', () => {
  // The day before each change and the day itself: household, business.
  const cases: [year: number, month: number, day: number, household: number, business: number][] = [
    [2013, 8, 31, 0, 0],
    [2013, 9, 1, 0.42, 0.42],
    [2017, 12, 31, 0.42, 0.42],
    [2018, 1, 1, 0.37, 0.37],
    [2018, 5, 31, 0.37, 0.37],
    [2018, 6, 1, 0.32, 0.32],
    [2019, 6, 30, 0.32, 0.32],
    [2019, 7, 1, 0.18, 0.1],
    [2020, 5, 31, 0.18, 0.1],
    [2020, 6, 1, 0.08, 0.05],
    [2020, 12, 31, 0.08, 0.05],
    [2021, 1, 1, 0.03, 0],
    [2021, 12, 31, 0.03, 0],
    [2022, 1, 1, 0, 0],
    [2040, 1, 1, 0, 0],
  ];
  it.each(cases)('of a plant of %i-%i-%i', (year, month, day, household, business) => {
    const commissionedDay = daysFromCivil(year, month, day);
    expect(subsidyRateUptPerKWh(commissionedDay, 'household')).toBe(Math.round(household * 1e6));
    expect(subsidyRateUptPerKWh(commissionedDay, 'business')).toBe(Math.round(business * 1e6));
  });
  it('are ascending in date, never rise, and are integers', () => {
    for (let row = 1; row < SUBSIDY_RATES.length; row++) {
      const [before, after] = [SUBSIDY_RATES[row - 1]!, SUBSIDY_RATES[row]!];
      expect(after.fromDay).toBeGreaterThan(before.fromDay);
      for (const plantClass of PLANT_CLASSES) {
        expect(after.uptPerKWh[plantClass]).toBeLessThanOrEqual(before.uptPerKWh[plantClass]);
        expect(Number.isSafeInteger(after.uptPerKWh[plantClass])).toBe(true);
      }
    }
  });
});

describe('reduction by trading', () => {
  it('is a tenth up to 20 MW and a fifth up to 50 MW', () => {
    expect(subsidyReductionPpm(5_000)).toBe(100_000);
    expect(subsidyReductionPpm(20 * MW)).toBe(100_000);
    expect(subsidyReductionPpm(20 * MW + 1)).toBe(200_000);
    expect(subsidyReductionPpm(50 * MW)).toBe(200_000);
    expect(() => subsidyReductionPpm(50 * MW + 1)).toThrow(
      '"capacityW" expected at most 50000000, got 50000001',
    );
  });
  it('leaves every rate a whole number of micro-points', () => {
    for (const { uptPerKWh } of SUBSIDY_RATES) {
      for (const plantClass of PLANT_CLASSES) {
        const rate = uptPerKWh[plantClass];
        expect(10 * reducedRateUptPerKWh(rate, 100_000)).toBe(9 * rate);
        expect(10 * reducedRateUptPerKWh(rate, 200_000)).toBe(8 * rate);
      }
    }
  });
});
