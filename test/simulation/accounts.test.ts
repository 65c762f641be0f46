/** Fates, escrow, issuance and money of whole runs, in every arm. */
import { describe, expect, it } from 'vitest';
import { ARMS, numbers, run, texts, total } from './world.ts';

const SETS = [
  'horizon.days=2',
  'settlement.deviationRule=band-penalty',
  'market.bilateralPairs=50 %',
  'consensus.turn=60 s',
];
const results = new Map(
  ARMS.map((arm) => [arm, run(arm, arm === 'dpos' ? SETS : SETS.slice(0, 3))] as const),
);

describe.each(ARMS)('arm %s', (arm) => {
  const result = results.get(arm)!;
  const column = (table: string, name: string) => numbers(result, table, name);

  it('every transaction has one fate', () => {
    const fates = texts(result, 'transactions', 'fate');
    const count = (fate: string) => fates.filter((one) => one === fate).length;
    expect(count('final') + count('rejected') + count('pending')).toBe(fates.length);
    expect(count('final')).toBeGreaterThan(0.95 * fates.length);
    // Rewards of the last, unfinished day may still be on their way.
    const pending = texts(result, 'transactions', 'type').filter(
      (_, tx) => fates[tx] === 'pending',
    );
    expect(pending.filter((type) => type !== 'POINTS_REWARD')).toEqual([]);
    const times = ['submitted_us', 'received_us', 'included_us', 'final_us'].map((name) =>
      column('transactions', name),
    );
    fates.forEach((fate, tx) => {
      if (fate !== 'final') return;
      for (let k = 0; k < 3; k++) expect(times[k + 1]![tx]).toBeGreaterThanOrEqual(times[k]![tx]!);
    });
  });

  it('all slots settle, and then nothing is locked', () => {
    expect(result.warnings).toEqual([]);
    expect(new Set(texts(result, 'slots', 'settlement_state'))).not.toContain('');
    // Full nodes keep the bonds of the vote-out in escrow.
    const roles = texts(result, 'accounts', 'role');
    column('accounts', 'escrow_upt').forEach((upt, account) => {
      if (roles[account] !== 'node') expect(upt).toBe(0);
    });
    for (const name of ['CLEAR', 'METER_BATCH', 'SETTLE']) {
      const types = texts(result, 'transactions', 'type');
      expect(types.filter((type) => type === name)).toHaveLength(48);
    }
  });

  it('a full day issues the reward budget exactly, in one block', () => {
    const canonical = column('blocks', 'canonical');
    const rewards = column('blocks', 'reward_upt').filter(
      (upt, at) => upt > 0 && canonical[at] === 1,
    );
    expect(rewards).toEqual([20e6, 20e6]);
    expect(total(result, 'accounts', 'rewarded_upt')).toBe(40e6);
    // Producers of blocks, and nobody else, earn it.
    const roles = texts(result, 'accounts', 'role');
    column('accounts', 'rewarded_upt').forEach((upt, account) => {
      if (roles[account] !== 'node') expect(upt).toBe(0);
    });
  });

  it('points are what was issued, account by account', () => {
    const roles = texts(result, 'accounts', 'role');
    const cases = ['granted_upt', 'rewarded_upt', 'clean_upt', 'compute_upt'];
    const issued = cases.reduce((sum, name) => sum + total(result, 'accounts', name), 0);
    // Penalties burn.
    const burned = total(result, 'settlements', 'penalty_upt');
    // Full nodes hold 100 pt at genesis.
    const atGenesis = 100e6 * roles.filter((role) => role === 'node').length;
    const held = total(result, 'accounts', 'balance_upt') + total(result, 'accounts', 'escrow_upt');
    expect(held).toBe(issued + atGenesis - burned);
    const granted = column('accounts', 'granted_upt');
    roles.forEach((role, account) => {
      expect(granted[account]).toBe(role === 'home' ? 100e6 : 0);
    });
  });

  it('what moved on the chain is what the settlements say', () => {
    const ids = texts(result, 'accounts', 'account');
    const balance = column('accounts', 'balance_upt');
    const clean = column('accounts', 'clean_upt');
    const homes = texts(result, 'settlements', 'home');
    const parts = ['trade_payment_upt', 'wheeling_upt', 'penalty_upt'].map((name) =>
      column('settlements', name),
    );
    const paid = new Map<string, number>();
    homes.forEach((home, row) => {
      const sum = parts.reduce((all, part) => all + part[row]!, 0);
      paid.set(home, (paid.get(home) ?? 0) + sum);
    });
    ids.forEach((id, account) => {
      const earned = clean[account]!;
      if (paid.has(id)) expect(balance[account], id).toBe(100e6 + earned - paid.get(id)!);
    });
    const dso = ids.indexOf('dso');
    const owed = total(result, 'settlements', 'wheeling_upt');
    expect(owed).toBeGreaterThan(0);
    expect(balance[dso]).toBe(owed);
  });

  it('cash closes in every slot: homes and operator', () => {
    const slot = column('settlements', 'slot');
    const of = (name: string) => column('settlements', name);
    const [trades, wheeling, grid, penalty, totals] = [
      of('trade_payment_upt'),
      of('wheeling_upt'),
      of('grid_payment_upt'),
      of('penalty_upt'),
      of('total_upt'),
    ];
    const between = new Float64Array(48);
    const retail = column('slots', 'retail_upt_per_kwh');
    const feedIn = column('slots', 'feed_in_upt_per_kwh');
    const [imported, exported] = [of('grid_import_wh'), of('grid_export_wh')];
    slot.forEach((at, row) => {
      between[at]! += trades[row]!;
      expect(totals[row]).toBe(trades[row]! + wheeling[row]! + grid[row]! + penalty[row]!);
      const due =
        Math.floor((retail[at]! * imported[row]!) / 1_000) -
        Math.floor((feedIn[at]! * exported[row]!) / 1_000);
      expect(grid[row]).toBe(due);
    });
    expect(Array.from(between)).toEqual(new Array(48).fill(0));
    // Trades say the same as homes, one by one.
    const payments = column('trades', 'payment_upt').reduce((sum, upt) => sum + upt, 0);
    expect(trades.filter((upt) => upt > 0).length).toBeGreaterThan(10);
    expect(trades.reduce((sum, upt) => sum + Math.max(0, upt), 0)).toBeLessThanOrEqual(payments);
    expect(total(result, 'settlements', 'wheeling_upt')).toBe(
      total(result, 'trades', 'wheeling_upt'),
    );
  });

  it('the invariants were checked and none broke', () => {
    const names = texts(result, 'invariants', 'invariant');
    const violations = column('invariants', 'violations');
    expect(names.filter((_, row) => violations[row] !== 0)).toEqual([]);
    for (const checks of column('invariants', 'checks')) expect(checks).toBeGreaterThan(0);
  });
});

it('issuance is the same in every arm', () => {
  const issued = ARMS.map((arm) => [
    total(results.get(arm)!, 'accounts', 'granted_upt'),
    total(results.get(arm)!, 'accounts', 'rewarded_upt'),
  ]);
  expect(new Set(issued.map(String)).size).toBe(1);
});

describe('caps of a block', () => {
  it.each(['dpos', 'pow'])('%s: small ones delay transactions but lose no reward', (arm) => {
    const slow = run(arm, [
      'ledger.gasPerSecond=4000',
      ...(arm === 'dpos' ? ['consensus.turn=60 s'] : []),
    ]);
    expect(slow.warnings).toEqual([]);
    expect(total(slow, 'accounts', 'rewarded_upt')).toBe(20e6);
    expect(Math.max(...numbers(slow, 'blocks', 'tx_count'))).toBeLessThan(10);
  });

  it('a transaction that fits no block is refused and stops nobody', () => {
    // A turn has 150 bytes: a registration of 270 waits for no block, what is smaller goes on.
    const narrow = run('dpos', ['ledger.bytesPerSecond=2.5', 'consensus.turn=60 s']);
    const reasons = texts(narrow, 'transactions', 'reject_reason');
    const types = texts(narrow, 'transactions', 'type');
    const fates = texts(narrow, 'transactions', 'fate');
    expect(new Set(types.filter((_, tx) => reasons[tx] === 'EXCEEDS_BLOCK'))).toEqual(
      new Set(['REGISTER']),
    );
    const settled = types.filter((type, tx) => type === 'SETTLE' && fates[tx] === 'final');
    expect(settled).toHaveLength(24);
    expect(Math.max(...numbers(narrow, 'blocks', 'tx_count'))).toBeLessThanOrEqual(5);
    expect(narrow.warnings).toEqual([]);
  });
});

describe('perfect foresight through perfect meters', () => {
  it.each(ARMS)('%s: no deviation fee', (arm) => {
    const result = run(arm, [
      'market.forecast=perfect',
      'metering.class=0 %',
      'metering.readNoise=0 %',
      'metering.headClass=0 %',
      'metering.resolution=1',
      'metering.loss=0 %',
      'population.batteries=0',
      'settlement.deviationRule=band-penalty',
      'settlement.band=0 %',
      ...(arm === 'dpos' ? ['consensus.turn=60 s'] : []),
    ]);
    expect(total(result, 'slots', 'cleared_wh')).toBeGreaterThan(1_000);
    expect(new Set(numbers(result, 'settlements', 'penalty_upt'))).toEqual(new Set([0]));
    expect(numbers(result, 'slots', 'delivered_wh')).toEqual(
      numbers(result, 'slots', 'contracted_wh'),
    );
  });
});
