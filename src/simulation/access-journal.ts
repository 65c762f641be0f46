/**
 * Which cells a transaction read and wrote: what decides whether two transactions of a block could have run
 * side by side. A balance that a transaction only adds to is a credit: the order of credits does not matter.
 */
import { ACCOUNT, RECORD_CELLS } from '../contracts/cells.ts';
import type { UndoableState } from '../contracts/execute.ts';

/** Cells that a transaction read and wrote, each once. */
export interface Accesses {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Of the writes: 1 where it only added to a balance. */
  readonly isCredit: readonly number[];
}

/** A state that notes accesses. */
export interface AccessedState extends UndoableState {
  /** The accesses since the last call. */
  take(): Accesses;
}

interface Touch {
  reads: number;
  writes: number;
  /** Whether every write so far was above what was read just before. */
  isRising: boolean;
  lastRead: number;
}

/**
 * Wraps a state. What a reverted call wrote counts as written: whoever runs beside it could have seen that it
 * would revert only by running it.
 */
export function accessed(state: UndoableState, accountCount: number): AccessedState {
  let touched = new Map<number, Touch>();
  function touch(cell: number): Touch {
    const known = touched.get(cell);
    if (known !== undefined) return known;
    const fresh = { reads: 0, writes: 0, isRising: true, lastRead: Number.NaN };
    touched.set(cell, fresh);
    return fresh;
  }
  const isBalance = (cell: number) =>
    cell < accountCount * RECORD_CELLS && cell % RECORD_CELLS === ACCOUNT.balanceUpt;
  return {
    read(cell) {
      const value = state.read(cell);
      const entry = touch(cell);
      entry.reads++;
      entry.lastRead = value;
      return value;
    },
    write(cell, value) {
      const entry = touch(cell);
      entry.writes++;
      if (!(value > entry.lastRead)) entry.isRising = false;
      state.write(cell, value);
    },
    mark: () => state.mark(),
    rollback: (mark) => state.rollback(mark),
    take() {
      const reads: number[] = [];
      const writes: number[] = [];
      const isCredit: number[] = [];
      for (const [cell, entry] of touched) {
        // One read for each addition, and nothing else was done with what was read.
        const adds = isBalance(cell) && entry.isRising && entry.reads === entry.writes;
        if (entry.writes === 0) reads.push(cell);
        else {
          writes.push(cell);
          isCredit.push(adds ? 1 : 0);
        }
      }
      touched = new Map();
      return { reads, writes, isCredit };
    },
  };
}
