/**
 * Every transaction of a run as one row, and the pool of those that wait. The pool is one list; what a
 * node may put into a block is what has reached that node, which the caller asks the network.
 */

import { HASH_BYTES, hexToBytes } from './hash.ts';
import {
  type SignedTransaction,
  TRANSACTION_CODE,
  type Transaction,
  transactionSize,
} from './transactions.ts';
import type { BlockIndex, BlockTree } from './tree.ts';

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
  readonly expiryUs: Float64Array;
  readonly submittedUs: Float64Array;
  /** When the client's node received it; NaN until then. */
  readonly receivedUs: Float64Array;
  /** When it became final at its client's node; NaN until then. */
  readonly finalUs: Float64Array;
  /** First block that carried it, or -1. */
  readonly firstBlock: Int32Array;
  /** 1 + index in REJECT_REASONS when it was refused at the door, else 0. */
  readonly refused: Uint8Array;
  readonly nonce: Float64Array;
  /** Block of the exported chain that carries it, or -1. */
  readonly exportedBlock: Int32Array;
  /** Gas of its receipt in that block; NaN without one. */
  readonly gasUsed: Float64Array;
  /** Reason code of that receipt: 0 when it succeeded. */
  readonly failure: Uint8Array;
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
}

/** Makes an empty table. */
export function createTransactionTable(): TransactionTable {
  let capacity = 1024;
  const rows: (PooledTransaction | undefined)[] = [];
  let ids = new Uint8Array(capacity * HASH_BYTES);
  const otherBlocks = new Map<number, BlockIndex[]>();
  const table = {
    count: 0,
    type: new Uint8Array(capacity),
    sender: new Int32Array(capacity),
    slot: new Int32Array(capacity),
    node: new Int32Array(capacity),
    sizeBytes: new Int32Array(capacity),
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
      table.sender[tx] = signed.transaction.sender;
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
    ] as const) {
      const wider = new Float64Array(capacity);
      wider.set(table[key]);
      table[key] = wider;
    }
  }

  return table;
}

/** Transactions that wait for a block. */
export interface Pool {
  readonly size: number;
  add(tx: number): void;
  /**
   * Visits what could go on top of `parent`, in order of arrival in the pool: what no block carries, and
   * what only blocks off that branch carry.
   */
  visit(parent: BlockIndex, base: BlockIndex, visitor: (tx: number) => boolean): void;
  /** Drops what is in the flat state or can never be included after `timestampUs`. */
  prune(base: BlockIndex, dropped: (tx: number) => void): void;
}

/** Makes the pool of a table and tree. */
export function createPool(tree: BlockTree, table: TransactionTable): Pool {
  const waiting: number[] = [];
  const stamp: number[] = [];
  let visitId = 0;

  /** Height of the base of the last prune: forks up to it are settled. */
  let prunedHeight = 0;
  /** Waiting transactions that no block carried when they were last looked at. */
  const fresh: number[] = [];

  /** Whether two branches live above the base; only then can a carried transaction be free again. */
  function hasFork(parent: BlockIndex): boolean {
    return tree.lastForkHeight > prunedHeight || tree.firstChild[parent]! >= 0;
  }

  function visitFresh(visitor: (tx: number) => boolean): void {
    let kept = 0;
    let goesOn = true;
    for (let i = 0; i < fresh.length; i++) {
      const tx = fresh[i]!;
      if (table.firstBlock[tx] !== -1) continue;
      fresh[kept++] = tx;
      if (goesOn) goesOn = visitor(tx);
    }
    fresh.length = kept;
  }

  return {
    get size() {
      return waiting.length;
    },
    add: (tx) => {
      waiting.push(tx);
      fresh.push(tx);
    },
    visit(parent, base, visitor) {
      if (!hasFork(parent)) {
        visitFresh(visitor);
        return;
      }
      visitId++;
      for (let at = parent; at !== base && at >= 0; at = tree.parent[at]!) {
        const body = tree.transactions(at);
        for (let i = 0; i < body.length; i++) stamp[body[i]!] = visitId;
      }
      for (let i = 0; i < waiting.length; i++) {
        const tx = waiting[i]!;
        if (stamp[tx] !== visitId && !visitor(tx)) return;
      }
    },
    prune(base, dropped) {
      const baseTimeUs = tree.timestampUs[base]!;
      const baseHeight = tree.height[base]!;
      // On a single chain the height of a block says whether it is below the base.
      const isSingle = tree.lastForkHeight <= prunedHeight;
      let kept = 0;
      for (let i = 0; i < waiting.length; i++) {
        const tx = waiting[i]!;
        const first = table.firstBlock[tx]!;
        const carried = isSingle
          ? first >= 0 && tree.height[first]! <= baseHeight
          : isCarriedBelow(tx, base);
        if (carried || table.expiryUs[tx]! < baseTimeUs) {
          dropped(tx);
          continue;
        }
        if (!isSingle && !isCarriedAbove(tx, base)) table.firstBlock[tx] = -1;
        waiting[kept++] = tx;
      }
      waiting.length = kept;
      prunedHeight = baseHeight;
      // What expired is gone; what only branches that died here carried is free again.
      fresh.length = 0;
      for (const tx of waiting) if (table.firstBlock[tx] === -1) fresh.push(tx);
    },
  };

  function isCarriedBelow(tx: number, base: BlockIndex): boolean {
    const height = tree.height[base]!;
    return table
      .blocksOf(tx)
      .some((block) => tree.height[block]! <= height && tree.isAncestor(block, base));
  }

  function isCarriedAbove(tx: number, base: BlockIndex): boolean {
    return table.blocksOf(tx).some((block) => tree.isAncestor(base, block));
  }
}
