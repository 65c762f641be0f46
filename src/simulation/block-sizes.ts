/** What each block adds to what a node has to keep: bytes of transactions, and cells of the state. */
import type { ChainState } from '../ledger/state.ts';
import type { BlockIndex } from '../ledger/tree.ts';

/** Sizes by block; genesis is block 0. */
export interface BlockSizes {
  /** Bytes of the transactions of a block, signatures included. */
  bodyBytes(block: BlockIndex): number;
  /** Cells of the state after a block that are not zero; NaN for a block that has long left the chain. */
  stateCells(block: BlockIndex): number;
  /** Notes a new block. */
  add(block: BlockIndex, bodyBytes: number): void;
}

/** Makes the sizes of a tree that holds genesis only. */
export function createBlockSizes(state: Pick<ChainState, 'cellCount'>): BlockSizes {
  const bodies = [0];
  return {
    bodyBytes: (block) => bodies[block]!,
    stateCells: (block) => state.cellCount(block),
    add(block, bodyBytes) {
      bodies[block] = bodyBytes;
    },
  };
}
