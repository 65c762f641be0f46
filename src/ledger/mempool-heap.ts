/**
 * A heap of transactions by a key that is fixed when they enter, the least first and of equal ones the one
 * with the lesser rank. What has left for another reason stays until it comes up; the user knows it then.
 */

/** Transactions by key and rank. */
export interface TransactionHeap {
  readonly size: number;
  /** Enters a transaction. @param rank - Unique among equal keys. */
  push(tx: number, key: number, rank: number): void;
  /** The first one, or -1. */
  top(): number;
  /** Key of the first one; infinite without one. */
  topKey(): number;
  /** Takes the first one out, or -1. */
  pop(): number;
}

/** Makes an empty binary heap. */
export function createTransactionHeap(): TransactionHeap {
  const txs: number[] = [];
  const keys: number[] = [];
  const ranks: number[] = [];

  const isBefore = (key: number, rank: number, at: number) =>
    key < keys[at]! || (key === keys[at] && rank < ranks[at]!);

  function put(at: number, tx: number, key: number, rank: number): void {
    txs[at] = tx;
    keys[at] = key;
    ranks[at] = rank;
  }

  const move = (from: number, to: number) => put(to, txs[from]!, keys[from]!, ranks[from]!);

  return {
    get size() {
      return txs.length;
    },
    push(tx, key, rank) {
      let at = txs.length;
      put(at, tx, key, rank);
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isBefore(key, rank, parent)) break;
        move(parent, at);
        at = parent;
      }
      put(at, tx, key, rank);
    },
    top: () => txs[0] ?? -1,
    topKey: () => keys[0] ?? Number.POSITIVE_INFINITY,
    pop() {
      if (txs.length === 0) return -1;
      const first = txs[0]!;
      const tx = txs.pop()!;
      const key = keys.pop()!;
      const rank = ranks.pop()!;
      const size = txs.length;
      if (size === 0) return first;
      let at = 0;
      for (let child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && isBefore(keys[child + 1]!, ranks[child + 1]!, child)) child++;
        if (isBefore(key, rank, child)) break;
        move(child, at);
        at = child;
      }
      put(at, tx, key, rank);
      return first;
    },
  };
}
