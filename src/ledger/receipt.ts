/** What executing one transaction gave: committed to by the receipt root of its block. */
import { type ByteReader, type ByteWriter, createWriter, DecodeError } from './encoding.ts';
import type { HashHex, HashLatin1 } from './hash.ts';
import { EMPTY_ROOT, leafHash, merkleRootOfHashes } from './merkle.ts';
import { REJECT_REASONS } from './reject-reason.ts';

/** Status of a transaction that was included but failed; its nonce and gas are spent. */
export const STATUS_FAILED = 0;
/** Status of a transaction whose effects stand. */
export const STATUS_OK = 1;

/** Receipt of one included transaction. */
export interface Receipt {
  /** {@link STATUS_FAILED} or {@link STATUS_OK}. */
  readonly status: 0 | 1;
  /** Gas charged, integer ≥ 0. */
  readonly gasUsed: number;
  /** 0, or `rejectReasonCode` of why it failed; always 0 when the status is ok. */
  readonly reason: number;
  /** What the contract reports, unsigned integers; their meaning is the contract's. */
  readonly events: ArrayLike<number>;
}

/** Appends the canonical bytes of a receipt: status, gas, reason, count and events. */
export function encodeReceipt(receipt: Receipt, writer: ByteWriter): void {
  if (receipt.status === STATUS_OK && receipt.reason !== 0) {
    throw new RangeError(`"reason" expected 0 on success, got ${receipt.reason}`);
  }
  if (!(receipt.reason <= REJECT_REASONS.length)) {
    throw new RangeError(`"reason" expected 0..${REJECT_REASONS.length}, got ${receipt.reason}`);
  }
  writer.flag(receipt.status === STATUS_OK);
  writer.uint(receipt.gasUsed);
  writer.uint(receipt.reason);
  writer.uints(receipt.events);
}

/**
 * Reads one receipt. @throws {DecodeError} on bytes that {@link encodeReceipt} cannot have written.
 */
export function decodeReceipt(reader: ByteReader): Receipt {
  const status = reader.flag('a receipt status') ? STATUS_OK : STATUS_FAILED;
  const gasUsed = reader.uint('gas used');
  const at = reader.offset;
  const reason = reader.uint('a reason code');
  if (reason > (status === STATUS_OK ? 0 : REJECT_REASONS.length)) {
    throw new DecodeError(at, 'a known reason, and none on success');
  }
  return { status, gasUsed, reason, events: reader.uints('events') };
}

const scratch = createWriter(1024);

/** RFC 6962 root over the canonical bytes of receipts; the empty root, at no cost, for none. */
export function receiptRoot(receipts: readonly Receipt[]): HashHex {
  return receiptRootOf(
    receipts.map((receipt) => {
      scratch.reset();
      encodeReceipt(receipt, scratch);
      return leafHash(scratch.bytes());
    }),
  );
}

/** The same root from the leaf hashes of receipts. */
export function receiptRootOf(leaves: readonly HashLatin1[]): HashHex {
  return leaves.length === 0 ? EMPTY_ROOT : merkleRootOfHashes(leaves);
}
