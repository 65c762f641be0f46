/**
 * Clearing by the contract itself, from the orders in its state. It gives what the centre computes off the
 * chain, by the same screening, bilateral matching and mechanism, and needs nobody's word for it; but every
 * node pays for it. Checking a result is linear in the orders, finding it sorts them, and a sort is paid in
 * reads of the state, so that a book beyond a size no longer fits a block (model §5.5, trap 31).
 */
import { createCalendar } from '../base/calendar.ts';
import { tariffPeriodOf } from '../grid/tariff.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { matchBilateral } from '../market/bilateral.ts';
import { createBook, type OrderBook, reserveOrders } from '../market/book.ts';
import uniformPrice from '../market/mechanisms/uniform-price.ts';
import { createPoolSelector, screenOrders } from '../market/screening.ts';
import { ORDER, SLOT, SLOT_STATE, TRADE } from './cells.ts';
import { defineContract } from './define.ts';
import { closeBook, escrowUpt } from './market.ts';
import type { GroupRules } from './rule-groups.ts';
import { type Call, type ChainRules, GAS, type Outcome } from './rules.ts';

/** Code of the entry of a receipt that tells the price of a clearing. */
export const CLEARING_EVENT = { cleared: 19 } as const;

/** Ceiling that stands for none [Upt/kWh]. */
export const NO_CEILING_UPT = Number.MAX_SAFE_INTEGER;

/**
 * Gas of one comparison of a sort: the contract has no memory that the gas schedule knows, so that both
 * orders are read from the state.
 */
export const GAS_COMPARISON = 2 * GAS.recordRead;

/** Comparisons of a merge sort of `count` orders, at most. */
export function sortComparisons(count: number): number {
  return count < 2 ? 0 : count * (32 - Math.clz32(count - 1));
}

const localTime = createCalendar(0, 0);

/** Highest price that may be paid in a slot [Upt/kWh], infinite without a ceiling. */
function ceilingOf(rules: ChainRules, clearing: GroupRules<'clearing'>, slot: number): number {
  const { hour } = localTime.at(clearing.deliveryTimeOfDayUs + slot * rules.slotUs);
  const ceilings = {
    peak: clearing.collarPeakUptPerKWh,
    flat: clearing.collarFlatUptPerKWh,
    valley: clearing.collarValleyUptPerKWh,
  };
  const ceiling = ceilings[tariffPeriodOf(hour)];
  return ceiling === NO_CEILING_UPT ? Number.POSITIVE_INFINITY : ceiling;
}

const selectPool = createPoolSelector();
const included: OrderBook = createBook(64);
const book: OrderBook = createBook(64);
let orderOfRow = new Int32Array(64);

/** Columns of the book and the fields of the state they come from; `shift` is what the state adds. */
const COLUMNS = [
  ['owner', ORDER.owner, 1],
  ['sequence', ORDER.sequence, 0],
  ['isBid', ORDER.isBid, 0],
  ['quantityWh', ORDER.quantityWh, 0],
  ['limitUptPerKWh', ORDER.priceUptPerKWh, 0],
  ['counterparty', ORDER.counterparty, 1],
  ['includedUs', ORDER.includedUs, 0],
] as const;

/** Reads the orders of a slot into `book`, by owner and sequence; rows know their order in the state. */
function readBook({ state, rules }: Call, slot: number, count: number): void {
  reserveOrders(included, count);
  reserveOrders(book, count);
  book.count = count;
  // An order is one record: all of it is read at once.
  for (let order = 0; order < count; order++) {
    for (const [column, field, shift] of COLUMNS) {
      included[column][order] = state.read(rules.cells.order(slot, order, field)) - shift;
    }
  }
  const { owner, sequence } = included;
  orderOfRow = Int32Array.from({ length: count }, (_, order) => order).sort(
    (a, b) => owner[a]! - owner[b]! || sequence[a]! - sequence[b]!,
  );
  for (const [column] of COLUMNS) {
    for (let row = 0; row < count; row++) book[column][row] = included[column][orderOfRow[row]!]!;
  }
}

/** Charges the sorts of a clearing: the book by owner, and each side of the pool by merit. */
function chargeSorts(call: Call, pool: Readonly<OrderBook>): void {
  let bidCount = 0;
  for (let row = 0; row < pool.count; row++) bidCount += pool.isBid[row]!;
  const comparisons =
    sortComparisons(book.count) +
    sortComparisons(bidCount) +
    sortComparisons(pool.count - bidCount);
  call.useGas(comparisons * GAS_COMPARISON);
}

/** Clears the book of a slot once its gate has closed. */
export function clearOnChain(call: Call, { slot }: PayloadOf['CLEAR_ON_CHAIN']): Outcome {
  const { rules, state } = call;
  const { cells, clearing } = rules;
  if (clearing === undefined) return 'NO_CONTRACT';
  if (slot >= rules.slotCount) return 'UNKNOWN_SLOT';
  const gateUs = rules.openingUs + slot * rules.slotUs - rules.gateClosureUs;
  if (call.timestampUs <= gateUs) return 'GATE_OPEN';
  if (state.read(cells.slot(slot, SLOT.state)) !== SLOT_STATE.open) return 'ALREADY_CLEARED';
  const orderCount = state.read(cells.slot(slot, SLOT.orderCount));
  readBook(call, slot, orderCount);
  book.floorUptPerKWh = clearing.collarFloorUptPerKWh;
  book.capUptPerKWh = ceilingOf(rules, clearing, slot);
  const codes = screenOrders(book);
  const pairs = matchBilateral(book, codes);
  const pool = selectPool(book, codes);
  chargeSorts(call, pool.book);
  const cleared = uniformPrice.clear(pool.book, {
    priceRule: clearing.clearingPricePpm / 1_000_000,
    tieRule: clearing.clearingByTime === 1 ? 'time' : 'pro-rata',
  });
  const filledWh = new Float64Array(orderCount);
  const neededUpt = new Float64Array(orderCount);
  let tradeCount = 0;
  const put = (bidRow: number, askRow: number, energyWh: number, priceUptPerKWh: number) => {
    const bought = orderOfRow[bidRow]!;
    const sold = orderOfRow[askRow]!;
    filledWh[bought]! += energyWh;
    filledWh[sold]! += energyWh;
    neededUpt[bought]! += escrowUpt(rules, true, energyWh, priceUptPerKWh);
    neededUpt[sold]! += escrowUpt(rules, false, energyWh, priceUptPerKWh);
    state.write(cells.trade(slot, tradeCount, TRADE.buyerOrder), bought + 1);
    state.write(cells.trade(slot, tradeCount, TRADE.sellerOrder), sold + 1);
    state.write(cells.trade(slot, tradeCount, TRADE.contractedWh), energyWh);
    state.write(cells.trade(slot, tradeCount, TRADE.priceUptPerKWh), priceUptPerKWh);
    tradeCount++;
  };
  for (let k = 0; k < pairs.count; k++) {
    put(pairs.bid[k]!, pairs.ask[k]!, pairs.energyWh[k]!, pairs.priceUptPerKWh[k]!);
  }
  const { trades } = cleared;
  const rowOf = (row: number) => pool.rows?.[row] ?? row;
  for (let k = 0; k < trades.count; k++) {
    const { priceUptPerKWh } = cleared;
    put(rowOf(trades.bid[k]!), rowOf(trades.ask[k]!), trades.energyWh[k]!, priceUptPerKWh);
  }
  if (trades.count > 0) {
    call.events.push(CLEARING_EVENT.cleared, slot, cleared.priceUptPerKWh, cleared.volumeWh);
  }
  return closeBook(call, slot, filledWh, neededUpt, tradeCount);
}

/** Clearing on the chain. */
export const clearingContract = defineContract({
  name: 'clearing',
  summary: 'Clears a book at one price from the orders in the state, for whoever asks',
  source: 'model §4.1, §5.5; decisions 11 and 12',
  storage: [],
  events: {
    cleared: {
      code: CLEARING_EVENT.cleared,
      fields: ['slot', 'priceUptPerKWh', 'volumeWh'],
    },
  },
  functions: {
    // A book of a hundred orders; see the module for how it grows.
    CLEAR_ON_CHAIN: { by: 'anyone', gasBudget: 4_000_000, run: clearOnChain },
  },
  invariants: [],
});
