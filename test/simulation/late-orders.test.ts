/** Slow chains cost orders and trades, by the law of the block process. */
import { describe, expect, it } from 'vitest';
import { lateShare } from '../../src/experiment/validate/ledger-chains.ts';
import { estimate, T30 } from '../unit/consensus/harness.ts';
import { numbers, run, texts, total } from './world.ts';

describe('late orders', () => {
  // Leads are uniform on [10, 30] min, the gate is 5 min before delivery, blocks come every 10 min:
  // P(late) = T/(b − a) · (exp(−(a − G)/T) − exp(−(b − G)/T)), between minutes.
  const law = (10 / 20) * (Math.exp(-5 / 10) - Math.exp(-25 / 10));

  it('PoW of 600 s: the share is the mean of exp(−lead to the gate / T) over send times', () => {
    const world = { intervalS: 600, blocks: 'exponential', gateS: 300 } as const;
    // Orders of a slot share their blocks, and neighbouring slots share some: a seed is one draw.
    const shares = Array.from({ length: 30 }, (_, seed) =>
      lateShare({ ...world, leadMinS: 300, leadMaxS: 1500, days: 2 }, `late orders ${seed}`),
    );
    const { mean, se } = estimate(shares);
    expect(law).toBeCloseTo(0.2622, 4);
    expect(se).toBeLessThan(0.008);
    // What travels takes under a second: 0.001 of bias at T = 600 s.
    expect(Math.abs(mean - law)).toBeLessThan(T30 * se + 0.001);
  });

  it('a late order is named as such, locks nothing and meets the grid', () => {
    const sets = ['consensus.blockInterval=600 s', 'seed=4'];
    const result = run('pow', sets);
    const late = total(result, 'slots', 'orders_late');
    expect(late).toBeGreaterThan(10);
    const types = texts(result, 'transactions', 'type');
    const reasons = texts(result, 'transactions', 'reject_reason');
    const expired = types.filter(
      (type, tx) => type === 'ORDER_SUBMIT' && reasons[tx] === 'EXPIRED',
    );
    // The others came with a block that the centre did not have at the gate.
    expect(expired.length).toBeLessThanOrEqual(late);
    expect(expired.length).toBeGreaterThan(late - 5);
    const parts = ['orders_accepted', 'orders_rejected', 'orders_late'];
    const sum = parts.reduce((all, column) => all + total(result, 'slots', column), 0);
    expect(sum).toBe(total(result, 'slots', 'orders_sent'));
    expect(total(result, 'accounts', 'escrow_upt')).toBe(0);
  });
});

describe('a clearing that is not final by the deadline', () => {
  const result = run('pow', [
    'consensus.blockInterval=300 s',
    'consensus.confirmations=30',
    'settlement.deadline=30 min',
    'horizon.drain=12 h',
  ]);

  it('voids every trade of the slot and leaves both sides at grid prices', () => {
    const states = texts(result, 'trades', 'state');
    expect(states.length).toBeGreaterThan(5);
    expect(new Set(states)).toEqual(new Set(['VOID']));
    expect(total(result, 'slots', 'void_wh')).toBe(total(result, 'slots', 'contracted_wh'));
    for (const column of ['delivered_wh', 'fulfilled_wh'])
      expect(total(result, 'slots', column)).toBe(0);
    for (const column of ['bought_wh', 'sold_wh', 'trade_payment_upt', 'wheeling_upt']) {
      expect(new Set(numbers(result, 'settlements', column))).toEqual(new Set([0]));
    }
    expect(numbers(result, 'settlements', 'total_upt')).toEqual(
      numbers(result, 'settlements', 'twin_total_upt'),
    );
    expect(numbers(result, 'settlements', 'grid_import_wh')).toEqual(
      numbers(result, 'settlements', 'import_wh'),
    );
  });

  it('gives all escrow back and moves no points', () => {
    expect(result.warnings).toEqual([]);
    expect(total(result, 'accounts', 'escrow_upt')).toBe(0);
    const roles = texts(result, 'accounts', 'role');
    numbers(result, 'accounts', 'balance_upt').forEach((balance, account) => {
      if (roles[account] === 'home') expect(balance).toBe(100e6);
      if (roles[account] === 'dso') expect(balance).toBe(0);
    });
  });

  it('the same village with time to spare settles everything', () => {
    const patient = run('pow', [
      'consensus.blockInterval=300 s',
      'consensus.confirmations=30',
      'settlement.deadline=8 h',
      'horizon.drain=18 h',
    ]);
    expect(total(patient, 'slots', 'void_wh')).toBe(0);
    expect(total(patient, 'slots', 'fulfilled_wh')).toBeGreaterThan(0);
    expect(patient.truthHash).toBe(result.truthHash);
  });
});
