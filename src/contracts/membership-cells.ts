/**
 * Where membership stands in the state. What every transaction asks for (is the sender a member, is it
 * suspended, which key does it sign with) is in the one cell `ACCOUNT.member`, so that nobody pays a read
 * for it; the rest is in records of its own.
 */
import { ACCOUNT, accountCell, RECORD_CELLS } from './cells.ts';

const BASE = 2 ** 44;
const KEYS = BASE + 2 ** 40;
const METERS = BASE + 2 ** 42;
const ASSETS = BASE + 2 ** 43;
/** Bits of a hash that name a meter or a generator. */
const NAME_BITS = 42;

/** Flags of `ACCOUNT.member`, above role + 1. */
const SUSPENDED = 2 ** 9;
const FROZEN = 2 ** 10;
const REVOKED = 2 ** 11;
/** What one rotation of the key adds to `ACCOUNT.member`. */
export const ROTATION = 2 ** 12;
/** Value of each flag. */
export const MEMBER_FLAG = { suspended: SUSPENDED, frozen: FROZEN, revoked: REVOKED } as const;

/** Rotations that an account may make. */
export const ROTATIONS_MAX = 1_024;

const has = (member: number, flag: number) => Math.floor(member / flag) % 2 === 1;

/** Whether a value of `ACCOUNT.member` says that nothing of the member may enter a block. */
export const isSuspended = (member: number): boolean =>
  member >= SUSPENDED && has(member, SUSPENDED);
/** Whether it says that the member's points are frozen. */
export const isFrozenMember = (member: number): boolean => has(member, FROZEN);
/** Whether it says that the member's certificate was withdrawn for good. */
export const isRevoked = (member: number): boolean => has(member, REVOKED);
/** How often the member has rotated its key. */
export const rotationsOf = (member: number): number => Math.floor(member / ROTATION);
/** Role code of a member; −1 for those who are none. */
export const memberRole = (member: number): number => (member % SUSPENDED) - 1;

/** Fields of a member's record. */
export const MEMBER = {
  /** Code of why it was suspended or revoked last. */
  cause: 0,
  /** When [µs]. */
  sinceUs: 1,
  /** 1 when the authority suspended it: the centre cannot lift that. */
  byAuthority: 2,
  /** Orders to freeze and to release that were carried out. */
  orders: 3,
} as const;

/** Cell of a member's field. */
export const memberCell = (account: number, field: number): number =>
  BASE + account * RECORD_CELLS + field;

/** First of the six cells of the key that an account took with its k-th rotation, k = 1, 2, … */
export const keyCell = (account: number, rotation: number): number =>
  KEYS + (account * ROTATIONS_MAX + rotation - 1) * RECORD_CELLS;

/** Cells that 32 bytes take. */
const HASH_CELLS = 6;
const CELL_BYTES = 6;

/** Writes 32 bytes into six cells of 48 bits, the last of 16. */
export function writeBytes32(
  write: (cell: number, value: number) => void,
  cell: number,
  bytes: Uint8Array,
): void {
  for (let k = 0; k < HASH_CELLS; k++) write(cell + k, part(bytes, k));
}

/** Reads what {@link writeBytes32} wrote. */
export function readBytes32(read: (cell: number) => number, cell: number): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let k = 0; k < HASH_CELLS; k++) {
    let value = read(cell + k);
    for (let i = Math.min(32, (k + 1) * CELL_BYTES) - 1; i >= k * CELL_BYTES; i--) {
      bytes[i] = value % 256;
      value = Math.floor(value / 256);
    }
  }
  return bytes;
}

/** Whether six cells hold these 32 bytes. */
export function holdsBytes32(
  read: (cell: number) => number,
  cell: number,
  bytes: Uint8Array,
): boolean {
  for (let k = 0; k < HASH_CELLS; k++) if (read(cell + k) !== part(bytes, k)) return false;
  return true;
}

function part(bytes: Uint8Array, k: number): number {
  let value = 0;
  for (let i = k * CELL_BYTES; i < Math.min(32, (k + 1) * CELL_BYTES); i++) {
    value = value * 256 + bytes[i]!;
  }
  return value;
}

/** First bits of a hash; two of ten thousand names share them with probability 10⁻⁵. */
function nameOf(hash: Uint8Array): number {
  let name = 0;
  for (let i = 0; i < 6; i++) name = name * 256 + hash[i]!;
  return Math.floor(name / 2 ** (48 - NAME_BITS));
}

/** Cell that holds 1 + the account of a meter, by the first 42 bits of the hash of its id. */
export const meterCell = (hash: Uint8Array): number => METERS + nameOf(hash);
/** Cell that holds 1 + the account of a generator, by the first 42 bits of the hash of its serial. */
export const assetCell = (hash: Uint8Array): number => ASSETS + nameOf(hash);

/** Keys that an account has taken in a state, oldest first; none while it has the one of genesis. */
export function keysInState(read: (cell: number) => number, account: number): Uint8Array[] {
  const rotations = rotationsOf(read(accountCell(account, ACCOUNT.member)));
  return Array.from({ length: rotations }, (_, k) => readBytes32(read, keyCell(account, k + 1)));
}
