import { describe, expect, it } from 'vitest';
import { encodeGenesis } from '../../../src/ledger/genesis.ts';
import { equalBytes } from '../../../src/ledger/hash.ts';
import { createLedgerWriter, joinChunks, openLedger } from '../../../src/ledger/ledger-file.ts';
import { verifyLedger } from '../../../src/ledger/verify.ts';
import { toyBodies, toyChain, toyReplay } from './toy-ledger.ts';

const chain = toyChain('modelled', toyBodies);

describe('a ledger file', () => {
  it('reads back genesis, blocks, transactions and receipts with their places', () => {
    const ledger = openLedger(chain.bytes);
    expect(ledger.genesis).toEqual(chain.genesis);
    expect(ledger.genesisHash).toBe(chain.genesisHash);
    expect(ledger.headHash).toBe(chain.headHash);
    const blocks = [...ledger.blocks()];
    expect(blocks.map((block) => block.transactions.length)).toEqual([3, 0, 2]);
    expect(blocks.at(-1)!.hash).toBe(chain.headHash);
    let offset = ledger.genesisSpan.offset + ledger.genesisSpan.length;
    for (const block of blocks) {
      expect(block.span.offset).toBe(offset);
      offset += block.span.length;
      for (const { unsigned, unsignedSpan, signatureSpan } of block.transactions) {
        const end = unsignedSpan.offset + unsignedSpan.length;
        expect(signatureSpan).toEqual({ offset: end, length: 64 });
        expect(chain.bytes.subarray(unsignedSpan.offset, end)).toEqual(unsigned);
      }
      const receiptEnd = block.receipts.at(-1)?.span ?? block.signatureSpan;
      expect(receiptEnd.offset + receiptEnd.length).toBe(offset);
    }
    expect(offset + 32).toBe(chain.bytes.length);
    expect(blocks[0]!.receipts.map(({ receipt }) => receipt.status)).toEqual([1, 1, 0]);
  });

  it('written again from what was read has the same bytes', () => {
    const ledger = openLedger(chain.bytes);
    const writer = createLedgerWriter(encodeGenesis(ledger.genesis));
    for (const block of ledger.blocks()) {
      writer.append({ ...block, receipts: block.receipts.map(({ receipt }) => receipt) });
    }
    expect(joinChunks(writer.finish())).toEqual(chain.bytes);
  });

  it('spans chunks without cutting a block', () => {
    const vote = {
      sender: 0,
      tx: {
        type: 'VOTE' as const,
        payload: { candidates: new Float64Array(300_000).fill(300) },
      },
    };
    const long = toyChain('modelled', () => [[], [vote], [vote, vote, vote], []]);
    const ledger = openLedger(long.bytes);
    const writer = createLedgerWriter(encodeGenesis(ledger.genesis));
    for (const block of ledger.blocks()) {
      writer.append({ ...block, receipts: block.receipts.map(({ receipt }) => receipt) });
    }
    const chunks = writer.finish();
    expect(chunks.length).toBe(3);
    expect(equalBytes(joinChunks(chunks), long.bytes)).toBe(true);
    expect(verifyLedger(long.bytes, toyReplay).ok).toBe(true);
  });

  it('names what is wrong with its form', () => {
    const changed = (offset: number, value: number): Uint8Array => {
      const bytes = chain.bytes.slice();
      bytes[offset] = value;
      return bytes;
    };
    const all = (bytes: Uint8Array): unknown[] => [...openLedger(bytes).blocks()];
    const [block] = openLedger(chain.bytes).blocks();
    expect(() => openLedger(changed(7, 2))).toThrow('byte 7: expected the magic');
    expect(() => openLedger(changed(9, 1))).toThrow(/byte 8: expected genesis length/);
    expect(() => all(changed(block!.span.offset, 1))).toThrow(/expected block length/);
    expect(() => all(changed(block!.span.offset + 4, 1))).toThrow(/expected header length/);
    const first = block!.transactions[0]!.unsignedSpan.offset - 4;
    expect(() => all(changed(first, 1))).toThrow(`byte ${first}: expected transaction length`);
    expect(() => openLedger(chain.bytes.slice(0, 20))).toThrow(/the end of data/);
  });

  it('takes only blocks whose counts agree, and none after the end', () => {
    const writer = createLedgerWriter(encodeGenesis(chain.genesis));
    const [block] = openLedger(chain.bytes).blocks();
    expect(() => writer.append({ ...block!, receipts: [] })).toThrow(
      '"block" expected 3 transactions and receipts, got 3 and 0',
    );
    writer.finish();
    const receipts = block!.receipts.map(({ receipt }) => receipt);
    expect(() => writer.append({ ...block!, receipts })).toThrow(/got a finished one/);
    expect(() => writer.finish()).toThrow(/got a finished one/);
  });
});
