/**
 * What meters said of generation, and which slots labels came from: what claims are measured against. A
 * reading that merges lost neighbours is counted in full for every stretch that it touches, so that the
 * generation of a stretch is never understated.
 */
import type { MintEvent, ReadingEvent } from './define.ts';

/** Labels of one generator that were minted of one slot. */
export interface SlotLabels {
  readonly slot: number;
  readonly count: number;
}

/** Generation and labels of all homes. */
export interface GenerationBook {
  read(reading: ReadingEvent): void;
  mint(mint: MintEvent): void;
  /** Generation of the slots [fromSlot, toSlot) at most [Wh]. Cost: O(slots + merged readings). */
  generationWh(home: number, fromSlot: number, toSlot: number): number;
  /** Clean export of a slot by a reading of this slot alone [Wh]; undefined without one. */
  cleanOf(home: number, slot: number): SlotClean | undefined;
  /** Slots that the labels [from, to) came from, in the order of serials. Cost: O(log mints + slots). */
  slotsOf(generator: number, from: number, to: number): SlotLabels[];
}

/** What a single slot gave. */
export interface SlotClean {
  readonly generationWh: number;
  /** The lesser of export and generation: what came out of storage is not in it. */
  readonly cleanExportWh: number;
}

interface HomeBook {
  /** NaN where there is no reading of the slot alone. */
  readonly generationWh: Float64Array;
  readonly cleanExportWh: Float64Array;
  readonly merged: ReadingEvent[];
  readonly mints: MintEvent[];
}

/** Creates an empty book of a run with `slotCount` slots; history is left out. */
export function createGenerationBook(count: number, slotCount: number): GenerationBook {
  const empty = () => new Float64Array(slotCount).fill(Number.NaN);
  const homes: HomeBook[] = Array.from({ length: count }, () => ({
    generationWh: empty(),
    cleanExportWh: empty(),
    merged: [],
    mints: [],
  }));
  return {
    read(reading) {
      const { home, fromSlot, slot, exportWh, generationWh } = reading;
      if (slot < 0 || slot >= slotCount) return;
      if (fromSlot < slot) {
        homes[home]!.merged.push(reading);
        return;
      }
      homes[home]!.generationWh[slot] = generationWh;
      homes[home]!.cleanExportWh[slot] = Math.min(exportWh, generationWh);
    },
    mint(mint) {
      if (mint.serialFrom < mint.serialTo) homes[mint.generator]!.mints.push(mint);
    },
    generationWh(home, fromSlot, toSlot) {
      const { generationWh, merged } = homes[home]!;
      let sumWh = 0;
      for (let slot = Math.max(0, fromSlot); slot < Math.min(toSlot, slotCount); slot++) {
        const wh = generationWh[slot]!;
        if (!Number.isNaN(wh)) sumWh += wh;
      }
      for (const reading of merged) {
        if (reading.slot >= fromSlot && reading.fromSlot < toSlot) sumWh += reading.generationWh;
      }
      return sumWh;
    },
    cleanOf(home, slot) {
      const { generationWh, cleanExportWh } = homes[home]!;
      const wh = generationWh[slot];
      if (wh === undefined || Number.isNaN(wh)) return undefined;
      return { generationWh: wh, cleanExportWh: cleanExportWh[slot]! };
    },
    slotsOf(generator, from, to) {
      const { mints } = homes[generator]!;
      let [low, high] = [0, mints.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (mints[middle]!.serialTo <= from) low = middle + 1;
        else high = middle;
      }
      const slots: SlotLabels[] = [];
      for (let at = low; at < mints.length && mints[at]!.serialFrom < to; at++) {
        const { slot, serialFrom, serialTo } = mints[at]!;
        slots.push({ slot, count: Math.min(to, serialTo) - Math.max(from, serialFrom) });
      }
      return slots;
    },
  };
}
