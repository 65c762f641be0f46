/**
 * The pool of transactions that wait for a block. It is one list, in order of arrival; what a node may put
 * into a block is what has reached that node and what it has kept, which the caller asks the network and
 * the node's own mempool (`mempool-nodes.ts`).
 */
import { createTransactionHeap } from './mempool-heap.ts';
import type { TransactionTable } from './transaction-table.ts';
import type { BlockIndex, BlockTree } from './tree.ts';

export * from './transaction-table.ts';

/** Transactions that wait for a block. */
export interface Pool {
  readonly size: number;
  add(tx: number): void;
  /**
   * Visits what could go on top of `parent`, in order of arrival in the pool: what no block carries, and
   * what only blocks off that branch carry.
   */
  visit(parent: BlockIndex, base: BlockIndex, visitor: (tx: number) => boolean): void;
  /**
   * Drops what is in the flat state, its rivals, and what can never be included after the base, in order
   * of arrival. Cost: what is dropped, and the blocks of branches that died; not what goes on waiting.
   */
  prune(base: BlockIndex, dropped: (tx: number) => void): void;
}

const NONE: readonly number[] = [];

/**
 * Makes the pool of a table and tree.
 *
 * @param rivals - Transactions that no branch can hold beside the given one; none by default.
 */
export function createPool(
  tree: BlockTree,
  table: TransactionTable,
  rivals: (tx: number) => readonly number[] = () => NONE,
): Pool {
  /** In order of arrival, with some that have left. */
  let waiting: number[] = [];
  let size = 0;
  /** By transaction: its number of arrival from 1 on, negative once it has left, 0 before. */
  let arrival = new Int32Array(1024);
  let arrivalCount = 0;
  /** Waiting ones that no block carried when they were last looked at, in order of arrival. */
  let fresh: number[] = [];
  /** Entries of `fresh` before this one are gone. */
  let freshStart = 0;
  const byExpiry = createTransactionHeap();
  const stamp: number[] = [];
  let visitId = 0;
  /** Base of the last prune: forks up to its height are settled. */
  let prunedBase: BlockIndex = 0;

  const isWaiting = (tx: number) => arrival[tx]! > 0;
  const byArrival = (a: number, b: number) => Math.abs(arrival[a]!) - Math.abs(arrival[b]!);

  /** Whether two branches live above the base; only then can a carried transaction be free again. */
  function hasFork(parent: BlockIndex): boolean {
    return tree.lastForkHeight > tree.height[prunedBase]! || tree.firstChild[parent]! >= 0;
  }

  function visitFresh(visitor: (tx: number) => boolean): void {
    const kept: number[] = [];
    let at = freshStart;
    for (let goesOn = true; goesOn && at < fresh.length; at++) {
      const tx = fresh[at]!;
      if (!isWaiting(tx) || table.firstBlock[tx] !== -1) continue;
      kept.push(tx);
      goesOn = visitor(tx);
    }
    // What is behind the last one visited stays where it is: it may be most of the pool.
    freshStart = at - kept.length;
    for (let k = 0; k < kept.length; k++) fresh[freshStart + k] = kept[k]!;
    if (freshStart > fresh.length - freshStart) {
      fresh = fresh.slice(freshStart);
      freshStart = 0;
    }
  }

  function leave(tx: number, gone: number[]): void {
    if (!isWaiting(tx)) return;
    arrival[tx] = -arrival[tx]!;
    size--;
    gone.push(tx);
  }

  /** Gives free again what only branches that died below a block carried. */
  function freeDead(base: BlockIndex): void {
    const dead: BlockIndex[] = [];
    for (let at = base; at !== prunedBase; at = tree.parent[at]!) {
      const { firstChild, nextSibling, parent } = tree;
      for (let child = firstChild[parent[at]!]!; child >= 0; child = nextSibling[child]!) {
        if (child !== at) dead.push(child);
      }
    }
    const freed: number[] = [];
    for (let k = 0; k < dead.length; k++) {
      const block = dead[k]!;
      const { firstChild, nextSibling } = tree;
      for (let child = firstChild[block]!; child >= 0; child = nextSibling[child]!) {
        dead.push(child);
      }
      const body = tree.transactions(block);
      for (let i = 0; i < body.length; i++) {
        const tx = body[i]!;
        if (!isWaiting(tx) || table.firstBlock[tx] === -1) continue;
        if (table.blocksOf(tx).some((carrier) => tree.isAncestor(base, carrier))) continue;
        table.firstBlock[tx] = -1;
        freed.push(tx);
      }
    }
    if (freed.length === 0) return;
    const stillFresh = new Set(freed);
    for (let at = freshStart; at < fresh.length; at++) stillFresh.add(fresh[at]!);
    fresh = Array.from(stillFresh).sort(byArrival);
    freshStart = 0;
  }

  return {
    get size() {
      return size;
    },
    add(tx) {
      if (tx >= arrival.length) {
        const wider = new Int32Array(Math.max(tx + 1, 2 * arrival.length));
        wider.set(arrival);
        arrival = wider;
      }
      arrival[tx] = ++arrivalCount;
      size++;
      waiting.push(tx);
      fresh.push(tx);
      byExpiry.push(tx, table.expiryUs[tx]!, tx);
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
        if (isWaiting(tx) && stamp[tx] !== visitId && !visitor(tx)) return;
      }
    },
    prune(base, dropped) {
      const gone: number[] = [];
      for (let at = base; at !== prunedBase; at = tree.parent[at]!) {
        const body = tree.transactions(at);
        for (let i = 0; i < body.length; i++) {
          leave(body[i]!, gone);
          for (const rival of rivals(body[i]!)) leave(rival, gone);
        }
      }
      const baseUs = tree.timestampUs[base]!;
      while (byExpiry.topKey() < baseUs) leave(byExpiry.pop(), gone);
      gone.sort(byArrival);
      for (const tx of gone) dropped(tx);
      if (tree.lastForkHeight > tree.height[prunedBase]!) freeDead(base);
      prunedBase = base;
      if (waiting.length > 2 * size + 64) waiting = waiting.filter(isWaiting);
    },
  };
}
