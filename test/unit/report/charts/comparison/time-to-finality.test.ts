import { describe, expect, test } from 'vitest';
import { erlangTail } from '../../../../../src/consensus/laws/index.ts';
import { latencyLaw } from '../../../../../src/report/charts/comparison/latency-laws.ts';
import { latencyCurves } from '../../../../../src/report/charts/comparison/latency-samples.ts';
import type { Settings } from '../../../../../src/report/charts/comparison/study-tables.ts';
import chart from '../../../../../src/report/charts/comparison/time-to-finality.ts';
import { drawFigure } from '../../../../../src/report/page/draw.ts';
import { resultsOf, runOf } from '../results-of.ts';

const LEDGER = { bytesPerSecond: 166_667, gasPerSecond: 1e7 };
const POW = { name: 'pow', options: { blockInterval: 15e6, confirmations: 6, retargetBlocks: 64 } };
const DPOS = { name: 'dpos', options: { preset: 'peerwatt' } };
const scenario = (consensus: object): Settings => ({ ledger: LEDGER, consensus });

const MEANS: Readonly<Record<string, number>> = {
  offeredTps: 0.03,
  txBytesMean: 300,
  txGasMean: 50_000,
  rejectedCount: 0,
  submittedCount: 1000,
  propagation90MeanUs: 300_000,
  staleRate: 0.02,
  nodeCount: 21,
  missedTurnRate: 0,
};
const means =
  (about: Readonly<Record<string, number>> = {}) =>
  (metric: string) => {
    const mean = { ...MEANS, ...about }[metric] ?? Number.NaN;
    return { n: 3, mean, low: mean, high: mean };
  };

describe('the law of the time to finality', () => {
  test('of proof of work is Erlang, later by the propagation', () => {
    const law = latencyLaw(scenario(POW), means())!;
    expect(law.words).toBe('Erlang, 6 blocks of 15 s on average');
    expect(law.tail(90.3e6)).toBeCloseTo(erlangTail(6, 15, 90), 12);
    expect(law.tail(0)).toBe(1);
  });

  test('without retargeting stale blocks lengthen the interval', () => {
    const options = { ...POW.options, retargetBlocks: 0 };
    const law = latencyLaw(scenario({ name: 'pow', options }), means({ staleRate: 0.25 }))!;
    expect(law.tail(120.3e6)).toBeCloseTo(erlangTail(6, 20, 120), 12);
  });

  test('of delegates is a turn, then the lag of the rule', () => {
    const law = latencyLaw(scenario(DPOS), means())!;
    expect(law.words).toBe('a wait within a turn of 3 s, then 28 turns in fixed order');
    expect(law.tail(84.3e6)).toBe(1);
    expect(law.tail(85.8e6)).toBeCloseTo(0.5, 9);
    expect(law.tail(87.3e6)).toBeCloseTo(0, 9);
    const naive = { name: 'dpos', options: { preset: 'peerwatt', irreversibility: 'naive' } };
    expect(latencyLaw(scenario(naive), means())!.words).toContain('then 14 turns');
    const eosio = { name: 'dpos', options: { preset: 'eosio' } };
    // The sawtooth of 2(k − 1)R − (R − 1) to 2(k − 1)R blocks of half a second.
    expect(latencyLaw(scenario(eosio), means())!.words).toContain('then 330.5 turns');
  });

  test.each([
    ['blocks are crowded', POW, { offeredTps: 300 }],
    ['gas is crowded', POW, { offeredTps: 150 }],
    ['transactions were refused', POW, { rejectedCount: 100 }],
    ['turns were missed', DPOS, { missedTurnRate: 0.05 }],
    ['metrics are missing', POW, { offeredTps: Number.NaN }],
    ['votes decide', { name: 'dpos', options: { preset: 'peerwatt', irreversibility: 'bft' } }, {}],
    ['the protocol has none', { name: 'pbft', options: {} }, {}],
  ])('there is none where %s', (_, consensus, about) => {
    expect(latencyLaw(scenario(consensus), means(about))).toBeUndefined();
  });

  test('there is none without a scenario', () => {
    expect(latencyLaw(undefined, means())).toBeUndefined();
  });
});

const transactions = `tx,fate,submitted_us,final_us
0,final,-5000000,9000000
1,final,0,2000000
2,final,1000000,2000000
3,rejected,1000000,
4,pending,2000000,
5,final,3000000,7000000
6,final,10000000,11000000`;
const kept = (arm: string) =>
  runOf(
    `${arm}-1`,
    arm,
    { transactions },
    {
      scenario: { ...scenario(POW), horizon: { span: 10e6 } },
    },
  );

describe('the curve of latencies', () => {
  test('of kept runs counts what was sent within the span, refused ones left out', () => {
    const [curve] = latencyCurves(resultsOf('comparison', {}, { runs: [kept('pow')] }));
    // Delays 1, 2, 4 s and one still open.
    expect(curve).toEqual({
      arm: 'pow',
      points: [
        { delayUs: 1e6, above: 1 },
        { delayUs: 1e6, above: 0.75 },
        { delayUs: 2e6, above: 0.5 },
        { delayUs: 4e6, above: 0.25 },
      ],
    });
  });

  test('of a market begins with the first slot', () => {
    const slots = 'slot,start_us\n0,1000000\n1,3000000';
    const run = runOf(
      'pow-1',
      'pow',
      { transactions, slots },
      {
        scenario: { horizon: { interval: 2e6 } },
      },
    );
    const [curve] = latencyCurves(resultsOf('comparison', {}, { runs: [run] }));
    expect(curve!.points.map(({ delayUs }) => delayUs)).toEqual([1e6, 1e6, 4e6]);
  });

  test('of sketches is read as it stands', () => {
    const ccdf = `distribution,unit,arm,value,share_above
finalityLatency,us,pow,10,0.5
inclusionLatency,us,pow,5,0.9
finalityLatency,us,pow,20,0.1`;
    const curves = latencyCurves(resultsOf('comparison', { ccdf }, { runs: [kept('pow')] }));
    expect(curves).toEqual([
      {
        arm: 'pow',
        points: [
          { delayUs: 10, above: 0.5 },
          { delayUs: 20, above: 0.1 },
        ],
      },
    ]);
  });
});

test('the chart draws curve and law, and its table holds both', () => {
  const rows = Object.entries(MEANS).map(([metric, mean]) => `${metric},,pow,3,${mean},,`);
  const arms = `metric,unit,arm,n,mean,ci_low,ci_high\n${rows.join('\n')}`;
  const content = chart.create(resultsOf('comparison', { arms }, { runs: [kept('pow')] }))!;
  expect(content.caption).toContain('pow: Erlang, 6 blocks of 15 s on average');
  const law = content.table.rows.filter(([, kind]) => kind === 'law');
  expect(law).toHaveLength(161);
  for (const [, , delay, share] of law) {
    expect(share).toBeCloseTo(erlangTail(6, 15, Number(delay) - 0.3), 9);
  }
  expect(law[0]![3]).toBeCloseTo(1 - 1e-4, 6);
  expect(law.at(-1)![3]).toBeCloseTo(0.25, 6);
  expect(drawFigure(content.figures[0]!)).toContain('<svg');
  const bare = chart.create(resultsOf('comparison', {}, { runs: [kept('pow')] }))!;
  expect(bare.caption).toContain('No arm has a law here.');
  expect(chart.create(resultsOf('comparison', {}))).toBeUndefined();
});
