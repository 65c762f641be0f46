/**
 * Which metered watt-hour belongs to which trade. A meter counts one total; contracts are many. The
 * total is shared over the party's trades in whole watt-hours that add up again.
 */
import { largestRemainder, mulDivFloor } from '../base/integer.ts';

/** Trades of one slot as columns of length `count`. */
export interface SlotTrades {
  readonly count: number;
  /** Home that sells. */
  readonly seller: ArrayLike<number>;
  /** Home that buys. */
  readonly buyer: ArrayLike<number>;
  /** Traded energy [Wh], integer >= 0. */
  readonly contractedWh: ArrayLike<number>;
  /** Price of the trade [Upt/kWh], integer. */
  readonly priceUptPerKWh: ArrayLike<number>;
  /** 1 for a trade that is void: it settles at grid prices as if it had never been. */
  readonly isVoid?: ArrayLike<number>;
}

/** What sellers delivered into their trades. */
export interface Deliveries {
  /** By trade [Wh]. */
  readonly tradeWh: Float64Array;
  /** By home [Wh]: the sum over the trades it sells. */
  readonly homeWh: Float64Array;
}

/**
 * Shares a pot of each party over the party's trades, pro rata to weights by largest remainder.
 *
 * @param party - Party of each trade, in [0, potWh.length).
 * @param weightWh - Weight of each trade [Wh], integer >= 0.
 * @param potWh - Pot of each party [Wh], integer >= 0; what exceeds the party's weights is not
 *   shared.
 * @param out - Receives the shares by trade [Wh]; 0 <= share <= weight.
 * @returns `out`. For each party the shares sum to min(pot, sum of weights) exactly; ties of
 *   remainder go to the earlier trade. Cost O(trades + parties).
 */
export function shareByParty(
  count: number,
  party: ArrayLike<number>,
  weightWh: ArrayLike<number>,
  potWh: ArrayLike<number>,
  out: Float64Array = new Float64Array(count),
): Float64Array {
  const parties = potWh.length;
  const totalWh = new Float64Array(parties);
  const first = new Int32Array(parties).fill(-1);
  const next = new Int32Array(count);
  for (let trade = count - 1; trade >= 0; trade--) {
    const who = party[trade]!;
    totalWh[who]! += weightWh[trade]!;
    next[trade] = first[who]!;
    first[who] = trade;
  }
  for (let trade = 0; trade < count; trade++) {
    const who = party[trade]!;
    if (totalWh[who]! <= potWh[who]!) out[trade] = weightWh[trade]!;
    else if (first[who] === trade) shareScarce(trade, next, weightWh, potWh[who]!, out);
  }
  return out;
}

/** Shares a pot that is too small over the list of trades that begins with `first`. */
function shareScarce(
  first: number,
  next: Int32Array,
  weightWh: ArrayLike<number>,
  pot: number,
  out: Float64Array,
): void {
  if (next[first]! < 0) {
    out[first] = pot;
    return;
  }
  const trades: number[] = [];
  for (let trade = first; trade >= 0; trade = next[trade]!) trades.push(trade);
  const shares = largestRemainder(
    pot,
    trades.map((trade) => weightWh[trade]!),
  );
  trades.forEach((trade, place) => {
    out[trade] = shares[place]!;
  });
}

/** Contracted energy by trade with void trades at 0 [Wh]. */
export function validWh({ count, contractedWh, isVoid }: SlotTrades): Float64Array {
  const wh = new Float64Array(count);
  for (let trade = 0; trade < count; trade++) {
    wh[trade] = isVoid?.[trade] === 1 ? 0 : contractedWh[trade]!;
  }
  return wh;
}

/**
 * Attributes each home's metered export to the trades it sells, pro rata to contracted Wh and never
 * more than contracted. Void trades get nothing. The result by home is what a loss allocation
 * shares loss over.
 *
 * @param exportWh - Reported export of each home [Wh], integer >= 0.
 * Source: decision 15.
 */
export function attributeDeliveries(trades: SlotTrades, exportWh: ArrayLike<number>): Deliveries {
  const tradeWh = shareByParty(trades.count, trades.seller, validWh(trades), exportWh);
  const homeWh = new Float64Array(exportWh.length);
  for (let trade = 0; trade < trades.count; trade++) {
    homeWh[trades.seller[trade]!]! += tradeWh[trade]!;
  }
  return { tradeWh, homeWh };
}

/**
 * Part of a feeder's published loss that local trades caused: the feeder carries traded and
 * untraded energy alike, so trades answer for their share of what it carried.
 *
 * @param publishedLossWh - Loss of the slot [Wh], integer >= 0.
 * @param deliveredWh - Energy delivered into trades [Wh], integer >= 0.
 * @param carriedWh - Energy that entered the feeder [Wh]: all export plus import at the head.
 * @returns floor(loss · delivered / max(carried, delivered)) [Wh], never more than delivered; 0
 *   when nothing was carried.
 */
export function tradedLossWh(
  publishedLossWh: number,
  deliveredWh: number,
  carriedWh: number,
): number {
  const carried = Math.max(carriedWh, deliveredWh);
  if (carried === 0) return 0;
  return Math.min(deliveredWh, mulDivFloor(publishedLossWh, deliveredWh, carried));
}
