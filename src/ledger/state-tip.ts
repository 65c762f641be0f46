/**
 * The writes of one branch since the flat state, merged: nearly every read asks for the newest block, which
 * would otherwise look through the write sets of all blocks below it.
 */
import type { WriteSet } from './state-writes.ts';
import type { BlockIndex } from './tree.ts';

/** Merged writes of the branch that ends at `block`. What has been folded since may still be in it. */
export interface BranchTip {
  /** Newest block whose reads it answers; -1 where it answers none. */
  block: BlockIndex;
  /** Value of a cell; -1 where no block of the branch wrote it. */
  read(cell: number): number;
  /** Adds the writes of a block on top. */
  add(set: WriteSet): void;
  /** Lets a sparse cell go that no unfolded block has written. */
  drop(cell: number): void;
  clear(): void;
}

/** Makes an empty tip. @param denseCount - Cells below this are kept in arrays. */
export function createBranchTip(denseCount: number): BranchTip {
  const values = new Float64Array(denseCount).fill(-1);
  const sparse = new Map<number, number>();
  return {
    block: 0,
    read: (cell) => (cell < denseCount ? values[cell]! : (sparse.get(cell) ?? -1)),
    add({ cells, values: written }) {
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i]!;
        if (cell < denseCount) values[cell] = written[i]!;
        else sparse.set(cell, written[i]!);
      }
    },
    drop: (cell) => {
      sparse.delete(cell);
    },
    clear() {
      values.fill(-1);
      sparse.clear();
    },
  };
}
