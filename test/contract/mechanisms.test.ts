/**
 * What every market mechanism promises, checked on random books; and a silly one that fits the
 * shape.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choice, defaultsOf, integer } from '../../src/base/options.ts';
import { createRegistry } from '../../src/base/plugin.ts';
import { ask, bid, bookOf, type OrderRow } from '../../src/market/book.ts';
import { defineMechanism, emptyClearing, type Mechanism } from '../../src/market/mechanism.ts';
import { mechanisms } from '../../src/market/mechanisms/index.ts';

/** Trades the first bid with the first ask that crosses it, `unitWh` at the ask's limit. */
const firstCome = defineMechanism({
  apiVersion: 1,
  name: 'first-come',
  summary: 'One trade between the first pair that crosses',
  source: 'test',
  options: () => ({
    unitWh: integer(1, { min: 1 }),
    side: choice(['bid', 'ask'], 'ask', 'Whose limit is the price'),
  }),
  clear(book, { unitWh, side }) {
    for (let bidRow = 0; bidRow < book.count; bidRow++) {
      for (let askRow = 0; askRow < book.count; askRow++) {
        if (book.isBid[bidRow] !== 1 || book.isBid[askRow] !== 0) continue;
        const price = book.limitUptPerKWh[side === 'ask' ? askRow : bidRow]!;
        const wh = Math.min(unitWh, book.quantityWh[bidRow]!, book.quantityWh[askRow]!);
        if (book.limitUptPerKWh[bidRow]! < book.limitUptPerKWh[askRow]! || wh === 0) continue;
        if (price < book.floorUptPerKWh || price > book.capUptPerKWh) continue;
        const filledWh = new Float64Array(book.count);
        filledWh[bidRow] = wh;
        filledWh[askRow] = wh;
        return {
          priceUptPerKWh: price,
          volumeWh: wh,
          filledWh,
          trades: {
            count: 1,
            bid: Int32Array.of(bidRow),
            ask: Int32Array.of(askRow),
            energyWh: Float64Array.of(wh),
          },
          code: 'CLEARED',
        };
      }
    }
    return emptyClearing(book.count, 'NO_CROSSING');
  },
});

const rows: fc.Arbitrary<OrderRow[]> = fc
  .array(
    fc.record({
      owner: fc.integer({ min: 0, max: 99 }),
      sequence: fc.constant(0),
      isBid: fc.boolean(),
      quantityWh: fc.integer({ min: 0, max: 30 }),
      limitUptPerKWh: fc.integer({ min: 0, max: 15 }),
    }),
    { maxLength: 30 },
  )
  .map((drawn) => [...new Map(drawn.map((row) => [row.owner, row])).values()]);

const all: readonly Mechanism[] = [...mechanisms.all, firstCome];

describe.each(all.map((mechanism) => [mechanism.name, mechanism] as const))(
  '%s',
  (_, mechanism) => {
    const options = defaultsOf(mechanism.options());
    it('has a head that lists can print', () => {
      expect(mechanism.apiVersion).toBe(1);
      expect(mechanism.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(mechanism.summary.length * mechanism.source.length).toBeGreaterThan(0);
      expect(Object.isFrozen(mechanism)).toBe(true);
    });
    it('balances, respects quantities, limits and the collar, and leaves the book alone', () => {
      fc.assert(
        fc.property(rows, fc.integer({ min: 0, max: 8 }), (drawn, floor) => {
          const book = bookOf(drawn, { floorUptPerKWh: floor, capUptPerKWh: floor + 7 });
          const before = structuredClone(book);
          const first = mechanism.clear(book, options);
          expect(book).toEqual(before);
          expect(mechanism.clear(book, options)).toEqual(first);
          const { priceUptPerKWh: price, volumeWh, filledWh, trades } = first;
          expect(filledWh.length).toBe(book.count);
          const left = Float64Array.from(filledWh);
          for (let trade = 0; trade < trades.count; trade++) {
            const [bidRow, askRow] = [trades.bid[trade]!, trades.ask[trade]!];
            expect([book.isBid[bidRow], book.isBid[askRow]]).toEqual([1, 0]);
            expect(book.limitUptPerKWh[bidRow]! >= book.limitUptPerKWh[askRow]!).toBe(true);
            left[bidRow]! -= trades.energyWh[trade]!;
            left[askRow]! -= trades.energyWh[trade]!;
          }
          expect(left.every((wh) => wh === 0)).toBe(true);
          let [bought, sold] = [0, 0];
          for (let row = 0; row < book.count; row++) {
            const wh = filledWh[row]!;
            expect(Number.isSafeInteger(wh) && wh >= 0 && wh <= book.quantityWh[row]!).toBe(true);
            if (book.isBid[row] === 1) bought += wh;
            else sold += wh;
          }
          expect(bought === volumeWh && sold === volumeWh).toBe(true);
          if (volumeWh > 0) expect(price >= floor && price <= floor + 7).toBe(true);
          else expect(price).toBeNaN();
        }),
        { numRuns: 150 },
      );
    });
    it('copes with an empty book and with one side', () => {
      for (const book of [bookOf([]), bookOf([bid(5, 5)]), bookOf([ask(5, 5)])]) {
        const result = mechanism.clear(book, options);
        expect([result.volumeWh, result.trades.count]).toEqual([0, 0]);
        expect(result.code).not.toBe('CLEARED');
      }
    });
  },
);

describe('registry', () => {
  it('finds by name and code and names the known ones otherwise', () => {
    expect(mechanisms.get('uniform-price')).toBe(mechanisms.get('uda'));
    expect(() => mechanisms.get('uniform-prise')).toThrow(
      'known: uniform-price (did you mean uniform-price?)',
    );
    const more = createRegistry<Mechanism>('market mechanism', [...mechanisms.all, firstCome]);
    expect(more.names).toContain('first-come');
  });
});
