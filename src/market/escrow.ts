/** What an order must lock before it may stand in the book. */
import { cost, mulDivFloor } from '../base/integer.ts';

/**
 * Escrow of a bid: its worth at the limit and the wheeling of all of it. Every payment and wheeling
 * charge of the order's trades together stay within it, whatever the price, the number of trades
 * and their rounding, because prices do not exceed the limit and each part is rounded down.
 *
 * @param quantityWh - [Wh], integer >= 0.
 * @param limitUptPerKWh - [Upt/kWh], integer >= 0.
 * @param wheelingUptPerKWh - [Upt/kWh], integer >= 0.
 * @returns [Upt], integer. Source: model §4 (order escrow).
 */
export function buyerEscrowUpt(
  quantityWh: number,
  limitUptPerKWh: number,
  wheelingUptPerKWh: number,
): number {
  return cost(limitUptPerKWh, quantityWh) + cost(wheelingUptPerKWh, quantityWh);
}

/**
 * Performance bond of an ask: a share of its worth at the limit, rounded down.
 *
 * @param bondPpm - Share in parts per million, integer in [0, 1e6]; 100 000 is the default 10 %.
 * @returns [Upt], integer. Source: model §4 (performance bond).
 */
export function sellerBondUpt(quantityWh: number, limitUptPerKWh: number, bondPpm: number): number {
  return mulDivFloor(cost(limitUptPerKWh, quantityWh), bondPpm, 1_000_000);
}
