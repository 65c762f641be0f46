/** Other communities on the chain count in figures of the chain and not in those of the community. */
import { describe, expect, test } from 'vitest';
import { createRunView, RUN_METRICS, type RunView } from '../../../src/report/metrics.ts';
import { FACTS, MINIATURE, miniature, s, tableOf } from './miniature.ts';

const value = (id: string, run: RunView): number =>
  RUN_METRICS.find((metric) => metric.id === id)!.compute(run);

describe('figures of the community', () => {
  test('leave out the gas of others', () => {
    const transactions = tableOf('transactions', [
      { type: 'ORDER_SUBMIT', gas_used: 40, receipt: 'ok' },
      { type: 'FOREIGN', gas_used: 100, receipt: 'ok' },
      { type: 'FOREIGN', gas_used: Number.NaN },
    ]);
    const blocks = tableOf('blocks', [
      { height: 1, canonical: 1, gas_used: 140 },
      { height: 1, canonical: 0, gas_used: 7 },
    ]);
    const trades = tableOf('trades', [{ trade: 0 }, { trade: 1 }]);
    expect(value('gasPerTrade', miniature({ transactions, blocks, trades }))).toBe(20);
  });

  test('leave out the accounts of others, which hold nothing', () => {
    const homes = [
      { role: 'home', balance_upt: 10 },
      { role: 'home', balance_upt: 30 },
    ];
    const guests = [{ role: 'guest' }, { role: 'guest' }];
    const alone = value('pointsGini', miniature({ accounts: tableOf('accounts', homes) }));
    const accounts = tableOf('accounts', [...homes, ...guests]);
    expect(alone).toBeCloseTo(0.25, 12);
    expect(value('pointsGini', miniature({ accounts }))).toBe(alone);
  });

  test('bear an equal share of the electricity of the chain', () => {
    const of = (communities: number) => createRunView(MINIATURE, { ...FACTS, communities });
    expect(value('chainCostUpt', of(1))).toBeGreaterThan(0);
    expect(value('chainCostUpt', of(4))).toBeCloseTo(value('chainCostUpt', of(1)) / 4, 6);
    const energy = (communities: number, id: string) =>
      value(id, of(communities)) - value(id, of(1e12));
    expect(energy(4, 'emissionKg')).toBeCloseTo(energy(1, 'emissionKg') / 4, 6);
    expect(energy(4, 'resourceWelfareUpt')).toBeCloseTo(energy(1, 'resourceWelfareUpt') / 4, 3);
    const share = (communities: number) => value('energyPerTradedShare', of(communities));
    expect(share(4)).toBeCloseTo(share(1) / 4, 12);
    // What the chain as a whole uses stays what it is.
    expect(value('energyPerFinalTxWh', of(4))).toBe(value('energyPerFinalTxWh', of(1)));
  });
});

test('throughput and latency count the transactions of all', () => {
  const rows = ['ORDER_SUBMIT', 'FOREIGN', 'FOREIGN', 'FOREIGN'].map((type, k) => ({
    type,
    submitted_us: s(100 * k),
    final_us: s(100 * k + 10),
    fate: 'final',
    receipt: 'ok',
  }));
  const run = miniature({ transactions: tableOf('transactions', rows) });
  expect(value('offeredTps', run)).toBeCloseTo(4 / 1800, 12);
  expect(value('tpsFinal', run)).toBeCloseTo(4 / 1800, 12);
  expect(value('finalityLatencyP50Us', run)).toBe(s(10));
});
