/**
 * When each node first had a transaction. Only what watches nodes for what they leave out needs it, so
 * that other chains do not keep it.
 */

/** Times at which nodes got transactions. */
export interface Hearing {
  /** A node has a transaction now. */
  note(node: number, tx: number, nowUs: number): void;
  /** When it got it [µs]; infinite when it never did, or the transaction was let go. */
  sinceUs(node: number, tx: number): number;
  /** Lets a transaction go that nothing will ask for again. */
  release(tx: number): void;
}

/** Makes the record; a row is used again once its transaction is let go. */
export function createHearing(nodeCount: number): Hearing {
  const rows = new Map<number, Float64Array>();
  const free: Float64Array[] = [];
  return {
    note(node, tx, nowUs) {
      let row = rows.get(tx);
      if (row === undefined) {
        row = free.pop() ?? new Float64Array(nodeCount);
        row.fill(Number.POSITIVE_INFINITY);
        rows.set(tx, row);
      }
      row[node] = Math.min(row[node]!, nowUs);
    },
    sinceUs: (node, tx) => rows.get(tx)?.[node] ?? Number.POSITIVE_INFINITY,
    release(tx) {
      const row = rows.get(tx);
      if (row === undefined) return;
      rows.delete(tx);
      free.push(row);
    },
  };
}
