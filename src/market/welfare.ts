/**
 * What a market was worth. Bills alone mislead: most of what homes save is what the network
 * operator loses, so three purses are kept whose changes add up, and the headline is the resources
 * saved.
 */
import { cost, divFloor } from '../base/integer.ts';
import type { OrderBook } from './book.ts';

/** Energy and money of a period from which the three purses follow; all integers. */
export interface WelfareFlows {
  /** Signed net energy through the feeder head, losses included [Wh]; + is import. */
  readonly headWh: number;
  /** Marginal cost of energy at the slack [Upt/kWh]. */
  readonly wholesaleUptPerKWh: number;
  /** Cost of the emissions of energy at the slack [Upt/kWh]. */
  readonly carbonUptPerKWh: number;
  /** Electricity and hardware of the chain [Upt]. */
  readonly chainCostUpt: number;
  /** What homes paid in total, signed [Upt]: trades, wheeling, grid and penalties. */
  readonly billsUpt: number;
  /** Green premium less hassle cost over the fulfilled trades, signed [Upt]. */
  readonly preferenceUpt: number;
}

/**
 * The three purses [Upt]; levels leave out the constant worth of consumption, changes do not need
 * it.
 */
export interface WelfarePurses {
  /** Homes: preference less bills. */
  readonly participantsUpt: number;
  /**
   * Network operator, which also buys energy and emissions and runs the chain: bills less costs.
   */
  readonly operatorUpt: number;
  /** Resource welfare: preference less energy (with loss), emissions and chain. */
  readonly resourceUpt: number;
}

/**
 * Splits a period's welfare into participants' surplus, operator's net revenue and resource
 * welfare.
 *
 * @returns Purses with participants + operator === resource, so changes between two runs or between
 *   a run and its grid-only twin add up too.
 * Source: model §9.8.
 */
export function welfarePurses(flows: WelfareFlows): WelfarePurses {
  const { headWh, wholesaleUptPerKWh, carbonUptPerKWh, chainCostUpt } = flows;
  const resourcesUpt =
    cost(wholesaleUptPerKWh, headWh) + cost(carbonUptPerKWh, headWh) + chainCostUpt;
  return {
    participantsUpt: flows.preferenceUpt - flows.billsUpt,
    operatorUpt: flows.billsUpt - resourcesUpt,
    resourceUpt: flows.preferenceUpt - resourcesUpt,
  };
}

/** Best that trade could do among orders, and the energy it takes. */
export interface Optimum {
  /** Largest surplus [Upt], integer (rounded down once). */
  readonly surplusUpt: number;
  /** Energy traded where marginal value meets marginal cost [Wh]. */
  readonly volumeWh: number;
}

/**
 * Welfare optimum of a set of orders by merit order: the optimum of the linear programme
 * max Σ v·x - Σ c·y, Σ x = Σ y, 0 <= x, y <= quantity.
 *
 * @param book - Orders; sides and quantities are read.
 * @param reservationUptPerKWh - Value of a bid or cost of an ask by row [Upt/kWh], integer; the
 *   limits of the book when omitted.
 * @returns Optimum; trades that gain nothing (value = cost) are counted in the volume.
 * Cost O(n log n). Source: model §4.1, §9.8.
 */
export function optimalSurplus(
  book: Readonly<OrderBook>,
  reservationUptPerKWh: ArrayLike<number> = book.limitUptPerKWh,
): Optimum {
  const { count, isBid, quantityWh } = book;
  const bids: number[] = [];
  const asks: number[] = [];
  for (let row = 0; row < count; row++) (isBid[row] === 1 ? bids : asks).push(row);
  const at = (row: number) => reservationUptPerKWh[row]!;
  bids.sort((a, b) => at(b) - at(a) || a - b);
  asks.sort((a, b) => at(a) - at(b) || a - b);
  let [bidAt, askAt, bidUsed, askUsed, gain, volumeWh] = [0, 0, 0, 0, 0, 0];
  while (bidAt < bids.length && askAt < asks.length) {
    const [bid, ask] = [bids[bidAt]!, asks[askAt]!];
    const margin = at(bid) - at(ask);
    if (margin < 0) break;
    const step = Math.min(quantityWh[bid]! - bidUsed, quantityWh[ask]! - askUsed);
    gain += margin * step;
    volumeWh += step;
    bidUsed += step;
    askUsed += step;
    if (bidUsed === quantityWh[bid]!) {
      bidAt++;
      bidUsed = 0;
    }
    if (askUsed === quantityWh[ask]!) {
      askAt++;
      askUsed = 0;
    }
  }
  return { surplusUpt: divFloor(gain, 1000), volumeWh };
}

/**
 * Surplus that trades achieved.
 *
 * @param energyWh - Energy of each trade [Wh], contracted or fulfilled.
 * @param buyerValueUptPerKWh - Buyer's value by trade [Upt/kWh], integer.
 * @param sellerCostUptPerKWh - Seller's cost by trade [Upt/kWh], integer.
 * @returns Σ (value - cost) · energy [Upt], signed, rounded down once; never above
 *   {@link optimalSurplus} of the orders behind the trades.
 */
export function achievedSurplus(
  count: number,
  energyWh: ArrayLike<number>,
  buyerValueUptPerKWh: ArrayLike<number>,
  sellerCostUptPerKWh: ArrayLike<number>,
): number {
  let gain = 0;
  for (let trade = 0; trade < count; trade++) {
    gain += (buyerValueUptPerKWh[trade]! - sellerCostUptPerKWh[trade]!) * energyWh[trade]!;
  }
  return divFloor(gain, 1000);
}

/** Surplus over the optimum; NaN when there was nothing to gain. */
export function efficiency(surplusUpt: number, optimumUpt: number): number {
  return optimumUpt > 0 ? surplusUpt / optimumUpt : Number.NaN;
}
