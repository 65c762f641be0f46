/**
 * The check every mechanism runs on its book before it trusts it, in one pass that also finds the
 * best limits. A book that fails is our bug, not the user's: screening comes before (see
 * screening.ts).
 */
import { InvariantViolation } from '../base/errors.ts';
import type { OrderBook } from './book.ts';

/** What the check learnt about a book. Orders of zero quantity do not count. */
export interface BookSummary {
  bidCount: number;
  askCount: number;
  /** Highest bid [Upt/kWh]; -Infinity without bids. */
  bestBidUptPerKWh: number;
  /** Lowest ask [Upt/kWh]; Infinity without asks. */
  bestAskUptPerKWh: number;
  bidWh: number;
  askWh: number;
  /**
   * Rows in (owner, sequence) order (only the first `count` are valid); undefined when they are.
   */
  rows: Int32Array | undefined;
}

function fail(book: Readonly<OrderBook>, row: number, message: string): never {
  throw new InvariantViolation(
    'order-book',
    `order ${row} of owner ${book.owner[row]}: expected ${message}`,
  );
}

/**
 * Makes a book check with its own scratch. The returned function is O(n) when rows come in
 * (owner, sequence) order and O(n log n) otherwise; its result is valid until the next call.
 *
 * @throws {InvariantViolation} `order-book` when a quantity is negative or not an integer, a limit
 *   is not an integer, (owner, sequence) is not unique, an owner stands on both sides, an order
 *   names a counterparty, or a side sums to more than 2^53 - 1 Wh.
 */
export function createBookCheck(): (book: Readonly<OrderBook>) => BookSummary {
  let scratch = new Int32Array(0);
  const summary: BookSummary = {
    bidCount: 0,
    askCount: 0,
    bestBidUptPerKWh: Number.NEGATIVE_INFINITY,
    bestAskUptPerKWh: Number.POSITIVE_INFINITY,
    bidWh: 0,
    askWh: 0,
    rows: undefined,
  };

  function canonicalRows(book: Readonly<OrderBook>): Int32Array {
    const { count, owner, sequence, isBid } = book;
    if (scratch.length < count) scratch = new Int32Array(2 * count);
    const rows = scratch.subarray(0, count);
    for (let row = 0; row < count; row++) rows[row] = row;
    rows.sort((a, b) => owner[a]! - owner[b]! || sequence[a]! - sequence[b]! || a - b);
    for (let k = 1; k < count; k++) {
      const [before, row] = [rows[k - 1]!, rows[k]!];
      if (owner[before] !== owner[row]) continue;
      if (sequence[before] === sequence[row]) fail(book, row, 'a sequence of its own');
      if (isBid[before] !== isBid[row]) fail(book, row, 'one side an owner');
    }
    return rows;
  }

  return function check(book) {
    const { count, owner, sequence, isBid, quantityWh, limitUptPerKWh, counterparty } = book;
    let [bidCount, askCount, bidWh, askWh] = [0, 0, 0, 0];
    let [bestBid, bestAsk] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    let inOrder = true;
    let [lastOwner, lastSequence, lastSide] = [-1, 0, 0];
    for (let row = 0; row < count; row++) {
      const wh = quantityWh[row]!;
      const limit = limitUptPerKWh[row]!;
      // The 32-bit test settles nearly all orders without a call.
      if (!(wh >= 0 && ((wh | 0) === wh || Number.isSafeInteger(wh)))) {
        fail(book, row, `integer Wh >= 0, got ${wh}`);
      }
      if ((limit | 0) !== limit && !Number.isSafeInteger(limit)) {
        fail(book, row, `an integer limit, got ${limit}`);
      }
      if (counterparty[row]! !== -1) fail(book, row, 'a pool order, got a counterparty');
      const side = isBid[row]!;
      const who = owner[row]!;
      if (who === lastOwner && inOrder) {
        if (sequence[row]! <= lastSequence) inOrder = false;
        else if (side !== lastSide) fail(book, row, 'one side an owner');
      } else if (who < lastOwner) inOrder = false;
      lastOwner = who;
      lastSequence = sequence[row]!;
      lastSide = side;
      if (wh === 0) continue;
      if (side === 1) {
        bidCount++;
        bidWh += wh;
        if (limit > bestBid) bestBid = limit;
      } else {
        askCount++;
        askWh += wh;
        if (limit < bestAsk) bestAsk = limit;
      }
    }
    if (!(Math.max(bidWh, askWh) <= Number.MAX_SAFE_INTEGER)) fail(book, 0, 'sums below 2^53');
    summary.bidCount = bidCount;
    summary.askCount = askCount;
    summary.bestBidUptPerKWh = bestBid;
    summary.bestAskUptPerKWh = bestAsk;
    summary.bidWh = bidWh;
    summary.askWh = askWh;
    summary.rows = inOrder ? undefined : canonicalRows(book);
    return summary;
  };
}
