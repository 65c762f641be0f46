/** A bare state with as many homes as a book needs, on which clearings are executed and paid for. */
import {
  ACCOUNT,
  accountCell,
  createSlotCells,
  SLOT,
  TRADE,
} from '../../../src/contracts/cells.ts';
import { execute } from '../../../src/contracts/execute.ts';
import type { ChainRules } from '../../../src/contracts/rules.ts';
import { createWriter } from '../../../src/ledger/encoding.ts';
import { rejectReasonOf } from '../../../src/ledger/reject-reason.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type PayloadOf,
  type Transaction,
  type TransactionType,
} from '../../../src/ledger/transactions.ts';
import { matchBilateral } from '../../../src/market/bilateral.ts';
import { addOrder, createBook, type OrderRow } from '../../../src/market/book.ts';
import uniformPrice from '../../../src/market/mechanisms/uniform-price.ts';
import { createPoolSelector, screenOrders } from '../../../src/market/screening.ts';

/** Prices and rules of the clearing [Upt/kWh]. */
export const FLOOR_UPT = 300_000;
export const CAP_UPT = 570_000;
const GATE_US = 9_000;

const writer = createWriter(1 << 16);

/** Trades of a slot as (buyer order, seller order, Wh, price). */
export type TradeTuple = readonly [bought: number, sold: number, wh: number, upt: number];

/** Makes a world of so many homes with 1 000 pt each. */
export function createBookWorld(homeCount: number, clearing: Partial<ChainRules['clearing']> = {}) {
  const accountCount = homeCount + 5;
  const [centre, treasury] = [homeCount + 1, homeCount + 4];
  const rules = {
    accountCount,
    homeCount,
    nodeCount: 1,
    firstNode: homeCount,
    centre,
    dso: homeCount + 2,
    authority: homeCount + 3,
    treasury,
    consortium: 0,
    openingUs: 10_000,
    slotUs: 900e6,
    slotCount: 4,
    gateClosureUs: 1_000,
    revealWindowUs: 0,
    wheelingUptPerKWh: 30_000,
    bondPpm: 100_000,
    gasPriceUpt: 0,
    blockGasMax: 30e6,
    blockBytesMax: 500_000,
    cells: createSlotCells(accountCount, homeCount),
    clearing: {
      clearingPricePpm: 500_000,
      clearingByTime: 0,
      // Noon: a flat hour.
      deliveryTimeOfDayUs: 12 * 3_600e6,
      collarFloorUptPerKWh: FLOOR_UPT,
      collarPeakUptPerKWh: CAP_UPT + 250_000,
      collarFlatUptPerKWh: CAP_UPT,
      collarValleyUptPerKWh: CAP_UPT - 250_000,
      ...clearing,
    },
  } as unknown as ChainRules;
  const cellsWritten = new Map<number, number>();
  const undo: [number, number][] = [];
  const state = {
    read: (cell: number) => cellsWritten.get(cell) ?? 0,
    write(cell: number, value: number) {
      undo.push([cell, state.read(cell)]);
      cellsWritten.set(cell, value);
    },
    mark: () => undo.length,
    rollback(mark: number) {
      while (undo.length > mark) cellsWritten.set(...undo.pop()!);
    },
  };
  for (let home = 0; home < homeCount; home++) {
    state.write(accountCell(home, ACCOUNT.balanceUpt), 1_000e6);
  }
  const send = <T extends TransactionType>(
    type: T,
    sender: number,
    payload: PayloadOf[T],
    atUs: number,
    gasLimit = 2e9,
  ) => {
    const nonce = state.read(accountCell(sender, ACCOUNT.nonce));
    const tx = { type, sender, nonce, gasLimit, expiryUs: 1e12, payload };
    const transaction = { ...tx, chainId: new Uint8Array(8) } as unknown as Transaction;
    const gas = intrinsicGas(encodeTransaction(transaction, writer));
    const receipt = execute(state, rules, transaction, gas, { timestampUs: atUs });
    return {
      reason: rejectReasonOf(receipt.reason) ?? '',
      gasUsed: receipt.gasUsed,
      events: Array.from(receipt.events),
    };
  };
  const orders: OrderRow[] = [];
  const world = {
    rules,
    state,
    centre,
    orders,
    place(order: OrderRow & { readonly includedUs: number }): string {
      const { owner, sequence, isBid, quantityWh, limitUptPerKWh, counterparty = -1 } = order;
      const payload = {
        slot: 0,
        isBid,
        sequence,
        quantityWh,
        priceUptPerKWh: limitUptPerKWh,
        counterparty,
      };
      const { reason } = send('ORDER_SUBMIT', owner, payload, order.includedUs);
      if (reason === '') orders.push(order);
      return reason;
    },
    /** What the centre computes off the chain from the orders, by (owner, sequence). */
    clearOffChain() {
      const book = createBook(orders.length);
      book.floorUptPerKWh = FLOOR_UPT;
      book.capUptPerKWh = CAP_UPT;
      const sorted = [...orders].sort((a, b) => a.owner - b.owner || a.sequence - b.sequence);
      for (const order of sorted) addOrder(book, order);
      const codes = screenOrders(book);
      const pairs = matchBilateral(book, codes);
      const pool = createPoolSelector()(book, codes);
      const tieRule = rules.clearing!.clearingByTime === 1 ? 'time' : 'pro-rata';
      const cleared = uniformPrice.clear(pool.book, { priceRule: 0.5, tieRule });
      const trades: TradeTuple[] = [];
      const orderAt = (row: number) => orders.indexOf(sorted[row]!);
      for (let k = 0; k < pairs.count; k++) {
        const sides = [orderAt(pairs.bid[k]!), orderAt(pairs.ask[k]!)] as const;
        trades.push([...sides, pairs.energyWh[k]!, pairs.priceUptPerKWh[k]!]);
      }
      for (let k = 0; k < cleared.trades.count; k++) {
        const row = (at: number) => orderAt(pool.rows?.[at] ?? at);
        const sides = [row(cleared.trades.bid[k]!), row(cleared.trades.ask[k]!)] as const;
        trades.push([...sides, cleared.trades.energyWh[k]!, cleared.priceUptPerKWh]);
      }
      return { trades, cleared };
    },
    /** Hands the result of {@link clearOffChain} to the contract. */
    check(gasLimit?: number) {
      const { trades, cleared } = world.clearOffChain();
      const column = (value: (trade: TradeTuple) => number) => trades.map(value);
      const price = cleared.priceUptPerKWh;
      const payload = {
        slot: 0,
        priceUptPerKWh: Number.isNaN(price) ? -1 : price,
        bookHash: new Uint8Array(32),
        trades: {
          count: trades.length,
          buyer: column(([bought]) => orders[bought]!.owner),
          buyerSequence: column(([bought]) => orders[bought]!.sequence),
          seller: column(([, sold]) => orders[sold]!.owner),
          sellerSequence: column(([, sold]) => orders[sold]!.sequence),
          energyWh: column(([, , wh]) => wh),
          priceUptPerKWh: column(([, , , upt]) => upt),
        },
      };
      return send('CLEAR', centre, payload, GATE_US + 1, gasLimit);
    },
    clearOnChain: (gasLimit?: number, atUs = GATE_US + 1, slot = 0, sender = 0) =>
      send('CLEAR_ON_CHAIN', sender, { slot }, atUs, gasLimit),
    /** Trades that stand in the state. */
    trades(): TradeTuple[] {
      const count = state.read(rules.cells.slot(0, SLOT.tradeCount));
      return Array.from({ length: count }, (_, trade) => {
        const field = (name: number) => state.read(rules.cells.trade(0, trade, name));
        return [
          field(TRADE.buyerOrder) - 1,
          field(TRADE.sellerOrder) - 1,
          field(TRADE.contractedWh),
          field(TRADE.priceUptPerKWh),
        ] as const;
      });
    },
    /** Every cell but nonces, for comparing worlds. */
    cells: () =>
      Array.from(cellsWritten)
        .filter(([cell, value]) => value !== 0 && (cell >= 16 * accountCount || cell % 16 !== 0))
        .sort(([a], [b]) => a - b),
  };
  return world;
}
