import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cost, largestRemainder } from '../../src/base/integer.ts';
import { sumIntegers } from '../../src/base/sum.ts';
import {
  attributeDeliveries,
  type SlotTrades,
  tradedLossWh,
} from '../../src/market/attribution.ts';
import { settleSlot } from '../../src/market/settlement.ts';

const HOMES = 6;
const wh = fc.integer({ min: 0, max: 5000 });
const slot = fc.record({
  trades: fc.array(
    fc.record({
      seller: fc.integer({ min: 0, max: HOMES - 1 }),
      buyer: fc.integer({ min: 0, max: HOMES - 1 }),
      contractedWh: wh,
      priceUptPerKWh: fc.integer({ min: 0, max: 900_001 }),
      isVoid: fc.constantFrom(0, 0, 0, 1),
    }),
    { maxLength: 20 },
  ),
  importWh: fc.array(wh, { minLength: HOMES, maxLength: HOMES }),
  exportWh: fc.array(wh, { minLength: HOMES, maxLength: HOMES }),
  publishedLossWh: fc.integer({ min: 0, max: 4000 }),
  wheelingUptPerKWh: fc.integer({ min: 0, max: 99_999 }),
  band: fc.double({ min: 0, max: 0.2, noNaN: true }),
  isCharged: fc.boolean(),
});

describe('settlement: conservation', () => {
  it('closes energy, cash and caps for any meters and contracts', () => {
    fc.assert(
      fc.property(slot, (sample) => {
        const pick = <K extends keyof (typeof sample.trades)[number]>(key: K) =>
          sample.trades.map((trade) => trade[key]);
        const trades: SlotTrades = {
          count: sample.trades.length,
          seller: pick('seller'),
          buyer: pick('buyer'),
          contractedWh: pick('contractedWh'),
          priceUptPerKWh: pick('priceUptPerKWh'),
          isVoid: pick('isVoid'),
        };
        const { importWh, exportWh, publishedLossWh, wheelingUptPerKWh } = sample;
        const deliveries = attributeDeliveries(trades, exportWh);
        const deliveredWh = sumIntegers(deliveries.tradeWh);
        const lossWh = tradedLossWh(publishedLossWh, deliveredWh, sumIntegers(exportWh));
        const allocatedLossWh = largestRemainder(lossWh, deliveries.homeWh);
        const {
          trades: settled,
          homes,
          operatorUpt,
        } = settleSlot({
          trades,
          deliveries,
          allocatedLossWh,
          importWh,
          exportWh,
          tariff: { retailUptPerKWh: 612_347, feedInUptPerKWh: 300_001, wheelingUptPerKWh },
          deviation: sample.isCharged
            ? { kind: 'band-penalty', band: sample.band, rate: 0.05 }
            : { kind: 'none' },
        });
        expect(deliveredWh - sumIntegers(settled.receivedWh)).toBe(lossWh);
        expect(sumIntegers(homes.totalUpt)).toBe(operatorUpt);
        for (let trade = 0; trade < trades.count; trade++) {
          const due = trades.isVoid![trade] === 1 ? 0 : trades.contractedWh[trade]!;
          const fulfilled = settled.fulfilledWh[trade]!;
          expect(settled.deliveredWh[trade]! <= due).toBe(true);
          expect(fulfilled).toBe(
            Math.min(settled.receivedWh[trade]!, settled.importShareWh[trade]!),
          );
          expect(Number.isSafeInteger(fulfilled) && fulfilled >= 0).toBe(true);
          expect(settled.paymentUpt[trade]).toBe(cost(trades.priceUptPerKWh[trade]!, fulfilled));
        }
        for (let home = 0; home < HOMES; home++) {
          const [bought, sold] = [homes.boughtWh[home]!, homes.soldWh[home]!];
          expect(bought + homes.gridImportWh[home]!).toBe(importWh[home]!);
          expect(sold + homes.lossWh[home]! + homes.gridExportWh[home]!).toBe(exportWh[home]!);
          const columns = [
            homes.tradePaymentUpt,
            homes.wheelingUpt,
            homes.gridPaymentUpt,
            homes.penaltyUpt,
          ];
          expect(columns.reduce((total, column) => total + column[home]!, 0)).toBe(
            homes.totalUpt[home]!,
          );
        }
        if (!sample.isCharged) expect(sumIntegers(homes.penaltyUpt)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
