/**
 * Burst outages of the reads' way home. Independent losses never take two reads in a row often
 * enough to try the estimation; real ones do, because a concentrator fails for all its meters at
 * once. Each region is a two-state chain (E. N. Gilbert, Capacity of a burst-noise channel, Bell
 * System Tech. J. 39, 1960): while it is bad, some of its homes lose every read.
 */
import type { RandomSource } from '../base/random.ts';
import { DAY_US } from '../base/units.ts';

/** Homes behind one concentrator; regions are blocks of this many home indices. */
export const HOMES_PER_REGION = 25;
/** Mean outages a region and day at the default loss of 0.5 %; scales with the loss. */
export const OUTAGES_PER_DAY = 1 / 30;
/** Mean length of an outage [slots]. */
export const OUTAGE_SLOTS_MEAN = 4;
/** Share of a region's homes that an outage cuts off. */
export const OUTAGE_HOME_SHARE = 0.8;
const REFERENCE_LOSS = 0.005;

/** The regions' channels. */
export interface Outages {
  /** Moves every region to a slot; slots in increasing order, one at a time. */
  advance(slot: number): void;
  /** True when the home's read of the current slot falls into an outage. */
  cutOff(home: number): boolean;
}

/**
 * Creates the channels of all regions, good at first.
 * @param loss - Probability that a single read is lost; outages are in a fixed ratio to it, so that
 *   no loss means no outage either.
 */
export function createOutages(
  count: number,
  loss: number,
  slotUs: number,
  random: RandomSource,
): Outages {
  const draws = random.addressed('world/meter-outage');
  const affected = random.addressed('world/meter-outage-home');
  const regionCount = Math.ceil(count / HOMES_PER_REGION);
  const startShare = Math.min(1, OUTAGES_PER_DAY * (slotUs / DAY_US) * (loss / REFERENCE_LOSS));
  const bad = new Uint8Array(regionCount);
  const sinceSlot = new Float64Array(regionCount);
  return {
    advance(slot) {
      for (let region = 0; region < regionCount; region++) {
        const draw = draws.uniform(region, slot, 0);
        if (bad[region] === 1) {
          if (draw < 1 / OUTAGE_SLOTS_MEAN) bad[region] = 0;
        } else if (draw < startShare) {
          bad[region] = 1;
          sinceSlot[region] = slot;
        }
      }
    },
    cutOff(home) {
      const region = Math.floor(home / HOMES_PER_REGION);
      if (bad[region] !== 1) return false;
      // Drawn at the outage's first slot, so that the same homes stay cut off until it ends.
      return affected.uniform(home, sinceSlot[region]!, 0) < OUTAGE_HOME_SHARE;
    },
  };
}
