/**
 * Which key an account signs with, as a verifier follows it: that of genesis, then of the last registration
 * or rotation that succeeded. Within a block that is the replay's word, so that signatures are checked
 * against every key that may be in force first, and against the right one once the block has executed.
 */
import { FRAME_BYTES } from './ledger-file.ts';
import type { Receipt } from './receipt.ts';
import { type CryptoMode, SIGNATURE_BYTES, verifySignature } from './signature.ts';
import type { Transaction } from './transactions.ts';
import { locateSignature, type VerifyProblem } from './verify-locate.ts';
import type { ReplayTransaction } from './verify-replay.ts';

/** Where a transaction stands: its length, and its signature. */
export interface Span {
  readonly frame: number;
  readonly end: number;
}

/** A key that a transaction of the block gives to an account if it succeeds. */
export interface KeyProposal {
  readonly account: number;
  readonly key: Uint8Array;
  /** Place of the transaction. */
  readonly index: number;
}

/** What of a verification the keys need. */
export interface KeyRun {
  readonly bytes: Uint8Array;
  readonly mode: CryptoMode;
  readonly keys: Map<number, Uint8Array>;
  readonly signatureTrials: number;
}

/** Transactions of a block, each signed with a key that may be in force. */
export interface SignedBody {
  readonly list: readonly ReplayTransaction[];
  readonly spans: readonly Span[];
  readonly proposals: readonly KeyProposal[];
}

/** Notes the key that a transaction of a block gives to an account if it succeeds. */
export function propose(proposals: KeyProposal[], tx: Transaction, index: number): void {
  if (tx.type === 'REGISTER') {
    proposals.push({ account: tx.payload.account, key: tx.payload.publicKey, index });
  } else if (tx.type === 'KEY_ROTATE') {
    proposals.push({ account: tx.sender, key: tx.payload.publicKey, index });
  }
}

/** Keys that may be in force for an account behind what a block proposes, the likeliest last. */
export function possibleKeys(
  keys: ReadonlyMap<number, Uint8Array>,
  proposals: readonly KeyProposal[],
  account: number,
): Uint8Array[] {
  const standing = keys.get(account);
  const possible = standing === undefined ? [] : [standing];
  for (const proposal of proposals) if (proposal.account === account) possible.push(proposal.key);
  return possible;
}

/**
 * Puts the keys of a block that executed into force, in its order, and checks that what followed them was
 * signed with the key that was in force by then.
 */
export function checkKeys(
  run: KeyRun,
  height: number,
  { list, spans, proposals }: SignedBody,
  receipts: readonly Receipt[],
): VerifyProblem | undefined {
  if (proposals.length === 0) return undefined;
  const { bytes, mode, keys, signatureTrials } = run;
  let next = 0;
  for (let index = proposals[0]!.index; index < list.length; index++) {
    const { sender, type } = list[index]!.tx;
    const { frame, end } = spans[index]!;
    const key = keys.get(sender);
    const unsigned = bytes.subarray(frame + FRAME_BYTES, end);
    const signature = bytes.subarray(end, end + SIGNATURE_BYTES);
    const isRight =
      type === 'SPEND' || (key !== undefined && verifySignature(mode, key, unsigned, signature));
    if (!isRight) {
      const what = `signature of transaction ${index} of block ${height}`;
      if (key !== undefined) {
        return locateSignature(bytes, end, what, mode, key, unsigned, signatureTrials);
      }
      const got = 'one of an account whose registration failed';
      return { offset: end, length: SIGNATURE_BYTES, what, expected: 'a key in force', got };
    }
    const proposal = proposals[next];
    if (proposal?.index !== index) continue;
    next++;
    if (receipts[index]!.status !== 0) keys.set(proposal.account, proposal.key);
  }
  return undefined;
}
