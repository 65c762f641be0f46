/** A wrong byte is named by block, transaction and field, against spans laid out by hand. */
import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { HEADER_FIELDS } from '../../../src/ledger/block.ts';
import { openLedger } from '../../../src/ledger/ledger-file.ts';
import type { CryptoMode } from '../../../src/ledger/signature.ts';
import { type Transaction, transactionId } from '../../../src/ledger/transactions.ts';
import { placeText, type VerifyProblem, verifyLedger } from '../../../src/ledger/verify.ts';
import { toyChain, toyReplay } from './toy-ledger.ts';

/** Bytes of an unsigned LEB128 integer. */
const leb = (value: number): number => (value < 128 ? 1 : 1 + leb(Math.floor(value / 128)));

type Part = readonly [field: string, bytes: number];

const uint = (field: string, value: number): Part => [field, leb(value)];
const blob = (field: string, bytes: Uint8Array): Part => [field, leb(bytes.length) + bytes.length];
/** Columns of one length, rows by number. */
function columns(name: string, columnsOf: Readonly<Record<string, readonly number[]>>): Part[] {
  const lists = Object.entries(columnsOf);
  return [
    uint(`${name}.count`, lists[0]![1].length),
    ...lists.flatMap(([column, values]) =>
      values.map((value, row) => uint(`${name}.${column}[${row}]`, value)),
    ),
  ];
}

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

const SETTLED = {
  trade: [0, 3],
  fulfilledWh: [1200, 5],
  paymentUpt: [480_000, 2000],
  wheelingUpt: [36_000, 150],
  buyerPenaltyUpt: [0, 1],
  sellerPenaltyUpt: [7, 0],
  cleanWh: [1100, 0],
  lossWh: [9, 200],
};
const settlement = (slot: number) => ({ slot, version: 1, entries: { count: 2, ...SETTLED } });
const settlementParts = (name: string, slot: number): Part[] => [
  uint(`${name}.slot`, slot),
  uint(`${name}.version`, 1),
  ...columns(`${name}.entries`, SETTLED),
];

const TRADES = {
  buyer: [1, 200],
  buyerSequence: [0, 1],
  seller: [2, 3],
  sellerSequence: [0, 0],
  energyWh: [1000, 70_000],
  priceUptPerKWh: [400_000, 350_000],
};
const leaf = Uint8Array.of(1, 4, 104, 111, 109, 101, 9, 3, 2, 1, 0);
const header = { header: filled(120, 5), signature: filled(64, 6) };

type Payload = Pick<Transaction, 'type' | 'payload'>;

/** A transaction of every shape that payloads have, and where its fields stand. */
const SHAPES: readonly (readonly [Payload, readonly Part[]])[] = [
  [
    { type: 'TRANSFER', payload: { to: 300, amountUpt: 2 ** 40 } },
    [uint('payload.to', 300), uint('payload.amountUpt', 2 ** 40)],
  ],
  [
    {
      type: 'ORDER_SUBMIT',
      payload: {
        slot: 3,
        isBid: true,
        sequence: 0,
        quantityWh: 1200,
        priceUptPerKWh: 450_000,
        counterparty: -1,
      },
    },
    [
      uint('payload.slot', 3),
      ['payload.isBid', 1],
      uint('payload.sequence', 0),
      uint('payload.quantityWh', 1200),
      uint('payload.priceUptPerKWh', 450_000),
      uint('payload.counterparty', 0),
    ],
  ],
  [
    {
      type: 'CLEAR',
      payload: {
        slot: 3,
        priceUptPerKWh: 400_000,
        bookHash: filled(32, 9),
        trades: { count: 2, ...TRADES },
      },
    },
    [
      uint('payload.slot', 3),
      uint('payload.priceUptPerKWh', 400_001),
      ['payload.bookHash', 32],
      ...columns('payload.trades', TRADES),
    ],
  ],
  [{ type: 'SETTLE', payload: settlement(3) }, settlementParts('payload', 3)],
  [
    { type: 'SETTLE_BATCH', payload: { settlements: [settlement(3), settlement(300)] } },
    [
      uint('payload.settlements.count', 2),
      ...settlementParts('payload.settlements[0]', 3),
      ...settlementParts('payload.settlements[1]', 300),
    ],
  ],
  [
    {
      type: 'METER_READS',
      payload: {
        slot: 3,
        headEnd: 0,
        leaves: [
          { leaf, signature: filled(64, 1) },
          { leaf, signature: filled(64, 2) },
        ],
      },
    },
    [
      uint('payload.slot', 3),
      uint('payload.headEnd', 0),
      uint('payload.leaves.count', 2),
      blob('payload.leaves[0].leaf', leaf),
      ['payload.leaves[0].signature', 64],
      blob('payload.leaves[1].leaf', leaf),
      ['payload.leaves[1].signature', 64],
    ],
  ],
  [
    {
      type: 'METER_BATCH',
      payload: {
        slot: 3,
        headEnd: 0,
        root: filled(32, 8),
        count: 200,
        importWh: 70_000,
        exportWh: 5,
        generationWh: 900,
      },
    },
    [
      uint('payload.slot', 3),
      uint('payload.headEnd', 0),
      ['payload.root', 32],
      uint('payload.count', 200),
      uint('payload.importWh', 70_000),
      uint('payload.exportWh', 5),
      uint('payload.generationWh', 900),
    ],
  ],
  [
    {
      type: 'METER_PROOF',
      payload: {
        slot: 3,
        index: 1,
        leaf,
        signature: filled(64, 1),
        path: [filled(32, 1), filled(32, 2)],
      },
    },
    [
      uint('payload.slot', 3),
      uint('payload.index', 1),
      blob('payload.leaf', leaf),
      ['payload.signature', 64],
      uint('payload.path.count', 2),
      ['payload.path', 64],
    ],
  ],
  [{ type: 'VOTE', payload: { candidates: [4, 500] } }, [['payload.candidates', 1 + 1 + 2]]],
  [
    {
      type: 'ABNORMAL_REPORT',
      payload: { target: 2, kind: 1, depositUpt: 5_000_000, headers: [header, header] },
    },
    [
      uint('payload.target', 2),
      ['payload.kind', 1],
      uint('payload.depositUpt', 5_000_000),
      ['payload (header count)', 1],
      blob('payload.headers[0].header', header.header),
      ['payload.headers[0].signature', 64],
      blob('payload.headers[1].header', header.header),
      ['payload.headers[1].signature', 64],
    ],
  ],
];

const bodies = () => [
  SHAPES.map(([tx], index) => ({ sender: index % 2, tx })),
  [],
  [{ sender: 1, tx: SHAPES[0]![0] }],
];

/** Names of all bytes of a ledger from its first block on: block, transaction and field. */
function expectedPlaces(bytes: Uint8Array): Map<number, string> {
  const places = new Map<number, string>();
  const put = (from: number, length: number, place: string) => {
    for (let at = from; at < from + length; at++) places.set(at, place);
  };
  for (const view of openLedger(bytes).blocks()) {
    const block = `block ${view.header.height}`;
    const field = (name: string) => `${block}, field ${name}`;
    put(view.span.offset, 4, field('length'));
    put(view.span.offset + 4, 4, field('header.length'));
    view.fieldOffsets.forEach((from, k) => {
      const to = view.fieldOffsets[k + 1] ?? view.signatureSpan.offset;
      put(from, to - from, field(`header.${HEADER_FIELDS[k]}`));
    });
    put(view.signatureSpan.offset, 64, field('producerSignature'));
    view.transactions.forEach(({ transaction, unsignedSpan, signatureSpan }, index) => {
      const { type, sender, nonce, gasLimit, expiryUs } = transaction;
      const name = `${block}, transaction ${index} (${type})`;
      const shape = view.header.height === 1 ? SHAPES[index]![1] : SHAPES[0]![1];
      put(unsignedSpan.offset - 4, 4, `${name}, field length`);
      let at = unsignedSpan.offset;
      const parts: readonly Part[] = [
        ['version', 1],
        ['type', 1],
        ['chainId', 8],
        uint('sender', sender),
        uint('nonce', nonce),
        uint('gasLimit', gasLimit),
        uint('expiryUs', expiryUs),
        ...shape,
      ];
      for (const [part, length] of parts) {
        put(at, length, `${name}, field ${part}`);
        at += length;
      }
      expect(at, name).toBe(signatureSpan.offset);
      put(signatureSpan.offset, 64, `${name}, field signature`);
    });
    view.receipts.forEach(({ receipt, span }, index) => {
      const name = `${block}, transaction ${index} (${view.transactions[index]!.transaction.type})`;
      const parts: readonly Part[] = [
        ['status', 1],
        uint('gasUsed', receipt.gasUsed),
        uint('reason', receipt.reason),
      ];
      let at = span.offset;
      for (const [part, length] of parts) {
        put(at, length, `${name}, field receipt.${part}`);
        at += length;
      }
      put(at, span.offset + span.length - at, `${name}, field receipt.events`);
    });
  }
  return places;
}

function problemAt(bytes: Uint8Array, offset: number, change: number): VerifyProblem {
  const changed = bytes.slice();
  changed[offset]! ^= change;
  return verifyLedger(changed, toyReplay, { signatureTrials: 0 }).problems[0]!;
}

describe.each<CryptoMode>(['modelled', 'real'])('with %s signatures a wrong byte', (mode) => {
  const { bytes } = toyChain(mode, bodies);
  const places = expectedPlaces(bytes);

  it('is named by block, transaction and field, wherever it stands', () => {
    // Every byte once where that is cheap; a real signature in every field otherwise.
    const step = mode === 'modelled' ? 1 : 13;
    const wrong: string[] = [];
    const offsets = Array.from(places.keys());
    for (let k = 0; k < offsets.length; k += step) {
      const offset = offsets[k]!;
      const problem = problemAt(bytes, offset, 1 << (offset % 8));
      const place = placeText(problem);
      if (place !== places.get(offset)) wrong.push(`${offset}: ${place} for ${places.get(offset)}`);
    }
    expect(wrong).toEqual([]);
    console.log(`${mode}: ${Math.ceil(offsets.length / step)} flips named by field`);
  });

  it('comes with the id that the transaction has when it is intact', () => {
    const [block] = openLedger(bytes).blocks();
    block!.transactions.forEach(({ unsigned, unsignedSpan }, index) => {
      for (const at of [10, unsignedSpan.length - 1]) {
        const { transaction } = problemAt(bytes, unsignedSpan.offset + at, 2);
        const { type } = SHAPES[index]![0];
        expect(transaction).toEqual({ index, id: transactionId(unsigned), type });
      }
    });
  });
});

describe('a wrong byte outside the blocks', () => {
  const { bytes, genesis } = toyChain('modelled', bodies);
  const { genesisSpan } = openLedger(bytes);

  it('is named in the genesis by account and parameter', () => {
    const fields = new Set<string>();
    for (let at = 0; at < genesisSpan.offset + genesisSpan.length; at++) {
      const { field, block } = problemAt(bytes, at, 1);
      expect(block).toBeUndefined();
      expect(field, `byte ${at}`).toBeDefined();
      fields.add(field!);
    }
    for (const name of ['magic', 'genesis.length', 'genesis.name', 'genesis.cryptoMode']) {
      expect(fields).toContain(name);
    }
    genesis.accounts.forEach((_, account) => {
      for (const name of ['id', 'role', 'publicKey', 'balanceUpt', 'lockedCount', 'registered']) {
        expect(fields).toContain(`genesis.accounts[${account}].${name}`);
      }
    });
    expect(fields).toContain('genesis.consensus.parameters[0].value');
    expect(fields).toContain('genesis.parameters[0].name');
  });

  it('has no block where it is the closing hash', () => {
    const problem = problemAt(bytes, bytes.length - 3, 1);
    expect(problem).toMatchObject({ what: 'closing hash' });
    expect(placeText(problem)).toBe('');
  });
});

describe('a block that a replay refuses', () => {
  it('names the transaction that it speaks of', () => {
    const { bytes } = toyChain('modelled', bodies);
    const [block] = openLedger(bytes).blocks();
    const { problems } = verifyLedger(bytes, (genesis) => ({
      ...toyReplay(genesis),
      execute() {
        throw new InvariantViolation('transaction-admissible', 'transaction 3 of block 1: EXPIRED');
      },
    }));
    const { unsigned } = block!.transactions[3]!;
    expect(problems).toMatchObject([
      { block: 1, transaction: { index: 3, id: transactionId(unsigned), type: 'SETTLE' } },
    ]);
    expect(problems[0]!.field).toBeUndefined();
  });
});
