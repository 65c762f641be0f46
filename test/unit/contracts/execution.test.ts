/** Validity before inclusion, gas, nonces, fees and the state root. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT } from '../../../src/contracts/cells.ts';
import { EMPTY_STATE_ROOT, stateRootAfter } from '../../../src/contracts/execute.ts';
import { GAS } from '../../../src/contracts/rules.ts';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import {
  GAS_NONZERO_BYTE,
  GAS_TRANSACTION,
  GAS_ZERO_BYTE,
} from '../../../src/ledger/transactions.ts';
import { CENTRE, createWorld, S, TREASURY } from './world.ts';

const pay = { to: 1, amountUpt: 5_000 };

describe('a transaction may enter a block', () => {
  it.each<
    [
      string,
      { sender?: number; gasLimit?: number; expiryUs?: number; nonce?: number; tipUpt?: number },
      string,
    ]
  >([
    ['from an account that exists', { sender: 11 }, 'UNKNOWN_SENDER'],
    ['up to its expiry', { expiryUs: 49 * S }, 'EXPIRED'],
    ['from a member', { sender: 3 }, 'NOT_MEMBER'],
    ['with a nonce that is not used', { nonce: 1 }, 'BAD_NONCE'],
    ['with gas for its bytes', { gasLimit: 21_000 }, 'INSUFFICIENT_GAS'],
    ['with a balance for its gas limit', { gasLimit: 1_000_000 }, 'INSUFFICIENT_BALANCE'],
    ['with a balance for its tip', { tipUpt: 90e6 }, 'INSUFFICIENT_BALANCE'],
  ])('%s only', (_, { sender = 0, ...about }, reason) => {
    const world = createWorld({ members: 3, parameters: { gasPriceUpt: 101 } });
    world.send('TRANSFER', 0, pay, { gasLimit: 60_000 });
    world.send('TRANSFER', 0, pay, { gasLimit: 60_000 });
    world.nowUs = 50 * S;
    const before = world.balances();
    const outcome = world.send('TRANSFER', sender, pay, { gasLimit: 60_000, ...about });
    expect(outcome).toMatchObject({ refused: true, reason });
    // Failing here leaves no trace.
    expect(world.balances()).toEqual(before);
    expect(world.account(0, ACCOUNT.nonce)).toBe(2);
  });

  it('at the instant of its expiry', () => {
    const world = createWorld();
    world.nowUs = 50 * S;
    expect(world.send('TRANSFER', 0, pay, { expiryUs: 50 * S }).refused).toBe(false);
  });

  it('without membership where the chain is public', () => {
    const world = createWorld({ members: 3, parameters: { consortium: 0 } });
    expect(world.send('TRANSFER', 3, { to: 0, amountUpt: 0 }).refused).toBe(false);
  });

  it('over a gap of nonces, which belongs to transactions that expired', () => {
    const world = createWorld();
    expect(world.send('TRANSFER', 0, pay, { nonce: 4 }).reason).toBe('');
    expect(world.account(0, ACCOUNT.nonce)).toBe(5);
    expect(world.send('TRANSFER', 0, pay, { nonce: 4 }).reason).toBe('BAD_NONCE');
  });
});

describe('gas', () => {
  it('has the prices of the model', () => {
    // Model §5.5; what a zero byte costs is the Yellow Paper's, a cleared record ours.
    expect([GAS_TRANSACTION, GAS_NONZERO_BYTE, GAS_ZERO_BYTE]).toEqual([21_000, 16, 4]);
    expect(GAS).toEqual({
      recordWrite: 5_000,
      recordRead: 800,
      recordClear: 500,
      event: 375,
      hash: 30,
      signatureCheck: 3_000,
    });
  });

  it('is the intrinsic gas, a signature check and every record read and written', () => {
    const { gasUsed } = createWorld().send('TRANSFER', 0, pay);
    // Three payload bytes that are not zero; two records, each read and written.
    expect(gasUsed).toBe(21_000 + 3 * 16 + 3_000 + 2 * (800 + 5_000));
  });

  it('grows with the orders a clearing has to look at', () => {
    const gasOf = (orders: number) => {
      const world = createWorld();
      for (let i = 0; i < orders; i++) {
        world.order(i % 4, true, 100, 500_000, { sequence: Math.floor(i / 4) });
      }
      return world.clear([]).gasUsed;
    };
    const each = gasOf(5) - gasOf(4);
    expect(each).toBeGreaterThan(5_000);
    expect(gasOf(16) - gasOf(4)).toBe(12 * each);
  });

  it('running out rolls everything back but the nonce, and charges the limit', () => {
    const world = createWorld({ parameters: { gasPriceUpt: 10 } });
    const before = world.balances();
    const outcome = world.send('TRANSFER', 0, pay, { gasLimit: 30_000 });
    expect(outcome).toMatchObject({ refused: false, reason: 'OUT_OF_GAS', gasUsed: 30_000 });
    expect(world.account(0, ACCOUNT.nonce)).toBe(1);
    const after = world.balances();
    expect(after[1]).toBe(before[1]);
    expect(after[0]).toBe(before[0]! - 300_000);
    expect(after[TREASURY]).toBe(300_000);
    expect(world.seal()).toBe(0);
  });

  it('a contract that fails keeps the nonce and the gas it used', () => {
    const world = createWorld({ parameters: { gasPriceUpt: 1 } });
    const outcome = world.send('TRANSFER', 0, { to: 99, amountUpt: 1 }, { gasLimit: 50_000 });
    expect(outcome.reason).toBe('UNKNOWN_ACCOUNT');
    expect(outcome.gasUsed).toBeLessThan(50_000);
    expect(world.account(0, ACCOUNT.nonce)).toBe(1);
    expect(world.account(0, ACCOUNT.balanceUpt)).toBe(100e6 - outcome.gasUsed);
    expect(world.account(TREASURY, ACCOUNT.balanceUpt)).toBe(outcome.gasUsed);
  });

  it('must be covered beside the value: what is meant for it cannot be spent', () => {
    const world = createWorld({ parameters: { gasPriceUpt: 10 } });
    const about = { gasLimit: 50_000 };
    const over = world.send('TRANSFER', 0, { to: 1, amountUpt: 99_500_001 }, about);
    expect(over).toMatchObject({ refused: true, reason: 'INSUFFICIENT_BALANCE' });
    // All but the limit can be spent, and what the limit leaves over comes back.
    const good = world.send('TRANSFER', 0, { to: 1, amountUpt: 99_500_000 }, about);
    expect(good.reason).toBe('');
    expect(world.account(0, ACCOUNT.balanceUpt)).toBe(500_000 - good.gasUsed * 10);
    expect(world.seal()).toBe(0);
    expect(world.recount()).toBe(0);
  });

  it('is taken up front: an order cannot lock what is meant for it', () => {
    const world = createWorld({ parameters: { gasPriceUpt: 100 }, balanceUpt: 11e6 });
    const send = (gasLimit: number) =>
      world.send(
        'ORDER_SUBMIT',
        0,
        {
          slot: 0,
          isBid: true,
          sequence: 0,
          quantityWh: 1_000,
          priceUptPerKWh: 1_000_000,
          counterparty: -1,
        },
        { gasLimit },
      ).reason;
    expect(send(105_000)).toBe('INSUFFICIENT_ESCROW');
    expect(world.account(0, ACCOUNT.escrowUpt)).toBe(0);
    expect(world.account(0, ACCOUNT.nonce)).toBe(1);
  });
});

describe('a tip', () => {
  const NODE = 4;

  it('goes to the producer of the block, and gas to the treasury', () => {
    const world = createWorld({ parameters: { gasPriceUpt: 10 } });
    const about = { tipUpt: 777, producer: NODE, gasLimit: 60_000 };
    const { gasUsed } = world.send('TRANSFER', 0, pay, about);
    const balances = world.balances();
    expect(balances[0]).toBe(100e6 - 5_000 - 10 * gasUsed - 777);
    expect([balances[NODE], balances[TREASURY]]).toEqual([777, 10 * gasUsed]);
    expect(world.seal()).toBe(0);
  });

  it('is paid for what fails and for what runs out of gas, by offices too', () => {
    const world = createWorld({ centreUpt: 1_000 });
    const bad = { to: 99, amountUpt: 1 };
    expect(world.send('TRANSFER', 0, bad, { tipUpt: 5, producer: NODE }).reason).not.toBe('');
    const poor = { tipUpt: 6, producer: NODE, gasLimit: 30_000 };
    expect(world.send('TRANSFER', 2, pay, poor).reason).toBe('OUT_OF_GAS');
    expect(world.send('TRANSFER', CENTRE, bad, { tipUpt: 7, producer: NODE }).refused).toBe(false);
    expect(world.account(NODE, ACCOUNT.balanceUpt)).toBe(18);
    expect(world.account(CENTRE, ACCOUNT.balanceUpt)).toBe(993);
    expect(world.seal()).toBe(0);
    expect(world.recount()).toBe(0);
  });

  it('can be paid to oneself, and is the treasury’s where a block has no producer', () => {
    const world = createWorld();
    world.send('TRANSFER', 0, pay, { tipUpt: 9, producer: 0 });
    expect(world.account(0, ACCOUNT.balanceUpt)).toBe(100e6 - 5_000);
    world.send('TRANSFER', 0, pay, { tipUpt: 9 });
    expect(world.account(TREASURY, ACCOUNT.balanceUpt)).toBe(9);
    expect(world.seal()).toBe(0);
  });
});

describe('state root', () => {
  it('stays with a block that writes nothing', () => {
    expect(stateRootAfter(EMPTY_STATE_ROOT, [], () => 0)).toBe(EMPTY_STATE_ROOT);
  });

  it('follows from the parent’s root, the cells and their values', () => {
    const root = (parent: string, cells: number[], value = 7) =>
      stateRootAfter(parent, cells, () => value);
    const base = root(EMPTY_STATE_ROOT, [1, 2, 40]);
    expect(root(EMPTY_STATE_ROOT, [1, 2, 40])).toBe(base);
    const others = [
      root(sha256Hex('other'), [1, 2, 40]),
      root(EMPTY_STATE_ROOT, [1, 2, 41]),
      root(EMPTY_STATE_ROOT, [1, 2]),
      root(EMPTY_STATE_ROOT, [1, 18, 40]),
      root(EMPTY_STATE_ROOT, [1, 2, 40], 8),
    ];
    expect(new Set([base, ...others]).size).toBe(6);
  });
});
