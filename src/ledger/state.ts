/**
 * Chain state as a function of the block. A block is executed once, into a write set; reading at a block
 * looks through the write sets of its unfinal ancestors, then into the flat state of the last block that
 * is final everywhere, into which write sets are folded. One ledger object for all nodes would make
 * double spending impossible by construction; one ledger per node would cost a thousand ledgers.
 */
import { InvariantViolation } from '../base/errors.ts';
import { createBranchTip } from './state-tip.ts';
import { createOpenWrites, type WriteSet, writtenValue } from './state-writes.ts';
import type { BlockIndex, BlockTree } from './tree.ts';

/** A place of the state: a non-negative integer; see the contracts for its layout. */
export type Cell = number;

/** Reading and writing during one execution. Values are non-negative safe integers; absent is 0. */
export interface StateView {
  read(cell: Cell): number;
  write(cell: Cell, value: number): void;
}

/** The execution at work: what it writes can be undone. */
export interface OpenState extends StateView {
  /** Marks the writes so far, and drops what was written since. */
  mark(): number;
  rollback(mark: number): void;
}

/** State of every block of a tree. */
export interface ChainState {
  /** Value of a cell after the block. */
  readAt(block: BlockIndex, cell: Cell): number;
  /** Opens an execution on top of `parent`; one at a time, and always the same object. */
  begin(parent: BlockIndex): OpenState;
  /** Drops what was written since {@link begin} or the last mark. */
  mark(): number;
  rollback(mark: number): void;
  /** Cells written by the open execution, ascending. */
  dirtyCells(): Float64Array;
  /** Closes the open execution as the write set of `block`, whose parent was opened. */
  commit(block: BlockIndex): void;
  /** Folds all blocks up to `block`, an ancestor of every live head, into the flat state. */
  fold(block: BlockIndex): void;
  /** Folds the write set of genesis itself, once. */
  foldGenesis(): void;
  /**
   * Cells that are not zero after a block; NaN for one that left the chain below the flat state.
   */
  cellCount(block: BlockIndex): number;
  /** Last folded block. */
  readonly base: BlockIndex;
  /** Cells of the flat state that are not zero, ascending: for full recounts. */
  baseCells(): IterableIterator<[Cell, number]>;
  /** Value in the flat state. */
  readBase(cell: Cell): number;
}

/** Limits and shape of a {@link ChainState}. */
export interface ChainStateOptions {
  /** Cells below this index live in a flat array; the others in a map. */
  readonly denseCount: number;
  /** Most blocks between the flat state and a head. */
  readonly maxUnfinalBlocks: number;
}

/** Writers between two merged overlays: bounds the walk of one read during a long stall. */
const OVERLAY_EVERY = 64;

/** Makes the state of a tree whose genesis is empty. */
export function createChainState(tree: BlockTree, options: ChainStateOptions): ChainState {
  const { denseCount, maxUnfinalBlocks } = options;
  const dense = new Float64Array(denseCount);
  const sparse = new Map<Cell, number>();
  const writeSets = new Map<BlockIndex, WriteSet>();
  /** Merged writes since the flat state, kept at every 64th writer of a branch. */
  const overlays = new Map<BlockIndex, Map<Cell, number>>();
  /** Write sets that hold a cell, over all branches: most reads are of cells that none holds. */
  const denseWriters = new Uint32Array(denseCount);
  const sparseWriters = new Map<Cell, number>();
  /** Nearest ancestor-or-self with a write set, or -1 when everything is in the flat state. */
  let writerOf = new Int32Array(1024).fill(-1);
  let writerDepth = new Int32Array(1024);
  let base: BlockIndex = 0;
  /** Cells of the dense part that are not zero, and of all parts by folded block. */
  let denseCells = 0;
  const counts: number[] = [0];
  const open = createOpenWrites(denseCount);
  let openParent: BlockIndex = 0;
  /** The branch that grows. */
  const tip = createBranchTip(denseCount);

  const readBase = (cell: Cell) => (cell < denseCount ? dense[cell]! : (sparse.get(cell) ?? 0));

  function isUnfolded(cell: Cell): boolean {
    return cell < denseCount ? denseWriters[cell] !== 0 : sparseWriters.has(cell);
  }

  function countWriters({ cells }: WriteSet, change: 1 | -1): void {
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      if (cell < denseCount) {
        denseWriters[cell]! += change;
        continue;
      }
      const writers = (sparseWriters.get(cell) ?? 0) + change;
      if (writers !== 0) sparseWriters.set(cell, writers);
      else {
        sparseWriters.delete(cell);
        tip.drop(cell);
      }
    }
  }

  function readAt(block: BlockIndex, cell: Cell): number {
    if (!isUnfolded(cell)) return readBase(cell);
    if (block === tip.block) {
      const value = tip.read(cell);
      return value < 0 ? readBase(cell) : value;
    }
    let at = writerOf[block]!;
    while (at >= 0) {
      const set = writeSets.get(at);
      if (set === undefined) break;
      const value = writtenValue(set, cell);
      if (value >= 0) return value;
      const overlay = overlays.get(at);
      if (overlay !== undefined) return overlay.get(cell) ?? readBase(cell);
      at = writerOf[tree.parent[at]!]!;
    }
    return readBase(cell);
  }

  const view: OpenState = {
    read(cell) {
      const value = open.read(cell);
      return value < 0 ? readAt(openParent, cell) : value;
    },
    write(cell, value) {
      if (!(value >= 0 && Number.isSafeInteger(value))) {
        throw new InvariantViolation('state-integer', `cell ${cell} would become ${value}`);
      }
      open.write(cell, value);
    },
    mark: open.mark,
    rollback: open.rollback,
  };

  /** Makes the tip that of a branch which ends at a block, unless too much would have to be merged. */
  function turnTo(block: BlockIndex): void {
    tip.clear();
    tip.block = -1;
    const sets: WriteSet[] = [];
    for (let at = writerOf[block]!; at >= 0; at = writerOf[tree.parent[at]!]!) {
      const set = writeSets.get(at);
      if (set === undefined) break;
      if (sets.length === OVERLAY_EVERY) return;
      sets.push(set);
    }
    for (const set of sets.reverse()) tip.add(set);
    tip.block = block;
  }

  function reserve(block: BlockIndex): void {
    if (block < writerOf.length) return;
    const wider = new Int32Array(Math.max(block + 1, writerOf.length * 2)).fill(-1);
    wider.set(writerOf);
    writerOf = wider;
    const depths = new Int32Array(wider.length);
    depths.set(writerDepth);
    writerDepth = depths;
  }

  function commit(block: BlockIndex): void {
    reserve(block);
    const unfinal = tree.height[block]! - tree.height[base]!;
    if (unfinal > maxUnfinalBlocks) {
      throw new InvariantViolation('limit-max-unfinal-blocks', `${unfinal} blocks are not final`);
    }
    const parentWriter = writerOf[openParent]!;
    const inherited = parentWriter >= 0 && writeSets.has(parentWriter) ? parentWriter : -1;
    const isOnTip = openParent === tip.block;
    if (open.isEmpty) {
      writerOf[block] = inherited;
      if (isOnTip) tip.block = block;
      return;
    }
    const set = open.close();
    writeSets.set(block, set);
    countWriters(set, 1);
    writerOf[block] = block;
    const depth = inherited < 0 ? 1 : writerDepth[inherited]! + 1;
    writerDepth[block] = depth;
    if (depth % OVERLAY_EVERY === 0) overlays.set(block, mergedBelow(block));
    if (isOnTip) {
      tip.add(set);
      tip.block = block;
    } else {
      turnTo(block);
    }
  }

  function mergedBelow(block: BlockIndex): Map<Cell, number> {
    const sets: WriteSet[] = [];
    let merged = new Map<Cell, number>();
    let at = writerOf[tree.parent[block]!]!;
    while (at >= 0 && writeSets.has(at)) {
      sets.push(writeSets.get(at)!);
      const overlay = overlays.get(at);
      if (overlay !== undefined) {
        merged = new Map(overlay);
        break;
      }
      at = writerOf[tree.parent[at]!]!;
    }
    for (const { cells, values } of sets.reverse()) {
      for (let i = 0; i < cells.length; i++) merged.set(cells[i]!, values[i]!);
    }
    return merged;
  }

  function forget(block: BlockIndex, set: WriteSet): void {
    countWriters(set, -1);
    writeSets.delete(block);
    overlays.delete(block);
  }

  function foldSet(block: BlockIndex): void {
    const set = writeSets.get(block);
    if (set === undefined) return;
    const { cells, values } = set;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      const value = values[i]!;
      if (cell < denseCount) {
        denseCells += Number(value !== 0) - Number(dense[cell] !== 0);
        dense[cell] = value;
      } else if (value === 0) sparse.delete(cell);
      else sparse.set(cell, value);
    }
    forget(block, set);
  }

  /** Cells that are not zero after a block: counted as blocks are folded, which costs next to nothing. */
  function cellCount(block: BlockIndex): number {
    const unfolded: BlockIndex[] = [];
    let at = block;
    while (counts[at] === undefined) {
      if (tree.height[at]! <= tree.height[base]!) return Number.NaN;
      unfolded.push(at);
      at = tree.parent[at]!;
    }
    let count = counts[at]!;
    for (let k = unfolded.length - 1; k >= 0; k--) {
      const above = unfolded[k]!;
      const set = writeSets.get(above);
      if (set === undefined) continue;
      for (let i = 0; i < set.cells.length; i++) {
        const before = readAt(tree.parent[above]!, set.cells[i]!);
        count += Number(set.values[i] !== 0) - Number(before !== 0);
      }
    }
    return count;
  }

  function fold(block: BlockIndex): void {
    const path: BlockIndex[] = [];
    for (let at = block; at !== base; at = tree.parent[at]!) {
      if (at < 0)
        throw new InvariantViolation('fold-order', `block ${block} is not above the base`);
      path.push(at);
    }
    for (let i = path.length - 1; i >= 0; i--) {
      foldSet(path[i]!);
      counts[path[i]!] = denseCells + sparse.size;
    }
    base = block;
    // Branches that left the chain below the new base are dead; their sets are only memory.
    const baseHeight = tree.height[block]!;
    for (const [at, set] of writeSets) if (tree.height[at]! <= baseHeight) forget(at, set);
    // What the tip still holds of folded blocks is their last value, but only on this branch.
    if (tip.block >= 0 && !tree.isAncestor(block, tip.block)) turnTo(block);
  }

  return {
    readAt,
    begin(parent) {
      open.clear();
      openParent = parent;
      return view;
    },
    mark: open.mark,
    rollback: open.rollback,
    dirtyCells: () => open.cells(),
    commit,
    fold,
    foldGenesis() {
      foldSet(0);
      counts[0] = denseCells + sparse.size;
    },
    cellCount,
    get base() {
      return base;
    },
    *baseCells() {
      for (let cell = 0; cell < denseCount; cell++)
        if (dense[cell] !== 0) yield [cell, dense[cell]!];
      for (const cell of Float64Array.from(sparse.keys()).sort()) yield [cell, sparse.get(cell)!];
    },
    readBase,
  };
}
