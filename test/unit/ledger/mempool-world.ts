/** Transactions, blocks and nodes for tests of mempools. */
import { createWriter } from '../../../src/ledger/encoding.ts';
import { createMempools, type MempoolPolicy } from '../../../src/ledger/mempool-nodes.ts';
import { createNonceBook } from '../../../src/ledger/mempool-nonces.ts';
import { createPool, createTransactionTable } from '../../../src/ledger/pool.ts';
import {
  encodeTransaction,
  intrinsicGas,
  transactionId,
} from '../../../src/ledger/transactions.ts';
import { createBlockTree } from '../../../src/ledger/tree.ts';

const writer = createWriter(256);

/** What differs between transactions. */
export interface Draft {
  readonly sender?: number;
  readonly nonce?: number;
  readonly tipUpt?: number;
  readonly expiryUs?: number;
  /** Whether the sender chose the number itself. */
  readonly chosen?: boolean;
  /** Bytes beside those of every transaction. */
  readonly padding?: number;
}

/** Makes so many nodes; every transaction that is made has reached those named. */
export function createMempoolWorld(
  nodeCount: number,
  policy: Partial<MempoolPolicy> = {},
  payers = Number.POSITIVE_INFINITY,
) {
  const tree = createBlockTree('genesis');
  const table = createTransactionTable();
  const nonces = createNonceBook(table);
  const pool = createPool(tree, table, nonces.rivals);
  const reached = Array.from({ length: nodeCount }, () => new Set<number>());
  const nonceOf = new Map<number, number>();
  const drops: { node: number; tx: number; reason: string }[] = [];
  const mempools = createMempools({
    nodeCount,
    tree,
    table,
    nonces,
    policy: {
      transactionsMax: Number.POSITIVE_INFINITY,
      bytesMax: Number.POSITIVE_INFINITY,
      minTipUpt: 0,
      ...policy,
    },
    paysFees: (sender) => sender < payers,
    hasReached: (node, tx) => reached[node]!.has(tx),
    nonceAt: (_node, sender) => nonceOf.get(sender) ?? 0,
    onDropped: (node, tx, reason) => drops.push({ node, tx, reason }),
  });
  return {
    tree,
    table,
    nonces,
    pool,
    mempools,
    nonceOf,
    drops,
    make(draft: Draft = {}): number {
      const transaction = {
        type: 'FOREIGN' as const,
        chainId: new Uint8Array(8),
        sender: draft.sender ?? 0,
        nonce: draft.nonce ?? 0,
        gasLimit: 60_000,
        expiryUs: draft.expiryUs ?? 1e9,
        tipUpt: draft.tipUpt ?? 0,
        payload: { bytes: new Uint8Array(draft.padding ?? 0) },
      };
      const unsigned = encodeTransaction(transaction, writer).slice();
      const signature = new Uint8Array(64);
      const id = transactionId(unsigned);
      const row = { slot: -1, node: 0, submittedUs: 0 };
      const gas = intrinsicGas(unsigned);
      const tx = table.add({ transaction, unsigned, signature, id, intrinsicGas: gas }, row);
      if (draft.chosen === true) nonces.choose(tx);
      else nonces.follow(tx);
      return tx;
    },
    /** A transaction reaches a node. @returns Why it does not keep it, or undefined. */
    reach(node: number, tx: number, nowUs = 0) {
      reached[node]!.add(tx);
      return mempools.receive(node, tx, nowUs);
    },
    /** Transactions that have reached a node and that it keeps. */
    kept: (node: number) => Array.from(reached[node]!).filter((tx) => mempools.keeps(node, tx)),
    mine(parent: number, body: readonly number[], timestampUs = tree.height[parent]! + 1): number {
      const block = tree.add({
        parent,
        producer: 0,
        timestampUs,
        producedUs: timestampUs,
        hash: String(tree.count),
        work: 1,
        transactions: body,
        bytes: 0,
        gasUsed: 0,
        consensus: [],
      });
      for (const tx of body) table.include(tx, block);
      return block;
    },
  };
}
