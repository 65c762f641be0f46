/** What each block adds to what a node has to keep: bytes of transactions, and cells of the state. */
import type { ChainState } from '../ledger/state.ts';
import type { BlockIndex } from '../ledger/tree.ts';

/** Sizes by block; genesis is block 0. */
export interface BlockSizes {
  /** Bytes of the transactions of a block, signatures included. */
  bodyBytes(block: BlockIndex): number;
  /** Cells of the state after a block that are not zero. */
  stateCells(block: BlockIndex): number;
  /** Notes a new block that the state has. @param cells - Cells it wrote. */
  add(block: BlockIndex, parent: BlockIndex, bodyBytes: number, cells: ArrayLike<number>): void;
}

/** Makes the sizes of a tree that holds genesis only. @param state - Its state, of genesis. */
export function createBlockSizes(state: Pick<ChainState, 'baseCells' | 'readAt'>): BlockSizes {
  const bodies = [0];
  const states = [0];
  for (const [,] of state.baseCells()) states[0]!++;
  return {
    bodyBytes: (block) => bodies[block]!,
    stateCells: (block) => states[block]!,
    add(block, parent, bodyBytes, cells) {
      let count = states[parent]!;
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i]!;
        const wasThere = state.readAt(parent, cell) !== 0;
        if (state.readAt(block, cell) !== 0) {
          if (!wasThere) count++;
        } else if (wasThere) count--;
      }
      bodies[block] = bodyBytes;
      states[block] = count;
    },
  };
}
