import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { ask, bid, bookOf, type OrderDraft } from '../../../src/market/book.ts';
import uniformPrice from '../../../src/market/mechanisms/uniform-price.ts';

const HALF = { priceRule: 0.5, tieRule: 'pro-rata' } as const;
const clear = (
  drafts: readonly OrderDraft[],
  options: { priceRule?: number; time?: boolean } = {},
) =>
  uniformPrice.clear(bookOf(drafts), {
    priceRule: options.priceRule ?? 0.5,
    tieRule: options.time === true ? 'time' : 'pro-rata',
  });
/** Price interval, by asking for both ends. */
const interval = (drafts: readonly OrderDraft[]) =>
  [0, 1].map((priceRule) => clear(drafts, { priceRule }).priceUptPerKWh);

describe('uniform price: edge cases that were bugs elsewhere', () => {
  it('X1 two sellers at one price, demand cuts inside them: that price, not the next buyer', () => {
    const result = clear([bid(60, 15), bid(20, 5), ask(40, 10), ask(40, 10)]);
    expect(result.priceUptPerKWh).toBe(40);
    expect([...result.filledWh]).toEqual([15, 0, 8, 7]);
  });
  it('X2 two buyers at one price, first ask as large as the first bid: the buyers price', () => {
    const result = clear([bid(50, 10), bid(50, 10), ask(30, 10)]);
    expect(result.priceUptPerKWh).toBe(50);
    expect([...result.filledWh]).toEqual([5, 5, 10]);
  });
  it('X3 curves that overlap vertically: the point k of the interval, not one side', () => {
    const orders = [bid(60, 10), ask(30, 10)];
    expect(interval(orders)).toEqual([30, 60]);
    expect(clear(orders).priceUptPerKWh).toBe(45);
    expect(clear(orders, { priceRule: 0.25 }).priceUptPerKWh).toBe(37);
  });
  it('X4 inelastic load takes all supply: the responsive bid is not activated', () => {
    const result = clear([bid(999, 10), bid(50, 5), ask(30, 10)]);
    expect([...result.filledWh]).toEqual([10, 0, 10]);
    expect(result.priceUptPerKWh).toBeGreaterThanOrEqual(50);
  });
  it('X5 all offers above all bids: no trade and no numeric price', () => {
    const result = clear([bid(20, 10), ask(30, 10)]);
    expect(result).toMatchObject({ priceUptPerKWh: Number.NaN, volumeWh: 0, code: 'NO_CROSSING' });
    expect(result.trades.count).toBe(0);
  });
  it('X6 one side empty: no trade, and the next book clears as ever', () => {
    expect(clear([ask(30, 10)]).code).toBe('NO_BIDS');
    expect(clear([bid(30, 10)]).code).toBe('NO_ASKS');
    expect(clear([]).code).toBe('NO_BIDS');
    expect(clear([bid(30, 0), ask(10, 5)]).code).toBe('NO_BIDS');
    expect(clear([bid(30, 10), ask(10, 10)]).volumeWh).toBe(10);
  });
  it('X7 the last offer runs out while a bid remains: the rest is unfilled', () => {
    const result = clear([bid(60, 25), ask(30, 10), ask(40, 10)]);
    expect(result.volumeWh).toBe(20);
    expect(result.priceUptPerKWh).toBe(60);
    expect(result.filledWh[0]).toBe(20);
  });
  it('X8 no residues: a tenth of a kWh three times is three tenths', () => {
    const result = clear([bid(50, 300), ask(10, 100), ask(10, 100), ask(10, 100)]);
    expect(result.volumeWh).toBe(300);
    expect(result.trades.energyWh.reduce((sum, wh) => sum + wh, 0)).toBe(300);
  });
  it('X9 a partially accepted order reports the accepted part only', () => {
    const result = clear([bid(60, 15), ask(30, 10), ask(40, 10)]);
    expect([...result.filledWh]).toEqual([15, 10, 5]);
    expect([...result.trades.energyWh]).toEqual([10, 5]);
  });
  it('X10 offers at zero and bids at the cap are orders like others', () => {
    const result = clear([bid(1e9, 10), ask(0, 10)]);
    expect(result).toMatchObject({ volumeWh: 10, priceUptPerKWh: 5e8, code: 'CLEARED' });
    expect(clear([bid(0, 5), ask(0, 5)])).toMatchObject({ volumeWh: 5, priceUptPerKWh: 0 });
  });
});

describe('uniform price: hand-computed auctions (O9)', () => {
  it.each([
    [[bid(60, 10), bid(55, 10), bid(45, 10), ask(30, 10), ask(40, 10), ask(50, 10)], 20, [45, 50]],
    [[bid(60, 10), bid(50, 10), ask(30, 15)], 15, [50, 50]],
    [[bid(60, 15), ask(30, 10), ask(40, 10)], 15, [40, 40]],
    [[bid(60, 10), ask(30, 10)], 10, [30, 60]],
    [[bid(60, 12), ask(40, 10), ask(40, 10)], 12, [40, 40]],
    [[bid(50, 10), bid(50, 10), ask(30, 10)], 10, [50, 50]],
  ])('case %#', (orders, volumeWh, ends) => {
    expect(clear(orders).volumeWh).toBe(volumeWh);
    expect(interval(orders)).toEqual(ends);
    expect(clear(orders).priceUptPerKWh).toBe(Math.floor((ends[0]! + ends[1]!) / 2));
  });
  it('rations two equal offers 6/6 and two equal bids 5/5', () => {
    expect([...clear([bid(60, 12), ask(40, 10), ask(40, 10)]).filledWh]).toEqual([12, 6, 6]);
    expect([...clear([bid(50, 10), bid(50, 10), ask(30, 10)]).filledWh]).toEqual([5, 5, 10]);
  });
});

describe('uniform price: ties, trades, rounding and collar', () => {
  it('shares a tie pro rata and gives remainders by owner and sequence, not by row', () => {
    const tie = [
      bid(50, 100, { owner: 9 }),
      ask(40, 10, { owner: 3, sequence: 0 }),
      ask(40, 10, { owner: 1, sequence: 5 }),
      ask(40, 10, { owner: 1, sequence: 2 }),
      bid(50, 0, { owner: 8 }),
    ];
    const scarce = [bid(50, 20, { owner: 9 }), ...tie.slice(1)];
    expect([...clear(scarce).filledWh]).toEqual([20, 6, 7, 7, 0]);
    const shuffled = [scarce[3]!, scarce[4]!, scarce[1]!, scarce[0]!, scarce[2]!];
    expect([...clear(shuffled).filledWh]).toEqual([7, 0, 6, 20, 7]);
  });
  it('fills a tie by inclusion time when asked to', () => {
    const tie = [
      bid(50, 12),
      ask(40, 10, { includedUs: 7 }),
      ask(40, 10, { includedUs: 3 }),
      ask(40, 10, { includedUs: 3 }),
    ];
    expect([...clear(tie, { time: true }).filledWh]).toEqual([12, 0, 10, 2]);
    expect([...clear(tie).filledWh]).toEqual([12, 4, 4, 4]);
  });
  it('pairs accepted orders in merit order, the smaller remainder a trade', () => {
    const { trades } = clear([ask(30, 4), bid(55, 5), ask(20, 7), bid(60, 6)]);
    expect([...trades.bid]).toEqual([3, 1, 1]);
    expect([...trades.ask]).toEqual([2, 2, 0]);
    expect([...trades.energyWh]).toEqual([6, 1, 4]);
  });
  it('rounds the price down inside the interval, with k in millionths', () => {
    const orders = [bid(14, 1), ask(7, 1)];
    expect(clear(orders, { priceRule: 0.5 }).priceUptPerKWh).toBe(10);
    expect(clear(orders, { priceRule: 1 / 3 }).priceUptPerKWh).toBe(9);
    expect(clear(orders, { priceRule: 0.428572 }).priceUptPerKWh).toBe(10);
  });
  it('keeps the price in the collar and lets merit decide above the cap', () => {
    const collar = { floorUptPerKWh: 30, capUptPerKWh: 57 };
    const run = (drafts: OrderDraft[]) => uniformPrice.clear(bookOf(drafts, collar), HALF);
    const scarce = run([bid(58, 10), bid(60, 10), ask(20, 10)]);
    expect(scarce.priceUptPerKWh).toBe(57);
    expect([...scarce.filledWh]).toEqual([0, 10, 10]);
    expect(run([bid(58, 20), ask(10, 10), ask(20, 20)]).priceUptPerKWh).toBe(30);
    expect(run([bid(60, 10), ask(58, 10)]).code).toBe('NO_CROSSING');
    expect(run([bid(29, 10), ask(10, 10)]).code).toBe('NO_CROSSING');
    expect(run([bid(60, 10), ask(10, 10)]).priceUptPerKWh).toBe(43);
  });
  it('clears a long book whose limits all fall in a few buckets', () => {
    const asks = Array.from({ length: 90 }, (_, i) => ask(100 + ((i * 37) % 11), 3, { owner: i }));
    const result = clear([...asks, ask(2e9, 1, { owner: 90 }), bid(1e9, 100, { owner: 91 })]);
    expect(result.volumeWh).toBe(100);
    const cheap = asks.map((order, row) => [order.limitUptPerKWh, result.filledWh[row]!] as const);
    expect(
      cheap.every(([limit, wh]) => (limit < 104 ? wh === 3 : limit > 104 ? wh === 0 : true)),
    ).toBe(true);
    expect(result.priceUptPerKWh).toBe(104);
  });
  it.each([
    ['a negative quantity', [bid(10, -1)]],
    ['a fraction of a Wh', [bid(10, 1.5)]],
    ['a quantity that is not a number', [bid(10, Number.NaN)]],
    ['a fractional limit', [bid(10.5, 1)]],
    ['an infinite limit', [bid(Number.POSITIVE_INFINITY, 1)]],
    ['an owner on both sides', [bid(10, 1, { owner: 4 }), ask(5, 1, { owner: 4, sequence: 1 })]],
    [
      'an owner on both sides, rows out of order',
      [bid(10, 1, { owner: 4 }), bid(10, 1, { owner: 2 }), ask(5, 1, { owner: 4, sequence: 1 })],
    ],
    ['a repeated sequence', [bid(10, 1, { owner: 4 }), bid(9, 1, { owner: 4 })]],
    ['a named counterparty', [bid(10, 1, { counterparty: 3 })]],
    ['sums beyond 2^53', [bid(10, 2 ** 53 - 1), bid(10, 2 ** 53 - 1)]],
  ])('refuses %s as our own bug', (_, orders) => {
    expect(() => clear(orders)).toThrow(InvariantViolation);
  });
});
