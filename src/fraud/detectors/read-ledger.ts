/**
 * What published meter data owe to the registers. Lost reads are published by guesses; the head-end
 * sets them right later, possibly on another day: a guess of export that was too high at noon is
 * worked off the next noon. A balance of published values therefore swings by kilowatt-hours on
 * honest feeders. Readings are differences of registers, so the difference of both sums is known,
 * up to the slots not yet read.
 */
import { square } from '../../base/math.ts';
import type { FeederEvent, ReadingEvent } from './define.ts';

/** Share by which a guess for several unread slots in a row is off as a whole. */
const GUESS_ERROR = 0.3;

/** Published less read energy, import minus export, since each home's first reading. */
export interface ReadLedger {
  /** Takes a reading. The first one of a home only sets the origin: nothing was owed at its end. */
  read(reading: ReadingEvent): void;
  /** Takes a published slot; slots in increasing order without gaps. */
  publish(feeder: FeederEvent): void;
  /**
   * Published less true energy of all homes up to the end of a slot.
   *
   * @param lastSlot - The slot published last.
   * @returns The excess known from registers [Wh, signed], and the variance of what published
   *   guesses for slots without a read are off [Wh²]: slots of a home vary about as much as their
   *   mean, and n guesses in a row are besides off as a whole. A home that never sent a reading
   *   counts as read.
   */
  atEnd(lastSlot: number): { readonly excessWh: number; readonly varianceWh2: number };
}

/**
 * Creates an empty ledger that can look back `depth` slots. Cost: O(homes) a slot and a call of
 * `atEnd`.
 */
export function createReadLedger(count: number, depth: number): ReadLedger {
  const lastRead = new Float64Array(count).fill(Number.NaN);
  const originSlot = new Float64Array(count).fill(Number.NaN);
  const excessWh = new Float64Array(count);
  const netWh = new Float64Array(count * depth);
  const grossWh = new Float64Array(count * depth);
  let lastPublished = Number.NEGATIVE_INFINITY;
  const placeOf = (slot: number) => (((slot % depth) + depth) % depth) * count;

  /** Energy published for the last `slots` slots, and the mean throughput of a slot. */
  function published(home: number, lastSlot: number, slots: number) {
    let [guessedWh, throughputWh] = [0, 0];
    for (let back = 0; back < depth && lastSlot > Number.NEGATIVE_INFINITY; back++) {
      const at = placeOf(lastSlot - back) + home;
      if (back < slots) guessedWh += netWh[at]!;
      throughputWh += grossWh[at]!;
    }
    return { guessedWh, meanWh: throughputWh / depth };
  }

  return {
    read({ home, slot, importWh, exportWh }) {
      if (Number.isNaN(lastRead[home]!)) {
        const later = Math.min(depth, Math.max(0, lastPublished - slot));
        excessWh[home] = published(home, lastPublished, later).guessedWh;
        originSlot[home] = slot;
      } else {
        excessWh[home]! -= importWh - exportWh;
      }
      if (!(lastRead[home]! >= slot)) lastRead[home] = slot;
    },
    publish({ slot, reportedImportWh, reportedExportWh }) {
      lastPublished = slot;
      const at = placeOf(slot);
      for (let home = 0; home < count; home++) {
        const [importWh, exportWh] = [reportedImportWh[home]!, reportedExportWh[home]!];
        netWh[at + home] = importWh - exportWh;
        grossWh[at + home] = importWh + exportWh;
        // A reading comes before its slot is published; what the origin covers is settled.
        if (!(slot <= originSlot[home]!)) excessWh[home]! += importWh - exportWh;
      }
    },
    atEnd(lastSlot) {
      let [sumWh, varianceWh2] = [0, 0];
      for (let home = 0; home < count; home++) {
        if (Number.isNaN(lastRead[home]!)) continue;
        const unread = Math.max(0, lastSlot - lastRead[home]!);
        sumWh += excessWh[home]!;
        if (unread === 0) continue;
        const { guessedWh, meanWh } = published(home, lastSlot, Math.min(unread, depth));
        sumWh -= guessedWh;
        varianceWh2 += square(meanWh) * (unread + square(GUESS_ERROR * unread));
      }
      return { excessWh: sumWh, varianceWh2 };
    },
  };
}
