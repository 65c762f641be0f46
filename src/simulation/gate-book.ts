/** The orders of a slot as they stand in the state of the trading centre's head at gate closure. */
import { ORDER, SLOT } from '../contracts/cells.ts';
import { createWriter } from '../ledger/encoding.ts';
import { sha256Bytes } from '../ledger/hash.ts';
import { createBook, type OrderBook, reserveOrders } from '../market/book.ts';
import type { Scenario } from '../scenario/sections.ts';
import { CENTRE_NODE, type Chain } from './chain.ts';
import type { Site } from './site.ts';

/** One book that is read anew for every slot. */
export interface GateBook {
  readonly orders: OrderBook;
  /** Reads a slot, in the order (owner, sequence), with the slot's collar. */
  read(slot: number): void;
  /** SHA-256 over what was read: what a clearing says it cleared. */
  hash(): Uint8Array;
}

/** Makes the reader of a chain's order state. */
export function createGateBook(scenario: Scenario, site: Site, chain: Chain): GateBook {
  const { rules, state } = chain;
  const orders = createBook(4 * site.source.homes.length);
  const writer = createWriter(4096);
  return {
    orders,
    read(slot) {
      const head = chain.engine.head[CENTRE_NODE]!;
      const read = (cell: number) => state.readAt(head, cell);
      const count = read(rules.cells.slot(slot, SLOT.orderCount));
      reserveOrders(orders, count);
      orders.count = count;
      for (let order = 0; order < count; order++) {
        const field = (name: number) => read(rules.cells.order(slot, order, name));
        orders.owner[order] = field(ORDER.owner) - 1;
        orders.sequence[order] = field(ORDER.sequence);
        orders.isBid[order] = field(ORDER.isBid);
        orders.quantityWh[order] = field(ORDER.quantityWh);
        orders.limitUptPerKWh[order] = field(ORDER.priceUptPerKWh);
        orders.counterparty[order] = field(ORDER.counterparty) - 1;
        orders.includedUs[order] = field(ORDER.includedUs);
      }
      sortByOwner(orders);
      const collar = site.tariff.collar(site.hourOf(slot));
      const { collar: confined } = scenario.market;
      orders.floorUptPerKWh = confined ? collar.lowUptPerKWh : Number.NEGATIVE_INFINITY;
      orders.capUptPerKWh = confined ? collar.highUptPerKWh : Number.POSITIVE_INFINITY;
    },
    hash() {
      writer.reset();
      writer.uint(orders.count);
      for (let row = 0; row < orders.count; row++) {
        writer.uint(orders.owner[row]!);
        writer.uint(orders.sequence[row]!);
        writer.uint(orders.isBid[row]!);
        writer.uint(orders.quantityWh[row]!);
        writer.uint(orders.limitUptPerKWh[row]!);
        writer.uint(orders.counterparty[row]! + 1);
      }
      return sha256Bytes(writer.bytes());
    },
  };
}

/** Brings the book into the order (owner, sequence), so that inclusion order decides nothing. */
function sortByOwner(book: OrderBook): void {
  const rows = Int32Array.from({ length: book.count }, (_, row) => row).sort(
    (a, b) => book.owner[a]! - book.owner[b]! || book.sequence[a]! - book.sequence[b]!,
  );
  for (const name of [
    'owner',
    'sequence',
    'isBid',
    'quantityWh',
    'limitUptPerKWh',
    'counterparty',
    'includedUs',
  ] as const) {
    const column = book[name];
    const sorted = Float64Array.from(rows, (row) => column[row]!);
    column.set(sorted);
  }
}
