/**
 * The exported ledger, `ledger.bin`:
 *
 *     magic (8)
 *     u32 length, genesis
 *     for each block of the chain, from height 1:
 *       u32 length of the rest of the block
 *       u32 length, header
 *       producer signature over the header hash (64)
 *       for each transaction: u32 length, unsigned bytes, sender signature (64)
 *       for each transaction: receipt
 *     hash of the last header, or of the genesis when there is no block (32)
 *
 * Lengths are four bytes, most significant first, so that a wrong length cannot shift what follows
 * it; every part also delimits itself, so that a wrong length can be told from wrong content. The
 * closing hash makes a file that lost its last blocks differ from a shorter chain.
 */
import { type BlockHeader, decodeHeader, encodeHeader } from './block.ts';
import { type ByteReader, createReader, createWriter, DecodeError } from './encoding.ts';
import { decodeGenesis, type Genesis } from './genesis.ts';
import { bytesToHex, HASH_BYTES, type HashHex, hexToBytes, sha256Hex } from './hash.ts';
import { decodeReceipt, encodeReceipt, type Receipt } from './receipt.ts';
import { SIGNATURE_BYTES } from './signature.ts';
import { decodeTransaction, type SignedTransaction, type Transaction } from './transactions.ts';

/** First bytes of a ledger file: "PWLEDGR" and the format version. */
export const LEDGER_MAGIC: Uint8Array = Uint8Array.of(80, 87, 76, 69, 68, 71, 82, 1);
/** Bytes of a length in the file. */
export const FRAME_BYTES = 4;

const CHUNK_BYTES = 1 << 20;

/** A block as it is exported. */
export interface LedgerBlock {
  readonly header: BlockHeader;
  /** 64 bytes of the producer over the 32 bytes of the header hash. */
  readonly signature: Uint8Array;
  /** `header.transactionCount` transactions, in block order. */
  readonly transactions: readonly SignedTransaction[];
  /** One receipt a transaction, in the same order. */
  readonly receipts: readonly Receipt[];
}

/** Writes a ledger block by block. */
export interface LedgerWriter {
  /**
   * Appends the next block of the chain.
   *
   * @throws {RangeError} when counts differ from the header's or a field is out of range.
   */
  append(block: LedgerBlock): void;
  /** Closes the file: its bytes as chunks in order. Nothing can be appended afterwards. */
  finish(): Uint8Array[];
}

/**
 * A writer into a growing arena of chunks of 1 MiB; a long chain never needs one large array.
 *
 * @param genesis - Encoded genesis.
 * @param onChunk - Takes each chunk when it is full; `finish` then returns none.
 */
export function createLedgerWriter(
  genesis: Uint8Array,
  onChunk?: (chunk: Uint8Array) => void,
): LedgerWriter {
  const full: Uint8Array[] = [];
  let arena = createWriter(CHUNK_BYTES);
  const headerWriter = createWriter(256);
  const receiptWriter = createWriter(1024);
  let headHash: HashHex = sha256Hex(genesis);
  let finished = false;
  arena.raw(LEDGER_MAGIC);
  arena.u32(genesis.length);
  arena.raw(genesis);

  function append(block: LedgerBlock): void {
    const { header, signature, transactions, receipts } = block;
    if (finished) throw new TypeError('"append" expected an open ledger, got a finished one');
    if (
      transactions.length !== header.transactionCount ||
      receipts.length !== transactions.length
    ) {
      throw new RangeError(
        `"block" expected ${header.transactionCount} transactions and receipts, ` +
          `got ${transactions.length} and ${receipts.length}`,
      );
    }
    const encoded = encodeHeader(header, headerWriter);
    receiptWriter.reset();
    for (const receipt of receipts) encodeReceipt(receipt, receiptWriter);
    let length = FRAME_BYTES + encoded.length + SIGNATURE_BYTES + receiptWriter.length;
    for (const { unsigned } of transactions) {
      length += FRAME_BYTES + unsigned.length + SIGNATURE_BYTES;
    }
    if (arena.length > 0 && arena.length + FRAME_BYTES + length > CHUNK_BYTES) {
      if (onChunk === undefined) full.push(arena.bytes());
      else onChunk(arena.bytes());
      arena = createWriter(Math.max(CHUNK_BYTES, FRAME_BYTES + length));
    }
    arena.u32(length);
    arena.u32(encoded.length);
    arena.raw(encoded);
    arena.fixed(signature, SIGNATURE_BYTES);
    for (const transaction of transactions) {
      arena.u32(transaction.unsigned.length);
      arena.raw(transaction.unsigned);
      arena.fixed(transaction.signature, SIGNATURE_BYTES);
    }
    arena.raw(receiptWriter.bytes());
    headHash = sha256Hex(encoded);
  }

  function finish(): Uint8Array[] {
    if (finished) throw new TypeError('"finish" expected an open ledger, got a finished one');
    finished = true;
    arena.raw(hexToBytes(headHash));
    if (onChunk === undefined) return [...full, arena.bytes()];
    onChunk(arena.bytes());
    return [];
  }

  return { append, finish };
}

/** Joins the chunks of a writer into one array. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** A range of bytes of the file. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** A transaction as read, and where it stands. */
export interface LedgerTransactionView {
  readonly transaction: Transaction;
  readonly unsigned: Uint8Array;
  readonly unsignedSpan: Span;
  readonly signature: Uint8Array;
  readonly signatureSpan: Span;
}

/** A receipt as read, and where it stands. */
export interface LedgerReceiptView {
  readonly receipt: Receipt;
  readonly span: Span;
}

/** A block as read, and where each part stands. Byte fields are views of the file. */
export interface LedgerBlockView {
  /** The whole block with its length. */
  readonly span: Span;
  readonly header: BlockHeader;
  readonly headerSpan: Span;
  /** Offset of each field of `HEADER_FIELDS` in the file. */
  readonly fieldOffsets: readonly number[];
  readonly hash: HashHex;
  readonly signature: Uint8Array;
  readonly signatureSpan: Span;
  readonly transactions: readonly LedgerTransactionView[];
  readonly receipts: readonly LedgerReceiptView[];
}

/** A ledger file opened for reading. */
export interface LedgerView {
  readonly genesis: Genesis;
  readonly genesisSpan: Span;
  readonly genesisHash: HashHex;
  /** Hash of the last header, from the end of the file. */
  readonly headHash: HashHex;
  /** Reads the blocks in order, one at a time; may be called again. */
  blocks(): IterableIterator<LedgerBlockView>;
}

/**
 * Opens a ledger file. It checks lengths and encodings only; `verifyLedger` checks what they say.
 *
 * @throws {DecodeError} at the first byte that a writer could not have written there, also while
 *   the blocks are read.
 */
export function openLedger(bytes: Uint8Array): LedgerView {
  const end = bytes.length - HASH_BYTES;
  const reader = createReader(bytes, 0, Math.max(0, end));
  for (const byte of LEDGER_MAGIC) {
    if (reader.u8('the magic') !== byte) throw new DecodeError(reader.offset - 1, 'the magic');
  }
  const length = reader.u32('the length of the genesis');
  const genesisSpan = { offset: reader.offset, length };
  const genesis = framed(reader, length, 'genesis', decodeGenesis);
  const firstBlock = reader.offset;
  return {
    genesis,
    genesisSpan,
    genesisHash: sha256Hex(bytes.subarray(genesisSpan.offset, firstBlock)),
    headHash: bytesToHex(bytes.subarray(end)),
    *blocks() {
      let offset = firstBlock;
      while (offset < end) {
        const block = readBlock(bytes, offset, end);
        yield block;
        offset += block.span.length;
      }
    },
  };
}

/** Decodes a part that must be exactly as long as the frame before it says. */
function framed<T>(
  reader: ByteReader,
  length: number,
  what: string,
  decode: (reader: ByteReader) => T,
): T {
  const start = reader.offset;
  const value = decode(reader);
  if (reader.offset - start !== length) {
    throw new DecodeError(start - FRAME_BYTES, `${what} length ${reader.offset - start}`);
  }
  return value;
}

/** Reads the block whose length stands at `offset`; `end` is the first byte behind the blocks. */
function readBlock(bytes: Uint8Array, offset: number, end: number): LedgerBlockView {
  const reader = createReader(bytes, offset, end);
  const length = reader.u32('the length of a block');
  const headerLength = reader.u32('the length of a header');
  const headerSpan = { offset: reader.offset, length: headerLength };
  const fieldOffsets: number[] = [];
  const header = framed(reader, headerLength, 'header', (r) => decodeHeader(r, fieldOffsets));
  const signatureSpan = { offset: reader.offset, length: SIGNATURE_BYTES };
  const signature = reader.raw(SIGNATURE_BYTES, 'a producer signature');
  const transactions: LedgerTransactionView[] = [];
  for (let i = 0; i < header.transactionCount; i++)
    transactions.push(readTransaction(reader, bytes));
  const receipts: LedgerReceiptView[] = [];
  for (let i = 0; i < header.transactionCount; i++) {
    const start = reader.offset;
    const receipt = decodeReceipt(reader);
    receipts.push({ receipt, span: { offset: start, length: reader.offset - start } });
  }
  if (reader.offset - offset - FRAME_BYTES !== length) {
    throw new DecodeError(offset, `block length ${reader.offset - offset - FRAME_BYTES}`);
  }
  return {
    span: { offset, length: FRAME_BYTES + length },
    header,
    headerSpan,
    fieldOffsets,
    hash: sha256Hex(bytes.subarray(headerSpan.offset, signatureSpan.offset)),
    signature,
    signatureSpan,
    transactions,
    receipts,
  };
}

function readTransaction(reader: ByteReader, bytes: Uint8Array): LedgerTransactionView {
  const length = reader.u32('the length of a transaction');
  const unsignedSpan = { offset: reader.offset, length };
  const transaction = framed(reader, length, 'transaction', decodeTransaction);
  const signatureSpan = { offset: reader.offset, length: SIGNATURE_BYTES };
  return {
    transaction,
    unsigned: bytes.subarray(unsignedSpan.offset, signatureSpan.offset),
    unsignedSpan,
    signature: reader.raw(SIGNATURE_BYTES, 'a transaction signature'),
    signatureSpan,
  };
}
