import { describe, expect, it } from 'vitest';
import { sumIntegers } from '../../../src/base/sum.ts';
import { attributeDeliveries, type SlotTrades } from '../../../src/market/attribution.ts';
import { ask, bid, bookOf } from '../../../src/market/book.ts';
import { NO_DEVIATION_FEE } from '../../../src/market/deviation.ts';
import {
  gini,
  herfindahl,
  liquidity,
  localUse,
  peerSavings,
} from '../../../src/market/indicators.ts';
import { settleSlot } from '../../../src/market/settlement.ts';
import {
  achievedSurplus,
  efficiency,
  optimalSurplus,
  welfarePurses,
} from '../../../src/market/welfare.ts';

describe('welfare', () => {
  it('splits into purses whose changes against the twin add up', () => {
    const slotTrades: SlotTrades = {
      count: 2,
      seller: [0, 0],
      buyer: [1, 2],
      contractedWh: [700, 400],
      priceUptPerKWh: [431_007, 431_007],
    };
    const [importWh, exportWh] = [
      [0, 913, 377],
      [1201, 0, 0],
    ];
    const { homes, trades } = settleSlot({
      trades: slotTrades,
      deliveries: attributeDeliveries(slotTrades, exportWh),
      allocatedLossWh: [17, 0, 0],
      importWh,
      exportWh,
      tariff: { retailUptPerKWh: 600_000, feedInUptPerKWh: 300_000, wheelingUptPerKWh: 30_000 },
      deviation: NO_DEVIATION_FEE,
    });
    const premium = [41_000, 12_345];
    const preferenceUpt = achievedSurplus(2, trades.fulfilledWh, premium, [9_000, 9_000]);
    const flows = {
      headWh: 913 + 377 - 1201 + 25,
      wholesaleUptPerKWh: 300_000,
      carbonUptPerKWh: 42_928,
    };
    const market = welfarePurses({
      ...flows,
      chainCostUpt: 1234,
      billsUpt: sumIntegers(homes.totalUpt),
      preferenceUpt,
    });
    const twin = welfarePurses({
      ...flows,
      chainCostUpt: 0,
      billsUpt: sumIntegers(homes.twinTotalUpt),
      preferenceUpt: 0,
    });
    const change = (key: keyof typeof market) => market[key] - twin[key];
    expect(change('participantsUpt') + change('operatorUpt')).toBe(change('resourceUpt'));
    // The same metered flows cost the same energy: only taste and the chain change resources.
    expect(change('resourceUpt')).toBe(preferenceUpt - 1234);
    expect(change('operatorUpt')).toBeLessThan(0);
  });
  it('finds the optimum of a small market by hand, and efficiency against it', () => {
    const book = bookOf([bid(30, 10), bid(12, 10), ask(10, 10), ask(25, 10)]);
    expect(optimalSurplus(book, [30e3, 12e3, 10e3, 25e3])).toEqual({
      surplusUpt: 200,
      volumeWh: 10,
    });
    // The volume-maximal match of another simulator trades 20 units for a surplus of 70.
    const other = achievedSurplus(2, [10, 10], [30e3, 12e3], [25e3, 10e3]);
    expect(other).toBe(70);
    expect(efficiency(other, 200)).toBe(0.35);
    expect(efficiency(0, 0)).toBeNaN();
  });
});

describe('indicators', () => {
  it('gives self-sufficiency and self-consumption of a documented house and grid', () => {
    // gsy-e wiki: 10 units of PV; a house with demand 3 feeds 7 to its neighbour, who needs 7.
    expect(localUse([3], [10], [0], [7])).toEqual({ selfSufficiency: 1, selfConsumption: 0.3 });
    expect(localUse([10], [10], [7], [7])).toEqual({ selfSufficiency: 1, selfConsumption: 1 });
  });
  it('does not let one slot make up for another', () => {
    expect(localUse([10, 10], [0, 20], [10, 0], [0, 10])).toEqual({
      selfSufficiency: 0.5,
      selfConsumption: 0.5,
    });
  });
  it('leaves ratios without a denominator undefined', () => {
    expect(localUse([0], [0], [0], [0])).toEqual({
      selfSufficiency: Number.NaN,
      selfConsumption: Number.NaN,
    });
    expect(herfindahl([0, 0])).toBeNaN();
    expect(liquidity([])).toBeNaN();
    expect(gini([])).toBeNaN();
    expect(gini([1, -1])).toBeNaN();
    expect(peerSavings([], []).losers).toBeNaN();
  });
  it('computes Gini by the sorted formula as by all pairs', () => {
    expect(gini([3, 3, 3])).toBe(0);
    expect(gini([0, 0, 0, 8])).toBe(0.75);
    const values = [10, 5, 3, 1, 1];
    let pairs = 0;
    for (const a of values) for (const b of values) pairs += Math.abs(a - b);
    expect(gini(values)).toBeCloseTo(pairs / (2 * 5 * 20), 14);
    expect(gini(values)).toBeCloseTo(0.44, 14);
  });
  it('reports savings, who loses, concentration and liquidity', () => {
    const savings = peerSavings([100, 200, 300, 400], [90, 210, 280, 380]);
    expect(savings).toMatchObject({ totalUpt: 40, meanUpt: 10, losers: 0.25 });
    expect(herfindahl([5, 5])).toBe(0.5);
    expect(herfindahl([7])).toBe(1);
    expect(liquidity([1, 0, 3, 0, 9], 4)).toBe(0.5);
  });
});
