/** Arms share the world, and where the chain costs nothing they share the market too (decisions 6-10). */
import { describe, expect, it } from 'vitest';
import { ARMS, numbers, run, texts, total } from './world.ts';

const SLOT_COLUMNS = [
  'orders_sent',
  'orders_accepted',
  'orders_rejected',
  'bid_wh',
  'offer_wh',
  'cleared_wh',
  'bilateral_wh',
  'price_upt_per_kwh',
  'contracted_wh',
  'delivered_wh',
  'received_wh',
  'fulfilled_wh',
  'published_loss_wh',
  'surplus_upt',
  'welfare_max_upt',
];
const TRADE_NUMBERS = [
  'slot',
  'trade',
  'bilateral',
  'price_upt_per_kwh',
  'contracted_wh',
  'delivered_wh',
  'allocated_loss_wh',
  'received_wh',
  'fulfilled_wh',
  'payment_upt',
  'wheeling_upt',
];
const SETTLED = [
  'slot',
  'import_wh',
  'export_wh',
  'bought_wh',
  'sold_wh',
  'grid_import_wh',
  'grid_export_wh',
  'trade_payment_upt',
  'wheeling_upt',
  'grid_payment_upt',
  'penalty_upt',
  'total_upt',
  'twin_total_upt',
];

/** Everything that decision 10 calls market results. */
function marketOf(result: ReturnType<typeof run>) {
  return {
    slots: SLOT_COLUMNS.map((column) => [column, numbers(result, 'slots', column)]),
    trades: TRADE_NUMBERS.map((column) => [column, numbers(result, 'trades', column)]),
    parties: [texts(result, 'trades', 'buyer'), texts(result, 'trades', 'seller')],
    settlements: SETTLED.map((column) => [column, numbers(result, 'settlements', column)]),
    states: [texts(result, 'trades', 'state'), texts(result, 'settlements', 'state')],
  };
}

describe('one world, three chains', () => {
  const sets = ['settlement.deviationRule=band-penalty', 'market.bilateralPairs=50 %'];
  const results = ARMS.map((arm) => run(arm, sets));

  it.each(ARMS.map((arm, k) => [arm, results[k]!] as const))(
    '%s: no order is late, no trade void',
    (_, result) => {
      expect(total(result, 'slots', 'orders_late')).toBe(0);
      expect(total(result, 'slots', 'void_wh')).toBe(0);
      expect(result.warnings).toEqual([]);
      expect(texts(result, 'transactions', 'receipt')).not.toContain('failed');
    },
  );

  it('market results are identical where nothing is late, full or short of escrow', () => {
    const market = marketOf(results[0]!);
    expect(numbers(results[0]!, 'trades', 'slot').length).toBeGreaterThan(15);
    expect(numbers(results[0]!, 'trades', 'bilateral')).toContain(1);
    expect(total(results[0]!, 'settlements', 'penalty_upt')).toBeGreaterThan(0);
    for (const result of results.slice(1)) expect(marketOf(result)).toEqual(market);
  });

  it('truth, reads, links and prices are the same, blocks are not', () => {
    const [first] = results;
    for (const result of results) {
      expect(result.truthHash).toBe(first!.truthHash);
      expect(result.tables.meters).toEqual(first!.tables.meters);
      expect(texts(result, 'nodes', 'region')).toEqual(texts(first!, 'nodes', 'region'));
      expect(numbers(result, 'nodes', 'peers')).toEqual(numbers(first!, 'nodes', 'peers'));
    }
    expect(new Set(results.map(({ traceHash }) => traceHash)).size).toBe(3);
    expect(new Set(results.map(({ headHash }) => headHash)).size).toBe(3);
  });

  it('clients, fees and energy of idle nodes are the same in every arm', () => {
    const [pow, dpos, central] = results;
    for (const type of ['ORDER_SUBMIT', 'CLEAR', 'METER_BATCH', 'SETTLE', 'STAKE', 'VOTE']) {
      const counts = results.map(
        (result) => texts(result, 'transactions', 'type').filter((name) => name === type).length,
      );
      expect(new Set(counts).size, type).toBe(1);
    }
    expect(new Set(numbers(dpos!, 'nodes', 'power_w'))).toEqual(new Set([50]));
    expect(numbers(central!, 'nodes', 'power_w')).toEqual(numbers(dpos!, 'nodes', 'power_w'));
    // Free entry: 20 pt a day at 0.60 pt/kWh, over five equal miners, on top of the idle 50 W.
    for (const watts of numbers(pow!, 'nodes', 'power_w')) {
      expect(watts).toBeCloseTo(50 + 1_388.889 / 5, 2);
    }
  });
});

describe('truth', () => {
  it('does not move with arms, detectors, attacks, orders or deadlines', () => {
    const base = run('central').truthHash;
    const detectors = 'fraud.detectors=[energy-balance, physical-bound, trade-cycles]';
    const attack =
      'fraud.attacks=[{ name: under-reporting, mode: constant, alpha: 0.4, actors: 2, from: 2 h, to: 24 h }]';
    const others = [
      [detectors],
      [attack, detectors],
      ['market.strategy=zi-constrained', 'settlement.deadline=10 min'],
      ['network.nodes=3', 'metering.loss=5 %'],
    ];
    for (const sets of others) expect(run('central', sets).truthHash, sets[0]).toBe(base);
    expect(run('central', ['seed=2']).truthHash).not.toBe(base);
  });

  it('detectors change nothing at all', () => {
    const plain = run('dpos', ['consensus.turn=60 s']);
    const watched = run('dpos', [
      'consensus.turn=60 s',
      'fraud.detectors=[energy-balance, physical-bound, trade-cycles]',
    ]);
    expect(watched.traceHash).toBe(plain.traceHash);
    expect(watched.headHash).toBe(plain.headHash);
  });
});
