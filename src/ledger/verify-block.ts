/**
 * Checks one block of a ledger file in the order in which evidence can be trusted: the signed
 * header, then what the header commits to, then what executing the transactions gives.
 */
import { InvariantViolation } from '../base/errors.ts';
import {
  type BlockHeader,
  decodeHeader,
  encodeHeader,
  HEADER_FIELDS,
  type HeaderField,
} from './block.ts';
import { type ByteWriter, DecodeError } from './encoding.ts';
import {
  bytesToHex,
  equalBytes,
  HASH_BYTES,
  type HashHex,
  type HashLatin1,
  hexToBytes,
  sha256Bytes,
} from './hash.ts';
import { FRAME_BYTES } from './ledger-file.ts';
import { leafHash } from './merkle.ts';
import { encodeReceipt, type Receipt, receiptRootOf } from './receipt.ts';
import { type CryptoMode, SIGNATURE_BYTES, verifySignature } from './signature.ts';
import {
  decodeTransaction,
  encodeTransaction,
  NO_SIGNATURE,
  type Transaction,
  transactionId,
  transactionLeaf,
  transactionRoot,
  transactionSize,
} from './transactions.ts';
import { checkKeys, type KeyProposal, possibleKeys, propose, type Span } from './verify-keys.ts';
import {
  checkFrame,
  compareAt,
  type Decoded,
  frameAt,
  linkAt,
  locateSignature,
  locateTransaction,
  nearSignature,
  repairAgainstHash,
  standsAt,
  truncated,
  tryDecode,
  type VerifyProblem,
} from './verify-locate.ts';
import type { Replay, ReplayResult, ReplayTransaction } from './verify-replay.ts';

/** State of a verification between blocks. */
export interface VerifyRun {
  readonly bytes: Uint8Array;
  readonly mode: CryptoMode;
  readonly chainId: Uint8Array;
  /** Public key of each account: of genesis, then of its last registration or rotation that succeeded. */
  readonly keys: Map<number, Uint8Array>;
  readonly replay: Replay;
  readonly signatureTrials: number;
  readonly scratch: ByteWriter;
  headHash: HashHex;
  height: number;
  timestampUs: number;
  transactions: number;
}

/** An authentic header and where its parts stand. */
interface CheckedHeader {
  readonly header: BlockHeader;
  readonly hash: HashHex;
  readonly offset: number;
  readonly fieldOffsets: readonly number[];
  /** Offset behind the producer's signature. */
  readonly end: number;
}

interface CheckedTransactions {
  readonly list: readonly ReplayTransaction[];
  readonly leaves: readonly string[];
  readonly bodyBytes: number;
  readonly end: number;
  readonly spans: readonly Span[];
  readonly proposals: readonly KeyProposal[];
}

/** Checks the block at `offset` and moves the run behind it. @returns Offset of what follows. */
export function checkBlock(run: VerifyRun, offset: number): number | VerifyProblem {
  const { bytes } = run;
  const checked = checkHeader(run, offset);
  if (!('header' in checked)) return checked;
  const { header } = checked;
  const unlinked = checkLink(run, checked);
  if (unlinked !== undefined) return unlinked;
  const body = checkTransactions(run, checked);
  if (!('list' in body)) return body;
  const miscounted =
    checkHash(run, checked, 'transactionRoot', transactionRoot(body.leaves)) ??
    checkNumber(checked, 'bodyBytes', body.bodyBytes);
  if (miscounted !== undefined) return miscounted;
  const result = execute(run, header, body.list, offset);
  if (!('receipts' in result)) return result;
  const leaves: HashLatin1[] = [];
  const end = checkReceipts(run, header, result.receipts, body.end, leaves);
  if (typeof end !== 'number') return end;
  const { stateRoot } = result;
  const gasUsed = result.receipts.reduce((sum, receipt) => sum + receipt.gasUsed, 0);
  const problem =
    checkHash(run, checked, 'receiptRoot', receiptRootOf(leaves)) ??
    checkNumber(checked, 'gasUsed', gasUsed) ??
    checkHash(
      run,
      checked,
      'stateRoot',
      typeof stateRoot === 'string' ? stateRoot : bytesToHex(stateRoot),
    ) ??
    checkFrame(bytes, offset, end - offset - FRAME_BYTES, `block ${header.height}`);
  if (problem !== undefined) return problem;
  const misSigned = checkKeys(run, header.height, body, result.receipts);
  if (misSigned !== undefined) return misSigned;
  run.headHash = checked.hash;
  run.height = header.height;
  run.timestampUs = header.timestampUs;
  run.transactions += header.transactionCount;
  return end;
}

function checkHeader(run: VerifyRun, block: number): CheckedHeader | VerifyProblem {
  const { bytes, mode } = run;
  const what = `header of block ${run.height + 1}`;
  const offset = block + 2 * FRAME_BYTES;
  const fieldOffsets: number[] = [];
  const decoded = tryDecode(bytes, offset, bytes.length - HASH_BYTES, (reader) =>
    decodeHeader(reader, fieldOffsets),
  );
  if (decoded instanceof DecodeError) return locateHeader(run, block, what, decoded);
  const { value: header, end } = decoded;
  const hash = sha256Bytes(bytes.subarray(offset, end));
  const signature = bytes.subarray(end, end + SIGNATURE_BYTES);
  const key = run.keys.get(header.producer);
  if (key === undefined || !verifySignature(mode, key, hash, signature)) {
    return locateHeader(run, block, what, decoded);
  }
  const problem =
    checkFrame(bytes, block + FRAME_BYTES, end - offset, what) ??
    compareAt(bytes, offset, encodeHeader(header, run.scratch), what);
  if (problem !== undefined) return problem;
  return { header, hash: bytesToHex(hash), offset, fieldOffsets, end: end + SIGNATURE_BYTES };
}

/** Header and signature do not fit: the next block's link tells which of them is original. */
function locateHeader(
  run: VerifyRun,
  block: number,
  what: string,
  decoded: Decoded<BlockHeader>,
): VerifyProblem {
  const { bytes, mode } = run;
  const offset = block + 2 * FRAME_BYTES;
  const length = frameAt(bytes, block + FRAME_BYTES);
  const blockLength = frameAt(bytes, block);
  if (
    length === undefined ||
    blockLength === undefined ||
    offset + length + SIGNATURE_BYTES + HASH_BYTES > bytes.length
  ) {
    return truncated(bytes, what);
  }
  const end = offset + length;
  const hash = sha256Bytes(bytes.subarray(offset, end));
  const target = linkAt(bytes, block + FRAME_BYTES + blockLength);
  if (target !== undefined && bytesToHex(target) !== bytesToHex(hash)) {
    const found = repairAgainstHash(bytes, { offset, length }, what, target);
    if (found !== undefined) return found;
  }
  if (decoded instanceof DecodeError) {
    return { offset, length, what, expected: decoded.message, got: 'other bytes' };
  }
  const key = run.keys.get(decoded.value.producer);
  if (target !== undefined && bytesToHex(target) === bytesToHex(hash) && key !== undefined) {
    const signature = `producer signature of block ${run.height + 1}`;
    return locateSignature(bytes, end, signature, mode, key, hash, run.signatureTrials);
  }
  return {
    offset,
    length: length + SIGNATURE_BYTES,
    what: `${what} or its signature`,
    expected: key === undefined ? 'a producer with a known key' : 'a signature that verifies',
    got: `producer ${decoded.value.producer}, header hash ${bytesToHex(hash)}`,
  };
}

/** Checks what the header says of its place in the chain. */
function checkLink(run: VerifyRun, checked: CheckedHeader): VerifyProblem | undefined {
  const { header } = checked;
  const problem =
    compareAt(run.bytes, fieldOffset(checked, 'chainId'), run.chainId, name(header, 'chainId')) ??
    checkNumber(checked, 'height', run.height + 1) ??
    checkHash(run, checked, 'previousHash', run.headHash);
  if (problem !== undefined || header.timestampUs >= run.timestampUs) return problem;
  return {
    ...fieldSpan(checked, 'timestampUs'),
    what: name(header, 'timestampUs'),
    expected: `at least ${run.timestampUs}`,
    got: String(header.timestampUs),
  };
}

/** A transaction as it stands in the file. */
class FileTransaction implements ReplayTransaction {
  readonly tx: Transaction;
  readonly unsigned: Uint8Array;
  private hash: HashHex | undefined;

  constructor(tx: Transaction, unsigned: Uint8Array) {
    this.tx = tx;
    this.unsigned = unsigned;
  }

  get id(): HashHex {
    this.hash ??= transactionId(this.unsigned);
    return this.hash;
  }
}

const nameOf = ({ height }: BlockHeader, index: number) =>
  `transaction ${index} of block ${height}`;

function checkTransactions(
  run: VerifyRun,
  { header, end: first }: CheckedHeader,
): CheckedTransactions | VerifyProblem {
  const { bytes, mode } = run;
  const limit = bytes.length - HASH_BYTES;
  const list: ReplayTransaction[] = [];
  const spans: Span[] = [];
  const leaves: string[] = [];
  // Registrations and rotations count for what follows in the block, if they succeed: that is the
  // replay's word, so each signature must fit one of the keys that may be in force.
  const proposals: KeyProposal[] = [];
  let bodyBytes = 0;
  let frame = first;
  for (let index = 0; index < header.transactionCount; index++) {
    const offset = frame + FRAME_BYTES;
    if (offset > limit) return truncated(bytes, nameOf(header, index));
    const decoded = tryDecode(bytes, offset, limit, decodeTransaction);
    const tx = decoded instanceof DecodeError ? undefined : decoded.value;
    const end = decoded instanceof DecodeError ? offset : decoded.end;
    const unsigned = bytes.subarray(offset, end);
    const signature = bytes.subarray(end, end + SIGNATURE_BYTES);
    // A spend names nobody; its witnesses are the replay's matter.
    const isSpend = tx?.type === 'SPEND';
    const keys = tx === undefined || isSpend ? [] : possibleKeys(run.keys, proposals, tx.sender);
    const isSigned = isSpend
      ? equalBytes(signature, NO_SIGNATURE)
      : keys.some((one) => verifySignature(mode, one, unsigned, signature));
    if (!tx || !isSigned) {
      const what = nameOf(header, index);
      const key = keys.at(-1);
      const near =
        mode === 'modelled' && tx && key && nearSignature(bytes, end, key, unsigned, what);
      if (near) return near;
      const { height, transactionCount: count, transactionRoot: root } = header;
      const located = locateTransaction(bytes, { first, count, index, root, what });
      return located.intact ? unsignedTransaction(run, height, index, frame, key) : located.problem;
    }
    const encoded = encodeTransaction(tx, run.scratch);
    const isSound =
      frameAt(bytes, frame) === end - offset &&
      equalBytes(encoded, unsigned) &&
      equalBytes(tx.chainId, run.chainId);
    if (!isSound) {
      const what = nameOf(header, index);
      const problem =
        checkFrame(bytes, frame, end - offset, what) ??
        compareAt(bytes, offset, encoded, what) ??
        compareAt(bytes, offset + 2, run.chainId, `chain id of ${what}`);
      if (problem !== undefined) return problem;
    }
    propose(proposals, tx, index);
    list.push(new FileTransaction(tx, unsigned));
    spans.push({ frame, end });
    leaves.push(transactionLeaf(unsigned, signature));
    bodyBytes += transactionSize(unsigned);
    frame = end + SIGNATURE_BYTES;
  }
  return { list, leaves, bodyBytes, end: frame, spans, proposals };
}

/** The block commits to a transaction that its sender did not sign. */
function unsignedTransaction(
  run: VerifyRun,
  height: number,
  index: number,
  frame: number,
  key: Uint8Array | undefined,
): VerifyProblem {
  const { bytes, mode, signatureTrials } = run;
  const offset = frame + FRAME_BYTES;
  const length = frameAt(bytes, frame)!;
  const what = `signature of transaction ${index} of block ${height}`;
  if (key !== undefined) {
    const unsigned = bytes.subarray(offset, offset + length);
    const at = offset + length;
    return locateSignature(bytes, at, what, mode, key, unsigned, signatureTrials);
  }
  return { offset, length, what, expected: 'canonical bytes of a known sender', got: 'others' };
}

function execute(
  run: VerifyRun,
  header: BlockHeader,
  list: readonly ReplayTransaction[],
  offset: number,
): ReplayResult | VerifyProblem {
  const what = `block ${header.height}`;
  try {
    const result = run.replay.execute(header, list, offset);
    if (result.receipts.length === list.length) return result;
    throw new TypeError(
      `"receipts" expected ${list.length} for ${what}, got ${result.receipts.length}`,
    );
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    const length = frameAt(run.bytes, offset)! + FRAME_BYTES;
    return { offset, length, what, expected: 'a block that executes', got: error.message };
  }
}

/**
 * Compares the receipts in the file with the replay's.
 *
 * @param leaves - Receives their leaf hashes. @returns Offset behind them.
 */
function checkReceipts(
  run: VerifyRun,
  header: BlockHeader,
  receipts: readonly Receipt[],
  start: number,
  leaves: HashLatin1[],
): number | VerifyProblem {
  const bytes = run.bytes.subarray(0, run.bytes.length - HASH_BYTES);
  let offset = start;
  for (let index = 0; index < receipts.length; index++) {
    run.scratch.reset();
    encodeReceipt(receipts[index]!, run.scratch);
    const expected = run.scratch.bytes();
    if (!standsAt(bytes, offset, expected)) {
      const what = `receipt ${index} of block ${header.height}`;
      const problem = compareAt(bytes, offset, expected, what)!;
      return problem.length === 0 ? truncated(run.bytes, what) : problem;
    }
    leaves.push(leafHash(expected));
    offset += expected.length;
  }
  return offset;
}

function name(header: BlockHeader, field: HeaderField): string {
  return `${field} of block ${header.height}`;
}

function fieldOffset(checked: CheckedHeader, field: HeaderField): number {
  return checked.fieldOffsets[HEADER_FIELDS.indexOf(field)]!;
}

function fieldSpan(checked: CheckedHeader, field: HeaderField): { offset: number; length: number } {
  const index = HEADER_FIELDS.indexOf(field);
  const offset = checked.fieldOffsets[index]!;
  const next = checked.fieldOffsets[index + 1] ?? checked.end - SIGNATURE_BYTES;
  return { offset, length: next - offset };
}

function checkHash(
  run: VerifyRun,
  checked: CheckedHeader,
  field: 'previousHash' | 'transactionRoot' | 'receiptRoot' | 'stateRoot',
  expected: HashHex,
): VerifyProblem | undefined {
  if (checked.header[field] === expected) return undefined;
  const what = name(checked.header, field);
  return compareAt(run.bytes, fieldOffset(checked, field), hexToBytes(expected), what);
}

function checkNumber(
  checked: CheckedHeader,
  field: 'height' | 'bodyBytes' | 'gasUsed',
  expected: number,
): VerifyProblem | undefined {
  const got = checked.header[field];
  if (got === expected) return undefined;
  const what = name(checked.header, field);
  return { ...fieldSpan(checked, field), what, expected: String(expected), got: String(got) };
}
