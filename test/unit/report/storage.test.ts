/** What a chain costs to keep, on a run small enough to compute by hand. */
import { describe, expect, it } from 'vitest';
import { storageMetrics } from '../../../src/report/metrics/storage.ts';
import { createRunView, type RunFacts } from '../../../src/report/metrics.ts';
import { FACTS, MINIATURE, s, tableOf } from './miniature.ts';

const HEADER = 200;
/** Five blocks of a chain six hours apart and one stale; bodies of 100, 300 ... bytes. */
const blocks = tableOf('blocks', [
  block(0, 0, 0, 1, 10),
  block(1, 6, 100, 1, 30),
  block(2, 12, 300, 1, 20),
  block(2, 12, 9_999, 0, 999),
  block(3, 18, 0, 1, 20),
  block(4, 24, 500, 1, 50),
]);

function block(height: number, hours: number, body: number, canonical: number, cells: number) {
  return {
    height,
    timestamp_us: s(3600 * hours),
    canonical,
    tx_count: body / 100,
    gas_used: 1000 * (body / 100),
    bytes: height === 0 ? 0 : HEADER + body,
    body_bytes: body,
    state_cells: cells,
  };
}

const transactions = tableOf('transactions', [
  { type: 'METER_BATCH', size_bytes: 130, height: 1 },
  { type: 'METER_PROOF', size_bytes: 400, height: 2 },
  { type: 'METER_READS', size_bytes: 5000, height: Number.NaN },
  { type: 'SETTLE', size_bytes: 90, height: 2 },
]);

function metricOf(id: string, facts: Partial<RunFacts> = {}): number {
  const run = createRunView({ ...MINIATURE, blocks, transactions }, { ...FACTS, ...facts });
  return storageMetrics.find((metric) => metric.id === id)!.compute(run);
}

describe('storage', () => {
  it('shares the bytes of the chain over its settled trades', () => {
    const trades = MINIATURE.trades!;
    const settled = Array.from(trades.columns.state as string[]).filter(
      (state) => state !== 'VOID' && state !== '',
    );
    expect(metricOf('bytesPerTrade')).toBe((4 * HEADER + 900) / settled.length);
  });

  it('counts the transactions on the chain that anchor or show readings', () => {
    expect(metricOf('meterBytesOnChain')).toBe(530);
  });

  it('grows the state by 16 bytes a cell and day', () => {
    expect(metricOf('stateGrowthBytesPerDay')).toBe(16 * 40);
  });

  it('prunes bodies older than the horizon, and nothing without one', () => {
    expect(metricOf('prunedBytes')).toBe(0);
    expect(metricOf('archiveRatio')).toBe(1);
    // At 24 h a body is older than 12 h when it was made before 12 h.
    expect(metricOf('prunedBytes', { pruneUs: s(3600 * 12) })).toBe(100);
    expect(metricOf('prunedBytes', { pruneUs: s(3600 * 11) })).toBe(400);
    const archive = 4 * HEADER + 900 + 16 * 50;
    expect(metricOf('archiveRatio', { pruneUs: s(3600 * 11) })).toBe(archive / (archive - 400));
  });

  it('replays with a signature a block and transaction, gas and bytes', () => {
    // Genesis counts as a block that is read.
    const signatures = 5 + 9;
    const expected = 150 * signatures + 0.1 * 9000 + 0.002 * (4 * HEADER + 900);
    expect(metricOf('replayWorkUs', { verifyUs: 150, gasUs: 0.1 })).toBeCloseTo(expected, 6);
  });

  it('has no trades to share bytes over in a run of the chain alone', () => {
    const { trades: _, ...others } = MINIATURE;
    const run = createRunView({ ...others, blocks, transactions }, FACTS);
    expect(storageMetrics[0]!.compute(run)).toBeNaN();
  });
});
