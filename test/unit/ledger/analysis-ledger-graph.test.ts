import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { summariseGraph, transactionGraph } from '../../../src/ledger/analysis/graph.ts';
import { ledgerMovements, MOVEMENT_KIND } from '../../../src/ledger/analysis/ledger-graph.ts';
import { openLedger } from '../../../src/ledger/ledger-file.ts';
import type {
  SettlePayload,
  Transaction,
  TransferPayload,
} from '../../../src/ledger/transactions.ts';
import { toyChain } from './toy-ledger.ts';

type Tx = Pick<Transaction, 'type' | 'payload'>;

const clear = (slot: number, parties: readonly (readonly [number, number])[]): Tx => ({
  type: 'CLEAR',
  payload: {
    slot,
    priceUptPerKWh: 400_000,
    bookHash: new Uint8Array(32),
    trades: {
      count: parties.length,
      buyer: parties.map(([buyer]) => buyer),
      buyerSequence: parties.map(() => 0),
      seller: parties.map(([, seller]) => seller),
      sellerSequence: parties.map(() => 0),
      energyWh: parties.map(() => 1_000),
      priceUptPerKWh: parties.map(() => 400_000),
    },
  },
});

const settlement = (
  slot: number,
  entries: readonly (readonly [number, number, number])[],
): SettlePayload => {
  const column = (value: number) => entries.map(() => value);
  return {
    slot,
    version: 0,
    entries: {
      count: entries.length,
      trade: entries.map(([trade]) => trade),
      fulfilledWh: column(1_000),
      paymentUpt: entries.map(([, paymentUpt]) => paymentUpt),
      wheelingUpt: entries.map(([, , wheelingUpt]) => wheelingUpt),
      buyerPenaltyUpt: column(5),
      sellerPenaltyUpt: column(5),
      cleanWh: column(0),
      lossWh: column(0),
    },
  };
};

const settle = (...args: Parameters<typeof settlement>): Tx => ({
  type: 'SETTLE',
  payload: settlement(...args),
});

const transfer = (to: number, amountUpt: number): Tx => ({
  type: 'TRANSFER',
  payload: { to, amountUpt },
});

function ledgerOf(blocks: readonly (readonly (readonly [sender: number, tx: Tx])[])[]) {
  const bodies = blocks.map((block) => block.map(([sender, tx]) => ({ sender, tx })));
  return openLedger(toyChain('modelled', () => bodies, { accounts: 5 }).bytes);
}

describe('movements of a ledger', () => {
  const ledger = ledgerOf([
    [
      [0, transfer(1, 250)],
      [
        4,
        clear(7, [
          [0, 1],
          [2, 1],
          [2, 3],
        ]),
      ],
      [0, transfer(1, 2 ** 40)],
    ],
    [],
    [
      [4, clear(8, [[3, 0]])],
      [
        4,
        settle(7, [
          [2, 70, 7],
          [0, 30, 3],
          [1, 0, 0],
        ]),
      ],
      [1, transfer(1, 9)],
    ],
    [[4, settle(8, [])]],
  ]);

  it('are transfers that succeeded and payments between the parties of the clearing', () => {
    const got = ledgerMovements(ledger);
    expect(got.count).toBe(4);
    expect(Array.from(got.block)).toEqual([1, 3, 3, 3]);
    expect(Array.from(got.timestampUs)).toEqual([3e6, 9e6, 9e6, 9e6]);
    expect(Array.from(got.from)).toEqual([0, 2, 0, 1]);
    expect(Array.from(got.to)).toEqual([1, 3, 1, 1]);
    expect(Array.from(got.amountUpt)).toEqual([250, 70, 30, 9]);
    const { transfer: paid, energy } = MOVEMENT_KIND;
    expect(Array.from(got.kind)).toEqual([paid, energy, energy, paid]);
  });

  it('hold wheeling when the operator of the grid is named', () => {
    const got = ledgerMovements(ledger, { gridOperator: 4 });
    const wheeling = Array.from(got.kind.keys()).filter(
      (row) => got.kind[row] === MOVEMENT_KIND.wheeling,
    );
    expect(wheeling.map((row) => [got.from[row], got.to[row], got.amountUpt[row]])).toEqual([
      [2, 4, 7],
      [0, 4, 3],
    ]);
  });

  it('feed the transaction graph', () => {
    const got = ledgerMovements(ledger);
    const graph = transactionGraph(got, ledger.genesis.accounts.length);
    expect(summariseGraph(graph)).toMatchObject({
      edgeCount: 2,
      paymentCount: 3,
      selfPayments: 1,
      amountUpt: 350,
      componentCount: 3,
    });
  });

  it('explain every balance, with transfers that fail left out', () => {
    const random = createRandomSource('movements').addressed('world/movements');
    const draw = (i: number, k: number, n: number) => Math.floor(n * random.uniform(i, 0, k));
    const blocks = Array.from({ length: 10 }, (_, block) =>
      Array.from({ length: 20 }, (_, i) => {
        const at = 20 * block + i;
        return [draw(at, 0, 5), transfer(draw(at, 1, 5), draw(at, 2, 3_000_000))] as const;
      }),
    );
    const chain = ledgerOf(blocks);
    const balances = chain.genesis.accounts.map(({ balanceUpt }) => balanceUpt);
    let failed = 0;
    for (const [sender, { payload }] of blocks.flat()) {
      const { to, amountUpt } = payload as TransferPayload;
      if (amountUpt > balances[sender]!) failed++;
      else {
        balances[sender]! -= amountUpt;
        balances[to]! += amountUpt;
      }
    }
    expect(failed).toBeGreaterThan(10);
    const got = ledgerMovements(chain);
    const moved = chain.genesis.accounts.map(({ balanceUpt }) => balanceUpt);
    for (let row = 0; row < got.count; row++) {
      moved[got.from[row]!]! -= got.amountUpt[row]!;
      moved[got.to[row]!]! += got.amountUpt[row]!;
    }
    expect(moved).toEqual(balances);
  });

  it('hold batches of settlements, and count trades that only the state knows', () => {
    const batch: Tx = {
      type: 'SETTLE_BATCH',
      payload: {
        settlements: [
          settlement(1, [[0, 11, 0]]),
          settlement(2, [
            [0, 22, 0],
            [1, 33, 0],
          ]),
        ],
      },
    };
    const onChain: Tx = { type: 'CLEAR_ON_CHAIN', payload: { slot: 2 } };
    const got = ledgerMovements(
      ledgerOf([
        [
          [4, clear(1, [[2, 0]])],
          [4, onChain],
          [4, batch],
        ],
      ]),
    );
    expect(got).toMatchObject({ count: 1, unattributed: 2 });
    expect([got.from[0], got.to[0], got.amountUpt[0]]).toEqual([2, 0, 11]);
  });

  it('grow beyond their first room', () => {
    const many = Array.from({ length: 3_000 }, (_, i) => [0, transfer(1, 1 + (i % 3))] as const);
    const got = ledgerMovements(ledgerOf([many]));
    expect(got.count).toBe(3_000);
    expect(got.amountUpt.reduce((sum, upt) => sum + upt, 0)).toBe(6_000);
    expect(got.kind.length).toBe(3_000);
  });

  it('refuse a settlement of a trade that no clearing made', () => {
    const orphan = ledgerOf([[[4, settle(7, [[0, 1, 0]])]]]);
    expect(() => ledgerMovements(orphan)).toThrow(
      '"ledger" expected a clearing with trade 0 of slot 7 before height 1',
    );
    const beyond = ledgerOf([
      [
        [4, clear(7, [[0, 1]])],
        [4, settle(7, [[1, 1, 0]])],
      ],
    ]);
    expect(() => ledgerMovements(beyond)).toThrow('trade 1 of slot 7');
  });
});
