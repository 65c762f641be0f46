/**
 * The order in which a producer takes transactions that offer tips: by tip per byte, those that came first
 * before others of the same density, and never a number of a sender before an earlier one (model §5.8).
 */
import { createTransactionHeap } from './mempool-heap.ts';
import type { TransactionTable } from './transaction-table.ts';

/** Tip per byte of a transaction [Upt/B]. */
export function feeDensity(table: TransactionTable, tx: number): number {
  return table.tipUpt[tx]! / table.sizeBytes[tx]!;
}

/**
 * Orders candidates for a block.
 *
 * @param candidates - In order of arrival.
 * @returns The same, best first. A sender's transactions stand by number, and of one number by arrival; the
 *   first of each sender that is not yet placed competes with those of others. Without tips and with
 *   numbers in order of arrival it is the order of arrival. Cost: O(n log n).
 */
export function assemblyOrder(candidates: readonly number[], table: TransactionTable): number[] {
  const bySender = new Map<number, number[]>();
  const rankOf = new Map<number, number>();
  candidates.forEach((tx, rank) => {
    rankOf.set(tx, rank);
    const own = bySender.get(table.sender[tx]!);
    if (own === undefined) bySender.set(table.sender[tx]!, [tx]);
    else own.push(tx);
  });
  const heads = createTransactionHeap();
  const enter = (tx: number) => heads.push(tx, -feeDensity(table, tx), rankOf.get(tx)!);
  for (const own of bySender.values()) {
    // The last one is taken first.
    own.sort((a, b) => table.nonce[b]! - table.nonce[a]! || rankOf.get(b)! - rankOf.get(a)!);
    enter(own.pop()!);
  }
  const order: number[] = [];
  while (heads.size > 0) {
    const tx = heads.pop();
    order.push(tx);
    const next = bySender.get(table.sender[tx]!)!.pop();
    if (next !== undefined) enter(next);
  }
  return order;
}
