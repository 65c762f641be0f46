/** What the vote-out needs of a chain at work: what nodes hold, what they may send, what they can prove. */
import type { RandomSource } from '../base/random.ts';
import type { ChainRules } from '../contracts/rules.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { TurnSchedule } from '../ledger/chain-parameters.ts';
import type { Receipt } from '../ledger/receipt.ts';
import type { PayloadOf, SignedHeader, TransactionType } from '../ledger/transactions.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { TurnRecord } from '../ledger/turn-record.ts';
import type { VoteOutOptions } from '../ledger/vote-out.ts';

/** A transaction as a block carries it. */
export interface Executed {
  readonly type: TransactionType;
  readonly receipt: Receipt;
}

/** One chain with elected producers. */
export interface GovernanceChain {
  readonly kernel: Kernel;
  /** Rules with a vote-out. */
  readonly rules: ChainRules;
  readonly options: VoteOutOptions;
  readonly random: RandomSource;
  readonly tree: BlockTree;
  /** Head of every node, and 1 where it is up. */
  readonly head: Int32Array;
  readonly up: Uint8Array;
  readonly turns: TurnRecord;
  readonly schedule: TurnSchedule;
  /** A cell in the state after a block. */
  readAt(block: BlockIndex, cell: number): number;
  /** Node that an account's client is attached to. */
  nodeOf(account: number): number;
  /** Sends a transaction from an account's client now. */
  submit<T extends TransactionType>(
    type: T,
    account: number,
    payload: PayloadOf[T],
    about: { readonly slot: number; readonly expiryUs: number },
  ): unknown;
  /** Encoded header and signature of a block that has not been folded away. */
  header(block: BlockIndex): SignedHeader | undefined;
  /** What a block carries, in order; asked for once, when the block is young. */
  executed(block: BlockIndex): readonly Executed[];
  /** When a node first had a transaction [µs]; without it nobody watches for censorship. */
  heardUs?(node: number, tx: number): number;
  /** Whether a block could have carried a transaction besides what it has. */
  hasRoom?(block: BlockIndex, tx: number): boolean;
}
