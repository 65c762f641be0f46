/**
 * Uniform-price call double auction. Everybody trades at one price, chosen inside the interval that
 * the marginal orders leave; the obvious shortcuts (price of the last bid, of the last ask, of the
 * first quantity match) are each a published bug of another simulator and stand as tests X1 to X10.
 */
import { invariant } from '../../base/errors.ts';
import { largestRemainder, mulDivFloor, roundHalfUp } from '../../base/integer.ts';
import { choice, fraction } from '../../base/options.ts';
import type { OrderBook } from '../book.ts';
import { type Clearing, defineMechanism, emptyClearing } from '../mechanism.ts';
import { createMeritSide, type MeritSide, sortNextBucket, spreadSide } from '../merit-order.ts';
import { type BookSummary, createBookCheck } from '../validate.ts';

/** Parts of one in which `priceRule` is kept, so that the price is integer arithmetic. */
const RULE_PARTS = 1_000_000;

/** Where the two curves meet, in merit positions. */
interface Crossing {
  volumeWh: number;
  lastBidUptPerKWh: number;
  lastAskUptPerKWh: number;
  /** Price interval [Upt/kWh] before the collar. */
  lo: number;
  hi: number;
  /** First merit position of the marginal price level and what the levels before it took [Wh]. */
  bidLevel: number;
  bidBeforeWh: number;
  askLevel: number;
  askBeforeWh: number;
}

function createUniformPrice() {
  const check = createBookCheck();
  const bids = createMeritSide();
  const asks = createMeritSide();
  let tradeBid = new Int32Array(64);
  let tradeAsk = new Int32Array(64);
  let tradeWh = new Float64Array(64);
  const crossing: Crossing = {
    volumeWh: 0,
    lastBidUptPerKWh: 0,
    lastAskUptPerKWh: 0,
    lo: 0,
    hi: 0,
    bidLevel: 0,
    bidBeforeWh: 0,
    askLevel: 0,
    askBeforeWh: 0,
  };

  /** Walks both curves while the bid is not below the ask. */
  function cross(book: Readonly<OrderBook>, byTime: boolean): void {
    const { quantityWh, limitUptPerKWh } = book;
    let [bidAt, askAt, bidLeft, askLeft, volume] = [-1, -1, 0, 0, 0];
    let [bidLimit, askLimit] = [Number.NaN, Number.NaN];
    let [nextBid, nextAsk] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (;;) {
      if (bidLeft === 0) {
        const at = bidAt + 1;
        if (at === bids.sortedTo && at < bids.count) sortNextBucket(bids, book, byTime);
        nextBid = at < bids.count ? limitUptPerKWh[bids.order[at]!]! : Number.NEGATIVE_INFINITY;
      }
      if (askLeft === 0) {
        const at = askAt + 1;
        if (at === asks.sortedTo && at < asks.count) sortNextBucket(asks, book, byTime);
        nextAsk = at < asks.count ? limitUptPerKWh[asks.order[at]!]! : Number.POSITIVE_INFINITY;
      }
      if (nextBid < nextAsk) break;
      if (bidLeft === 0) {
        bidLeft = quantityWh[bids.order[++bidAt]!]!;
        if (nextBid !== bidLimit) {
          bidLimit = nextBid;
          crossing.bidLevel = bidAt;
          crossing.bidBeforeWh = volume;
        }
      }
      if (askLeft === 0) {
        askLeft = quantityWh[asks.order[++askAt]!]!;
        if (nextAsk !== askLimit) {
          askLimit = nextAsk;
          crossing.askLevel = askAt;
          crossing.askBeforeWh = volume;
        }
      }
      const step = Math.min(bidLeft, askLeft);
      bidLeft -= step;
      askLeft -= step;
      volume += step;
    }
    crossing.volumeWh = volume;
    crossing.lastBidUptPerKWh = bidLimit;
    crossing.lastAskUptPerKWh = askLimit;
    // A partially filled order is both the last matched and the best excluded one: then nextBid is
    // bidLimit (or nextAsk is askLimit), which is what the interval needs.
    crossing.lo = Math.max(askLimit, nextBid);
    crossing.hi = Math.min(bidLimit, nextAsk);
  }

  /**
   * Fills the accepted orders of a side; the marginal level shares what is left. Returns its end.
   */
  function fill(
    side: MeritSide,
    book: Readonly<OrderBook>,
    level: number,
    leftWh: number,
    byTime: boolean,
    filledWh: Float64Array,
  ): number {
    const { quantityWh } = book;
    const { order, distance } = side;
    for (let k = 0; k < level; k++) filledWh[order[k]!] = quantityWh[order[k]!]!;
    let end = level;
    let levelWh = 0;
    // Equal limits share a bucket and the walk has sorted the bucket of the marginal order.
    while (end < side.sortedTo && distance[end]! === distance[level]!) {
      levelWh += quantityWh[order[end++]!]!;
    }
    if (leftWh === levelWh) {
      for (let k = level; k < end; k++) filledWh[order[k]!] = quantityWh[order[k]!]!;
    } else if (byTime || end - level === 1) {
      let left = leftWh;
      for (let k = level; k < end; k++) {
        const part = Math.min(left, quantityWh[order[k]!]!);
        filledWh[order[k]!] = part;
        left -= part;
      }
    } else {
      const weights = new Float64Array(end - level);
      for (let k = level; k < end; k++) weights[k - level] = quantityWh[order[k]!]!;
      const shares = largestRemainder(leftWh, weights);
      for (let k = level; k < end; k++) filledWh[order[k]!] = shares[k - level]!;
    }
    return end;
  }

  /**
   * Pairs accepted bids and asks in merit order, the smaller remainder a trade. Returns the count.
   */
  function pair(volumeWh: number, capacity: number, filledWh: Float64Array): number {
    if (tradeBid.length < capacity) {
      tradeBid = new Int32Array(2 * capacity);
      tradeAsk = new Int32Array(2 * capacity);
      tradeWh = new Float64Array(2 * capacity);
    }
    const [bidOrder, askOrder] = [bids.order, asks.order];
    let [left, count, bidAt, askAt, bidLeft, askLeft] = [volumeWh, 0, -1, -1, 0, 0];
    while (left > 0) {
      while (bidLeft === 0) bidLeft = filledWh[bidOrder[++bidAt]!]!;
      while (askLeft === 0) askLeft = filledWh[askOrder[++askAt]!]!;
      const step = Math.min(bidLeft, askLeft);
      tradeBid[count] = bidOrder[bidAt]!;
      tradeAsk[count] = askOrder[askAt]!;
      tradeWh[count] = step;
      count++;
      bidLeft -= step;
      askLeft -= step;
      left -= step;
    }
    return count;
  }

  return function clear(
    book: Readonly<OrderBook>,
    options: { readonly priceRule: number; readonly tieRule: 'pro-rata' | 'time' },
  ): Clearing {
    const summary: BookSummary = check(book);
    if (summary.bidCount === 0) return emptyClearing(book.count, 'NO_BIDS');
    if (summary.askCount === 0) return emptyClearing(book.count, 'NO_ASKS');
    const { floorUptPerKWh: floor, capUptPerKWh: cap } = book;
    const { bestBidUptPerKWh: bestBid, bestAskUptPerKWh: bestAsk } = summary;
    const bidSpan = bestBid - Math.max(bestAsk, floor);
    const askSpan = Math.min(bestBid, cap) - bestAsk;
    if (bidSpan < 0 || askSpan < 0) return emptyClearing(book.count, 'NO_CROSSING');
    const byTime = options.tieRule === 'time';
    spreadSide(bids, book, summary.rows, 1, bestBid, bidSpan);
    spreadSide(asks, book, summary.rows, 0, bestAsk, askSpan);
    cross(book, byTime);
    const { volumeWh, bidLevel, bidBeforeWh, askLevel, askBeforeWh } = crossing;
    const filledWh = new Float64Array(book.count);
    const bidEnd = fill(bids, book, bidLevel, volumeWh - bidBeforeWh, byTime, filledWh);
    const askEnd = fill(asks, book, askLevel, volumeWh - askBeforeWh, byTime, filledWh);
    const count = pair(volumeWh, bidEnd + askEnd, filledWh);
    const lo = Math.min(Math.max(crossing.lo, floor), cap);
    const hi = Math.min(Math.max(crossing.hi, floor), cap);
    invariant(lo <= hi, 'price-interval', () => `expected lo <= hi, got [${lo}, ${hi}]`);
    const parts = roundHalfUp(options.priceRule * RULE_PARTS);
    return {
      priceUptPerKWh: lo + mulDivFloor(parts, hi - lo, RULE_PARTS),
      volumeWh,
      filledWh,
      trades: {
        count,
        bid: tradeBid.slice(0, count),
        ask: tradeAsk.slice(0, count),
        energyWh: tradeWh.slice(0, count),
      },
      code: 'CLEARED',
    };
  };
}

/**
 * Uniform-price call double auction with price rule k.
 *
 * Volume Q* is where the merit orders cross (bid >= ask, equality trades). The price is
 * `lo + floor(k (hi - lo))` with lo = max(last matched ask, best excluded bid), hi = min(last
 * matched bid, best excluded ask), a partially filled order counting as both, and both ends moved
 * into the collar of the book; k is kept in millionths (half up), so the price is exact integer
 * arithmetic.
 * Bids below the floor and asks above the cap never trade; a bid above the cap keeps its merit.
 * Ties: merit order is (price, owner, sequence); the marginal level shares pro rata by largest
 * remainder, ties of remainder by (owner, sequence); with `time` it fills by (inclusion, owner,
 * sequence). Trades pair accepted orders in merit order. Zero quantities are ignored.
 * Guarantees: sum of bids = sum of asks = volume with ===, nobody trades outside its limit, surplus
 * is the optimum over limits, the result does not depend on the order of rows.
 * Cost: O(n + sorting of what is accepted); allocates the result columns only.
 * Source: Wilson 1985 (k-double auction), doi 10.2307/1911013; model M 4.1.
 */
export default defineMechanism({
  apiVersion: 1,
  name: 'uniform-price',
  code: 'uda',
  summary: 'Call double auction at one price inside the interval of the marginal orders',
  source: 'R. Wilson, Incentive efficiency of double auctions, Econometrica 53 (1985) 1101',
  options: () => ({
    priceRule: fraction('0.5', {
      doc: 'k: 0 is the low end of the price interval, 1 the high end',
    }),
    tieRule: choice(['pro-rata', 'time'], 'pro-rata', 'Who trades at the marginal price'),
  }),
  clear: createUniformPrice(),
});
