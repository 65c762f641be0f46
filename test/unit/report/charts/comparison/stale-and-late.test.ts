import { describe, expect, test } from 'vitest';
import {
  lateShareExponential,
  lateShareFixed,
  retargetedStaleShare,
  staleShare,
} from '../../../../../src/consensus/laws/index.ts';
import staleChart from '../../../../../src/report/charts/comparison/stale-share.ts';
import welfareGate from '../../../../../src/report/charts/comparison/welfare-gate.ts';
import { drawFigure } from '../../../../../src/report/page/draw.ts';
import { resultsOf, runOf } from '../results-of.ts';

const pow = (about: object = {}) => {
  const options = { blockInterval: 5e6, retargetBlocks: 0, hashRates: 'equal', miners: 0 };
  return { name: 'pow', options: { ...options, ...about } };
};
const dpos = { name: 'dpos', options: { preset: 'peerwatt' } };

describe('stale blocks', () => {
  const values = (arm: string) => `staleRate,,${arm},3,0.045,0.04,0.05
propagation90MeanUs,us,${arm},3,250000,250000,250000
nodeCount,,${arm},3,20,20,20`;
  const head = 'metric,unit,arm,n,mean,ci_low,ci_high\n';

  test('stand beside the law of their difficulty and of their miners', () => {
    const arms = `${head}${['even', 'kept', 'uneven', 'zipf', 'dpos'].map(values).join('\n')}`;
    const nodes = 'node,hash_share\nn1,0.5\nn2,0.5\nn3,';
    const runs = [
      runOf('even-1', 'even', {}, { scenario: { consensus: pow() } }),
      runOf('kept-1', 'kept', {}, { scenario: { consensus: pow({ retargetBlocks: 64 }) } }),
      runOf('uneven-1', 'uneven', { nodes }, { scenario: { consensus: pow() } }),
      runOf('zipf-1', 'zipf', {}, { scenario: { consensus: pow({ hashRates: 'zipf' }) } }),
      runOf('dpos-1', 'dpos', {}, { scenario: { consensus: dpos } }),
    ];
    const { table, figures, caption } = staleChart.create(
      resultsOf('comparison', { arms }, { runs }),
    )!;
    expect(table.rows.map(([name]) => name)).toEqual(['even', 'kept', 'uneven', 'zipf']);
    expect(table.rows[0]!.slice(0, 7)).toEqual(['even', 5, 0.25, 0.05, 0.045, 0.04, 0.05]);
    expect(table.rows.map((row) => row[7])).toEqual([
      staleShare(0.05, 1 / 20),
      retargetedStaleShare(0.05, 1 / 20),
      staleShare(0.05, 0.5),
      Number.NaN,
    ]);
    expect(caption).toContain('The line is the law');
    expect(drawFigure(figures[0]!)).toContain('<svg');
  });

  test('of a sweep take the interval of their point', () => {
    const rows = ['5', '60'].flatMap((cell) => [
      `staleRate,,pow,${cell},3,0.01,0,0.02`,
      `propagation90MeanUs,us,pow,${cell},3,250000,250000,250000`,
    ]);
    const results = resultsOf(
      'sweep',
      { arms: `metric,unit,arm,interval,n,mean,ci_low,ci_high\n${rows.join('\n')}` },
      {
        arms: ['pow'],
        factors: [
          { name: 'interval', unit: 's', type: 'number', paths: ['consensus.blockInterval'] },
        ],
        manifest: { scenarios: { pow: { consensus: pow(), network: { nodes: 20 } } } },
      },
    );
    const { table } = staleChart.create(results)!;
    expect(table.rows.map((row) => row.slice(0, 2))).toEqual([
      ['pow, interval 5 s', 5],
      ['pow, interval 60 s', 60],
    ]);
    expect(table.rows[1]![7]).toBeCloseTo(staleShare(0.25 / 60, 1 / 20), 12);
  });

  test('there are none without proof of work', () => {
    const runs = [runOf('dpos-1', 'dpos', {}, { scenario: { consensus: dpos } })];
    const results = resultsOf('comparison', { arms: `${head}${values('dpos')}` }, { runs });
    expect(staleChart.create(results)).toBeUndefined();
  });
});

describe('welfare lost against the gate', () => {
  const market = { orders: 'open', gateClosure: 330e6, leadTimeMin: 330e6, leadTimeMax: 630e6 };
  const values = (arm: string) => `finalityLatencyP50Us,us,${arm},3,150000000,,
lateOrderShare,,${arm},3,0.2,0.1,0.3
lateOrderCostUpt,upt,${arm},3,5000000,4000000,6000000`;
  const arms = `metric,unit,arm,n,mean,ci_low,ci_high\n${['pow', 'kept', 'dpos', 'pbft'].map(values).join('\n')}`;
  const withMarket = (consensus: object, about: object = {}) => {
    return { scenario: { consensus, market: { ...market, ...about } } };
  };

  test('has the law of each protocol beside the late orders', () => {
    const runs = [
      runOf('pow-1', 'pow', {}, withMarket(pow({ blockInterval: 60e6 }))),
      runOf('kept-1', 'kept', {}, withMarket(pow({ blockInterval: 60e6, retargetBlocks: 64 }))),
      runOf('dpos-1', 'dpos', {}, withMarket(dpos)),
      runOf('pbft-1', 'pbft', {}, withMarket({ name: 'pbft', options: {} })),
    ];
    const content = welfareGate.create(resultsOf('comparison', { arms }, { runs }))!;
    const { rows } = content.table;
    expect(rows[0]!.slice(0, 7)).toEqual(['pow', 150, 300, 0.5, 5, 4, 6]);
    const intervals = rows.map((row) => Number(row[7]));
    expect([intervals[0], intervals[2], intervals[3]]).toEqual([60, 3, Number.NaN]);
    expect(intervals[1]).toBeCloseTo((60 * 64) / 62, 9);
    expect(rows[0]![11]).toBeCloseTo(lateShareExponential(60, 300), 12);
    expect(rows[1]![11]).toBeCloseTo(lateShareExponential((60 * 64) / 62, 300), 12);
    expect(rows[2]![11]).toBeCloseTo(lateShareFixed(3, 300), 12);
    expect(rows[3]![11]).toBeNaN();
    expect(content.figures.map(({ label }) => label)).toEqual(['welfare lost', 'late orders']);
    for (const figure of content.figures) expect(drawFigure(figure)).toContain('<svg');
  });

  test('has no figure of late orders without a law, and no chart where orders are sealed', () => {
    const pbft = runOf('pbft-1', 'pbft', {}, withMarket({ name: 'pbft', options: {} }));
    const content = welfareGate.create(resultsOf('comparison', { arms }, { runs: [pbft] }))!;
    expect(content.figures.map(({ label }) => label)).toEqual(['welfare lost']);
    const sealed = runOf('pow-1', 'pow', {}, withMarket(pow(), { orders: 'commit-reveal' }));
    expect(
      welfareGate.create(resultsOf('comparison', { arms }, { runs: [sealed] })),
    ).toBeUndefined();
    expect(welfareGate.create(resultsOf('comparison', {}))).toBeUndefined();
  });
});
