/**
 * What a transaction did to the points of accounts, in the order in which its contracts did it. Whoever
 * asks where points come from needs that order: it says which debit a credit was paid from.
 */
import { ACCOUNT, RECORD_CELLS } from '../contracts/cells.ts';
import type { UndoableState } from '../contracts/execute.ts';

/** Changes of what accounts hold, balance and escrow together, columns of one length. */
export interface HoldingChanges {
  readonly account: readonly number[];
  /** Signed, never 0 [Upt]. */
  readonly deltaUpt: readonly number[];
}

/** A state that writes down the changes of holdings; what is rolled back is struck out again. */
export interface JournalledState extends UndoableState {
  /** The changes since the last call. */
  take(): HoldingChanges;
}

/** Wraps a state. */
export function journalled(state: UndoableState, accountCount: number): JournalledState {
  let account: number[] = [];
  let deltaUpt: number[] = [];
  /** Length of the journal at each mark of the state. */
  const marks = new Map<number, number>();
  return {
    read: (cell) => state.read(cell),
    write(cell, value) {
      const field = cell % RECORD_CELLS;
      const holder = (cell - field) / RECORD_CELLS;
      const isHolding = field === ACCOUNT.balanceUpt || field === ACCOUNT.escrowUpt;
      if (isHolding && holder < accountCount) {
        const delta = value - state.read(cell);
        if (delta !== 0) {
          account.push(holder);
          deltaUpt.push(delta);
        }
      }
      state.write(cell, value);
    },
    mark() {
      const mark = state.mark();
      marks.set(mark, account.length);
      return mark;
    },
    rollback(mark) {
      const length = marks.get(mark) ?? 0;
      account.length = length;
      deltaUpt.length = length;
      state.rollback(mark);
    },
    take() {
      const changes = { account, deltaUpt };
      account = [];
      deltaUpt = [];
      marks.clear();
      return changes;
    },
  };
}
