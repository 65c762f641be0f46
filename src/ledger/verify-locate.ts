/**
 * Finds which byte of a ledger file is wrong once a check has failed. A hash says that something
 * changed, not where; but a part with one changed byte has few enough neighbours to try them all
 * against the hash that covers it, and the one that fits is what was written (SHA-256 has no
 * second).
 */

import { CHAIN_ID_BYTES } from './block.ts';
import { type ByteReader, createReader, DecodeError } from './encoding.ts';
import {
  bytesToHex,
  equalBytes,
  HASH_BYTES,
  hexToLatin1,
  latin1ToHex,
  sha256Bytes,
} from './hash.ts';
import { FRAME_BYTES, type Span } from './ledger-file.ts';
import { inclusionProof, leafHash, merkleRootOfHashes, rootFromInclusion } from './merkle.ts';
import {
  type CryptoMode,
  modelledSignature,
  SIGNATURE_BYTES,
  verifySignature,
} from './signature.ts';

/** Longest part in which every other value of every byte is tried (about 3 s at this length). */
export const REPAIR_BYTES_LIMIT = 4_096;
/** Longest part in which every single changed bit is tried (about 2 s at this length). */
export const REPAIR_BITS_LIMIT = 16_384;

/** What people call the place of a problem, as far as it is known. */
export interface ProblemPlace {
  /** Height of the block. */
  readonly block?: number;
  readonly transaction?: {
    /** Place in the block, from 0. */
    readonly index: number;
    /** SHA-256 of the unsigned bytes, 64 hex digits. */
    readonly id: string;
    /** Type, or empty where it is not known. */
    readonly type: string;
  };
  /** Path of the field, e.g. `payload.entries.paymentUpt[2]`, `header.stateRoot`. */
  readonly field?: string;
}

/** One thing that is wrong in a ledger file. */
export interface VerifyProblem extends Span, ProblemPlace {
  /** What the bytes are, e.g. `stateRoot of block 7`. */
  readonly what: string;
  /** What had to stand there, as words or hex. */
  readonly expected: string;
  /** What stands there. */
  readonly got: string;
  /** What the byte at `offset` had to be, where that is known. */
  readonly byte?: number;
}

/** What decoding gave, and where it ended; or the error, as a value. */
export type Decoded<T> = { readonly value: T; readonly end: number } | DecodeError;

/** Decodes at an offset and gives a {@link DecodeError} back as a value. */
export function tryDecode<T>(
  bytes: Uint8Array,
  offset: number,
  end: number,
  decode: (reader: ByteReader) => T,
): Decoded<T> {
  const reader = createReader(bytes, offset, end);
  try {
    return { value: decode(reader), end: reader.offset };
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

/** The file ends before what it began. */
export function truncated(bytes: Uint8Array, what: string): VerifyProblem {
  return {
    offset: bytes.length,
    length: 0,
    what: `end of file within ${what}`,
    expected: 'more bytes',
    got: `a file of ${bytes.length} bytes`,
  };
}

/** One byte is known to be wrong. */
export function wrongByte(
  offset: number,
  what: string,
  expected: number,
  got: number,
): VerifyProblem {
  const hex = (byte: number): string => `byte 0x${byte.toString(16).padStart(2, '0')}`;
  return { offset, length: 1, what, expected: hex(expected), got: hex(got), byte: expected };
}

/** Compares bytes of the file with what was derived; names the first that differs. */
export function compareAt(
  bytes: Uint8Array,
  offset: number,
  expected: Uint8Array,
  what: string,
): VerifyProblem | undefined {
  const got = bytes.subarray(offset, offset + expected.length);
  for (let i = 0; i < expected.length; i++) {
    if (i >= got.length) return truncated(bytes, what);
    if (got[i] === expected[i]) continue;
    return expected.length > 2 * SIGNATURE_BYTES
      ? wrongByte(offset + i, what, expected[i]!, got[i]!)
      : {
          offset: offset + i,
          length: 1,
          what,
          expected: bytesToHex(expected),
          got: bytesToHex(got),
          byte: expected[i]!,
        };
  }
  return undefined;
}

/** Checks a length of four bytes; names the first byte that differs. */
export function checkFrame(
  bytes: Uint8Array,
  offset: number,
  length: number,
  what: string,
): VerifyProblem | undefined {
  const expected = Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length);
  return compareAt(bytes, offset, expected, `length of ${what}`);
}

/** Reads a length of four bytes; undefined behind the end. */
export function frameAt(bytes: Uint8Array, offset: number): number | undefined {
  if (offset + FRAME_BYTES > bytes.length) return undefined;
  const high = (bytes[offset]! << 24) | (bytes[offset + 1]! << 16);
  return (high | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0;
}

/**
 * The hash that what stands at `offset` (a block, or the closing hash) gives for its predecessor;
 * undefined where nothing readable stands there.
 */
export function linkAt(bytes: Uint8Array, offset: number): Uint8Array | undefined {
  if (offset === bytes.length - HASH_BYTES) return bytes.subarray(offset);
  const decoded = tryDecode(bytes, offset, bytes.length, (reader) => {
    reader.raw(2 * FRAME_BYTES + 1 + CHAIN_ID_BYTES);
    reader.uint();
    return reader.raw(HASH_BYTES);
  });
  return decoded instanceof DecodeError ? undefined : decoded.value;
}

/**
 * Searches the one byte whose change makes a part acceptable.
 *
 * @param span - Part of the file. Single bits are tried first, then every value, within
 *   {@link REPAIR_BITS_LIMIT} and {@link REPAIR_BYTES_LIMIT}.
 * @param accepts - Whether the bytes given are the original; must be as good as a hash.
 * @param trialLimit - Most candidates to try.
 * @returns The wrong byte, or undefined when no single change is accepted.
 */
export function repairByte(
  bytes: Uint8Array,
  span: Span,
  what: string,
  accepts: (candidate: Uint8Array) => boolean,
  trialLimit: number = Number.POSITIVE_INFINITY,
): VerifyProblem | undefined {
  if (span.length > REPAIR_BITS_LIMIT) return undefined;
  const part = bytes.slice(span.offset, span.offset + span.length);
  let trials = 0;
  const attempt = (changes: readonly number[]): VerifyProblem | undefined => {
    for (let i = 0; i < part.length; i++) {
      const got = part[i]!;
      for (const change of changes) {
        if (++trials > trialLimit) return undefined;
        part[i] = got ^ change;
        if (accepts(part)) return wrongByte(span.offset + i, what, part[i]!, got);
      }
      part[i] = got;
    }
    return undefined;
  };
  const found = attempt(SINGLE_BITS);
  return found ?? (span.length <= REPAIR_BYTES_LIMIT ? attempt(OTHER_CHANGES) : undefined);
}

const SINGLE_BITS = Array.from({ length: 8 }, (_, bit) => 1 << bit);
const OTHER_CHANGES = Array.from({ length: 255 }, (_, i) => i + 1).filter(
  (change) => !SINGLE_BITS.includes(change),
);

/** As {@link repairByte} against the SHA-256 of the part. */
export function repairAgainstHash(
  bytes: Uint8Array,
  span: Span,
  what: string,
  target: Uint8Array,
): VerifyProblem | undefined {
  return repairByte(bytes, span, what, (part) => equalBytes(sha256Bytes(part), target));
}

/**
 * Names the wrong byte of a signature over an intact message. A modelled signature is recomputed; a
 * real one is searched with at most `trialLimit` verifications and else named as a whole.
 */
export function locateSignature(
  bytes: Uint8Array,
  offset: number,
  what: string,
  mode: CryptoMode,
  publicKey: Uint8Array,
  message: Uint8Array,
  trialLimit: number,
): VerifyProblem {
  const found =
    mode === 'modelled'
      ? compareAt(bytes, offset, modelledSignature(publicKey, message), what)
      : repairByte(
          bytes,
          { offset, length: SIGNATURE_BYTES },
          what,
          (signature) => verifySignature(mode, publicKey, message, signature),
          trialLimit,
        );
  return (
    found ?? {
      offset,
      length: SIGNATURE_BYTES,
      what,
      expected: 'a signature that verifies',
      got: bytesToHex(bytes.subarray(offset, offset + SIGNATURE_BYTES)),
    }
  );
}

/**
 * A modelled signature that differs from the recomputed one in one byte is itself what changed: a
 * changed message would change all of it. @returns The byte, or undefined.
 */
export function nearSignature(
  bytes: Uint8Array,
  offset: number,
  publicKey: Uint8Array,
  message: Uint8Array,
  what: string,
): VerifyProblem | undefined {
  const expected = modelledSignature(publicKey, message);
  let differing = 0;
  for (let i = 0; i < expected.length; i++) if (bytes[offset + i] !== expected[i]) differing++;
  const name = `signature of ${what}`;
  return differing === 1 ? compareAt(bytes, offset, expected, name) : undefined;
}

/** What is known about one transaction that does not verify. */
export interface TransactionEvidence {
  /** Offset of the length of the first transaction of the block. */
  readonly first: number;
  readonly count: number;
  readonly index: number;
  /** Root in the block's authentic header, hex. */
  readonly root: string;
  readonly what: string;
}

/**
 * Locates the wrong byte of a transaction: its siblings and the root in the signed header leave one
 * possible leaf.
 *
 * @returns `intact: true` when the transaction is the one the header commits to, so that what fails
 *   is the signature or the sender; otherwise the wrong byte, or the range of the transaction.
 */
export function locateTransaction(
  bytes: Uint8Array,
  evidence: TransactionEvidence,
): { readonly intact: true } | { readonly intact: false; readonly problem: VerifyProblem } {
  const { count, index, what } = evidence;
  const end = bytes.length - HASH_BYTES;
  const leaves: string[] = [];
  let span: Span = { offset: 0, length: 0 };
  let offset = evidence.first;
  for (let i = 0; i < count; i++) {
    const length = (frameAt(bytes, offset) ?? end) + SIGNATURE_BYTES;
    const start = offset + FRAME_BYTES;
    if (start + length > end) return { intact: false, problem: truncated(bytes, what) };
    leaves.push(leafHash(bytes.subarray(start, start + length)));
    if (i === index) span = { offset: start, length };
    offset = start + length;
  }
  if (merkleRootOfHashes(leaves) === evidence.root) return { intact: true };
  const path = inclusionProof(leaves, index).map(hexToLatin1);
  const root = hexToLatin1(evidence.root);
  const found = repairByte(
    bytes,
    span,
    what,
    (part) => rootFromInclusion(leafHash(part), index, count, path) === root,
  );
  const problem = found ?? {
    ...span,
    what: `${what} or its signature`,
    expected: `leaf ${index} of transaction root ${evidence.root}`,
    got: latin1ToHex(leaves[index]!),
  };
  return { intact: false, problem };
}

/** True when the bytes at `offset` are `expected`. */
export function standsAt(bytes: Uint8Array, offset: number, expected: Uint8Array): boolean {
  return equalBytes(bytes.subarray(offset, offset + expected.length), expected);
}
