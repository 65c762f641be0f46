/** A day of a hamlet whose book is cleared by the contract, seed 1, against the centre's clearing. */
import { describe, expect, it } from 'vitest';
import { verifyRunLedger } from '../../src/simulation/verify.ts';
import { ledgerOf, numbers, run, scenarioOf, texts, total } from './world.ts';

const ON_CHAIN = ['market.clearing=on-chain', 'market.bilateralPairs=50 %'];
const OFF_CHAIN = ['market.bilateralPairs=50 %'];

describe('clearing on the chain', () => {
  it.each(['dpos', 'pow'])('gives the market that clearing off it gives: %s', (arm) => {
    const on = run(arm, ON_CHAIN);
    const off = run(arm, OFF_CHAIN);
    expect(texts(on, 'transactions', 'type').filter((type) => type === 'CLEAR')).toEqual([]);
    expect(texts(on, 'transactions', 'type')).toContain('CLEAR_ON_CHAIN');
    for (const column of [
      'orders_accepted',
      'price_upt_per_kwh',
      'cleared_wh',
      'bilateral_wh',
      'contracted_wh',
      'fulfilled_wh',
      'void_wh',
    ]) {
      expect(numbers(on, 'slots', column), column).toEqual(numbers(off, 'slots', column));
    }
    expect(total(on, 'slots', 'cleared_wh')).toBeGreaterThan(1_000);
    expect(total(on, 'slots', 'bilateral_wh')).toBeGreaterThan(100);
    expect(texts(on, 'slots', 'settlement_state')).toEqual(texts(off, 'slots', 'settlement_state'));
    expect(on.truthHash).toBe(off.truthHash);
    expect(verifyRunLedger(ledgerOf(on)).problems).toEqual([]);
    // What every node had to do for it.
    const gas = (result: typeof on, type: string) => {
      const types = texts(result, 'transactions', 'type');
      const used = numbers(result, 'transactions', 'gas_used');
      return used.reduce((sum, value, tx) => sum + (types[tx] === type ? value : 0), 0);
    };
    expect(gas(on, 'CLEAR_ON_CHAIN')).toBeGreaterThan(gas(off, 'CLEAR'));
  });

  it('runs out of gas where the book is beyond a block, and the slot has no trades', () => {
    // A block has 150 000 gas: enough for an order, not for clearing some.
    const result = run('dpos', [...ON_CHAIN, 'ledger.gasPerSecond=10000']);
    const types = texts(result, 'transactions', 'type');
    const reasons = texts(result, 'transactions', 'reject_reason');
    const clears = reasons.filter((_, tx) => types[tx] === 'CLEAR_ON_CHAIN');
    const dry = clears.filter((reason) => reason === 'OUT_OF_GAS').length;
    expect(dry).toBeGreaterThan(5);
    expect(clears.filter((reason) => reason === '').length).toBe(clears.length - dry);
    expect(total(result, 'slots', 'fulfilled_wh')).toBeLessThan(
      total(run('dpos', ON_CHAIN), 'slots', 'fulfilled_wh'),
    );
    expect(texts(result, 'slots', 'settlement_state')).not.toContain('');
    expect(verifyRunLedger(ledgerOf(result)).problems).toEqual([]);
  });

  it('is a key of the scenario, off by default', () => {
    expect(scenarioOf('dpos').market.clearing).toBe('off-chain');
    expect(() => scenarioOf('dpos', ['market.clearing=maybe'])).toThrow(/on-chain/);
  });
});
