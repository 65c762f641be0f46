import { describe, expect, test } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createTariff, tariffPeriodOf, tariffProblems } from '../../../src/grid/tariff.ts';
import { GRID } from '../../../src/scenario/sections.ts';

const prices = defaultsOf(GRID).tariff;

describe('tariff', () => {
  test('changes period exactly on its hours', () => {
    const hours = [0, 6.99, 7, 9.75, 10, 11.99, 12, 16.99, 17, 21.99, 22, 22.99, 23, 23.99];
    expect(hours.map((hour) => tariffPeriodOf(hour)[0]).join('')).toBe('vvffppffppffvv');
    expect(() => tariffPeriodOf(24)).toThrow('"hour" expected in [0, 24), got 24');
  });

  test('gives the default prices of the scenario', () => {
    const tariff = createTariff(prices);
    expect([3, 8, 18].map(tariff.retailUptPerKWh)).toEqual([350_000, 600_000, 850_000]);
    expect(tariff.feedInUptPerKWh(3)).toBe(300_000);
    expect(tariff.wheelingUptPerKWh(3)).toBe(30_000);
    expect(tariff.periodOf(8)).toBe('flat');
  });

  test('the collar runs from feed-in to retail less wheeling', () => {
    const tariff = createTariff(prices);
    expect(tariff.collar(18)).toEqual({ lowUptPerKWh: 300_000, highUptPerKWh: 820_000 });
    expect(tariff.collar(3)).toEqual({ lowUptPerKWh: 300_000, highUptPerKWh: 320_000 });
    expect(tariff.collar(3)).toBe(tariff.collar(23));
  });

  test('the default tariff leaves room for local trade in every period', () => {
    expect(tariffProblems(prices)).toEqual([]);
  });

  test('names every period where feed-in reaches retail less wheeling', () => {
    const problems = tariffProblems({ ...prices, feedIn: 320_000 });
    expect(problems).toEqual([
      { period: 'valley', feedInUptPerKWh: 320_000, ceilingUptPerKWh: 320_000 },
    ]);
    const all = tariffProblems({ ...prices, feedIn: 900_000 });
    expect(all.map(({ period }) => period)).toEqual(['peak', 'flat', 'valley']);
  });
});
