import { describe, expect, it } from 'vitest';
import { clusterAddresses } from '../../../src/ledger/analysis/clustering.ts';
import { coinDependencies } from '../../../src/ledger/analysis/dependencies.ts';
import {
  blockSpends,
  type IncludedSpend,
  type IssuedCoin,
  ledgerCoins,
} from '../../../src/ledger/analysis/ledger-coins.ts';
import { issueId, spendId } from '../../../src/ledger/utxo/spend.ts';

const chainId = new Uint8Array(8).fill(1);
const envelope = { chainId, gasLimit: 90_000, expiryUs: 9e8 };
const lock = (name: number) => new Uint8Array(32).fill(name);
const output = (name: number, amount: number, asset = 0) => ({ lock: lock(name), asset, amount });
const issue = (name: number, amount: number, asset = 0): IssuedCoin => ({
  outpoint: { txId: issueId(chainId, Uint8Array.of(name)), index: 0 },
  output: output(name, amount, asset),
});

type Body = IncludedSpend['payload'];
const spend = (block: number, payload: Body): IncludedSpend => ({
  block,
  timestampUs: 1_000 * block,
  envelope,
  payload,
});
const coinOf = (payload: Body, index: number) => ({ txId: spendId(envelope, payload), index });

const issued = [issue(10, 50), issue(11, 70), issue(12, 1, 1)];
const first: Body = {
  inputs: [issued[0]!.outpoint, issued[1]!.outpoint, issued[2]!.outpoint],
  outputs: [output(20, 90), output(21, 30), output(22, 1, 1)],
  feeUpt: 0,
};
const second: Body = {
  inputs: [coinOf(first, 1)],
  outputs: [output(20, 10), output(23, 18)],
  feeUpt: 2,
};
const certificate: Body = {
  inputs: [coinOf(first, 2)],
  outputs: [output(24, 1, 1)],
  feeUpt: 0,
};
const third: Body = { inputs: [coinOf(second, 1)], outputs: [output(10, 18)], feeUpt: 0 };
const spends = [spend(4, first), spend(4, second), spend(5, certificate), spend(7, third)];

describe('coins of a ledger', () => {
  const coins = ledgerCoins(spends, issued);

  it('are columns of one asset, issues first', () => {
    expect(coins.transactionCount).toBe(5);
    expect(coins.addressLock.map((hex) => Number.parseInt(hex.slice(0, 2), 16))).toEqual([
      10, 11, 20, 21, 23,
    ]);
    expect(coins.inputOffset).toEqual([0, 0, 0, 2, 3, 4]);
    expect(coins.inputAddress).toEqual([0, 1, 3, 4]);
    expect(coins.inputAmount).toEqual([50, 70, 30, 18]);
    expect(coins.inputParent).toEqual([0, 1, 2, 3]);
    expect(coins.outputAddress).toEqual([0, 1, 2, 3, 2, 4, 0]);
    expect(coins.outputAmount).toEqual([50, 70, 90, 30, 10, 18, 18]);
    expect(coins.block).toEqual([0, 0, 4, 4, 7]);
    expect(coins.timestampUs).toEqual([0, 0, 4_000, 4_000, 7_000]);
    expect(coins.blockStart).toEqual([2, 4, 5]);
  });

  it('give the dependencies of each block', () => {
    expect(blockSpends(coins, 0)).toMatchObject({ transactionCount: 2 });
    expect(Array.from(blockSpends(coins, 0).parent)).toEqual([-1, -1, 0]);
    expect(coinDependencies(blockSpends(coins, 0))).toMatchObject({ width: 1, longestPath: 2 });
    expect(coinDependencies(blockSpends(coins, 1)).width).toBe(1);
    expect(() => blockSpends(coins, 2)).toThrow('"index" expected below 2, got 2');
  });

  it('feed clustering', () => {
    const { setOf } = clusterAddresses(coins, { commonInput: true, addressReuse: true });
    // Common inputs link 10 and 11; in the second spend 23 is the only fresh address: 21 owns it.
    expect(Array.from(setOf)).toEqual([0, 0, 1, 2, 2]);
  });

  it('follow certificates instead when asked to', () => {
    const certificates = ledgerCoins(spends, issued, 1);
    expect(certificates.block).toEqual([0, 4, 5]);
    expect(certificates.inputParent).toEqual([0, 1]);
    expect(certificates.blockStart).toEqual([1, 2, 3]);
  });

  it('refuse a coin that nobody made or that is spent', () => {
    expect(() => ledgerCoins(spends, issued.slice(1))).toThrow('"spends" expected unspent coins');
    expect(() => ledgerCoins([...spends, spend(8, third)], issued)).toThrow('unspent coins');
    expect(ledgerCoins([], issued).blockStart).toEqual([2]);
  });
});
