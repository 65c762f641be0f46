import { describe, expect, test } from 'vitest';
import { numbersOf, type Table, textsOf } from '../../../src/base/table.ts';
import { decentralisationTable } from '../../../src/report/metrics/decentralisation-series.ts';
import { createRunView, metricsFor, type RunView } from '../../../src/report/metrics.ts';
import { RUN_TABLES } from '../../../src/report/schemas.ts';
import { emptyTables, FACTS, MINIATURE, miniature, s, tableOf } from './miniature.ts';

const ALL = metricsFor([], [], ['private-branch', 'selfish-mining']);
const none = Number.NaN;

function value(id: string, run: RunView): number {
  const metric = ALL.find((candidate) => candidate.id === id);
  if (metric === undefined) throw new RangeError(`no metric ${id}`);
  return metric.compute(run);
}

const counters = (values: Readonly<Record<string, number>>) =>
  tableOf(
    'consensus',
    Object.entries(values).map(([counter, count]) => ({ counter, value: count })),
  );

describe('counters of the protocol', () => {
  test('are undefined unless the run has them, and 0 only when counted as 0', () => {
    const run = miniature({ consensus: counters({ viewChanges: 0, 'messages/block-inv': 7 }) });
    expect(value('viewChanges', run)).toBe(0);
    expect(value('messagesBlockInv', run)).toBe(7);
    expect(value('mvccInvalid', run)).toBeNaN();
    expect(value('reorgsDepth6Up', run)).toBeNaN();
    expect(value('viewChanges', miniature({ consensus: counters({}) }))).toBeNaN();
  });

  test('divergent finality comes from the counter, else from the invariants', () => {
    const invariants = tableOf('invariants', [
      { invariant: 'points-conserved', checks: 9 },
      { invariant: 'divergent-finals', checks: 9, violations: 2 },
    ]);
    expect(value('divergentFinality', miniature({ invariants }))).toBe(2);
    const consensus = counters({ divergentFinals: 5 });
    expect(value('divergentFinality', miniature({ invariants, consensus }))).toBe(5);
  });

  test('a stall runs from the last growth of the final height to the next, within the slots', () => {
    const at = (finals: readonly number[]) =>
      tableOf(
        'blocks',
        finals.map((final, i) => ({ height: i + 1, canonical: 1, final_us: s(final) })),
      );
    expect(value('libStallUs', miniature({ blocks: at([-50, 100, 400, 500, 1750]) }))).toBe(
      s(1250),
    );
    expect(value('libStallUs', miniature({ blocks: at([none, none]) }))).toBe(s(1800));
    expect(value('libStallUs', miniature({ blocks: at([300, 1900]) }))).toBe(s(1500));
  });
});

describe('the growth of the backlog', () => {
  /** Arrivals each second that are served at some rate from time 0 on, until the end of the run. */
  function loaded(served: number) {
    const rows = Array.from({ length: 3600 }, (_, i) => {
      const final = Math.max(i / 2, i / served) + 20;
      const isFinal = final < 1800;
      return {
        submitted_us: s(i / 2),
        final_us: isFinal ? s(final) : none,
        fate: isFinal ? 'final' : 'pending',
      };
    });
    return miniature({ transactions: tableOf('transactions', rows) });
  }

  test('is 0 for a chain that keeps pace at a constant latency', () => {
    expect(value('backlogSlopeTps', loaded(10))).toBeCloseTo(0, 2);
  });

  test('is offered less served beyond capacity', () => {
    expect(value('backlogSlopeTps', loaded(1.5))).toBeCloseTo(0.5, 2);
  });

  test('what a node refused never was open, what expired is open until then', () => {
    const refused = Array.from({ length: 1000 }, (_, i) => ({
      submitted_us: s(800 + i),
      final_us: none,
      fate: 'rejected',
      reject_reason: 'BAD_NONCE',
    }));
    const rows = tableOf('transactions', refused);
    expect(value('backlogSlopeTps', miniature({ transactions: rows }))).toBe(0);
    const expired = refused.map((row, i) => {
      return { ...row, reject_reason: 'EXPIRED', expiry_us: s(1900 + i) };
    });
    const open = tableOf('transactions', expired);
    expect(value('backlogSlopeTps', miniature({ transactions: open }))).toBeCloseTo(1, 1);
  });
});

describe('results of adversaries', () => {
  const row = (adversary: string, code: string, attempts: number, successes: number) => ({
    adversary,
    code,
    attempts,
    successes,
    cost_upt: 100,
    profit_upt: successes * 40 - 100,
    value_reverted_upt: successes * 40,
    started_us: s(10),
    ended_us: s(100),
    recovered_us: s(160),
  });
  const run = miniature({
    adversaries: tableOf('adversaries', [
      row('private-branch', 'A01', 60, 6),
      { ...row('private-branch', 'A01', 40, 4), recovered_us: none },
      { ...row('selfish-mining', 'A02', 900, 0), recovered_us: s(190) },
    ]),
  });

  test('are pooled over rows, with the interval of the pooled counts', () => {
    expect(value('privateBranchAttempts', run)).toBe(100);
    expect(value('privateBranchSuccessShare', run)).toBe(0.1);
    expect(value('privateBranchSuccessLow', run)).toBeCloseTo(0.0552, 4);
    expect(value('privateBranchSuccessHigh', run)).toBeCloseTo(0.1744, 4);
    expect(value('attackSuccessShare', run)).toBe(0.01);
    expect(value('selfishMiningSuccessShare', run)).toBe(0);
    expect(value('selfishMiningSuccessHigh', run)).toBeGreaterThan(0);
  });

  test('money and time', () => {
    expect(value('costOfAttackUpt', run)).toBe(300);
    expect(value('attackProfitUpt', run)).toBe(100);
    expect(value('valueRevertedUpt', run)).toBe(400);
    expect(value('doubleSpendLossUpt', run)).toBe(400);
    expect(value('timeToRecoverUs', run)).toBe(s(90));
    expect(value('privateBranchTimeToRecoverUs', run)).toBe(s(60));
    expect(value('attacksUnrecovered', run)).toBe(1);
    expect(value('selfishMiningUnrecovered', run)).toBe(0);
  });

  test('are undefined without the table, and for an adversary that was not there', () => {
    const quiet = miniature(emptyTables());
    const ids = ALL.map(({ id }) => id).filter((id) => /^(private|selfish|attackS)/.test(id));
    expect(ids.length).toBeGreaterThan(10);
    for (const id of ids) expect(value(id, quiet), id).toBeNaN();
    const only = miniature({ adversaries: tableOf('adversaries', [row('other', 'A09', 1, 1)]) });
    expect(value('doubleSpendLossUpt', only)).toBeNaN();
    const idle = { ...row('other', 'A09', 0, 0), cost_upt: none, started_us: none };
    const nothing = miniature({ adversaries: tableOf('adversaries', [idle]) });
    expect(value('costOfAttackUpt', nothing)).toBeNaN();
    expect(value('attackSuccessShare', nothing)).toBeNaN();
    expect(value('attacksUnrecovered', nothing)).toBe(0);
    expect(value('privateBranchSuccessShare', only)).toBeNaN();
  });
});

describe('vote-out', () => {
  const one = (node: string, guilty: number, offence: number, report: number, out: number) => ({
    node,
    guilty,
    offence_us: s(offence),
    first_report_us: s(report),
    excluded_us: s(out),
    bad_turns_after: guilty === 1 ? 3 : 0,
  });
  const run = miniature({
    exclusions: tableOf('exclusions', [
      one('node-1', 1, 100, 110, 160),
      { ...one('node-1', 1, 300, 330, none), bad_turns_after: 6 },
      one('node-2', 1, 1700, none, none),
      one('node-3', 0, none, 500, 700),
      one('node-4', 0, none, 500, none),
    ]),
  });

  test('times to report and exclusion, what never happened censored at the end', () => {
    // Reports after 10 and 30 s, one open for 100 s: the median is the second of three.
    expect(value('timeToReportMedianUs', run)).toBe(s(30));
    // Excluded after 60 s, open for 100 and 1 500 s: never half of them.
    expect(value('timeToExclusionMedianUs', run)).toBeNaN();
  });

  test('who was hit', () => {
    expect(value('guiltyExcludedShare', run)).toBe(0.5);
    expect(value('falseExclusions', run)).toBe(1);
    expect(value('falseReports', run)).toBe(2);
    expect(value('badTurnsAfterOffence', run)).toBe(4);
  });
});

describe('producers that are eligible', () => {
  test('count with zero blocks, and all full nodes do where the protocol does not say', () => {
    const of = (eligibleProducers: number) =>
      miniature({ consensus: counters({ eligibleProducers }) });
    // Production is 2, 1, 0 over three full nodes.
    expect(value('producerGini', of(3))).toBeCloseTo(4 / 9, 14);
    expect(value('producerGini', of(2))).toBeCloseTo(1 / 6, 14);
    expect(value('decentralisation', of(2))).toBeCloseTo((2 / 3) * 0.9182958340544896, 14);
    // A producer without the right to produce shows the statement to be wrong, and counts.
    expect(value('producerGini', of(1))).toBeCloseTo(1 / 6, 14);
  });

  test('a single producer is a monopoly, not equality', () => {
    const consensus = counters({ eligibleProducers: 1 });
    const blocks = tableOf('blocks', [
      { height: 1, producer: 'node-0', produced_us: s(5), canonical: 1 },
    ]);
    const run = miniature({ consensus, blocks });
    expect(value('producerNakamotoHalf', run)).toBe(1);
    expect(value('producerGini', run)).toBeNaN();
    expect(value('producerEntropyNormalised', run)).toBeNaN();
    expect(value('decentralisation', run)).toBe(0);
    expect(value('eligibleShare', run)).toBeCloseTo(1 / 3, 14);
  });
});

describe('concentration over time', () => {
  test('two producers that each rule for half the run look equal only over the whole', () => {
    const count = 250;
    const rows = Array.from({ length: count }, (_, i) => ({
      height: i + 1,
      producer: i < count / 2 ? 'node-0' : 'node-1',
      produced_us: s(i * 7),
      canonical: 1,
    }));
    const run = miniature({ blocks: tableOf('blocks', rows) });
    const table = decentralisationTable(run);
    const [kind, basis, measure] = ['window', 'basis', 'measure'].map((name) =>
      textsOf(table, name),
    );
    const [start, values] = [numbersOf(table, 'start_us'), numbersOf(table, 'value')];
    const of = (window: string, name: string, from = 'producer') =>
      Array.from(values).filter(
        (_, i) => kind![i] === window && measure![i] === name && basis![i] === from,
      );
    expect(of('run', 'nakamotoHalf')).toEqual([2]);
    expect(of('day', 'nakamotoHalf')).toEqual([2]);
    // Blocks 0-99 and 100-199; the last 50 fill no window.
    expect(of('blocks', 'nakamotoHalf')).toEqual([1, 1]);
    expect(of('blocks', 'entropyBits')[0]).toBe(0);
    expect(of('blocks', 'entropyBits')[1]).toBeCloseTo(0.8112781244591328, 12);
    expect(of('blocks', 'turnover')).toEqual([none, 0.5]);
    expect(of('run', 'nakamotoHalf', 'stake')).toEqual([2]);
    const starts = new Set(Array.from(start).filter((_, i) => kind![i] === 'blocks'));
    expect([...starts]).toEqual([0, s(700)]);
  });

  test('an empty run has an empty table', () => {
    expect(decentralisationTable(miniature(emptyTables())).count).toBe(0);
  });
});

describe('a run of the chain alone', () => {
  const market = [
    'slots',
    'homes',
    'trades',
    'settlements',
    'meters',
    'attacks',
    'alarms',
    'detection',
  ];
  const { blocks, transactions, nodes, accounts, invariants } = MINIATURE;
  const tables = { blocks, transactions, nodes, accounts, invariants } as Record<string, Table>;

  test('is measured over its window, and knows nothing of markets', () => {
    const run = createRunView(tables, FACTS);
    expect(value('tpsFinal', run)).toBe(5 / 1800);
    expect(value('canonicalBlocks', run)).toBe(3);
    expect(value('libStallUs', run)).toBe(s(772));
    for (const id of ['ordersSent', 'tradeCount', 'loadWh', 'dsoGainUpt', 'alarmCount']) {
      expect(value(id, run), id).toBeNaN();
    }
    for (const id of ['settlementLagCensored', 'gasPerTrade', 'emissionKg']) {
      expect(value(id, run), id).toBeNaN();
    }
    expect(decentralisationTable(run).count).toBeGreaterThan(0);
  });

  test('ends with its last block before the drain where a height ended it', () => {
    const run = createRunView(tables, { ...FACTS, endsAtHeight: true, windowUs: s(86_400) });
    expect(value('canonicalBlocks', run)).toBe(2);
    expect(value('tpsFinal', run)).toBe(5 / 1000);
  });

  test('lacks the tables that a market run must have', () => {
    const missable = RUN_TABLES.filter(({ presence }) => presence === 'market');
    expect(missable.map(({ name }) => name)).toEqual(market);
  });
});
