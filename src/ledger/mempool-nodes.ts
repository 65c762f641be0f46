/**
 * What each node keeps of the transactions that reached it. A node refuses what offers too little, keeps one
 * of several rivals, and drops what pays least when it has no more room (model §5.8); what it does not keep
 * it neither passes on nor puts into a block. Most runs have room for all and no rivals: then nothing is
 * stored here and everything that has come is kept.
 */
import { createTransactionHeap, type TransactionHeap } from './mempool-heap.ts';
import { type NonceBook, replacementTip } from './mempool-nonces.ts';
import { feeDensity } from './mempool-order.ts';
import type { RejectReason } from './reject-reason.ts';
import type { TransactionTable } from './transaction-table.ts';
import { TRANSACTION_CODE } from './transactions.ts';
import type { BlockIndex, BlockTree } from './tree.ts';

/** What nodes ask of transactions, and the room they have. */
export interface MempoolPolicy {
  /** Most transactions, and most bytes, that wait at a node; infinite without a limit. */
  readonly transactionsMax: number;
  readonly bytesMax: number;
  /** Least tip [Upt]. */
  readonly minTipUpt: number;
}

/** What the mempools work on. */
export interface MempoolParts {
  readonly nodeCount: number;
  readonly tree: BlockTree;
  readonly table: TransactionTable;
  readonly nonces: NonceBook;
  readonly policy: MempoolPolicy;
  /** Whether a sender pays fees at all. */
  paysFees(sender: number): boolean;
  /** Whether a transaction has reached a node. */
  hasReached(node: number, tx: number): boolean;
  /** Next number of a sender in the state that a node holds for the present one. */
  nonceAt(node: number, sender: number): number;
  /** A node does not keep a transaction that had reached it. */
  onDropped(node: number, tx: number, reason: RejectReason): void;
}

/** Mempools of all nodes. */
export interface Mempools {
  /** A transaction has reached a node: undefined when it keeps it, else why it does not. */
  receive(node: number, tx: number, nowUs: number): RejectReason | undefined;
  /** Whether a node keeps a transaction that has reached it. */
  keeps(node: number, tx: number): boolean;
  /** Transactions that wait at a node, and their bytes; counted only where there is a limit. */
  load(node: number): { readonly transactions: number; readonly bytes: number };
  /** A node has another head: what its branch carries leaves, what it no longer carries comes back. */
  onHead(node: number, head: BlockIndex, previous: BlockIndex, nowUs: number): void;
  /** Forgets a transaction that can no longer be included. */
  release(tx: number): void;
}

/** The transactions that wait at one node, where there is a limit. */
interface Shelf {
  /** By transaction: its rank of arrival at the node. */
  readonly ranks: Map<number, number>;
  /** Cheapest first, and of equal ones the last to come; and soonest to expire first. */
  byDensity: TransactionHeap;
  byExpiry: TransactionHeap;
  bytes: number;
}

/** Entries of a heap that have left, beyond those that wait, before it is made anew. */
const SPARE_ENTRIES = 64;

/** Makes the mempools of a chain. */
export function createMempools(parts: MempoolParts): Mempools {
  const { nodeCount, tree, table, nonces, policy } = parts;
  const { transactionsMax, bytesMax, minTipUpt } = policy;
  const isLimited = Math.min(transactionsMax, bytesMax) < Number.POSITIVE_INFINITY;
  /** By transaction and node: 1 where it is not kept. */
  const dropped = new Map<number, Uint8Array>();
  let arrivals = 0;
  const shelves: Shelf[] = Array.from({ length: isLimited ? nodeCount : 0 }, () => ({
    ranks: new Map(),
    byDensity: createTransactionHeap(),
    byExpiry: createTransactionHeap(),
    bytes: 0,
  }));

  function drop(node: number, tx: number, reason: RejectReason): RejectReason {
    const marks = dropped.get(tx) ?? new Uint8Array(nodeCount);
    marks[node] = 1;
    dropped.set(tx, marks);
    if (isLimited) takeOff(shelves[node]!, tx);
    parts.onDropped(node, tx, reason);
    return reason;
  }

  const keeps = (node: number, tx: number) => dropped.size === 0 || dropped.get(tx)?.[node] !== 1;

  function takeOff(shelf: Shelf, tx: number): void {
    if (shelf.ranks.delete(tx)) shelf.bytes -= table.sizeBytes[tx]!;
  }

  /** Whether a transaction may stand at a node beside its rivals; those that it replaces go. */
  function meetRivals(node: number, tx: number): RejectReason | undefined {
    const rivals = nonces.rivals(tx);
    if (rivals.length === 0) return undefined;
    // A transaction may come later than the block that carries it.
    const isSpend = table.type[tx] === TRANSACTION_CODE.SPEND;
    const isNew = table.firstBlock[tx] === -1 && !isSpend;
    if (isNew && parts.nonceAt(node, table.sender[tx]!) > table.nonce[tx]!) return 'BAD_NONCE';
    const pending = rivals.filter((other) => parts.hasReached(node, other) && keeps(node, other));
    const least = pending.map((other) => replacementTip(table.tipUpt[other]!));
    if (least.some((tipUpt) => table.tipUpt[tx]! < tipUpt)) {
      return isSpend ? 'DOUBLE_SPEND' : 'UNDERPRICED';
    }
    for (const other of pending) drop(node, other, 'REPLACED');
    return undefined;
  }

  const isFull = (shelf: Shelf, more: number, bytes: number) =>
    shelf.ranks.size + more > transactionsMax || shelf.bytes + bytes > bytesMax;

  function enter(shelf: Shelf, tx: number): void {
    shelf.byDensity.push(tx, feeDensity(table, tx), -shelf.ranks.get(tx)!);
    shelf.byExpiry.push(tx, table.expiryUs[tx]!, tx);
  }

  /** Heaps keep what has left until it comes up; where nothing ever does they are made anew. */
  function tidy(shelf: Shelf): void {
    if (shelf.byDensity.size <= 2 * shelf.ranks.size + SPARE_ENTRIES) return;
    shelf.byDensity = createTransactionHeap();
    shelf.byExpiry = createTransactionHeap();
    for (const tx of shelf.ranks.keys()) enter(shelf, tx);
  }

  /** Puts a transaction on a node's shelf; what pays least makes room, or the transaction has none. */
  function shelve(node: number, tx: number, nowUs: number): RejectReason | undefined {
    const shelf = shelves[node]!;
    const sizeBytes = table.sizeBytes[tx]!;
    const density = feeDensity(table, tx);
    tidy(shelf);
    if (isFull(shelf, 1, sizeBytes)) {
      while (shelf.byExpiry.topKey() < nowUs) takeOff(shelf, shelf.byExpiry.pop());
    }
    const victims = new Set<number>();
    let freedBytes = 0;
    while (isFull(shelf, 1 - victims.size, sizeBytes - freedBytes)) {
      const victim = shelf.byDensity.pop();
      if (victim >= 0 && (!shelf.ranks.has(victim) || victims.has(victim))) continue;
      if (victim < 0 || feeDensity(table, victim) >= density) {
        for (const back of victims) enter(shelf, back);
        if (victim >= 0) enter(shelf, victim);
        return 'POOL_FULL';
      }
      victims.add(victim);
      freedBytes += table.sizeBytes[victim]!;
    }
    for (const victim of victims) drop(node, victim, 'EVICTED');
    shelf.ranks.set(tx, arrivals++);
    shelf.bytes += sizeBytes;
    enter(shelf, tx);
    return undefined;
  }

  return {
    receive(node, tx, nowUs) {
      // A spend states its fee in coins and has no tip.
      const isAsked = table.type[tx] !== TRANSACTION_CODE.SPEND;
      const isLow = isAsked && table.tipUpt[tx]! < minTipUpt;
      if (isLow && parts.paysFees(table.sender[tx]!)) {
        return drop(node, tx, 'UNDERPRICED');
      }
      const refused = meetRivals(node, tx) ?? (isLimited ? shelve(node, tx, nowUs) : undefined);
      return refused === undefined ? undefined : drop(node, tx, refused);
    },
    keeps,
    load(node) {
      const shelf = shelves[node];
      return { transactions: shelf?.ranks.size ?? 0, bytes: shelf?.bytes ?? 0 };
    },
    onHead(node, head, previous, nowUs) {
      if (!isLimited) return;
      const shelf = shelves[node]!;
      const fork = tree.parent[head] === previous ? previous : tree.commonAncestor(previous, head);
      const undone: number[] = [];
      for (let at = previous; at !== fork; at = tree.parent[at]!) {
        const body = tree.transactions(at);
        for (let i = body.length - 1; i >= 0; i--) undone.push(body[i]!);
      }
      const applied = new Set<number>();
      for (let at = head; at !== fork; at = tree.parent[at]!) {
        const body = tree.transactions(at);
        for (let i = 0; i < body.length; i++) {
          applied.add(body[i]!);
          takeOff(shelf, body[i]!);
        }
      }
      for (const tx of undone.reverse()) {
        if (applied.has(tx) || shelf.ranks.has(tx) || table.expiryUs[tx]! < nowUs) continue;
        if (!parts.hasReached(node, tx) || !keeps(node, tx)) continue;
        const refused = shelve(node, tx, nowUs);
        if (refused !== undefined) drop(node, tx, refused);
      }
    },
    release(tx) {
      dropped.delete(tx);
      if (isLimited) for (const shelf of shelves) takeOff(shelf, tx);
    },
  };
}
