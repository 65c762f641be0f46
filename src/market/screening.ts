/**
 * What keeps an order out of the book, decided before clearing and by nothing but the slot's orders
 * and its collar. The codes go to receipts and tables; an order is never dropped without one.
 */
import { createBook, type OrderBook, reserveOrders } from './book.ts';

/** Codes of screening; the index in this list is what the columns hold. */
export const SCREENING_CODES = [
  'ACCEPTED',
  'ZERO_QUANTITY',
  'OUTSIDE_COLLAR',
  'SELF_MATCH',
] as const;

/** One screening outcome. Those that are not `ACCEPTED` are reject reasons. */
export type ScreeningCode = (typeof SCREENING_CODES)[number];

/** Index of `ACCEPTED` in {@link SCREENING_CODES}. */
export const ACCEPTED = 0;
/** Index of `ZERO_QUANTITY`. */
export const ZERO_QUANTITY = 1;
/** Index of `OUTSIDE_COLLAR`. */
export const OUTSIDE_COLLAR = 2;
/** Index of `SELF_MATCH`. */
export const SELF_MATCH = 3;

/**
 * Screens the orders of a slot.
 *
 * Rules, first match counts: `ZERO_QUANTITY` for 0 Wh. `OUTSIDE_COLLAR` for an order that no price
 * inside [floor, cap] of the book can serve: a bid below the floor, an ask above the cap, and a
 * bilateral order on either side of the collar, since its limit is its price. A bid above the cap
 * or an ask below the floor stays and keeps its merit. `SELF_MATCH` for a bilateral order that
 * names its own owner, and for a pool order on the side other than the owner's first one: of the
 * pool orders of an owner that pass the other rules, the lowest sequence fixes the side for the
 * slot, whatever the order of inclusion. Bilateral orders stand beside the pool and fix no side.
 *
 * @param book - Orders of one slot with the slot's collar; (owner, sequence) unique.
 * @param codes - Receives one {@link SCREENING_CODES} index an order; a new column when omitted.
 * @returns The codes. Cost O(n); O(n log n) when an owner's pool orders are not adjacent.
 */
export function screenOrders(
  book: Readonly<OrderBook>,
  codes: Uint8Array = new Uint8Array(book.count),
): Uint8Array {
  const { count, owner, quantityWh, limitUptPerKWh, counterparty, isBid } = book;
  const { floorUptPerKWh: floor, capUptPerKWh: cap } = book;
  let inOrder = true;
  let isRepeated = false;
  let lastOwner = -1;
  for (let row = 0; row < count; row++) {
    const limit = limitUptPerKWh[row]!;
    const who = owner[row]!;
    const partner = counterparty[row]!;
    const side = isBid[row]!;
    let code = ACCEPTED;
    if (quantityWh[row]! === 0) code = ZERO_QUANTITY;
    else if (limit < floor && (side === 1 || partner !== -1)) code = OUTSIDE_COLLAR;
    else if (limit > cap && (side === 0 || partner !== -1)) code = OUTSIDE_COLLAR;
    else if (partner === who) code = SELF_MATCH;
    codes[row] = code;
    if (who < lastOwner) inOrder = false;
    if (who === lastOwner) isRepeated = true;
    lastOwner = who;
  }
  if (!inOrder) rejectSecondSides(book, codes, rowsByOwner(book));
  else if (isRepeated) rejectSecondSides(book, codes, undefined);
  return codes;
}

function rowsByOwner({ count, owner }: Readonly<OrderBook>): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows.sort((a, b) => owner[a]! - owner[b]! || a - b);
}

/**
 * Reads rows grouped by owner; marks pool orders that are not on the side of the first sequence.
 */
function rejectSecondSides(
  book: Readonly<OrderBook>,
  codes: Uint8Array,
  rows: Int32Array | undefined,
): void {
  const { count, owner, sequence, isBid, counterparty } = book;
  const rowAt = (position: number) => (rows === undefined ? position : rows[position]!);
  let from = 0;
  while (from < count) {
    const who = owner[rowAt(from)]!;
    let to = from + 1;
    while (to < count && owner[rowAt(to)]! === who) to++;
    if (to - from > 1) {
      let first = -1;
      for (let k = from; k < to; k++) {
        const row = rowAt(k);
        if (codes[row] !== ACCEPTED || counterparty[row]! !== -1) continue;
        if (first < 0 || sequence[row]! < sequence[first]!) first = row;
      }
      for (let k = from; k < to; k++) {
        const row = rowAt(k);
        if (codes[row] !== ACCEPTED || counterparty[row]! !== -1) continue;
        if (isBid[row] !== isBid[first]) codes[row] = SELF_MATCH;
      }
    }
    from = to;
  }
}

/** The pool orders of a slot: a book to clear and the rows of the full book they came from. */
export interface Pool {
  readonly book: Readonly<OrderBook>;
  /** Row in the full book of each pool order; undefined when the rows are the same. */
  readonly rows: Int32Array | undefined;
}

/**
 * Makes a selector of the accepted pool orders, which are what a mechanism clears. The selector
 * copies them into scratch of its own, in row order, unless every order is one; then the book
 * itself is the pool. A result is valid until the next call.
 */
export function createPoolSelector(): (book: Readonly<OrderBook>, codes: Uint8Array) => Pool {
  const pool = createBook(0);
  let rows = new Int32Array(0);
  return function selectPool(book, codes) {
    const { count, counterparty } = book;
    let first = 0;
    while (first < count && codes[first] === ACCEPTED && counterparty[first]! === -1) first++;
    if (first === count) return { book, rows: undefined };
    reserveOrders(pool, count);
    if (rows.length < count) rows = new Int32Array(2 * count);
    const { owner, sequence, isBid, quantityWh, limitUptPerKWh, includedUs } = book;
    let kept = 0;
    for (let row = 0; row < count; row++) {
      if (codes[row] !== ACCEPTED || counterparty[row]! !== -1) continue;
      pool.owner[kept] = owner[row]!;
      pool.sequence[kept] = sequence[row]!;
      pool.isBid[kept] = isBid[row]!;
      pool.quantityWh[kept] = quantityWh[row]!;
      pool.limitUptPerKWh[kept] = limitUptPerKWh[row]!;
      pool.includedUs[kept] = includedUs[row]!;
      pool.counterparty[kept] = -1;
      rows[kept] = row;
      kept++;
    }
    pool.count = kept;
    pool.floorUptPerKWh = book.floorUptPerKWh;
    pool.capUptPerKWh = book.capUptPerKWh;
    return { book: pool, rows };
  };
}
