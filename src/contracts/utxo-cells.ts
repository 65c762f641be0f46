/**
 * Where outputs of the UTXO ledger stand in the state. An outpoint's hash gives its place (46 bits) and a
 * tag (48 bits) that is kept there, so that 94 bits tell outputs apart. Two of a million outputs share a
 * place with probability 0.007, and the second is then refused; a tag that differs is another output.
 *
 * A coin takes eight cells. When it is spent, seven become 0 or stay as a marker of two cells: the tag with a
 * code, and when. The marker is what tells a double spend, which can never be included, from an input whose
 * parent has not arrived, which may wait. It stands in a queue and is cleared some time after the spend, so
 * that the state holds the coins there are and not the coins there ever were.
 */
import type { HashLatin1 } from '../ledger/hash.ts';
import { HASH_BYTES } from '../ledger/hash.ts';
import type { Outpoint } from '../ledger/payloads/spend.ts';
import type { StateView } from '../ledger/state.ts';
import { outpointHash } from '../ledger/utxo/spend.ts';

const BASE = 2 ** 52 + 2 ** 49;
const HEAD = BASE + 2 ** 49;
const QUEUE = HEAD + 2 ** 48;

/** Cells of a coin. */
export const COIN_CELLS = 8;

/** Fields of a coin. */
export const COIN = {
  /** Units of its asset; 0 once spent. */
  amount: 0,
  /** Tag · 8 + {@link COIN_CODE}; 0 for no coin. */
  tag: 1,
  /** Height of the block that made it; once spent, timestamp of the block that spent it [µs]. */
  born: 2,
  /** First of five words of 52 bits: the hash of its predicate. */
  lock: 3,
} as const;

const LOCK_WORDS = 5;

/** Standing of a coin. An unspent one adds its asset's code, 0 to 2. */
export const COIN_CODE = { none: 0, spendable: 1, issued: 4, spent: 7 } as const;

/** Fields of the UTXO ledger's own record. */
export const UTXO = {
  /** First of three, by asset: units issued. */
  issued: 0,
  /** First of three, by asset: units burned. */
  burned: 3,
  /** Fees not yet paid out [Upt]. */
  feesUpt: 6,
  /** First and one past the last entry of the queue of spent markers. */
  queueHead: 7,
  queueTail: 8,
} as const;

/** Cell of a field of the UTXO ledger's own record. */
export const utxoCell = (field: number): number => HEAD + field;
/** Cell of an entry of the queue of spent markers: the place of the coin. */
export const markerQueueCell = (entry: number): number => QUEUE + entry;
/** Whether a cell belongs to the UTXO ledger; it is the last area of the state. */
export const isUtxoCell = (cell: number): boolean => cell >= BASE;
/** First cell of the coin that a cell belongs to, or -1 for a cell that is no coin's. */
export const coinOfCell = (cell: number): number =>
  cell >= BASE && cell < HEAD ? cell - ((cell - BASE) % COIN_CELLS) : -1;

/** Where an output stands, and what tells it from another one there. */
export interface CoinPlace {
  /** First cell of the coin. */
  readonly cell: number;
  /** 48 bits. */
  readonly tag: number;
  readonly hash: HashLatin1;
}

/** Place of an outpoint. Cost: one hash. */
export function coinPlace(outpoint: Outpoint): CoinPlace {
  const hash = outpointHash(outpoint);
  let key = 0;
  let tag = 0;
  for (let i = 0; i < 6; i++) key = key * 256 + hash.charCodeAt(i);
  for (let i = 6; i < 12; i++) tag = tag * 256 + hash.charCodeAt(i);
  // The two bits of the six bytes that the place has no room for are dropped.
  return { cell: BASE + Math.floor(key / 4) * COIN_CELLS, tag, hash };
}

/** The five words of a lock of 32 bytes: 52, 52, 52, 52 and 48 bits. */
export function lockWords(lock: Uint8Array): number[] {
  const words: number[] = [];
  for (let half = 0; half < 2; half++) {
    const at = 13 * half;
    words.push(word(lock, at) * 16 + (lock[at + 6]! >> 4));
    words.push((lock[at + 6]! & 15) * 2 ** 48 + word(lock, at + 7));
  }
  words.push(word(lock, 26));
  return words;
}

function word(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let i = from; i < from + 6; i++) value = value * 256 + bytes[i]!;
  return value;
}

/** The lock of five words; inverse of {@link lockWords}. */
export function lockBytes(words: ArrayLike<number>): Uint8Array {
  const lock = new Uint8Array(HASH_BYTES);
  for (let half = 0; half < 2; half++) {
    const at = 13 * half;
    const [first, second] = [words[2 * half]!, words[2 * half + 1]!];
    putWord(lock, at, Math.floor(first / 16));
    lock[at + 6] = (first % 16) * 16 + Math.floor(second / 2 ** 48);
    putWord(lock, at + 7, second % 2 ** 48);
  }
  putWord(lock, 26, words[4]!);
  return lock;
}

function putWord(bytes: Uint8Array, from: number, value: number): void {
  let rest = value;
  for (let i = from + 5; i >= from; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** Reads the state after some block. */
export type ReadCell = (cell: number) => number;

/** Standing of the coin at a place: the code, or `none` where nothing or another coin stands. */
export function coinCode(read: ReadCell, place: CoinPlace): number {
  const tagged = read(place.cell + COIN.tag);
  return tagged !== 0 && Math.floor(tagged / 8) === place.tag ? tagged % 8 : COIN_CODE.none;
}

/** Asset of an unspent coin's code; -1 for other codes. */
export function assetOfCode(code: number): number {
  if (code === COIN_CODE.none || code === COIN_CODE.spent) return -1;
  return code < COIN_CODE.issued ? code - COIN_CODE.spendable : code - COIN_CODE.issued;
}

/** An unspent output as the state has it. */
export interface UnspentCoin {
  readonly asset: number;
  readonly amount: number;
  /** Height of the block that made it. */
  readonly height: number;
  /** 32 bytes. */
  readonly lock: Uint8Array;
}

/** The unspent coin of an outpoint; undefined when it is spent or not there. */
export function unspentCoin(read: ReadCell, outpoint: Outpoint): UnspentCoin | undefined {
  const place = coinPlace(outpoint);
  const asset = assetOfCode(coinCode(read, place));
  if (asset < 0) return undefined;
  const words = Array.from({ length: LOCK_WORDS }, (_, i) => read(place.cell + COIN.lock + i));
  return {
    asset,
    amount: read(place.cell + COIN.amount),
    height: read(place.cell + COIN.born),
    lock: lockBytes(words),
  };
}

/** Whether the coin at a place has this lock. */
export function hasLock(read: ReadCell, place: CoinPlace, words: readonly number[]): boolean {
  for (let i = 0; i < LOCK_WORDS; i++) {
    if (read(place.cell + COIN.lock + i) !== words[i]) return false;
  }
  return true;
}

/** Writes an unspent coin where nothing stands. */
export function writeCoin(
  state: StateView,
  place: CoinPlace,
  code: number,
  amount: number,
  height: number,
  lock: Uint8Array,
): void {
  state.write(place.cell + COIN.amount, amount);
  state.write(place.cell + COIN.tag, place.tag * 8 + code);
  state.write(place.cell + COIN.born, height);
  lockWords(lock).forEach((value, i) => {
    state.write(place.cell + COIN.lock + i, value);
  });
}

/** Turns a coin into a spent marker. */
export function markSpent(state: StateView, place: CoinPlace, timestampUs: number): void {
  state.write(place.cell + COIN.amount, 0);
  state.write(place.cell + COIN.tag, place.tag * 8 + COIN_CODE.spent);
  state.write(place.cell + COIN.born, timestampUs);
  for (let i = 0; i < LOCK_WORDS; i++) state.write(place.cell + COIN.lock + i, 0);
}

/** Adds the marker of a spent coin to the queue of those to be cleared. */
export function enqueueMarker(state: StateView, place: CoinPlace): void {
  const tail = state.read(utxoCell(UTXO.queueTail));
  state.write(markerQueueCell(tail), place.cell);
  state.write(utxoCell(UTXO.queueTail), tail + 1);
}

/**
 * Clears the oldest markers of coins spent up to `untilUs`, at most `countMax`. The queue is in order of
 * time because timestamps do not fall along a branch.
 */
export function clearMarkers(state: StateView, untilUs: number, countMax: number): void {
  const first = state.read(utxoCell(UTXO.queueHead));
  const end = Math.min(state.read(utxoCell(UTXO.queueTail)), first + countMax);
  let head = first;
  for (; head < end; head++) {
    const cell = state.read(markerQueueCell(head));
    if (state.read(cell + COIN.born) > untilUs) break;
    state.write(cell + COIN.tag, 0);
    state.write(cell + COIN.born, 0);
    state.write(markerQueueCell(head), 0);
  }
  if (head !== first) state.write(utxoCell(UTXO.queueHead), head);
}
