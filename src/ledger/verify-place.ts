/**
 * Says of a wrong byte what people call its place: block, transaction and field. The file is read once more
 * with the byte as it had to be, since with the wrong one nothing behind it need be readable.
 */
import { decodeHeader, HEADER_FIELDS } from './block.ts';
import { type ByteReader, createReader, DecodeError } from './encoding.ts';
import { genesisField, receiptField, transactionField } from './field-trail.ts';
import { HASH_BYTES } from './hash.ts';
import { FRAME_BYTES, LEDGER_MAGIC } from './ledger-file.ts';
import { decodeReceipt } from './receipt.ts';
import { SIGNATURE_BYTES } from './signature.ts';
import { TRANSACTION_TYPES, transactionId } from './transactions.ts';
import type { ProblemPlace, VerifyProblem } from './verify-locate.ts';

/** Adds its place to a problem of the magic or the genesis. */
export function placeInGenesis(bytes: Uint8Array, problem: VerifyProblem): VerifyProblem {
  const { offset, length } = problem;
  if (offset < LEDGER_MAGIC.length) return { ...problem, field: 'magic' };
  const start = LEDGER_MAGIC.length + FRAME_BYTES;
  if (offset < start) return { ...problem, field: 'genesis.length' };
  if (length !== 1) return problem;
  const field = attempt(() => genesisField(repaired(bytes, problem), start, offset));
  return field === undefined ? problem : { ...problem, field: `genesis.${field}` };
}

/**
 * Adds its place to a problem of a block.
 *
 * @param block - Offset of the block in the file.
 * @param height - Height that the block has.
 */
export function placeInBlock(
  bytes: Uint8Array,
  block: number,
  height: number,
  problem: VerifyProblem,
): VerifyProblem {
  if (problem.offset >= bytes.length - HASH_BYTES && problem.length > 0) return problem;
  const original = repaired(bytes, problem);
  const place = attempt(() => walkBlock(original, block, problem));
  return { ...problem, block: height, ...place };
}

/** The file with the wrong byte as it had to be, where that is known. */
function repaired(bytes: Uint8Array, { offset, byte }: VerifyProblem): Uint8Array {
  if (byte === undefined) return bytes;
  const copy = bytes.slice();
  copy[offset] = byte;
  return copy;
}

/** A place, unless what is around it cannot be read. */
function attempt<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

type Place = Pick<ProblemPlace, 'transaction' | 'field'>;

/** Offsets of the parts of a block. */
interface Layout {
  readonly fieldOffsets: readonly number[];
  readonly signature: number;
  /** Of the length of each transaction, and of what follows the last one. */
  readonly frames: readonly number[];
}

function layoutOf(bytes: Uint8Array, block: number): Layout {
  const reader = createReader(bytes, block + 2 * FRAME_BYTES, bytes.length - HASH_BYTES);
  const fieldOffsets: number[] = [];
  const { transactionCount } = decodeHeader(reader, fieldOffsets);
  const signature = reader.offset;
  reader.raw(SIGNATURE_BYTES);
  const frames = [reader.offset];
  for (let index = 0; index < transactionCount; index++) {
    skipTransaction(reader);
    frames.push(reader.offset);
  }
  return { fieldOffsets, signature, frames };
}

function skipTransaction(reader: ByteReader): void {
  reader.raw(reader.u32() + SIGNATURE_BYTES);
}

/** What a transaction of a block is called. */
function named(bytes: Uint8Array, frame: number, next: number, index: number) {
  const unsigned = bytes.subarray(frame + FRAME_BYTES, next - SIGNATURE_BYTES);
  const type = TRANSACTION_TYPES[unsigned[1]!] ?? '';
  return { index, id: transactionId(unsigned), type };
}

function walkBlock(bytes: Uint8Array, block: number, problem: VerifyProblem): Place {
  const { offset, length } = problem;
  if (offset < block + FRAME_BYTES) {
    return length <= FRAME_BYTES ? { field: 'length' } : spoken(bytes, block, problem);
  }
  if (offset < block + 2 * FRAME_BYTES) return { field: 'header.length' };
  const { fieldOffsets, signature, frames } = layoutOf(bytes, block);
  const isWithin = (from: number, to: number) => from <= offset && offset + length <= to;
  for (let field = 0; field < HEADER_FIELDS.length; field++) {
    const to = fieldOffsets[field + 1] ?? signature;
    if (isWithin(fieldOffsets[field]!, to)) return { field: `header.${HEADER_FIELDS[field]}` };
  }
  if (isWithin(signature, frames[0]!)) return { field: 'producerSignature' };
  const count = frames.length - 1;
  for (let index = 0; index < count; index++) {
    const [frame, next] = [frames[index]!, frames[index + 1]!];
    if (offset < frame || offset >= next) continue;
    const transaction = named(bytes, frame, next, index);
    if (offset < frame + FRAME_BYTES) return { transaction, field: 'length' };
    if (isWithin(next - SIGNATURE_BYTES, next)) return { transaction, field: 'signature' };
    if (length !== 1) return { transaction };
    const found = transactionField(bytes, frame + FRAME_BYTES, offset);
    return found === undefined ? { transaction } : { transaction, field: found.field };
  }
  return receiptPlace(bytes, frames, offset);
}

function receiptPlace(bytes: Uint8Array, frames: readonly number[], offset: number): Place {
  const count = frames.length - 1;
  const reader = createReader(bytes, frames[count], bytes.length - HASH_BYTES);
  for (let index = 0; index < count; index++) {
    const from = reader.offset;
    decodeReceipt(reader);
    if (offset >= reader.offset) continue;
    const transaction = named(bytes, frames[index]!, frames[index + 1]!, index);
    const field = receiptField(bytes, from, offset);
    return field === undefined ? { transaction } : { transaction, field: `receipt.${field}` };
  }
  return {};
}

/** The transaction that a replay speaks of when it refuses a whole block. */
function spoken(bytes: Uint8Array, block: number, { got, what }: VerifyProblem): Place {
  const number = /(?:transaction|receipt) (\d+)/.exec(`${what} ${got}`)?.[1];
  if (number === undefined) return {};
  const index = Number(number);
  const { frames } = layoutOf(bytes, block);
  const [frame, next] = [frames[index], frames[index + 1]];
  return frame === undefined || next === undefined
    ? {}
    : { transaction: named(bytes, frame, next, index) };
}

/** What people call the place of a problem, e.g. `block 17, transaction 3 (SETTLE), field nonce`. */
export function placeText({ block, transaction, field }: ProblemPlace): string {
  const parts: string[] = [];
  if (block !== undefined) parts.push(`block ${block}`);
  if (transaction !== undefined) {
    const { index, type } = transaction;
    parts.push(`transaction ${index}${type === '' ? '' : ` (${type})`}`);
  }
  if (field !== undefined) parts.push(`field ${field}`);
  return parts.join(', ');
}
