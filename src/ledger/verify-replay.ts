/** What a verification needs from whoever can execute blocks: the contracts implement it. */
import type { BlockHeader } from './block.ts';
import type { HashHex } from './hash.ts';
import type { Receipt } from './receipt.ts';
import type { Transaction } from './transactions.ts';

/** A transaction handed to a replay; its signature has been verified. */
export interface ReplayTransaction {
  readonly tx: Transaction;
  /** Its bytes without the signature, a view of the file. */
  readonly unsigned: Uint8Array;
  /** SHA-256 of those bytes; hashed when it is asked for. */
  readonly id: HashHex;
}

/** What executing a block gave. */
export interface ReplayResult {
  /** One receipt a transaction, in block order. */
  readonly receipts: readonly Receipt[];
  /** 32 bytes, or 64 hex digits. */
  readonly stateRoot: Uint8Array | HashHex;
}

/** Executes the blocks of a ledger again, from the genesis; the contracts implement it. */
export interface Replay {
  /**
   * Executes the next block.
   *
   * @param header - Authentic: signed by its producer, linked, and with the right transaction root.
   * @param at - Offset of the block in the file [byte], for messages.
   * @throws {InvariantViolation} when the block breaks an invariant; reported as a problem.
   */
  execute(
    header: BlockHeader,
    transactions: readonly ReplayTransaction[],
    at: number,
  ): ReplayResult;
  /** Checks of the final state (balances against supply, certificates ...), one line a problem. */
  finish(): { readonly problems: readonly string[] };
}
