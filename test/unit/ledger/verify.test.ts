import { describe, expect, it } from 'vitest';
import { HEADER_FIELDS, type HeaderField } from '../../../src/ledger/block.ts';
import { joinChunks, openLedger } from '../../../src/ledger/ledger-file.ts';
import type { CryptoMode } from '../../../src/ledger/signature.ts';
import { verifyLedger } from '../../../src/ledger/verify.ts';
import { toyBodies, toyChain, toyReplay } from './toy-ledger.ts';

interface Flips {
  missed: number[];
  outside: number[];
  exact: number;
  count: number;
}

/** Flips every byte in turn and verifies; real signatures are not searched but named as a whole. */
function flipEvery(bytes: Uint8Array, changes: readonly number[], step = 1): Flips {
  const flips: Flips = { missed: [], outside: [], exact: 0, count: 0 };
  for (let offset = 0; offset < bytes.length; offset += step) {
    for (const change of changes) {
      const changed = bytes.slice();
      changed[offset]! ^= change;
      const report = verifyLedger(changed, toyReplay, { signatureTrials: 0 });
      const problem = report.problems[0];
      flips.count++;
      if (report.ok || problem === undefined) flips.missed.push(offset);
      else if (offset < problem.offset || offset >= problem.offset + problem.length) {
        flips.outside.push(offset);
      } else if (problem.length === 1) flips.exact++;
    }
  }
  return flips;
}

describe.each<CryptoMode>(['modelled', 'real'])('a ledger with %s signatures', (mode) => {
  const chain = toyChain(mode, toyBodies);

  it('verifies, and reports what it holds', () => {
    expect(verifyLedger(chain.bytes, toyReplay)).toEqual({
      ok: true,
      problems: [],
      headHash: chain.headHash,
      genesisHash: chain.genesisHash,
      blocks: 3,
      transactions: 5,
    });
  });

  it('rejects a flip of every byte and names a range that holds it', () => {
    const flips = flipEvery(chain.bytes, [0x01, 0x80]);
    const share = flips.exact / flips.count;
    console.log(`${mode}: ${flips.count} flips, ${(100 * share).toFixed(1)} % named exactly`);
    expect(flips.missed).toEqual([]);
    expect(flips.outside).toEqual([]);
    // Only the three real producer signatures are ranges; everything else is found exactly.
    const ranges = mode === 'real' ? 3 * 64 : 0;
    expect(share).toBe((chain.bytes.length - ranges) / chain.bytes.length);
  });

  it('rejects the file cut at every length, at an offset within what is left', () => {
    for (let length = 0; length < chain.bytes.length; length += 3) {
      const report = verifyLedger(chain.bytes.slice(0, length), toyReplay, { signatureTrials: 0 });
      expect(report.ok).toBe(false);
      expect(report.problems[0]!.offset).toBeLessThanOrEqual(length);
    }
  });

  it('names bytes behind the end', () => {
    const report = verifyLedger(joinChunks([chain.bytes, Uint8Array.of(0, 0)]), toyReplay);
    expect(report.ok).toBe(false);
    expect(report.problems[0]).toMatchObject({
      offset: chain.bytes.length,
      length: 2,
      what: 'bytes behind the closing hash',
    });
  });
});

describe('verifying a ledger', () => {
  it('finds any changed byte value, not only flipped bits', () => {
    const { bytes } = toyChain('modelled', toyBodies);
    const flips = flipEvery(bytes, [0x5b, 0xff], 17);
    expect(flips.missed).toEqual([]);
    expect(flips.exact).toBe(flips.count);
  });

  it('finds the changed bit of a real signature by search', () => {
    const { bytes } = toyChain('real', toyBodies);
    const [block] = openLedger(bytes).blocks();
    const offset = block!.signatureSpan.offset + 2;
    const changed = bytes.slice();
    changed[offset]! ^= 0x01;
    expect(verifyLedger(changed, toyReplay).problems).toMatchObject([
      { offset, length: 1, what: 'producer signature of block 1' },
    ]);
  });

  it('tells a dropped last block from a shorter chain', () => {
    const { bytes } = toyChain('modelled', toyBodies);
    const blocks = [...openLedger(bytes).blocks()];
    const last = blocks.at(-1)!.span;
    const cut = joinChunks([bytes.slice(0, last.offset), bytes.slice(-32)]);
    const report = verifyLedger(cut, toyReplay);
    expect(report.blocks).toBe(2);
    expect(report.problems).toMatchObject([{ what: 'closing hash', offset: last.offset }]);
  });

  it('flips in a ledger without blocks are found and named', () => {
    const { bytes } = toyChain('modelled', () => []);
    expect(verifyLedger(bytes, toyReplay)).toMatchObject({ ok: true, blocks: 0 });
    const flips = flipEvery(bytes, [0x01, 0x80], 5);
    expect(flips.missed).toEqual([]);
    expect(flips.outside).toEqual([]);
  });

  it('names the changed byte of a modelled signature under a long transaction', () => {
    const candidates = Array.from({ length: 20_000 }, (_, i) => i);
    const vote = { sender: 0, tx: { type: 'VOTE' as const, payload: { candidates } } };
    const { bytes } = toyChain('modelled', () => [[vote]]);
    const [block] = openLedger(bytes).blocks();
    const offset = block!.transactions[0]!.signatureSpan.offset + 40;
    const changed = bytes.slice();
    changed[offset]! ^= 0x20;
    expect(verifyLedger(changed, toyReplay).problems).toMatchObject([
      { offset, length: 1, what: 'signature of transaction 0 of block 1' },
    ]);
    changed[offset]! ^= 0x20;
    changed[offset - 500]! ^= 0x01;
    const { offset: start, length } = block!.transactions[0]!.unsignedSpan;
    expect(verifyLedger(changed, toyReplay).problems).toMatchObject([
      { offset: start, length: length + 64 },
    ]);
  });

  it('names the range of a part too long to search', () => {
    const { bytes } = toyChain('modelled', toyBodies, { accounts: 350 });
    const { genesisSpan } = openLedger(bytes);
    expect(genesisSpan.length).toBeGreaterThan(16_384);
    const changed = bytes.slice();
    changed[9_000]! ^= 4;
    const [problem] = verifyLedger(changed, toyReplay).problems;
    expect(problem).toMatchObject({ ...genesisSpan, what: 'genesis' });
  });

  it.each<[HeaderField, number | string]>([
    ['height', 9],
    ['previousHash', '11'.repeat(32)],
    ['transactionRoot', '11'.repeat(32)],
    ['receiptRoot', '11'.repeat(32)],
    ['stateRoot', '11'.repeat(32)],
    ['bodyBytes', 1],
    ['gasUsed', 1],
    ['timestampUs', 2_999_999],
  ])('names %s when a producer signs a wrong one', (field, value) => {
    const { bytes } = toyChain('modelled', toyBodies, {
      forge: (header) => (header.height === 2 ? { ...header, [field]: value } : header),
    });
    const [, block] = openLedger(bytes).blocks();
    const report = verifyLedger(bytes, toyReplay);
    expect(report.blocks).toBe(1);
    expect(report.problems).toMatchObject([
      {
        what: `${field} of block ${field === 'height' ? 9 : 2}`,
        offset: block!.fieldOffsets[HEADER_FIELDS.indexOf(field)]!,
      },
    ]);
  });

  it('refuses a producer and a sender whose keys it does not know', () => {
    const order = {
      sender: 2,
      tx: { type: 'VOTE' as const, payload: { candidates: [1] } },
    };
    const sender = verifyLedger(toyChain('real', () => [[order]]).bytes, toyReplay);
    expect(sender.problems[0]).toMatchObject({ expected: 'canonical bytes of a known sender' });
    const producer = toyChain('real', () => [[]], {
      forge: (header) => ({ ...header, producer: 2 }),
    });
    expect(verifyLedger(producer.bytes, toyReplay).problems[0]).toMatchObject({
      expected: 'a producer with a known key',
    });
  });

  it('reports receipts that differ from the replay and checks that fail at the end', () => {
    const { bytes } = toyChain('modelled', toyBodies);
    const [block] = openLedger(bytes).blocks();
    const richer = verifyLedger(bytes, (genesis) => {
      const replay = toyReplay(genesis);
      return {
        ...replay,
        execute(header, transactions, at) {
          const { receipts, stateRoot } = replay.execute(header, transactions, at);
          return { receipts: receipts.map((r) => ({ ...r, gasUsed: r.gasUsed + 1 })), stateRoot };
        },
      };
    });
    expect(richer.problems).toMatchObject([
      { what: 'receipt 0 of block 1', offset: block!.receipts[0]!.span.offset + 1 },
    ]);
    const broken = verifyLedger(bytes, (genesis) => ({
      ...toyReplay(genesis),
      finish: () => ({ problems: ['supply is 3'] }),
    }));
    expect(broken).toMatchObject({ ok: false, blocks: 3 });
    expect(broken.problems).toMatchObject([{ what: 'final state', got: 'supply is 3' }]);
  });
});
