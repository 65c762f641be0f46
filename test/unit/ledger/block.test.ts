import { describe, expect, it } from 'vitest';
import {
  type BlockHeader,
  blockHash,
  decodeHeader,
  encodeHeader,
  HEADER_FIELDS,
} from '../../../src/ledger/block.ts';
import { createReader, createWriter } from '../../../src/ledger/encoding.ts';
import { bytesToHex, sha256Hex } from '../../../src/ledger/hash.ts';
import { EMPTY_ROOT } from '../../../src/ledger/merkle.ts';

const header: BlockHeader = {
  chainId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  height: 200,
  previousHash: 'ab'.repeat(32),
  timestampUs: 3_000_000,
  producer: 4,
  transactionRoot: EMPTY_ROOT,
  receiptRoot: EMPTY_ROOT,
  stateRoot: '0c'.repeat(32),
  transactionCount: 0,
  bodyBytes: 0,
  gasUsed: 0,
  consensus: [7, 300],
};

describe('a block header', () => {
  const encoded = encodeHeader(header, createWriter()).slice();

  it('is encoded field after field', () => {
    expect(bytesToHex(encoded)).toBe(
      `01${'0102030405060708'}c801${'ab'.repeat(32)}c08db70104` +
        `${EMPTY_ROOT}${EMPTY_ROOT}${'0c'.repeat(32)}0000000207ac02`,
    );
    expect(blockHash(encoded)).toBe(sha256Hex(encoded));
  });

  it('decodes to itself and tells where each field stands', () => {
    const offsets: number[] = [];
    expect(decodeHeader(createReader(encoded), offsets)).toEqual(header);
    expect(offsets.length).toBe(HEADER_FIELDS.length);
    expect(offsets[HEADER_FIELDS.indexOf('producer')]).toBe(1 + 8 + 2 + 32 + 4);
    expect(offsets[HEADER_FIELDS.indexOf('consensus')]).toBe(encoded.length - 4);
  });

  it('is refused in another version or with a chain id of another length', () => {
    const changed = encoded.slice();
    changed[0] = 2;
    expect(() => decodeHeader(createReader(changed))).toThrow('byte 0: expected header version 1');
    const short = { ...header, chainId: new Uint8Array(7) };
    expect(() => encodeHeader(short, createWriter())).toThrow(/expected 8 bytes, got 7/);
  });
});
