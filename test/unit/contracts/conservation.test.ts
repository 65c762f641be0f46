/** Points are conserved under any sequence of transactions, with === after each one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  accountCell,
  CHAIN,
  chainCell,
  createSlotCells,
  denseCellCount,
  identityCell,
  ORDER,
  producedCell,
  RECORD_CELLS,
  SEQUENCES_MAX,
  SLOT,
  TRADE,
} from '../../../src/contracts/cells.ts';
import { imbalanceOf } from '../../../src/contracts/conservation.ts';
import {
  AUTHORITY,
  CENTRE,
  createWorld,
  HOMES,
  S,
  type SettleRow,
  settled,
  type TradeRow,
  trade,
} from './world.ts';

const RETAILS = [0, 1, 999, 333_333, 600_001];
const small = fc.nat(12);
const step = fc.record({
  what: fc.constantFrom(
    ...(['order', 'order', 'order', 'order', 'clear', 'settle', 'settle', 'transfer'] as const),
    ...(['grant', 'register', 'reward', 'stake', 'vote', 'seal', 'late'] as const),
  ),
  sender: fc.oneof({ weight: 5, arbitrary: fc.nat(HOMES - 1) }, { weight: 1, arbitrary: small }),
  other: fc.oneof({ weight: 5, arbitrary: fc.nat(HOMES - 1) }, { weight: 1, arbitrary: small }),
  slot: fc.nat(2),
  flag: fc.boolean(),
  amount: fc.oneof(fc.nat(40), fc.nat(5_000), fc.nat(300e6)),
  price: fc.constantFrom(...RETAILS),
  sequence: fc.nat(3),
  gasLimit: fc.oneof(
    { weight: 9, arbitrary: fc.constant(500_000) },
    { weight: 1, arbitrary: fc.integer({ min: 21_000, max: 60_000 }) },
  ),
  rows: fc.array(
    fc.record({
      buyer: fc.nat(3),
      seller: fc.nat(3),
      wh: fc.nat(30),
      price: fc.constantFrom(...RETAILS),
    }),
    { maxLength: 4 },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays the steps. @returns Kinds of transactions that succeeded. */
function play(steps: readonly Step[], gasPriceUpt: number): string[] {
  const centreUpt = gasPriceUpt * 1e11;
  const parameters = { gasPriceUpt };
  const world = createWorld({ members: 3, balanceUpt: 3e6, centreUpt, parameters });
  const done: string[] = [];
  const cleared = new Map<number, TradeRow[]>();
  world.nowUs = 5_000 * S;
  for (const {
    what,
    sender,
    other,
    slot,
    flag,
    amount,
    price,
    sequence,
    gasLimit,
    rows,
  } of steps) {
    const about = gasPriceUpt > 0 ? { gasLimit } : {};
    const identityHash = new Uint8Array(32).fill(other);
    const centre = sender === HOMES - 1 ? sender : CENTRE;
    let reason: string | undefined;
    if (what === 'order') {
      const quantityWh = amount % 3_000;
      const payload = { slot, isBid: flag, sequence, quantityWh, counterparty: -1 };
      reason = world.send(
        'ORDER_SUBMIT',
        sender,
        { ...payload, priceUptPerKWh: price },
        about,
      ).reason;
    } else if (what === 'clear') {
      const trades = rows.map((row) =>
        trade(row.buyer, row.seller, row.wh, row.price, [sequence, flag ? sequence : 0]),
      );
      reason = world.clear(trades, slot, centre).reason;
      if (reason === '') cleared.set(slot, trades);
    } else if (what === 'settle') {
      const entries: SettleRow[] = (cleared.get(slot) ?? [])
        .map((one, index) =>
          settled(index, Math.floor(one.energyWh / (flag ? 1 : 2)), one.priceUptPerKWh, [
            amount % 1_000,
            amount,
          ]),
        )
        .filter((_, index) => (amount >> index) % 4 !== 3);
      reason = world.settle(entries, slot, centre).reason;
    } else if (what === 'transfer') {
      reason = world.send('TRANSFER', sender, { to: other, amountUpt: amount }, about).reason;
    } else if (what === 'grant') {
      const payload = { to: other, amountUpt: flag ? 100e6 : amount, identityHash };
      reason = world.send('POINTS_GRANT', centre, payload).reason;
    } else if (what === 'register' && other < 11) {
      const signer = flag ? AUTHORITY : sender % 11;
      reason = world.send('REGISTER', centre, world.certificateFor(other, other, signer)).reason;
    } else if (what === 'reward') {
      const payload = { to: other, amountUpt: amount, block: 0, ref: 0 };
      reason = world.send('POINTS_REWARD', 4, payload).reason;
    } else if (what === 'stake') {
      reason = world.send(
        'STAKE',
        sender,
        { certificates: [10 * sender + 5 + (amount % 5)] },
        about,
      ).reason;
    } else if (what === 'vote') {
      reason = world.send('VOTE', sender, { candidates: [other % 4] }, about).reason;
    } else if (what === 'late') {
      world.nowUs += 600 * S;
    } else {
      expect(world.seal()).toBe(0);
    }
    if (reason === '') done.push(what);
    expect(world.heldUpt()).toBe(world.issuedUpt());
    const orders = [0, 1, 2].flatMap((one) => world.orderEscrows(one));
    const locked = world.escrows().reduce((sum, value) => sum + value, 0);
    expect(locked).toBe(orders.reduce((sum, value) => sum + value, 0));
  }
  expect(world.seal()).toBe(0);
  expect(world.recount()).toBe(0);
  // Once every slot is settled nothing stays locked.
  for (const slot of [0, 1, 2]) world.settle([], slot);
  expect(world.escrows()).toEqual([0, 0, 0, 0]);
  return done;
}

describe('conservation', () => {
  it('contracts: issued less burned is what is held, and escrows are those of the orders', () => {
    const counts = new Map<string, number>();
    const fees = fc.constantFrom(0, 0, 3);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fees, (steps, gasPriceUpt) => {
        for (const what of play(steps, gasPriceUpt)) counts.set(what, (counts.get(what) ?? 0) + 1);
      }),
      { numRuns: 200, seed: 1 },
    );
    // Every kind of transaction has succeeded often enough to mean something.
    for (const what of ['order', 'clear', 'settle', 'transfer', 'reward', 'stake', 'vote']) {
      expect(counts.get(what) ?? 0, what).toBeGreaterThan(50);
    }
    for (const what of ['grant', 'register']) {
      expect(counts.get(what) ?? 0, what).toBeGreaterThan(2);
    }
  });

  it('the incremental check sees a point that is made, lost or moved twice', () => {
    const cell = {
      balance: accountCell(2, ACCOUNT.balanceUpt),
      escrow: accountCell(1, ACCOUNT.escrowUpt),
      nonce: accountCell(1, ACCOUNT.nonce),
      grant: chainCell(11, CHAIN.issuedGrantUpt),
      burned: chainCell(11, CHAIN.burnedUpt),
    };
    const check = (change: Readonly<Record<number, number>>) => {
      const cells = Object.keys(change)
        .map(Number)
        .sort((a, b) => a - b);
      return imbalanceOf(
        cells,
        11,
        () => 100,
        (at) => 100 + change[at]!,
      );
    };
    expect(check({ [cell.nonce]: 1 })).toBe(0);
    expect(check({ [cell.balance]: 1 })).toBe(-1);
    expect(check({ [cell.escrow]: -7, [cell.balance]: 7 })).toBe(0);
    expect(check({ [cell.escrow]: -7, [cell.balance]: 6 })).toBe(1);
    expect(check({ [cell.grant]: 5, [cell.balance]: 5 })).toBe(0);
    expect(check({ [cell.burned]: 5, [cell.balance]: -5 })).toBe(0);
    expect(check({ [cell.grant]: 5 })).toBe(5);
  });
});

describe('the layout of the state', () => {
  it('gives every field of everything a cell of its own', () => {
    const [accounts, homes, slots] = [18, 5, 3];
    const cells = createSlotCells(accounts, homes);
    const all: number[] = [];
    const put = (fields: Readonly<Record<string, number>>, cell: (field: number) => number) => {
      for (const field of Object.values(fields)) all.push(cell(field));
    };
    for (let account = 0; account < accounts; account++) {
      const { approvals, ...single } = ACCOUNT;
      put(single, (field) => accountCell(account, field));
      for (let k = 0; k < 7; k++) all.push(accountCell(account, approvals + k));
      all.push(producedCell(accounts, account));
    }
    put(CHAIN, (field) => chainCell(accounts, field));
    expect(Math.max(...all)).toBeLessThan(denseCellCount(accounts));
    for (let slot = 0; slot < slots; slot++) {
      put(SLOT, (field) => cells.slot(slot, field));
      for (let k = 0; k < cells.ordersMax; k++) {
        put(ORDER, (field) => cells.order(slot, k, field));
        put(TRADE, (field) => cells.trade(slot, k, field));
      }
      for (let owner = 0; owner < homes; owner++) {
        for (let k = 0; k < SEQUENCES_MAX; k++) all.push(cells.lookup(slot, owner, k));
      }
    }
    expect(new Set(all).size).toBe(all.length);
    const highest = identityCell(new Uint8Array(32).fill(255));
    expect(Number.isSafeInteger(highest)).toBe(true);
    expect(identityCell(new Uint8Array(32))).toBeGreaterThan(cells.slot(3_660 * 1_440, 0));
    // An order and a trade each are one record, the unit that gas is charged for.
    expect(cells.order(1, 3, ORDER.filledWh) - cells.order(1, 3, ORDER.owner)).toBeLessThan(
      RECORD_CELLS,
    );
    expect(cells.order(1, 3, 0) % RECORD_CELLS).toBe(0);
    expect(cells.trade(1, 3, 0) % RECORD_CELLS).toBe(0);
  });
});
