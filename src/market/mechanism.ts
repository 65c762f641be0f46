/**
 * What a market mechanism is: a pure function from a slot's book to fills, trades and prices. It
 * knows nothing of the chain; what is in the book has passed screening and has its escrow.
 */
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { OrderBook } from './book.ts';

/** Why a clearing has the volume it has. */
export type ClearingCode = 'CLEARED' | 'NO_BIDS' | 'NO_ASKS' | 'NO_CROSSING';

/** Trades as columns of length `count`; `bid` and `ask` are rows of the book. */
export interface TradeColumns {
  readonly count: number;
  readonly bid: Int32Array;
  readonly ask: Int32Array;
  /** [Wh], integer > 0. */
  readonly energyWh: Float64Array;
}

/** Result of clearing one book. */
export interface Clearing {
  /** Price of the slot [Upt/kWh], integer; NaN when nothing clears. */
  readonly priceUptPerKWh: number;
  /** Energy traded [Wh]; equals the sum of fills of bids, of asks, and of trades, with ===. */
  readonly volumeWh: number;
  /** Accepted part of each order [Wh], integer, 0 <= filled <= asked; length `book.count`. */
  readonly filledWh: Float64Array;
  readonly trades: TradeColumns;
  readonly code: ClearingCode;
}

/** A market mechanism plug-in. */
export interface Mechanism<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /**
   * Clears the pool orders of one slot. Must not keep or change the book, must trade only at prices
   * inside [floor, cap] of the book, and must depend on nothing but its arguments.
   *
   * @throws {InvariantViolation} when the book breaks its own contract (see {@link OrderBook}).
   */
  clear(book: Readonly<OrderBook>, options: OptionValues<S>): Clearing;
}

/** Defines a market mechanism; infers the type of its options and freezes it. */
export function defineMechanism<const S extends OptionSet>(mechanism: Mechanism<S>): Mechanism<S> {
  return Object.freeze(mechanism);
}

/** A clearing in which nothing trades. */
export function emptyClearing(count: number, code: ClearingCode): Clearing {
  return {
    priceUptPerKWh: Number.NaN,
    volumeWh: 0,
    filledWh: new Float64Array(count),
    trades: {
      count: 0,
      bid: new Int32Array(0),
      ask: new Int32Array(0),
      energyWh: new Float64Array(0),
    },
    code,
  };
}
