/**
 * Block headers. The hash of the encoded header is the block's identity; the producer signs that
 * hash and the signature stands outside the header, so that identity does not depend on it.
 */
import { type ByteReader, type ByteWriter, DecodeError } from './encoding.ts';
import { bytesToHex, type HashHex, sha256Hex } from './hash.ts';

/** Version byte of headers. */
export const HEADER_VERSION = 1;
/** Bytes of a chain id: the first bytes of the genesis hash. */
export const CHAIN_ID_BYTES = 8;

/** Header of a block. Integers are ≥ 0; the genesis is height 0, so that the first block is 1. */
export interface BlockHeader {
  /** First 8 bytes of the genesis hash. */
  readonly chainId: Uint8Array;
  readonly height: number;
  /** Hash of the parent header; the genesis hash for height 1. */
  readonly previousHash: HashHex;
  /** When the producer made it [µs from the start of the run]. */
  readonly timestampUs: number;
  /** Account index of the producer. */
  readonly producer: number;
  /** RFC 6962 root over signed transactions (`transactionLeaf`). */
  readonly transactionRoot: HashHex;
  /** RFC 6962 root over receipts. */
  readonly receiptRoot: HashHex;
  /** Root of the state after this block. */
  readonly stateRoot: HashHex;
  readonly transactionCount: number;
  /** Sum of the sizes of the transactions (unsigned bytes and signature each) [byte]. */
  readonly bodyBytes: number;
  /** Sum of the gas of the receipts. */
  readonly gasUsed: number;
  /** The protocol's own integers (target and draw, slot and epoch, view, term ...). */
  readonly consensus: ArrayLike<number>;
}

/** Header fields in the order they are encoded. */
export const HEADER_FIELDS = [
  'version',
  'chainId',
  'height',
  'previousHash',
  'timestampUs',
  'producer',
  'transactionRoot',
  'receiptRoot',
  'stateRoot',
  'transactionCount',
  'bodyBytes',
  'gasUsed',
  'consensus',
] as const;

/** Name of a header field. */
export type HeaderField = (typeof HEADER_FIELDS)[number];

/**
 * Encodes a header into the writer, which is reset first.
 *
 * @returns A view of the writer, valid until its next use. About 160 bytes; cost about 1 µs.
 * @throws {RangeError} on a field out of range.
 */
export function encodeHeader(header: BlockHeader, writer: ByteWriter): Uint8Array {
  writer.reset();
  writer.u8(HEADER_VERSION);
  writer.fixed(header.chainId, CHAIN_ID_BYTES);
  writer.uint(header.height);
  writer.hash(header.previousHash);
  writer.uint(header.timestampUs);
  writer.uint(header.producer);
  writer.hash(header.transactionRoot);
  writer.hash(header.receiptRoot);
  writer.hash(header.stateRoot);
  writer.uint(header.transactionCount);
  writer.uint(header.bodyBytes);
  writer.uint(header.gasUsed);
  writer.uints(header.consensus);
  return writer.bytes();
}

/**
 * Reads one header.
 *
 * @param offsets - Receives the offset of every field, in the order of {@link HEADER_FIELDS}.
 * @throws {DecodeError} on bytes that {@link encodeHeader} cannot have written.
 */
export function decodeHeader(reader: ByteReader, offsets: number[] = []): BlockHeader {
  offsets.length = 0;
  const mark = (): void => {
    offsets.push(reader.offset);
  };
  mark();
  if (reader.u8('a header version') !== HEADER_VERSION) {
    throw new DecodeError(reader.offset - 1, `header version ${HEADER_VERSION}`);
  }
  mark();
  const chainId = reader.raw(CHAIN_ID_BYTES, 'a chain id');
  const number = (what: HeaderField): number => {
    mark();
    return reader.uint(what);
  };
  const hash = (what: HeaderField): HashHex => {
    mark();
    return bytesToHex(reader.raw(32, what));
  };
  const integers = (what: HeaderField): number[] => {
    mark();
    return reader.uints(what);
  };
  // Fields are evaluated in the order written, which is the order of the encoding.
  return {
    chainId,
    height: number('height'),
    previousHash: hash('previousHash'),
    timestampUs: number('timestampUs'),
    producer: number('producer'),
    transactionRoot: hash('transactionRoot'),
    receiptRoot: hash('receiptRoot'),
    stateRoot: hash('stateRoot'),
    transactionCount: number('transactionCount'),
    bodyBytes: number('bodyBytes'),
    gasUsed: number('gasUsed'),
    consensus: integers('consensus'),
  };
}

/** Hash of an encoded header: the block's identity. */
export function blockHash(encodedHeader: Uint8Array): HashHex {
  return sha256Hex(encodedHeader);
}
