/**
 * The order book of one delivery slot as columns. A slot has one product, so an order is a side, a
 * quantity and a limit; its identity is (slot, owner, sequence) and never depends on the chain.
 */

/**
 * Orders of one slot. Columns may be longer than `count`; only rows below `count` are orders.
 * Fields are plain and mutable so that the caller of a hot path may write the columns directly.
 */
export interface OrderBook {
  /** Number of orders. */
  count: number;
  /** Beneficial owner of each order (dense index, >= 0). */
  owner: Int32Array;
  /** The owner's own order number; (owner, sequence) is unique in a book. */
  sequence: Int32Array;
  /** 1 for a bid, 0 for an ask. */
  isBid: Uint8Array;
  /** Quantity [Wh], integer >= 0. */
  quantityWh: Float64Array;
  /** Limit price [Upt/kWh], integer. */
  limitUptPerKWh: Float64Array;
  /** Time of inclusion in a block [µs]; read only by the tie rule `time`. */
  includedUs: Float64Array;
  /** Named counterparty of a bilateral order, -1 for the pool. */
  counterparty: Int32Array;
  /**
   * Lowest price anything may trade at [Upt/kWh]: the feed-in price; -Infinity without a collar.
   */
  floorUptPerKWh: number;
  /**
   * Highest price anything may trade at [Upt/kWh]: retail - wheeling; Infinity without a collar.
   */
  capUptPerKWh: number;
}

/** One order as a row, for tests, docs and cold code. */
export interface OrderRow {
  readonly owner: number;
  readonly sequence: number;
  readonly isBid: boolean;
  readonly quantityWh: number;
  readonly limitUptPerKWh: number;
  /** [µs], default 0. */
  readonly includedUs?: number;
  /** Default -1, the pool. */
  readonly counterparty?: number;
}

/** An order before it has an owner: what {@link bid} and {@link ask} return. */
export type OrderDraft = Omit<OrderRow, 'owner' | 'sequence'> &
  Partial<Pick<OrderRow, 'owner' | 'sequence'>>;

/**
 * Makes an empty book without a collar.
 *
 * @param capacity - Rows to reserve, integer >= 0; {@link addOrder} grows the columns when needed.
 */
export function createBook(capacity: number): OrderBook {
  return {
    count: 0,
    owner: new Int32Array(capacity),
    sequence: new Int32Array(capacity),
    isBid: new Uint8Array(capacity),
    quantityWh: new Float64Array(capacity),
    limitUptPerKWh: new Float64Array(capacity),
    includedUs: new Float64Array(capacity),
    counterparty: new Int32Array(capacity).fill(-1),
    floorUptPerKWh: Number.NEGATIVE_INFINITY,
    capUptPerKWh: Number.POSITIVE_INFINITY,
  };
}

/** Makes room for at least `capacity` rows, keeping those below `count`. Amortised O(1) a row. */
export function reserveOrders(book: OrderBook, capacity: number): void {
  if (capacity <= book.owner.length) return;
  const grown = createBook(Math.max(capacity, 2 * book.owner.length, 16));
  grown.owner.set(book.owner);
  grown.sequence.set(book.sequence);
  grown.isBid.set(book.isBid);
  grown.quantityWh.set(book.quantityWh);
  grown.limitUptPerKWh.set(book.limitUptPerKWh);
  grown.includedUs.set(book.includedUs);
  grown.counterparty.set(book.counterparty);
  const { count, floorUptPerKWh, capUptPerKWh } = book;
  Object.assign(book, grown, { count, floorUptPerKWh, capUptPerKWh });
}

/**
 * Appends an order and returns its row. Nothing is checked here; mechanisms check what they read.
 */
export function addOrder(book: OrderBook, order: OrderRow): number {
  const row = book.count;
  reserveOrders(book, row + 1);
  book.owner[row] = order.owner;
  book.sequence[row] = order.sequence;
  book.isBid[row] = order.isBid ? 1 : 0;
  book.quantityWh[row] = order.quantityWh;
  book.limitUptPerKWh[row] = order.limitUptPerKWh;
  book.includedUs[row] = order.includedUs ?? 0;
  book.counterparty[row] = order.counterparty ?? -1;
  book.count = row + 1;
  return row;
}

/** One order as a row object. @throws {RangeError} when the row is not below `count`. */
export function orderAt(book: Readonly<OrderBook>, row: number): Required<OrderRow> {
  if (!(row >= 0 && row < book.count)) {
    throw new RangeError(`"row" expected 0..${book.count - 1}, got ${row}`);
  }
  return {
    owner: book.owner[row]!,
    sequence: book.sequence[row]!,
    isBid: book.isBid[row] === 1,
    quantityWh: book.quantityWh[row]!,
    limitUptPerKWh: book.limitUptPerKWh[row]!,
    includedUs: book.includedUs[row]!,
    counterparty: book.counterparty[row]!,
  };
}

/** A bid: limit [Upt/kWh], quantity [Wh], and any other field of a row. */
export function bid(
  limitUptPerKWh: number,
  quantityWh: number,
  more: Partial<OrderRow> = {},
): OrderDraft {
  return { ...more, isBid: true, limitUptPerKWh, quantityWh };
}

/** An ask: limit [Upt/kWh], quantity [Wh], and any other field of a row. */
export function ask(
  limitUptPerKWh: number,
  quantityWh: number,
  more: Partial<OrderRow> = {},
): OrderDraft {
  return { ...more, isBid: false, limitUptPerKWh, quantityWh };
}

/**
 * Builds a book from drafts; an order without an owner belongs to an owner of its own, numbered by
 * its place, with sequence 0.
 *
 * @example bookOf([bid(3, 25), ask(2, 10)]).count // 2
 */
export function bookOf(
  drafts: readonly OrderDraft[],
  collar?: { readonly floorUptPerKWh: number; readonly capUptPerKWh: number },
): OrderBook {
  const book = createBook(drafts.length);
  drafts.forEach((draft, place) => {
    addOrder(book, { ...draft, owner: draft.owner ?? place, sequence: draft.sequence ?? 0 });
  });
  if (collar !== undefined) Object.assign(book, collar);
  return book;
}
