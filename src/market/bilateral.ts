/**
 * Bilateral orders: both sides name each other and one common price, and trade beside the pool.
 * Honest neighbours and wash-trade rings look alike here; telling them apart is the detectors'
 * work.
 */
import type { OrderBook } from './book.ts';
import { ACCEPTED } from './screening.ts';

/** Bilateral trades as columns of length `count`; `bid` and `ask` are rows of the book. */
export interface BilateralTrades {
  readonly count: number;
  readonly bid: Int32Array;
  readonly ask: Int32Array;
  /** [Wh], integer > 0. */
  readonly energyWh: Float64Array;
  /** The common limit of both orders [Upt/kWh]. */
  readonly priceUptPerKWh: Float64Array;
  /** Accepted part of each order of the book [Wh]; 0 for pool orders. */
  readonly filledWh: Float64Array;
}

/**
 * Matches orders that name a counterparty.
 *
 * A bid of A naming B and an ask of B naming A trade when both stand in the book at gate closure
 * with the same limit, which is then the price; the energy is the smaller quantity, and what is
 * left of the larger one goes on to the pair's next order at that price, by sequence. Different
 * limits do not trade, and nothing of a bilateral order goes to the pool.
 *
 * @param book - All orders of the slot; pool orders are ignored.
 * @param codes - Result of `screenOrders`; only accepted orders match, so prices are in the collar.
 * @returns Trades in the order (buyer, seller, price, sequence of the bid, of the ask), which does
 *   not depend on the order of rows. Cost O(m log m) in the m bilateral orders.
 * Source: decision 12.
 */
export function matchBilateral(
  book: Readonly<OrderBook>,
  codes: ArrayLike<number>,
): BilateralTrades {
  const { count, owner, sequence, isBid, quantityWh, limitUptPerKWh, counterparty } = book;
  const bids: number[] = [];
  const asks: number[] = [];
  for (let row = 0; row < count; row++) {
    if (counterparty[row]! === -1 || codes[row] !== ACCEPTED) continue;
    if (isBid[row] === 1) bids.push(row);
    else asks.push(row);
  }
  const buyerOf = (row: number) => (isBid[row] === 1 ? owner[row]! : counterparty[row]!);
  const sellerOf = (row: number) => (isBid[row] === 1 ? counterparty[row]! : owner[row]!);
  const comparePair = (a: number, b: number) =>
    buyerOf(a) - buyerOf(b) || sellerOf(a) - sellerOf(b) || limitUptPerKWh[a]! - limitUptPerKWh[b]!;
  const compare = (a: number, b: number) =>
    comparePair(a, b) || sequence[a]! - sequence[b]! || a - b;
  bids.sort(compare);
  asks.sort(compare);

  const filledWh = new Float64Array(count);
  const trades: { bid: number; ask: number; wh: number }[] = [];
  let [bidAt, askAt] = [0, 0];
  while (bidAt < bids.length && askAt < asks.length) {
    const [bid, ask] = [bids[bidAt]!, asks[askAt]!];
    const side = comparePair(bid, ask);
    if (side !== 0) {
      if (side < 0) bidAt++;
      else askAt++;
      continue;
    }
    const bidLeft = quantityWh[bid]! - filledWh[bid]!;
    const askLeft = quantityWh[ask]! - filledWh[ask]!;
    const wh = Math.min(bidLeft, askLeft);
    trades.push({ bid, ask, wh });
    filledWh[bid]! += wh;
    filledWh[ask]! += wh;
    if (wh === bidLeft) bidAt++;
    if (wh === askLeft) askAt++;
  }
  return {
    count: trades.length,
    bid: Int32Array.from(trades, (trade) => trade.bid),
    ask: Int32Array.from(trades, (trade) => trade.ask),
    energyWh: Float64Array.from(trades, (trade) => trade.wh),
    priceUptPerKWh: Float64Array.from(trades, (trade) => limitUptPerKWh[trade.bid]!),
    filledWh,
  };
}
