/** The extension point "loss allocation": who bears the feeder loss of a slot. */
import type { OptionSet, OptionValues } from '../../base/options.ts';
import type { PluginHead } from '../../base/plugin.ts';

/** What a loss allocation may look at. */
export interface LossAllocationInput {
  /** Loss of the slot to allocate [Wh], integer >= 0: the operator's published figure. */
  readonly lossWh: number;
  /** Energy delivered into trades by each party [Wh], integers >= 0. */
  readonly deliveredWh: ArrayLike<number>;
}

/** A loss allocation. */
export interface LossAllocation<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /**
   * Shares the loss of one slot out.
   *
   * @param out - Receives the loss of each party [Wh], integers; as long as `deliveredWh`.
   * @param options - Resolved options of the plug-in.
   * @returns Loss allocated [Wh] = sum of `out`, exactly; `lossWh` less this stays with the
   *   operator.
   * @throws {RangeError} when an input is negative or not an integer, or the lengths differ.
   */
  allocate(input: LossAllocationInput, out: Float64Array, options: OptionValues<S>): number;
}

/** Declares a loss allocation; infers the type of its options. */
export function defineLossAllocation<const S extends OptionSet>(
  allocation: LossAllocation<S>,
): Readonly<LossAllocation<S>> {
  return Object.freeze(allocation);
}
