/**
 * Turns loss power into whole watt-hours. Rounding every sub-step would lose or invent up to half a
 * watt-hour each; here the loss is summed as a float, rounded once a slot, and the remainder waits
 * for the next slot, so that the published total never strays by more than half a watt-hour.
 */
import { roundHalfUp } from '../base/integer.ts';
import { HOUR_US } from '../base/units.ts';

/** Loss of one feeder on its way to integers. */
export interface LossAccumulator {
  /** Adds a sub-step: mean loss [W, finite, >= 0] over a duration [µs, > 0]. */
  add(lossW: number, durationUs: number): void;
  /**
   * Ends the slot.
   *
   * @returns Loss of the slot [Wh], integer >= 0. The remainder, within half a watt-hour, is
   *   carried.
   */
  close(): number;
  /** Loss added but not yet handed out [Wh], in [-0.5, 0.5) right after `close`. */
  readonly carryWh: number;
}

/**
 * Creates the accumulator of one feeder.
 * @returns Over any number of slots, |sum of `close()` - sum of added loss| <= 0.5 Wh.
 * Source: decision 15.
 */
export function createLossAccumulator(): LossAccumulator {
  let pendingWh = 0;
  return {
    add(lossW, durationUs) {
      if (!(lossW >= 0 && Number.isFinite(lossW))) {
        throw new RangeError(`"lossW" expected finite and >= 0, got ${lossW}`);
      }
      if (!(durationUs > 0)) throw new RangeError(`"durationUs" expected > 0, got ${durationUs}`);
      pendingWh += (lossW * durationUs) / HOUR_US;
    },
    close() {
      const lossWh = roundHalfUp(pendingWh);
      pendingWh -= lossWh;
      return lossWh;
    },
    get carryWh() {
      return pendingWh;
    },
  };
}
