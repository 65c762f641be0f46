import { describe, expect, it } from 'vitest';
import { matchBilateral } from '../../../src/market/bilateral.ts';
import { ask, bid, bookOf, type OrderDraft, orderAt } from '../../../src/market/book.ts';
import {
  createPoolSelector,
  SCREENING_CODES,
  screenOrders,
} from '../../../src/market/screening.ts';

const COLLAR = { floorUptPerKWh: 30, capUptPerKWh: 57 };
const codes = (drafts: readonly OrderDraft[]) =>
  Array.from(screenOrders(bookOf(drafts, COLLAR)), (code) => SCREENING_CODES[code]);

describe('screening', () => {
  it('rejects zero quantities and orders that no price in the collar can serve', () => {
    expect(
      codes([bid(40, 0), bid(29, 5), bid(30, 5), bid(99, 5), ask(58, 5), ask(57, 5), ask(1, 5)]),
    ).toEqual([
      'ZERO_QUANTITY',
      'OUTSIDE_COLLAR',
      'ACCEPTED',
      'ACCEPTED',
      'OUTSIDE_COLLAR',
      'ACCEPTED',
      'ACCEPTED',
    ]);
  });
  it('holds a bilateral price to both ends of the collar, whatever the side', () => {
    const partner = { counterparty: 9 };
    expect(codes([bid(58, 5, partner), ask(29, 5, partner), ask(57, 5, partner)])).toEqual([
      'OUTSIDE_COLLAR',
      'OUTSIDE_COLLAR',
      'ACCEPTED',
    ]);
  });
  it('keeps the side of the lowest accepted sequence, whatever the order of rows', () => {
    const orders = [
      ask(40, 5, { owner: 7, sequence: 3 }),
      bid(40, 5, { owner: 2 }),
      bid(40, 5, { owner: 7, sequence: 1 }),
      bid(41, 5, { owner: 7, sequence: 4 }),
      ask(99, 5, { owner: 7, sequence: 0 }),
    ];
    const expected = ['SELF_MATCH', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'OUTSIDE_COLLAR'];
    expect(codes(orders)).toEqual(expected);
    expect(codes([...orders].reverse())).toEqual([...expected].reverse());
    const adjacent = orders.filter((order) => order.owner === 7);
    expect(codes(adjacent)).toEqual(['SELF_MATCH', 'ACCEPTED', 'ACCEPTED', 'OUTSIDE_COLLAR']);
  });
  it('lets bilateral orders stand beside the pool, but not with oneself', () => {
    expect(
      codes([
        ask(40, 5, { owner: 1, sequence: 0, counterparty: 2 }),
        bid(40, 5, { owner: 1, sequence: 1 }),
        bid(40, 5, { owner: 3, counterparty: 3 }),
      ]),
    ).toEqual(['ACCEPTED', 'ACCEPTED', 'SELF_MATCH']);
  });
  it('selects the pool with its rows and collar, without a copy where all is pool', () => {
    const select = createPoolSelector();
    const book = bookOf([bid(40, 0), ask(40, 5, { counterparty: 3 }), ask(33, 4)], COLLAR);
    const pool = select(book, screenOrders(book));
    expect(pool.book.count).toBe(1);
    expect(orderAt(pool.book, 0)).toEqual(orderAt(book, 2));
    expect(pool.rows?.[0]).toBe(2);
    expect(pool.book).toMatchObject(COLLAR);
    const plain = bookOf([bid(40, 1)], COLLAR);
    expect(select(plain, screenOrders(plain))).toEqual({ book: plain, rows: undefined });
  });
});

describe('bilateral matching', () => {
  const match = (drafts: readonly OrderDraft[]) => {
    const book = bookOf(drafts, COLLAR);
    return matchBilateral(book, screenOrders(book));
  };
  it('trades the smaller quantity at the common price when both sides name each other', () => {
    const trades = match([
      bid(40, 7, { owner: 1, counterparty: 2 }),
      ask(40, 5, { owner: 2, counterparty: 1 }),
      ask(40, 9, { owner: 3, counterparty: 1 }),
      ask(20, 50, { owner: 4 }),
    ]);
    expect(trades).toMatchObject({ count: 1 });
    expect([trades.bid[0], trades.ask[0], trades.energyWh[0]]).toEqual([0, 1, 5]);
    expect(trades.priceUptPerKWh[0]).toBe(40);
    expect([...trades.filledWh]).toEqual([5, 5, 0, 0]);
  });
  it('does not trade at two prices, with a missing side, or outside the collar', () => {
    expect(
      match([
        bid(41, 7, { owner: 1, counterparty: 2 }),
        ask(40, 5, { owner: 2, counterparty: 1 }),
        bid(40, 7, { owner: 3, counterparty: 4 }),
        bid(60, 7, { owner: 5, counterparty: 6 }),
        ask(60, 7, { owner: 6, counterparty: 5 }),
      ]).count,
    ).toBe(0);
  });
  it('carries a remainder to the next order of the pair, by sequence', () => {
    const trades = match([
      ask(40, 4, { owner: 2, sequence: 1, counterparty: 1 }),
      ask(40, 5, { owner: 2, sequence: 0, counterparty: 1 }),
      bid(40, 7, { owner: 1, counterparty: 2 }),
    ]);
    expect([...trades.ask]).toEqual([1, 0]);
    expect([...trades.energyWh]).toEqual([5, 2]);
  });
  it('lets a ring sell on in one slot', () => {
    const ring = [0, 1, 2].flatMap((owner) => [
      ask(40, 5, { owner, sequence: 0, counterparty: (owner + 1) % 3 }),
      bid(40, 5, { owner, sequence: 1, counterparty: (owner + 2) % 3 }),
    ]);
    expect(match(ring).count).toBe(3);
  });
});

describe('book', () => {
  it('grows as orders are added and reads them back', () => {
    const book = bookOf([]);
    const drafts = Array.from({ length: 40 }, (_, i) => bid(i, i + 1));
    const grown = bookOf(drafts);
    expect(book.count).toBe(0);
    expect(grown.count).toBe(40);
    expect(orderAt(grown, 39)).toMatchObject({ owner: 39, limitUptPerKWh: 39, quantityWh: 40 });
    expect(() => orderAt(grown, 40)).toThrow(RangeError);
  });
});
