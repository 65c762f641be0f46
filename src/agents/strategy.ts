/** What a bidding strategy is: from a home's own reservation price and public prices to a limit. */
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';

/** What a home knows when it sets its limit; prices are integers [Upt/kWh]. */
export interface StrategyView {
  readonly isBid: boolean;
  /** Own reservation price: value of a buyer, cost of a seller. */
  readonly valueUptPerKWh: number;
  /** Feed-in price of the delivery slot. */
  readonly feedInUptPerKWh: number;
  /** Retail price of the delivery slot. */
  readonly retailUptPerKWh: number;
  /** One addressed draw on [0, 1) of this home and slot. */
  readonly uniform: number;
}

/** A strategy plug-in. */
export interface Strategy<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** The limit to state [Upt/kWh], an integer. Pure: nothing but the arguments may matter. */
  limitUptPerKWh(view: StrategyView, options: OptionValues<S>): number;
}

/** Defines a strategy; infers the type of its options and freezes it. */
export function defineStrategy<const S extends OptionSet>(strategy: Strategy<S>): Strategy<S> {
  return Object.freeze(strategy);
}
