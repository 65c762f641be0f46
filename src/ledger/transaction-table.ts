/** Every transaction of a run as one row of columns. */

import { HASH_BYTES, hexToBytes } from './hash.ts';
import {
  type SignedTransaction,
  TRANSACTION_CODE,
  type Transaction,
  transactionSize,
} from './transactions.ts';
import type { BlockIndex } from './tree.ts';

/** A signed transaction ready for the table. */
export interface PooledTransaction extends SignedTransaction {
  readonly transaction: Transaction;
  /** Lower-case hex id. */
  readonly id: string;
  readonly intrinsicGas: number;
}

/** Columns of all transactions. Columns may be replaced as the table grows. */
export interface TransactionTable {
  readonly count: number;
  readonly type: Uint8Array;
  readonly sender: Int32Array;
  /** Delivery slot it is about, -1 when none. */
  readonly slot: Int32Array;
  /** Node its client is attached to. */
  readonly node: Int32Array;
  readonly sizeBytes: Int32Array;
  /** What it offers the producer of its block [Upt]. */
  readonly tipUpt: Float64Array;
  readonly expiryUs: Float64Array;
  readonly submittedUs: Float64Array;
  /** When the client's node received it; NaN until then. */
  readonly receivedUs: Float64Array;
  /** When it became final at its client's node; NaN until then. */
  readonly finalUs: Float64Array;
  /** First block that carried it, or -1. */
  readonly firstBlock: Int32Array;
  /** 1 + index in REJECT_REASONS when its client's node refused or dropped it, else 0. */
  readonly refused: Uint8Array;
  readonly nonce: Float64Array;
  /** Block of the exported chain that carries it, or -1. */
  readonly exportedBlock: Int32Array;
  /** Gas of its receipt in that block; NaN without one. */
  readonly gasUsed: Float64Array;
  /** Reason code of that receipt: 0 when it succeeded. */
  readonly failure: Uint8Array;
  /** Whether any transaction offers a tip. */
  readonly hasTips: boolean;
  /** Lower-case hex id. */
  id(tx: number): string;
  /** The bytes and the decoded form. @throws {RangeError} once the transaction was exported. */
  signed(tx: number): PooledTransaction;
  add(signed: PooledTransaction, row: NewRow): number;
  /** Notes that a block carries the transaction. */
  include(tx: number, block: BlockIndex): void;
  /** Notes the receipt in the exported chain and lets the bytes go. */
  exported(tx: number, block: BlockIndex, gasUsed: number, failure: number): void;
  /** All blocks that carry it. */
  blocksOf(tx: number): readonly BlockIndex[];
}

/** What the submitter knows of a new row. */
export interface NewRow {
  readonly slot: number;
  readonly node: number;
  readonly submittedUs: number;
  /** Account whose client sends it, where the transaction itself names none. */
  readonly sender?: number;
}

/** Makes an empty table. */
export function createTransactionTable(): TransactionTable {
  let capacity = 1024;
  const rows: (PooledTransaction | undefined)[] = [];
  let ids = new Uint8Array(capacity * HASH_BYTES);
  const otherBlocks = new Map<number, BlockIndex[]>();
  const table = {
    count: 0,
    hasTips: false,
    type: new Uint8Array(capacity),
    sender: new Int32Array(capacity),
    slot: new Int32Array(capacity),
    node: new Int32Array(capacity),
    sizeBytes: new Int32Array(capacity),
    tipUpt: new Float64Array(capacity),
    expiryUs: new Float64Array(capacity),
    submittedUs: new Float64Array(capacity),
    receivedUs: new Float64Array(capacity),
    finalUs: new Float64Array(capacity),
    firstBlock: new Int32Array(capacity),
    refused: new Uint8Array(capacity),
    nonce: new Float64Array(capacity),
    exportedBlock: new Int32Array(capacity),
    gasUsed: new Float64Array(capacity),
    failure: new Uint8Array(capacity),
    id: (tx: number) => Buffer.from(ids.buffer, tx * HASH_BYTES, HASH_BYTES).toString('hex'),
    signed(tx: number): PooledTransaction {
      const row = rows[tx];
      if (row === undefined) throw new RangeError(`"tx" expected one in hand, got ${tx}`);
      return row;
    },
    add(signed: PooledTransaction, row: NewRow): number {
      const tx = table.count;
      if (tx === capacity) grow();
      table.count = tx + 1;
      rows.push(signed);
      ids.set(hexToBytes(signed.id), tx * HASH_BYTES);
      table.nonce[tx] = signed.transaction.nonce;
      table.exportedBlock[tx] = -1;
      table.gasUsed[tx] = Number.NaN;
      table.type[tx] = TRANSACTION_CODE[signed.transaction.type];
      const { tipUpt = 0 } = signed.transaction;
      const sender = row.sender ?? signed.transaction.sender;
      table.sender[tx] = sender;
      table.tipUpt[tx] = tipUpt;
      if (tipUpt > 0) table.hasTips = true;
      table.slot[tx] = row.slot;
      table.node[tx] = row.node;
      table.sizeBytes[tx] = transactionSize(signed.unsigned);
      table.expiryUs[tx] = signed.transaction.expiryUs;
      table.submittedUs[tx] = row.submittedUs;
      table.receivedUs[tx] = Number.NaN;
      table.finalUs[tx] = Number.NaN;
      table.firstBlock[tx] = -1;
      return tx;
    },
    include(tx: number, block: BlockIndex): void {
      if (table.firstBlock[tx] === -1) {
        table.firstBlock[tx] = block;
        return;
      }
      const others = otherBlocks.get(tx);
      if (others === undefined) otherBlocks.set(tx, [block]);
      else others.push(block);
    },
    exported(tx: number, block: BlockIndex, gasUsed: number, failure: number): void {
      table.exportedBlock[tx] = block;
      table.gasUsed[tx] = gasUsed;
      table.failure[tx] = failure;
      rows[tx] = undefined;
    },
    blocksOf(tx: number): readonly BlockIndex[] {
      const first = table.firstBlock[tx]!;
      return first < 0 ? [] : [first, ...(otherBlocks.get(tx) ?? [])];
    },
  };

  function grow(): void {
    capacity = Math.ceil(capacity * 1.5);
    const wide = new Uint8Array(capacity * HASH_BYTES);
    wide.set(ids);
    ids = wide;
    for (const key of ['type', 'refused', 'failure'] as const) {
      const wider = new Uint8Array(capacity);
      wider.set(table[key]);
      table[key] = wider;
    }
    for (const key of [
      'sender',
      'slot',
      'node',
      'sizeBytes',
      'firstBlock',
      'exportedBlock',
    ] as const) {
      const wider = new Int32Array(capacity);
      wider.set(table[key]);
      table[key] = wider;
    }
    for (const key of [
      'expiryUs',
      'submittedUs',
      'receivedUs',
      'finalUs',
      'nonce',
      'gasUsed',
      'tipUpt',
    ] as const) {
      const wider = new Float64Array(capacity);
      wider.set(table[key]);
      table[key] = wider;
    }
  }

  return table;
}
