import { describe, expect, test } from 'vitest';
import { runVillage, sumOf } from './village.ts';

const IDEAL = [
  'market.forecast=perfect',
  'metering.class=0 %',
  'metering.readNoise=0 %',
  'metering.resolution=1',
  'metering.loss=0 %',
  'settlement.deviationRule=band-penalty',
  'settlement.band=0 %',
];

describe('settlement of a run, seed 1', () => {
  test('with perfect forecasts and ideal meters every deviation fee is zero', () => {
    const run = runVillage('central', IDEAL);
    expect(run.tables.trades!.count).toBeGreaterThan(50);
    expect(sumOf(run.tables.settlements!, 'penalty_upt')).toBe(0);
    // Only line loss stands between contract and fulfilment.
    const { slots } = run.tables;
    expect(sumOf(slots!, 'delivered_wh')).toBe(sumOf(slots!, 'contracted_wh'));
  });

  test('with persistence forecasts the same rule charges fees', () => {
    const run = runVillage('central', [...IDEAL.slice(1)]);
    expect(sumOf(run.tables.settlements!, 'penalty_upt')).toBeGreaterThan(0);
  });

  test('delivered less received is the allocated loss, to the Wh', () => {
    const { trades, slots } = runVillage('central').tables;
    const lossWh = sumOf(trades!, 'allocated_loss_wh');
    expect(lossWh).toBeGreaterThan(0);
    expect(sumOf(slots!, 'delivered_wh') - sumOf(slots!, 'received_wh')).toBe(lossWh);
  });

  test('no home buys more than it imports or sells more than it exports', () => {
    const { columns, count } = runVillage('central').tables.settlements!;
    const column = (name: string) => columns[name] as ArrayLike<number>;
    for (let row = 0; row < count; row++) {
      const [inWh, outWh] = [column('import_wh')[row]!, column('export_wh')[row]!];
      expect(column('bought_wh')[row]! + column('grid_import_wh')[row]!).toBe(inWh);
      expect(column('sold_wh')[row]! + column('grid_export_wh')[row]!).toBeLessThanOrEqual(outWh);
    }
  });

  test('without local market a home pays its twin; nobody who trades truthfully pays more', () => {
    const { settlements } = runVillage('central').tables;
    expect(sumOf(settlements!, 'total_upt')).toBeLessThan(sumOf(settlements!, 'twin_total_upt'));
  });

  test('F02 at night is always caught by physical-bound, per home-day with an actual night read', () => {
    const run = runVillage('dpos', [
      'fraud.attacks=[{ name: generation-over-reporting, mode: night, night: 300 W, actors: 2, from: 0 h, to: 24 h }]',
      'fraud.detectors=[physical-bound]',
    ]);
    const { attacks, alarms } = run.tables;
    const guilty = attacks!.columns.home as readonly string[];
    const named = new Set(alarms!.columns.entity as readonly string[]);
    expect(guilty.length).toBe(2);
    for (const home of guilty) expect(named.has(home)).toBe(true);
    expect([...named].every((home) => guilty.includes(home))).toBe(true);
  });

  test('with a gas price homes pay fees to the treasury, offices none, and all still settles', () => {
    const run = runVillage('central', ['ledger.gasPrice=2']);
    const { accounts, transactions } = run.tables;
    const roles = accounts!.columns.role as readonly string[];
    const balance = accounts!.columns.balance_upt as ArrayLike<number>;
    const fees = sumOf(transactions!, 'fee_upt');
    expect(fees).toBeGreaterThan(0);
    expect(balance[roles.indexOf('treasury')]).toBe(fees);
    expect(sumOf(accounts!, 'escrow_upt')).toBe(0);
  });
});
