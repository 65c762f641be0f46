import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { sumIntegers } from '../../../src/base/sum.ts';
import {
  attributeDeliveries,
  type SlotTrades,
  shareByParty,
  tradedLossWh,
} from '../../../src/market/attribution.ts';
import {
  assessedWh,
  type DeviationRule,
  deviationFeeUpt,
  NO_DEVIATION_FEE,
} from '../../../src/market/deviation.ts';
import { buyerEscrowUpt, sellerBondUpt } from '../../../src/market/escrow.ts';
import {
  gridOnlyUpt,
  SETTLEMENT_STATES,
  settlementDifference,
  settleSlot,
} from '../../../src/market/settlement.ts';

const TARIFF = { retailUptPerKWh: 600_000, feedInUptPerKWh: 300_000, wheelingUptPerKWh: 30_000 };
const BAND: DeviationRule = { kind: 'band-penalty', band: 0.03, rate: 0.05 };
const trades = (
  rows: readonly (readonly [number, number, number, number, number?])[],
): SlotTrades => ({
  count: rows.length,
  seller: rows.map((row) => row[0]),
  buyer: rows.map((row) => row[1]),
  contractedWh: rows.map((row) => row[2]),
  priceUptPerKWh: rows.map((row) => row[3]),
  isVoid: rows.map((row) => row[4] ?? 0),
});
const settle = (
  slotTrades: SlotTrades,
  importWh: readonly number[],
  exportWh: readonly number[],
  allocatedLossWh: readonly number[] = importWh.map(() => 0),
  deviation: DeviationRule = NO_DEVIATION_FEE,
) =>
  settleSlot({
    trades: slotTrades,
    deliveries: attributeDeliveries(slotTrades, exportWh),
    allocatedLossWh,
    importWh,
    exportWh,
    tariff: TARIFF,
    deviation,
  });

describe('settlement of a slot', () => {
  it('pays for what was received and taken; the rest is at grid prices', () => {
    // Home 0 sold 1000 Wh to home 1 at 0.45 and exported 1500; 50 Wh were lost; home 1 imported
    // 2000.
    const {
      trades: settled,
      homes,
      operatorUpt,
    } = settle(trades([[0, 1, 1000, 450_000]]), [0, 2000], [1500, 0], [50, 0]);
    expect(settled.deliveredWh[0]).toBe(1000);
    expect(settled.receivedWh[0]).toBe(950);
    expect(settled.fulfilledWh[0]).toBe(950);
    expect(settled.paymentUpt[0]).toBe(427_500);
    expect(settled.wheelingUpt[0]).toBe(28_500);
    expect([homes.gridExportWh[0], homes.gridImportWh[1]]).toEqual([500, 1050]);
    expect(homes.totalUpt[0]).toBe(-427_500 - 150_000);
    expect(homes.totalUpt[1]).toBe(427_500 + 28_500 + 630_000);
    expect(homes.twinTotalUpt[0]).toBe(-450_000);
    expect(homes.twinTotalUpt[1]).toBe(1_200_000);
    expect(operatorUpt).toBe(28_500 + 630_000 - 150_000);
  });
  it('shares a short export pro rata to contracts and feeds in what the buyer did not take', () => {
    const { trades: settled, homes } = settle(
      trades([
        [0, 1, 600, 400_000],
        [0, 2, 300, 400_000],
      ]),
      [0, 1000, 20],
      [700, 0, 0],
    );
    expect([...settled.deliveredWh]).toEqual([467, 233]);
    expect([...settled.fulfilledWh]).toEqual([467, 20]);
    expect(homes.soldWh[0]).toBe(487);
    expect(homes.gridExportWh[0]).toBe(213);
  });
  it('settles a void trade at grid prices, as the twin does', () => {
    const { trades: settled, homes } = settle(
      trades([[0, 1, 1000, 450_000, 1]]),
      [0, 900],
      [800, 0],
    );
    expect(settled.deliveredWh[0]).toBe(0);
    expect([...homes.totalUpt]).toEqual([...homes.twinTotalUpt]);
  });
  it('lets one home buy and sell in a slot in which it did both', () => {
    const { homes, operatorUpt } = settle(
      trades([
        [0, 1, 100, 400_000],
        [1, 0, 50, 500_000],
      ]),
      [30, 100],
      [100, 60],
    );
    expect(homes.boughtWh[0]).toBe(30);
    expect(homes.soldWh[1]).toBe(30);
    expect(sumIntegers(homes.totalUpt)).toBe(operatorUpt);
  });
  it('charges what is missing beyond the band, on either side, and never surplus', () => {
    const settled = settle(trades([[0, 1, 1000, 450_000]]), [0, 900], [960, 0], undefined, BAND);
    expect(settled.trades.sellerPenaltyUpt[0]).toBe((10 * 450_000 * 0.05) / 1000);
    expect(settled.trades.buyerPenaltyUpt[0]).toBe((70 * 450_000 * 0.05) / 1000);
    const exact = settle(trades([[0, 1, 1000, 450_000]]), [0, 3000], [2000, 0], undefined, BAND);
    expect(sumIntegers(exact.homes.penaltyUpt)).toBe(0);
  });
  it('posts signed differences on a late read, which add up to zero', () => {
    const contract = trades([[0, 1, 1000, 450_000]]);
    const before = settle(contract, [0, 2000], [700, 0]);
    const after = settle(contract, [0, 2000], [990, 0]);
    const { homesUpt, operatorUpt } = settlementDifference(before, after);
    expect(homesUpt[0]).toBe(-290 * 450);
    expect(sumIntegers(homesUpt)).toBe(operatorUpt);
    expect(SETTLEMENT_STATES).toEqual(['PROVISIONAL', 'CLOSED', 'RESETTLED']);
  });
  it('refuses loss beyond delivery as our own bug', () => {
    expect(() => settle(trades([[0, 1, 10, 1]]), [0, 10], [5, 0], [6, 0])).toThrow(
      InvariantViolation,
    );
    expect(() => settle(trades([]), [0, 10], [5, 0], [1, 0])).toThrow(InvariantViolation);
  });
  it('values the grid-only twin on the same flows', () => {
    expect(gridOnlyUpt(1500, 500, TARIFF)).toBe(900_000 - 150_000);
  });
});

describe('attribution', () => {
  it('caps shares at their weights and gives remainders to the earlier trade', () => {
    expect([...shareByParty(3, [0, 0, 0], [5, 5, 5], [20])]).toEqual([5, 5, 5]);
    expect([...shareByParty(3, [0, 0, 0], [5, 5, 5], [7])]).toEqual([3, 2, 2]);
    expect([...shareByParty(3, [0, 1, 0], [5, 5, 5], [0, 3])]).toEqual([0, 3, 0]);
    expect([...shareByParty(0, [], [], [3])]).toEqual([]);
  });
  it('charges trades with their part of what the feeder carried', () => {
    expect(tradedLossWh(500, 1000, 10_000)).toBe(50);
    expect(tradedLossWh(500, 1000, 900)).toBe(500);
    expect(tradedLossWh(5000, 1000, 900)).toBe(1000);
    expect(tradedLossWh(500, 0, 0)).toBe(0);
  });
});

describe('deviation, escrow and bond', () => {
  it.each([
    ['5 MWh short of 100', BAND, 95, 2, 45],
    ['inside the band', BAND, 97, 0, 0],
    ['4 MWh over', BAND, 104, 1, 22.5],
    ['4 MWh over, exempt PV', NO_DEVIATION_FEE, 104, 0, 0],
  ])('Fujian rule (O12): %s', (_, rule, actualMWh, assessedMWh, fee) => {
    expect(assessedWh(rule, 100e6, actualMWh * 1e6)).toBe(assessedMWh * 1e6);
    // 450 a MWh in points is 450 000 Upt a kWh; the fee comes out in Upt.
    expect(deviationFeeUpt(rule, 100e6, actualMWh * 1e6, 450_000)).toBe(fee * 1e6);
  });
  it('locks enough for any split of an order into trades', () => {
    expect(buyerEscrowUpt(1001, 333_333, 30_001)).toBe(333_666 + 30_031);
    expect(sellerBondUpt(1001, 333_333, 100_000)).toBe(33_366);
    const parts = [1, 10, 100, 890];
    const paid = parts.map((wh) => buyerEscrowUpt(wh, 333_333, 30_001));
    expect(paid.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(
      buyerEscrowUpt(1001, 333_333, 30_001),
    );
  });
});
