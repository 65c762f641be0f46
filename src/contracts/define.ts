/**
 * What a contract is: where it keeps its state, which transactions reach it and who may send them, what it
 * records, and what must hold of its state. A contract has no will of its own: nothing in it runs unless a
 * transaction of an external account reaches it (model §5.6). There are no timers; what is due is asked for
 * by a keeper's transaction, which anybody allowed may send.
 */
import type { PayloadOf, TransactionType } from '../ledger/transactions.ts';
import type { Call, ChainRules, Outcome, Role } from './rules.ts';

/** A part of the state that one contract writes. */
export interface StorageArea {
  readonly name: string;
  /** What a record of it is about, e.g. `certificate`. */
  readonly key: string;
  /** Cells of a record: what each holds, with the unit last. */
  readonly fields: readonly string[];
}

/** An entry of a receipt: its code and the integers that follow it. */
export interface EventShape {
  /** First integer of the entry; unique among all contracts. */
  readonly code: number;
  /** Names of the integers that follow. */
  readonly fields: readonly string[];
}

/** A function of a contract. */
export interface ContractFunction<T extends TransactionType> {
  /** Roles that may send it; the executor refuses others with UNAUTHORISED. */
  readonly by: readonly Role[] | 'anyone';
  /**
   * Gas that a call of ordinary size stays within, the envelope included; what grows with its input says so
   * by itself, and may exceed it. Held by the folder's contract test.
   */
  readonly gasBudget: number;
  /** Runs it: undefined when it succeeded, else why it reverted; the executor undoes what it wrote. */
  run(call: Call, payload: PayloadOf[T]): Outcome;
}

/** Reads the state after a block. */
export type ReadState = (cell: number) => number;

/** Something that must hold of a contract's state at every block. */
export interface ContractInvariant {
  readonly id: string;
  /** What is wrong, or undefined. May read every record: it runs on recounts and in tests. */
  check(read: ReadState, rules: ChainRules): string | undefined;
}

/** A contract. */
export interface Contract {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly storage: readonly StorageArea[];
  readonly events: Readonly<Record<string, EventShape>>;
  readonly functions: { readonly [T in TransactionType]?: ContractFunction<T> };
  readonly invariants: readonly ContractInvariant[];
}

/** Declares a contract. */
export function defineContract<const C extends Contract>(contract: C): C {
  return Object.freeze(contract);
}
