/** Checks the head of a ledger file: the magic and the genesis. */
import { CHAIN_ID_BYTES } from './block.ts';
import { DecodeError } from './encoding.ts';
import { chainIdOf, decodeGenesis, encodeGenesis, type Genesis } from './genesis.ts';
import { bytesToHex, equalBytes, HASH_BYTES, type HashHex, sha256Bytes } from './hash.ts';
import { FRAME_BYTES, LEDGER_MAGIC } from './ledger-file.ts';
import {
  checkFrame,
  compareAt,
  frameAt,
  linkAt,
  repairAgainstHash,
  standsAt,
  truncated,
  tryDecode,
  type VerifyProblem,
} from './verify-locate.ts';

/** A genesis that the chain after it confirms. */
export interface CheckedGenesis {
  readonly genesis: Genesis;
  readonly hash: HashHex;
  readonly chainId: Uint8Array;
  /** Offset of what follows: the first block, or the closing hash. */
  readonly end: number;
}

/**
 * Checks magic and genesis. No signature covers a genesis; the previous hash and the chain id of
 * the first block do, or the closing hash when there is no block.
 */
export function checkGenesis(
  bytes: Uint8Array,
): CheckedGenesis | { readonly problem: VerifyProblem } {
  const badMagic = compareAt(bytes, 0, LEDGER_MAGIC, 'magic');
  if (badMagic !== undefined) return { problem: badMagic };
  const frame = LEDGER_MAGIC.length;
  const start = frame + FRAME_BYTES;
  const decoded = tryDecode(bytes, start, bytes.length, decodeGenesis);
  if (!(decoded instanceof DecodeError)) {
    const { value: genesis, end } = decoded;
    const hashBytes = sha256Bytes(bytes.subarray(start, end));
    if (isConfirmed(bytes, end, hashBytes)) {
      const hash = bytesToHex(hashBytes);
      const problem =
        checkFrame(bytes, frame, end - start, 'genesis') ??
        compareAt(bytes, start, encodeGenesis(genesis), 'genesis');
      return problem === undefined ? { genesis, hash, chainId: chainIdOf(hash), end } : { problem };
    }
  }
  return { problem: locateGenesis(bytes, frame) };
}

function isConfirmed(bytes: Uint8Array, end: number, hash: Uint8Array): boolean {
  if (standsAt(bytes, end, hash)) return true;
  const link = linkAt(bytes, end);
  if (link !== undefined && equalBytes(link, hash)) return true;
  // The link itself may be the wrong byte; then the chain id still speaks for the genesis.
  const chainId = end + 2 * FRAME_BYTES + 1;
  return standsAt(bytes, chainId, hash.subarray(0, CHAIN_ID_BYTES));
}

function locateGenesis(bytes: Uint8Array, frame: number): VerifyProblem {
  const offset = frame + FRAME_BYTES;
  const length = frameAt(bytes, frame);
  if (length === undefined || offset + length + HASH_BYTES > bytes.length) {
    return truncated(bytes, 'the genesis');
  }
  const end = offset + length;
  const target = linkAt(bytes, end);
  const found =
    target === undefined
      ? undefined
      : repairAgainstHash(bytes, { offset, length }, 'genesis', target);
  if (found !== undefined) return found;
  const hash = sha256Bytes(bytes.subarray(offset, end));
  const isWhole = end + HASH_BYTES === bytes.length;
  // Without a block only genesis and closing hash can disagree; a readable genesis is the better
  // one.
  if (isWhole && !(tryDecode(bytes, offset, end, decodeGenesis) instanceof DecodeError)) {
    const closing = compareAt(bytes, end, hash, 'closing hash');
    if (closing !== undefined) return closing;
  }
  return {
    offset,
    length,
    what: 'genesis',
    expected: target === undefined ? 'a canonical genesis' : `SHA-256 ${bytesToHex(target)}`,
    got: bytesToHex(hash),
  };
}
