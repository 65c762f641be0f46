import { describe, expect, test } from 'vitest';
import { ACCOUNT } from '../../../src/contracts/cells.ts';
import { GAS } from '../../../src/contracts/rules.ts';
import { GAS_TRANSACTION, GAS_ZERO_BYTE } from '../../../src/ledger/transactions.ts';
import { CENTRE, createWorld, TREASURY } from './world.ts';

const GUEST = TREASURY + 1;
const bytes = new Uint8Array(40);
const guarded = () => createWorld({ guests: 2, parameters: { gasPriceUpt: 3 } });

describe('a transaction of another community', () => {
  test.each([40_000, 123_457, 2_000_000])('uses exactly the %d gas it sets aside', (gasLimit) => {
    const world = guarded();
    const sent = world.send('FOREIGN', GUEST, { bytes }, { gasLimit });
    expect(sent).toEqual({ refused: false, reason: '', gasUsed: gasLimit, events: [] });
  });

  test('changes nothing but the nonce of its sender, who has no money and pays nothing', () => {
    const world = guarded();
    const before = world.balances();
    world.send('FOREIGN', GUEST, { bytes }, { gasLimit: 50_000 });
    world.send('FOREIGN', GUEST, { bytes }, { gasLimit: 60_000 });
    expect(world.account(GUEST, ACCOUNT.nonce)).toBe(2);
    expect(world.account(GUEST + 1, ACCOUNT.nonce)).toBe(0);
    expect(world.balances()).toEqual(before);
    expect(world.seal()).toBe(0);
    expect(world.recount()).toBe(0);
  });

  test('cannot set aside less than its bytes and its signature cost', () => {
    const world = guarded();
    // One length byte that is not zero, then zeros.
    const intrinsic = GAS_TRANSACTION + 16 + GAS_ZERO_BYTE * bytes.length;
    const least = intrinsic + GAS.signatureCheck;
    const send = (gasLimit: number) => world.send('FOREIGN', GUEST, { bytes }, { gasLimit });
    expect(send(intrinsic - 1)).toMatchObject({ refused: true, reason: 'INSUFFICIENT_GAS' });
    expect(send(least - 1)).toMatchObject({ refused: false, reason: 'OUT_OF_GAS' });
    expect(send(least)).toMatchObject({ reason: '', gasUsed: least });
  });

  test.each([0, 4, CENTRE, TREASURY])('is refused from account %d, which is no guest', (sender) => {
    const { reason, gasUsed } = guarded().send('FOREIGN', sender, { bytes }, { gasLimit: 50_000 });
    expect(reason).toBe('UNAUTHORISED');
    expect(gasUsed).toBeLessThan(50_000);
  });
});

describe('a guest', () => {
  test('can do nothing else that has an effect', () => {
    const world = createWorld({ guests: 1 });
    const order = { slot: 0, isBid: true, sequence: 0, quantityWh: 1, priceUptPerKWh: 1 };
    expect(world.send('ORDER_SUBMIT', GUEST, { ...order, counterparty: -1 }).reason).toBe(
      'UNAUTHORISED',
    );
    expect(world.send('TRANSFER', GUEST, { to: 0, amountUpt: 1 }).reason).toBe(
      'INSUFFICIENT_BALANCE',
    );
    expect(world.send('STAKE', GUEST, { certificates: [3] }).reason).not.toBe('');
  });
});
