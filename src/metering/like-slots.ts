/**
 * What a home usually does at this time of day: the last actual values of the same slot of the day.
 */
import { divExact, roundHalfUp } from '../base/integer.ts';
import { DAY_US } from '../base/units.ts';
import { QUALITY } from './quality.ts';

/** Like days kept for each slot of the day. */
export const LIKE_DAYS = 3;

/** A published slot, as `record` reads it. */
interface PublishedSlot {
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  readonly generationWh: Float64Array;
  readonly quality: Uint8Array;
}

/** Memory of like slots of all homes. `channel` is 0 import, 1 export, 2 generation. */
export interface LikeSlots {
  /**
   * Learns a published slot: actual values as like slots, any value that is not missing as the
   * last.
   */
  record(home: number, slot: number, reads: PublishedSlot): void;
  /** Mean of the like slots [Wh], else the last value, else 0; integer >= 0. */
  guess(home: number, channel: number, slot: number): number;
  /** True while a guess has nothing to go by. */
  isEmpty(home: number): boolean;
  /** Shape to split slots `from`..`to` by: the like-slot means; all ones where they sum to 0. */
  weights(home: number, channel: number, from: number, to: number): Float64Array;
}

/** Creates an empty memory. @throws {RangeError} when the slot does not divide a day. */
export function createLikeSlots(count: number, slotUs: number): LikeSlots {
  const slotsPerDay = divExact(DAY_US, slotUs);
  // One row a home and slot of the day, LIKE_DAYS triples in it, oldest overwritten.
  const valuesWh = new Float32Array(count * slotsPerDay * LIKE_DAYS * 3);
  const seen = new Uint32Array(count * slotsPerDay);
  const lastWh = new Float64Array(3 * count);
  const hasLast = new Uint8Array(count);
  const rowOf = (home: number, slot: number) =>
    home * slotsPerDay + (((slot % slotsPerDay) + slotsPerDay) % slotsPerDay);

  function meanWh(row: number, channel: number): number {
    const days = Math.min(seen[row]!, LIKE_DAYS);
    let sumWh = 0;
    for (let day = 0; day < days; day++) sumWh += valuesWh[(row * LIKE_DAYS + day) * 3 + channel]!;
    return sumWh / days;
  }

  return {
    record(home, slot, { importWh, exportWh, generationWh, quality }) {
      if (quality[home] === QUALITY.missing) return;
      lastWh[3 * home] = importWh[home]!;
      lastWh[3 * home + 1] = exportWh[home]!;
      lastWh[3 * home + 2] = generationWh[home]!;
      hasLast[home] = 1;
      if (quality[home] !== QUALITY.actual) return;
      const row = rowOf(home, slot);
      const at = (row * LIKE_DAYS + (seen[row]! % LIKE_DAYS)) * 3;
      valuesWh[at] = importWh[home]!;
      valuesWh[at + 1] = exportWh[home]!;
      valuesWh[at + 2] = generationWh[home]!;
      seen[row] = seen[row]! + 1;
    },
    guess(home, channel, slot) {
      const row = rowOf(home, slot);
      return seen[row] === 0 ? lastWh[3 * home + channel]! : roundHalfUp(meanWh(row, channel));
    },
    isEmpty: (home) => hasLast[home] === 0,
    weights(home, channel, from, to) {
      const weights = new Float64Array(to - from + 1);
      let sum = 0;
      for (let slot = from; slot <= to; slot++) {
        const row = rowOf(home, slot);
        const weight = seen[row] === 0 ? 0 : roundHalfUp(meanWh(row, channel));
        weights[slot - from] = weight;
        sum += weight;
      }
      return sum === 0 ? weights.fill(1) : weights;
    },
  };
}
