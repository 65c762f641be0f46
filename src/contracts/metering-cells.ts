/** Where the state keeps the anchored roots of meter reads. */
import { bytesToHex, type HashHex } from '../ledger/hash.ts';
import { RECORD_CELLS } from './cells.ts';

/** First cell of the anchored roots, by slot. */
const METERING_BASE = 2 ** 49 + 2 ** 48;
/** First cell of what the contract keeps beside them. */
const METERING_HEAD = METERING_BASE + 2 ** 47;

/** Hex digits in a cell: 52 bits, so that five cells hold the 256 bits of a root. */
const DIGITS = 13;
/** Cells of a root. */
const ROOT_CELLS = 5;

/** Fields of the anchored reads of a slot. */
export const METERING = {
  /** The first of five cells with 52 bits of the root each. */
  root: 0,
  /** Readings under the root; 0 where none is anchored, or none any more. */
  leafCount: 5,
  /** Head-end + 1. */
  headEnd: 6,
  anchoredUs: 7,
  /** Readings that were shown under the root. */
  proofs: 8,
} as const;

/** Names of the cells of a slot's anchored reads, for the description of the state. */
export const METERING_FIELDS: readonly string[] = [
  ...Array.from({ length: ROOT_CELLS }, (_, part) => `rootPart${part}`),
  ...Object.keys(METERING).slice(1),
];

/** Cell of a field of the anchored reads of a slot. */
export const meteringCell = (slot: number, field: number): number =>
  METERING_BASE + slot * RECORD_CELLS + field;

/** Cell that holds the first slot whose root may still be in the state. */
export const METERING_FIRST_KEPT: number = METERING_HEAD;

/** The five integers below 2^52 of a root of 32 bytes, first digits first. */
export function rootParts(root: Uint8Array): number[] {
  const hex = bytesToHex(root);
  return Array.from({ length: ROOT_CELLS }, (_, part) =>
    Number.parseInt(hex.slice(DIGITS * part, DIGITS * (part + 1)), 16),
  );
}

/** Root of a slot in the state; undefined where none is anchored, or none any more. */
export function anchoredRoot(read: (cell: number) => number, slot: number): HashHex | undefined {
  if (read(meteringCell(slot, METERING.leafCount)) === 0) return undefined;
  let hex = '';
  for (let part = 0; part < ROOT_CELLS; part++) {
    const digits = part < ROOT_CELLS - 1 ? DIGITS : 64 - DIGITS * (ROOT_CELLS - 1);
    hex += read(meteringCell(slot, METERING.root + part))
      .toString(16)
      .padStart(digits, '0');
  }
  return hex;
}
