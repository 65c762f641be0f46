import { describe, expect, it } from 'vitest';
import {
  buyerValueUptPerKWh,
  drawReservations,
  PREMIUM_MAX_UPT_PER_KWH,
  sellerCostUptPerKWh,
  strategyDraws,
} from '../../../src/agents/reservation.ts';
import { strategies } from '../../../src/agents/strategies/index.ts';
import truthful from '../../../src/agents/strategies/truthful.ts';
import ziConstrained from '../../../src/agents/strategies/zi-constrained.ts';
import { createRandomSource } from '../../../src/base/random.ts';

const VIEW = { feedInUptPerKWh: 300, retailUptPerKWh: 600, uniform: 0 };

describe('strategies', () => {
  it('truthful states the reservation price', () => {
    for (const isBid of [true, false]) {
      expect(truthful.limitUptPerKWh({ ...VIEW, isBid, valueUptPerKWh: 417 }, {})).toBe(417);
    }
  });
  it('ZIC draws from all integers between reservation and grid price and no others', () => {
    const seen = new Set<number>();
    for (let k = 0; k < 1000; k++) {
      const view = { ...VIEW, isBid: true, valueUptPerKWh: 309, uniform: k / 1000 };
      seen.add(ziConstrained.limitUptPerKWh(view, {}));
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([
      300, 301, 302, 303, 304, 305, 306, 307, 308, 309,
    ]);
    const seller = { ...VIEW, isBid: false, valueUptPerKWh: 310 };
    expect(ziConstrained.limitUptPerKWh({ ...seller, uniform: 0 }, {})).toBe(310);
    expect(ziConstrained.limitUptPerKWh({ ...seller, uniform: 0.999999 }, {})).toBe(600);
  });
  it('ZIC is uniform: mean and spread of 30 000 draws', () => {
    const stream = strategyDraws(createRandomSource(7));
    const draws = Array.from({ length: 30_000 }, (_, slot) =>
      ziConstrained.limitUptPerKWh(
        { ...VIEW, isBid: true, valueUptPerKWh: 500_300, uniform: stream.uniform(3, slot, 0) },
        {},
      ),
    );
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const width = 500_000;
    // Standard error width / sqrt(12 n) = 833; 4.67 of them.
    expect(Math.abs(mean - (300 + width / 2))).toBeLessThan(4.67 * 833.4);
  });
  it('ZIC states a reservation price beyond the grid price as it is', () => {
    expect(ziConstrained.limitUptPerKWh({ ...VIEW, isBid: true, valueUptPerKWh: 299 }, {})).toBe(
      299,
    );
    expect(ziConstrained.limitUptPerKWh({ ...VIEW, isBid: false, valueUptPerKWh: 601 }, {})).toBe(
      601,
    );
  });
  it('lists them by name and code', () => {
    expect(strategies.names).toEqual(['truthful', 'zi-constrained']);
    expect(strategies.get('ZIC')).toBe(ziConstrained);
  });
});

describe('reservation prices', () => {
  const reservations = drawReservations(4000, createRandomSource(1));
  it('stand above the grid by a premium and a hassle cost in [0, 0.05 pt]', () => {
    const premium = reservations.greenPremiumUptPerKWh[5]!;
    expect(buyerValueUptPerKWh(reservations, 5, 600_000, 30_000)).toBe(570_000 + premium);
    const hassle = reservations.hassleCostUptPerKWh[5]!;
    expect(sellerCostUptPerKWh(reservations, 5, 300_000)).toBe(300_000 + hassle);
    for (const column of [reservations.greenPremiumUptPerKWh, reservations.hassleCostUptPerKWh]) {
      expect(column.every((upt) => Number.isInteger(upt) && upt >= 0)).toBe(true);
      expect(Math.max(...column)).toBeLessThanOrEqual(PREMIUM_MAX_UPT_PER_KWH);
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      expect(Math.abs(mean - 25_000)).toBeLessThan(4.67 * (50_000 / Math.sqrt(12 * 4000)));
    }
  });
  it('are the same whoever else joins', () => {
    const more = drawReservations(4001, createRandomSource(1));
    expect(more.greenPremiumUptPerKWh.subarray(0, 4000)).toEqual(
      reservations.greenPremiumUptPerKWh,
    );
  });
});
