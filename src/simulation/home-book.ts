/**
 * Meter reads and settlements of all homes as the columns of their result tables, filled slot by slot:
 * row `slot · homes + home`. Nothing is kept twice, since these two tables are most of a large run.
 */
import type { HomeSettlement } from '../market/settlement.ts';
import type { SlotReads } from '../metering/head-end.ts';

/** Settled columns, in the order of the table. */
export const SETTLED_WH = ['boughtWh', 'soldWh', 'gridImportWh', 'gridExportWh'] as const;
/** Payments, in the order of the table. */
export const SETTLED_UPT = [
  'tradePaymentUpt',
  'wheelingUpt',
  'gridPaymentUpt',
  'penaltyUpt',
  'totalUpt',
  'twinTotalUpt',
] as const;

/** The columns; energy fits 32 bits for a slot, value does not. */
export interface HomeBook {
  readonly homeCount: number;
  readonly importWh: Int32Array;
  readonly exportWh: Int32Array;
  readonly generationWh: Int32Array;
  readonly quality: Uint8Array;
  /** Arrival of the read [µs since the start]; NaN when it never came. */
  readonly readUs: Float64Array;
  readonly settledWh: Readonly<Record<(typeof SETTLED_WH)[number], Int32Array>>;
  readonly settledUpt: Readonly<Record<(typeof SETTLED_UPT)[number], Float64Array>>;
  /** 1 for slots whose reads are in, and for slots that are settled. */
  readonly isRead: Uint8Array;
  readonly isSettled: Uint8Array;
  takeReads(reads: SlotReads): void;
  takeSettlement(slot: number, homes: HomeSettlement): void;
  /** Reads of one slot, as views. */
  readsOf(slot: number): {
    readonly importWh: Int32Array;
    readonly exportWh: Int32Array;
    readonly quality: Uint8Array;
  };
}

/** Makes empty columns. */
export function createHomeBook(slotCount: number, homeCount: number): HomeBook {
  const length = slotCount * homeCount;
  const wh = () => new Int32Array(length);
  const columns = <K extends string, C>(names: readonly K[], make: () => C) =>
    Object.fromEntries(names.map((name) => [name, make()])) as Record<K, C>;
  const book: HomeBook = {
    homeCount,
    importWh: wh(),
    exportWh: wh(),
    generationWh: wh(),
    quality: new Uint8Array(length),
    readUs: new Float64Array(length),
    settledWh: columns(SETTLED_WH, wh),
    settledUpt: columns(SETTLED_UPT, () => new Float64Array(length)),
    isRead: new Uint8Array(slotCount),
    isSettled: new Uint8Array(slotCount),
    takeReads(reads) {
      const at = reads.slot * homeCount;
      book.importWh.set(reads.importWh, at);
      book.exportWh.set(reads.exportWh, at);
      book.generationWh.set(reads.generationWh, at);
      book.quality.set(reads.quality, at);
      book.readUs.set(reads.readUs, at);
      book.isRead[reads.slot] = 1;
    },
    takeSettlement(slot, homes) {
      const at = slot * homeCount;
      for (const name of SETTLED_WH) book.settledWh[name].set(homes[name], at);
      for (const name of SETTLED_UPT) book.settledUpt[name].set(homes[name], at);
      book.isSettled[slot] = 1;
    },
    readsOf(slot) {
      const [from, to] = [slot * homeCount, (slot + 1) * homeCount];
      return {
        importWh: book.importWh.subarray(from, to),
        exportWh: book.exportWh.subarray(from, to),
        quality: book.quality.subarray(from, to),
      };
    },
  };
  return book;
}
