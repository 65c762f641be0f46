import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeDeliveries } from '../../../src/market/attribution.ts';
import { cleanEnergy, cleanExportWh } from '../../../src/market/clean-energy.ts';
import type { TradeSettlement } from '../../../src/market/settlement.ts';

function shares(
  exportWh: readonly number[],
  clean: readonly number[],
  rows: readonly { seller: number; contractedWh: number; lossPpm: number; takenPpm: number }[],
) {
  const trades = {
    count: rows.length,
    seller: rows.map(({ seller }) => seller),
    buyer: rows.map(() => 0),
    contractedWh: rows.map(({ contractedWh }) => contractedWh),
    priceUptPerKWh: rows.map(() => 500_000),
  };
  const deliveries = attributeDeliveries(trades, exportWh);
  const lossWh = rows.map(({ lossPpm }, k) => Math.floor((deliveries.tradeWh[k]! * lossPpm) / 1e6));
  const fulfilledWh = rows.map(({ takenPpm }, k) =>
    Math.floor(((deliveries.tradeWh[k]! - lossWh[k]!) * takenPpm) / 1e6),
  );
  const settled = { allocatedLossWh: lossWh, fulfilledWh } as unknown as TradeSettlement;
  return { ...cleanEnergy(trades, deliveries, settled, clean, exportWh), fulfilledWh, deliveries };
}

describe('clean energy of trades', () => {
  it('is the clean share of the export, in each trade alike', () => {
    // Half of the export is clean: 400 of 800; 2.5 % is lost and everything else taken.
    const { cleanWh, lossWh } = shares(
      [800],
      [400],
      [
        { seller: 0, contractedWh: 200, lossPpm: 25_000, takenPpm: 1e6 },
        { seller: 0, contractedWh: 400, lossPpm: 25_000, takenPpm: 1e6 },
      ],
    );
    expect(Array.from(cleanWh)).toEqual([97, 195]);
    expect(Array.from(lossWh)).toEqual([2, 5]);
  });

  it('is nothing where a battery exports in the dark', () => {
    expect(cleanExportWh(500, 0)).toBe(0);
    expect(cleanExportWh(500, 700)).toBe(500);
  });

  it('never counts a watt-hour twice', () => {
    const row = fc.record({
      seller: fc.nat({ max: 2 }),
      contractedWh: fc.nat({ max: 2000 }),
      lossPpm: fc.nat({ max: 100_000 }),
      takenPpm: fc.nat({ max: 1_000_000 }),
    });
    const homes = fc.array(fc.tuple(fc.nat({ max: 3000 }), fc.nat({ max: 3000 })), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(homes, fc.array(row, { maxLength: 12 }), (reads, rows) => {
        const exportWh = reads.map(([e]) => e);
        const clean = reads.map(([e, g]) => cleanExportWh(e, g));
        const { cleanWh, lossWh, fulfilledWh } = shares(exportWh, clean, rows);
        const sums = [0, 0, 0];
        rows.forEach(({ seller }, k) => {
          expect(cleanWh[k]).toBeLessThanOrEqual(fulfilledWh[k]!);
          sums[seller]! += cleanWh[k]! + lossWh[k]!;
        });
        for (let home = 0; home < 3; home++) expect(sums[home]).toBeLessThanOrEqual(clean[home]!);
      }),
      { numRuns: 500 },
    );
  });
});
