/**
 * Value movements between accounts, read from an exported ledger: what `graph.ts` turns into a
 * transaction graph. The file alone says who paid whom; nothing of a run is needed.
 */
import type { BlockHeader } from '../block.ts';
import type { LedgerView } from '../ledger-file.ts';
import { STATUS_OK } from '../receipt.ts';
import type { SettlePayload, TradeColumns, Transaction } from '../transactions.ts';

/** Why value moved; the number stands in the `kind` column. */
export const MOVEMENT_KIND = {
  /** A TRANSFER from its sender. */
  transfer: 0,
  /** A SETTLE: the buyer of a trade pays the seller for energy. */
  energy: 1,
  /** A SETTLE: the buyer pays the operator of the grid for the way. */
  wheeling: 2,
} as const;

/** Movements in ledger order, columns of length `count`. */
export interface MovementColumns {
  readonly count: number;
  /** Height and time stamp of the block [µs]. */
  readonly block: Float64Array;
  readonly timestampUs: Float64Array;
  /** Account indices. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** Integers > 0 [Upt]. */
  readonly amountUpt: Float64Array;
  /** {@link MOVEMENT_KIND}. */
  readonly kind: Uint8Array;
  /** Settled trades of slots cleared by the contract, whose parties the file does not name. */
  readonly unattributed: number;
}

/** Choices of {@link ledgerMovements}. */
export interface MovementOptions {
  /** Account of the operator of the grid; without it, wheeling is left out. */
  readonly gridOperator?: number;
}

/** Movements that grow by doubling. */
class MovementTable {
  count = 0;
  private block = new Float64Array(1024);
  private timestampUs = new Float64Array(1024);
  private from = new Uint32Array(1024);
  private to = new Uint32Array(1024);
  private amountUpt = new Float64Array(1024);
  private kind = new Uint8Array(1024);

  push(header: BlockHeader, from: number, to: number, upt: number, kind: number): void {
    if (upt === 0) return;
    if (this.count === this.block.length) this.grow();
    const row = this.count++;
    this.block[row] = header.height;
    this.timestampUs[row] = header.timestampUs;
    this.from[row] = from;
    this.to[row] = to;
    this.amountUpt[row] = upt;
    this.kind[row] = kind;
  }

  columns(): Omit<MovementColumns, 'unattributed'> {
    const count = this.count;
    return {
      count,
      block: this.block.slice(0, count),
      timestampUs: this.timestampUs.slice(0, count),
      from: this.from.slice(0, count),
      to: this.to.slice(0, count),
      amountUpt: this.amountUpt.slice(0, count),
      kind: this.kind.slice(0, count),
    };
  }

  private grow(): void {
    const floats = (column: Float64Array<ArrayBuffer>) => {
      const grown = new Float64Array(2 * column.length);
      grown.set(column);
      return grown;
    };
    const indices = (column: Uint32Array<ArrayBuffer>) => {
      const grown = new Uint32Array(2 * column.length);
      grown.set(column);
      return grown;
    };
    this.block = floats(this.block);
    this.timestampUs = floats(this.timestampUs);
    this.amountUpt = floats(this.amountUpt);
    this.from = indices(this.from);
    this.to = indices(this.to);
    const kind = new Uint8Array(2 * this.kind.length);
    kind.set(this.kind);
    this.kind = kind;
  }
}

/**
 * Reads the movements of value between accounts that a ledger records: transfers, and payments for
 * traded energy, whose parties are those of the accepted clearing of the same slot. Only
 * transactions whose receipt says ok count; movements of 0 are left out.
 *
 * Left out because no transaction states them: penalties (they are taken as far as a balance
 * reaches), escrow that is locked and given back (it stays the owner's), grants and rewards (they
 * have no payer). A slot that the contract cleared by itself has its trades in the state only; what
 * is settled of it is counted in `unattributed`.
 *
 * @param ledger - From `openLedger`; read once, from its first block.
 * @throws {RangeError} when a settlement names a trade that no clearing made: no such ledger
 *   verifies.
 * @throws {DecodeError} as the blocks are read.
 */
export function ledgerMovements(
  ledger: LedgerView,
  options: MovementOptions = {},
): MovementColumns {
  const reader = new MovementReader(options);
  for (const { header, transactions, receipts } of ledger.blocks()) {
    for (let t = 0; t < transactions.length; t++) {
      if (receipts[t]!.receipt.status === STATUS_OK) {
        reader.read(header, transactions[t]!.transaction);
      }
    }
  }
  return { ...reader.table.columns(), unattributed: reader.unattributed };
}

/** Follows clearings, so that settlements find their parties. */
class MovementReader {
  readonly table = new MovementTable();
  unattributed = 0;
  private readonly tradesOfSlot = new Map<number, TradeColumns | 'in state'>();
  private readonly gridOperator: number | undefined;

  constructor({ gridOperator }: MovementOptions) {
    this.gridOperator = gridOperator;
  }

  read(header: BlockHeader, tx: Transaction): void {
    switch (tx.type) {
      case 'TRANSFER': {
        const { to, amountUpt } = tx.payload;
        this.table.push(header, tx.sender, to, amountUpt, MOVEMENT_KIND.transfer);
        break;
      }
      case 'CLEAR':
        this.tradesOfSlot.set(tx.payload.slot, tx.payload.trades);
        break;
      case 'CLEAR_ON_CHAIN':
        this.tradesOfSlot.set(tx.payload.slot, 'in state');
        break;
      case 'SETTLE':
        this.settle(header, tx.payload);
        break;
      case 'SETTLE_BATCH':
        for (const settlement of tx.payload.settlements) this.settle(header, settlement);
        break;
    }
  }

  /** Adds what one settlement pays. A slot settles once, so its trades are forgotten then. */
  private settle(header: BlockHeader, { slot, entries }: SettlePayload): void {
    const trades = this.tradesOfSlot.get(slot);
    this.tradesOfSlot.delete(slot);
    if (trades === 'in state') {
      this.unattributed += entries.count;
      return;
    }
    for (let entry = 0; entry < entries.count; entry++) {
      const trade = entries.trade[entry]!;
      if (trades === undefined || trade >= trades.count) {
        const expected = `a clearing with trade ${trade} of slot ${slot}`;
        throw new RangeError(`"ledger" expected ${expected} before height ${header.height}`);
      }
      const buyer = trades.buyer[trade]!;
      const paidUpt = entries.paymentUpt[entry]!;
      this.table.push(header, buyer, trades.seller[trade]!, paidUpt, MOVEMENT_KIND.energy);
      if (this.gridOperator === undefined) continue;
      const wheelingUpt = entries.wheelingUpt[entry]!;
      this.table.push(header, buyer, this.gridOperator, wheelingUpt, MOVEMENT_KIND.wheeling);
    }
  }
}
