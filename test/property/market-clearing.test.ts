import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookOf, type OrderBook, type OrderRow, orderAt } from '../../src/market/book.ts';
import type { Clearing } from '../../src/market/mechanism.ts';
import uniformPrice from '../../src/market/mechanisms/uniform-price.ts';
import { achievedSurplus, optimalSurplus } from '../../src/market/welfare.ts';
import { slowClear } from '../unit/market/oracle.ts';

const RUNS = { numRuns: 400 };

/** Orders of distinct owners in random row order; few prices, so ties are common. */
const orders = (priceMax: number, whMax: number, countMax: number): fc.Arbitrary<OrderRow[]> =>
  fc
    .array(
      fc.record({
        owner: fc.integer({ min: 0, max: 3000 }),
        sequence: fc.integer({ min: 0, max: 3 }),
        isBid: fc.boolean(),
        quantityWh: fc.integer({ min: 0, max: whMax }),
        limitUptPerKWh: fc.oneof(
          { weight: 30, arbitrary: fc.integer({ min: 0, max: priceMax }) },
          { weight: 1, arbitrary: fc.constantFrom(10 ** 9, 10 ** 12) },
        ),
        includedUs: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: countMax },
    )
    .map((rows) => [...new Map(rows.map((row) => [row.owner, row])).values()]);

const clear = (book: OrderBook, priceRule = 0.5, tieRule: 'pro-rata' | 'time' = 'pro-rata') =>
  uniformPrice.clear(book, { priceRule, tieRule });

/** A clearing in terms of owners instead of rows. */
function byOwner(book: OrderBook, { priceUptPerKWh, volumeWh, filledWh, trades }: Clearing) {
  const owners = [...filledWh].map((wh, row) => [book.owner[row]!, wh]);
  return {
    priceUptPerKWh,
    volumeWh,
    fills: owners.filter(([, wh]) => wh! > 0).sort(([a], [b]) => a! - b!),
    trades: [...trades.energyWh].map((wh, k) => [
      book.owner[trades.bid[k]!],
      book.owner[trades.ask[k]!],
      wh,
    ]),
  };
}

describe('clearing: uniform price', () => {
  it('balances, stays in bounds and integers, and trades what it fills', () => {
    fc.assert(
      fc.property(orders(12, 40, 60), fc.double({ min: 0, max: 1, noNaN: true }), (rows, k) => {
        const book = bookOf(rows);
        const { priceUptPerKWh, volumeWh, filledWh, trades, code } = clear(book, k);
        let [bought, sold] = [0, 0];
        const traded = new Float64Array(book.count);
        for (let trade = 0; trade < trades.count; trade++) {
          const wh = trades.energyWh[trade]!;
          expect(wh).toBeGreaterThan(0);
          traded[trades.bid[trade]!]! += wh;
          traded[trades.ask[trade]!]! += wh;
        }
        for (let row = 0; row < book.count; row++) {
          const order = orderAt(book, row);
          const wh = filledWh[row]!;
          expect(Number.isSafeInteger(wh) && wh >= 0 && wh <= order.quantityWh).toBe(true);
          expect(traded[row]).toBe(wh);
          if (order.isBid) bought += wh;
          else sold += wh;
          // Individual rationality: nobody trades outside its limit.
          if (wh > 0 && order.isBid) expect(order.limitUptPerKWh >= priceUptPerKWh).toBe(true);
          if (wh > 0 && !order.isBid) expect(order.limitUptPerKWh <= priceUptPerKWh).toBe(true);
          // No envy: who would gain at the price is filled to the last Wh.
          if (volumeWh > 0 && order.isBid && order.limitUptPerKWh > priceUptPerKWh) {
            expect(wh).toBe(order.quantityWh);
          }
          if (volumeWh > 0 && !order.isBid && order.limitUptPerKWh < priceUptPerKWh) {
            expect(wh).toBe(order.quantityWh);
          }
        }
        expect(bought === volumeWh && sold === volumeWh).toBe(true);
        expect(Number.isNaN(priceUptPerKWh)).toBe(volumeWh === 0);
        expect(code === 'CLEARED').toBe(volumeWh > 0);
        if (volumeWh > 0) expect(Number.isSafeInteger(priceUptPerKWh)).toBe(true);
      }),
      RUNS,
    );
  });

  it.each(['pro-rata', 'time'] as const)('agrees with the slow price scan, ties %s', (tieRule) => {
    fc.assert(
      fc.property(orders(12, 40, 60), (rows) => {
        const book = bookOf(rows);
        const slow = slowClear(book, tieRule === 'time');
        const low = clear(book, 0, tieRule);
        if (slow === undefined) {
          expect(low.volumeWh).toBe(0);
          return;
        }
        expect(low.volumeWh).toBe(slow.volumeWh);
        expect(low.priceUptPerKWh).toBe(slow.lo);
        expect(clear(book, 1, tieRule).priceUptPerKWh).toBe(slow.hi);
        expect([...low.filledWh]).toEqual(slow.filledWh);
      }),
      RUNS,
    );
  });

  it('agrees with the slow price scan on long books', () => {
    fc.assert(
      fc.property(orders(90, 900, 400), (rows) => {
        const book = bookOf(rows);
        const slow = slowClear(book);
        const fast = clear(book, 0);
        expect(fast.volumeWh).toBe(slow?.volumeWh ?? 0);
        if (slow !== undefined) {
          expect(fast.priceUptPerKWh).toBe(slow.lo);
          expect([...fast.filledWh]).toEqual(slow.filledWh);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('reaches the best surplus over all subsets of orders', () => {
    fc.assert(
      fc.property(orders(9, 3, 8), (rows) => {
        const book = bookOf(rows);
        const { trades } = clear(book);
        const limits = book.limitUptPerKWh;
        const at = (side: Int32Array) => Array.from(side, (row) => limits[row]! * 1000);
        const surplus = achievedSurplus(
          trades.count,
          trades.energyWh,
          at(trades.bid),
          at(trades.ask),
        );
        expect(surplus).toBe(bestByTrial(rows));
        expect(
          optimalSurplus(
            book,
            limits.map((limit) => limit * 1000),
          ).surplusUpt,
        ).toBe(surplus);
      }),
      RUNS,
    );
  });

  it('does not depend on the order of rows', () => {
    fc.assert(
      fc.property(orders(8, 30, 50), fc.infiniteStream(fc.nat()), (rows, stream) => {
        const shuffled = rows
          .map((row) => ({ row, rank: stream.next().value as number }))
          .sort((a, b) => a.rank - b.rank || a.row.owner - b.row.owner)
          .map(({ row }) => row);
        const [book, other] = [bookOf(rows), bookOf(shuffled)];
        for (const tieRule of ['pro-rata', 'time'] as const) {
          expect(byOwner(other, clear(other, 0.5, tieRule))).toEqual(
            byOwner(book, clear(book, 0.5, tieRule)),
          );
        }
      }),
      RUNS,
    );
  });

  it('changes nothing when an order out of the money is added', () => {
    fc.assert(
      fc.property(
        orders(12, 40, 40),
        fc.boolean(),
        fc.integer({ min: 1, max: 50 }),
        (rows, isBid, wh) => {
          const book = bookOf(rows);
          const before = clear(book, 0);
          const high = clear(book, 1);
          if (before.volumeWh === 0) return;
          // Strictly outside the whole interval, so it can neither trade nor move an end.
          const limit = isBid ? before.priceUptPerKWh - 1 : high.priceUptPerKWh + 1;
          if (limit < 0) return;
          const extra = { owner: 5000, sequence: 0, isBid, quantityWh: wh, limitUptPerKWh: limit };
          const other = bookOf([...rows, extra]);
          expect(byOwner(other, clear(other))).toEqual(byOwner(book, clear(book)));
        },
      ),
      RUNS,
    );
  });

  it('keeps to a collar: prices inside, and what clamped limits would pay', () => {
    fc.assert(
      fc.property(
        orders(20, 30, 40),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 10 }),
        (rows, floor, width) => {
          const collar = { floorUptPerKWh: floor, capUptPerKWh: floor + width };
          const result = clear(bookOf(rows, collar));
          const clamped = rows
            .filter((row) =>
              row.isBid ? row.limitUptPerKWh >= floor : row.limitUptPerKWh <= floor + width,
            )
            .map((row) => ({
              ...row,
              limitUptPerKWh: Math.min(Math.max(row.limitUptPerKWh, floor), floor + width),
            }));
          const other = clear(bookOf(clamped));
          expect(result.volumeWh).toBe(other.volumeWh);
          expect(result.priceUptPerKWh).toBe(other.priceUptPerKWh);
        },
      ),
      RUNS,
    );
  });
});

/** Best surplus over all sets of unit bids and unit asks of equal size; no merit order involved. */
function bestByTrial(rows: readonly OrderRow[]): number {
  const units = (isBid: boolean) =>
    rows
      .filter((row) => row.isBid === isBid)
      .flatMap((row) => new Array<number>(row.quantityWh).fill(row.limitUptPerKWh));
  const bestOfSize = (values: readonly number[], better: (a: number, b: number) => number) => {
    // best[k] after each value: the best sum of k values, each taken or left.
    const best = [0];
    for (const value of values) {
      for (let k = best.length; k >= 1; k--) {
        const taken = best[k - 1]! + value;
        best[k] = best[k] === undefined ? taken : better(best[k]!, taken);
      }
    }
    return best;
  };
  const worth = bestOfSize(units(true), Math.max);
  const costs = bestOfSize(units(false), Math.min);
  let best = 0;
  for (let k = 0; k < Math.min(worth.length, costs.length); k++) {
    best = Math.max(best, worth[k]! - costs[k]!);
  }
  return best;
}
