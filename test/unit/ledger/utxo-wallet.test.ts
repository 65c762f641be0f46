import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../src/ledger/hash.ts';
import type { SpendPayload } from '../../../src/ledger/payloads/spend.ts';
import { createKeyPair } from '../../../src/ledger/signature.ts';
import { predicateLock, sig } from '../../../src/ledger/utxo/predicate.ts';
import { spendId } from '../../../src/ledger/utxo/spend.ts';
import {
  createWallet,
  type Payment,
  type PayOptions,
  walletKeySeed,
} from '../../../src/ledger/utxo/wallet.ts';
import { keyHashOf, satisfies } from '../../../src/ledger/utxo/witness.ts';

const CHAIN_ID = new Uint8Array(8).fill(1);
const SEED = new Uint8Array(32).fill(5);
const PAYEE = new Uint8Array(32).fill(200);

const about = (more: Partial<PayOptions> = {}): PayOptions => ({
  selection: 'chain',
  dust: [1, 1, 1],
  feeUpt: 0,
  gasLimit: 1e6,
  expiryUs: 1e9,
  draws: () => 0.5,
  ...more,
});

function createOwner(changeReuse = 0) {
  const wallet = createWallet({
    ownerSeed: SEED,
    cryptoMode: 'modelled',
    chainId: CHAIN_ID,
    changeReuse,
  });
  let received = 0;
  return {
    wallet,
    /** A coin that a block brings, on a fresh key. */
    receive(amount: number, asset = 0, lock = wallet.freshLock()) {
      const outpoint = { txId: new Uint8Array(32).fill(50 + received), index: received++ };
      wallet.connectOutput(outpoint, { lock, asset, amount });
      return outpoint;
    },
    pay(amount: number, more: Partial<PayOptions> = {}, asset: 0 | 1 | 2 = 0): Payment {
      const paid = wallet.pay(asset, amount, PAYEE, about(more));
      if ('reason' in paid) throw new Error(paid.reason);
      return paid;
    },
  };
}

const changeOf = (payload: SpendPayload) => payload.outputs.filter(({ lock }) => lock !== PAYEE);

describe('wallet keys', () => {
  it('derive from owner and index by hashing, and are the same each time', () => {
    const seeds = [0, 1, 2 ** 32 - 1].map((index) => bytesToHex(walletKeySeed(SEED, index)));
    expect(new Set(seeds).size).toBe(3);
    expect(bytesToHex(walletKeySeed(SEED, 1))).toBe(seeds[1]);
    expect(walletKeySeed(new Uint8Array(32), 1)).not.toEqual(walletKeySeed(SEED, 1));
    const { wallet } = createOwner();
    const key = createKeyPair('modelled', walletKeySeed(SEED, 0));
    const predicate = sig(keyHashOf(key.publicKey));
    expect(wallet.freshLock()).toEqual(predicateLock(predicate));
    expect(wallet.predicateOf(0)).toEqual(predicate);
    expect(wallet.freshLock()).not.toEqual(predicateLock(predicate));
    expect(wallet.keyCount).toBe(2);
  });
});

describe('payments', () => {
  it('spend coins of the asset with signatures that satisfy their locks', () => {
    const owner = createOwner();
    const coin = owner.receive(70);
    owner.receive(9, 1);
    const { id, payload } = owner.pay(30, { feeUpt: 2 });
    expect(payload.inputs).toEqual([coin]);
    expect(payload.feeUpt).toBe(2);
    expect(payload.outputs.map(({ amount }) => amount).sort()).toEqual([30, 38]);
    const message = spendId({ chainId: CHAIN_ID, gasLimit: 1e6, expiryUs: 1e9 }, payload);
    expect(bytesToHex(message)).toBe(id);
    const context = { message, timestampUs: 0, cryptoMode: 'modelled' as const };
    expect(satisfies(owner.wallet.predicateOf(0), payload.witnesses[0]!, context)).toBe(true);
  });

  it('pay the fee of another asset with points of their own', () => {
    const owner = createOwner();
    owner.receive(9, 1);
    owner.receive(50);
    const { payload } = owner.pay(4, { feeUpt: 3 }, 1);
    expect(payload.inputs.length).toBe(2);
    const sums = [0, 0];
    for (const { asset, amount } of payload.outputs) sums[asset]! += amount;
    expect(sums).toEqual([47, 9]);
    expect(owner.wallet.balance(1)).toEqual({ free: 0, reserved: 9, awaited: 5 });
    expect(owner.wallet.balance(0)).toEqual({ free: 0, reserved: 50, awaited: 47 });
  });

  it('say why they cannot be made', () => {
    const owner = createOwner();
    owner.receive(10);
    const reason = (amount: number, more: Partial<PayOptions> = {}) => {
      const paid = owner.wallet.pay(0, amount, PAYEE, about(more));
      return 'reason' in paid ? paid.reason : paid.id;
    };
    expect(reason(0)).toBe('ZERO_AMOUNT');
    expect(reason(1.5)).toBe('ZERO_AMOUNT');
    expect(reason(11)).toBe('INSUFFICIENT_BALANCE');
    expect(reason(10, { feeUpt: 1 })).toBe('INSUFFICIENT_BALANCE');
    expect(reason(2, { dust: [3, 1, 1] })).toBe('DUST');
    expect(reason(9, { dust: [3, 1, 1] })).toBe('NO_SELECTION');
    expect(reason(9, { selection: 'bnb' })).toBe('NO_SELECTION');
    expect(owner.wallet.balance(0)).toEqual({ free: 10, reserved: 0, awaited: 0 });
  });

  it('give what is too little for change to the fee, where that is allowed', () => {
    const owner = createOwner();
    owner.receive(10);
    const { payload } = owner.pay(7, { feeUpt: 1, changeCostUpt: 2 });
    expect(payload.outputs).toEqual([{ lock: PAYEE, asset: 0, amount: 7 }]);
    expect(payload.feeUpt).toBe(3);
  });

  it('return change to a fresh key, or to that of a coin spent in the share given', () => {
    let reused = 0;
    for (let round = 0; round < 400; round++) {
      const owner = createOwner(0.25);
      const lock = owner.wallet.freshLock();
      owner.receive(10, 0, lock);
      let drawn = 0;
      const draws = () => ((round * 0.618034 + drawn++ * 0.3) * 7.13) % 1;
      const [change] = changeOf(owner.pay(4, { draws }).payload);
      if (bytesToHex(change!.lock) === bytesToHex(lock)) reused++;
    }
    expect(reused).toBeGreaterThan(80);
    expect(reused).toBeLessThan(120);
    const places = [0, 0.99].map((draw) => {
      const owner = createOwner();
      owner.receive(10);
      return owner.pay(4, { draws: () => draw }).payload.outputs[0]!.amount;
    });
    expect(places).toEqual([6, 4]);
  });
});

describe('coins of a wallet', () => {
  it('are held back by a payment, spent by its block and back when the block leaves', () => {
    const { wallet, ...owner } = createOwner();
    owner.receive(10);
    const { id, payload } = owner.pay(4);
    expect(wallet.balance(0)).toEqual({ free: 0, reserved: 10, awaited: 6 });
    expect(wallet.freeCoins(0)).toEqual([]);
    wallet.connect(id, payload);
    expect(wallet.balance(0)).toEqual({ free: 6, reserved: 0, awaited: 0 });
    wallet.disconnect(id, payload);
    expect(wallet.balance(0)).toEqual({ free: 0, reserved: 10, awaited: 6 });
    wallet.drop(id);
    expect(wallet.balance(0)).toEqual({ free: 10, reserved: 0, awaited: 0 });
    // A node that did not hear of the drop may still carry it.
    wallet.connect(id, payload);
    expect(wallet.balance(0)).toEqual({ free: 6, reserved: 0, awaited: 0 });
    wallet.finalise(id, payload);
    expect(wallet.balance(0)).toEqual({ free: 6, reserved: 0, awaited: 0 });
  });

  it('may be change that no block carries, and fall with the payment that makes it', () => {
    const { wallet, ...owner } = createOwner();
    owner.receive(10);
    const first = owner.pay(4);
    const refused = wallet.pay(0, 5, PAYEE, about());
    expect(refused).toEqual({ reason: 'INSUFFICIENT_BALANCE' });
    const second = owner.pay(5, { spendsUnconfirmed: true });
    expect(second.payload.inputs[0]!.txId).toEqual(hexToBytes(first.id));
    expect(wallet.balance(0)).toEqual({ free: 0, reserved: 10, awaited: 1 });
    wallet.drop(first.id);
    expect(wallet.balance(0)).toEqual({ free: 10, reserved: 0, awaited: 0 });
    wallet.drop(second.id);
    expect(wallet.balance(0)).toEqual({ free: 10, reserved: 0, awaited: 0 });
  });

  it('are free again when a rival of the payment is in a block', () => {
    const { wallet, ...owner } = createOwner();
    owner.receive(10);
    owner.receive(5);
    const first = owner.pay(12);
    wallet.drop(first.id);
    owner.pay(4, { selection: 'largestFirst' });
    expect(wallet.balance(0).reserved).toBe(10);
    // The dropped payment is carried after all: the second one is void, and both coins are spent.
    wallet.connect(first.id, first.payload);
    expect(wallet.balance(0)).toEqual({ free: 3, reserved: 0, awaited: 0 });
  });

  it('of others are not counted, and those of an issue go when its block does', () => {
    const { wallet, ...owner } = createOwner();
    wallet.connectOutput(
      { txId: new Uint8Array(32), index: 0 },
      { lock: PAYEE, asset: 0, amount: 5 },
    );
    expect(wallet.balance(0).free).toBe(0);
    const outpoint = owner.receive(8, 2);
    expect(wallet.balance(2).free).toBe(8);
    wallet.disconnectOutput(outpoint);
    expect(wallet.balance(2).free).toBe(0);
  });
});
