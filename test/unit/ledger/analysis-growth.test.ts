import { describe, expect, it } from 'vitest';
import { DAY_US } from '../../../src/base/units.ts';
import {
  type BlockColumns,
  ledgerGrowth,
  meanNodeBytes,
  pruning,
  replayWork,
} from '../../../src/ledger/analysis/growth.ts';

const sizes = { recordBytes: 128, coinBytes: 50 };

/**
 * Genesis and one block an hour: 10 transactions, 2 trades, 3 records more and 1 coin less each.
 */
function hourly(count: number): BlockColumns {
  const rows = Array.from({ length: count }, (_, block) => block);
  const unlessGenesis = (value: number) => rows.map((block) => (block === 0 ? 0 : value));
  return {
    timestampUs: rows.map((block) => block * (DAY_US / 24)),
    headerBytes: rows.map((block) => (block === 0 ? 1_000 : 300)),
    bodyBytes: unlessGenesis(2_000),
    transactionCount: unlessGenesis(10),
    gasUsed: unlessGenesis(500_000),
    tradeCount: unlessGenesis(2),
    liveRecords: rows.map((block) => 40 + 3 * block),
    liveCoins: rows.map((block) => 500 - block),
  };
}

describe('growth of a ledger', () => {
  it('is bytes per trade and day as worked by hand', () => {
    const got = ledgerGrowth(hourly(49), sizes);
    expect(got.ledgerBytes[48]).toBe(1_000 + 48 * 2_300);
    expect(got.bytesPerTrade).toBe((1_000 + 48 * 2_300) / 96);
    expect(got.bytesPerTransaction).toBe((1_000 + 48 * 2_300) / 480);
    expect(got.ledgerBytesPerDay).toBe(24 * 2_300);
    expect(got.stateBytesPerDay).toBe(24 * (3 * 128 - 50));
    expect(got.stateBytes[0]).toBe(40 * 128 + 500 * 50);
  });

  it('is undefined without trades, time or blocks', () => {
    const genesis = ledgerGrowth(hourly(1), sizes);
    expect(genesis.bytesPerTrade).toBeNaN();
    expect(genesis.bytesPerTransaction).toBeNaN();
    expect(genesis.stateBytesPerDay).toBeNaN();
    expect(ledgerGrowth(hourly(0), sizes).ledgerBytesPerDay).toBeNaN();
    const ragged = { ...hourly(2), gasUsed: [0] };
    expect(() => ledgerGrowth(ragged, sizes)).toThrow('"gasUsed" expected 2 blocks, got 1');
  });

  it('costs replay in signatures, gas and bytes', () => {
    const costs = { verifyUs: 150, gasUs: 0.01, byteUs: 0.002 };
    expect(replayWork(hourly(49), costs, 1)).toEqual({
      blockCount: 48,
      signatureCount: 48 * 11,
      gas: 48 * 500_000,
      bytes: 48 * 2_300,
      timeUs: 48 * 11 * 150 + 48 * 500_000 * 0.01 + 48 * 2_300 * 0.002,
    });
    const whole = replayWork(hourly(49), costs);
    const parts = [replayWork(hourly(20), costs), replayWork(hourly(49), costs, 20)];
    expect(whole.gas).toBe(parts[0]!.gas + parts[1]!.gas);
    expect(replayWork(hourly(3), costs, 3)).toMatchObject({ blockCount: 0, timeUs: 0 });
    expect(() => replayWork(hourly(3), costs, 4)).toThrow('"first" expected 0..3, got 4');
  });
});

describe('pruning', () => {
  it('levels off at the bodies of one horizon, while headers go on', () => {
    const got = pruning(hourly(241), sizes, DAY_US);
    const state = (block: number) => (40 + 3 * block) * 128 + (500 - block) * 50;
    // The body of exactly one day ago is not older than a day.
    expect(got.firstKept[240]).toBe(216);
    expect(got.keptBytes[240]).toBe(1_000 + 240 * 300 + 25 * 2_000 + state(240));
    expect(got.archiveBytes[240]).toBe(1_000 + 240 * 2_300 + state(240));
    expect(got.archiveRatio).toBe(got.archiveBytes[240]! / got.keptBytes[240]!);
    expect(got.keptBytes[100]! - got.keptBytes[99]!).toBe(300 + 3 * 128 - 50);
  });

  it('keeps everything at a long horizon and one body at none', () => {
    expect(pruning(hourly(50), sizes, 9 * DAY_US).archiveRatio).toBe(1);
    const none = pruning(hourly(50), sizes, 0);
    expect(none.firstKept[49]).toBe(49);
    expect(pruning(hourly(0), sizes, 0).archiveRatio).toBeNaN();
    expect(() => pruning(hourly(2), sizes, -1)).toThrow('"horizonUs" expected >= 0, got -1');
  });

  it('takes a block for no older than its ancestors', () => {
    const blocks = { ...hourly(4), timestampUs: [0, 100, 40, 110] };
    expect(Array.from(pruning(blocks, sizes, 20).firstKept)).toEqual([0, 1, 1, 1]);
  });

  it('mixes archives and pruned nodes', () => {
    const got = pruning(hourly(241), sizes, DAY_US);
    expect(meanNodeBytes(got, 0)).toBe(got.keptBytes[240]);
    expect(meanNodeBytes(got, 1)).toBe(got.archiveBytes[240]);
    expect(meanNodeBytes(got, 0.5)).toBe((got.keptBytes[240]! + got.archiveBytes[240]!) / 2);
    expect(() => meanNodeBytes(got, 2)).toThrow('"archiveShare" expected 0..1, got 2');
  });
});
