import { describe, expect, test } from 'vitest';
import { createRandomSource } from '../../../../../src/base/random.ts';
import chainEnergy from '../../../../../src/report/charts/comparison/chain-energy.ts';
import pairedDifferences from '../../../../../src/report/charts/comparison/paired-differences.ts';
import pareto, { frontier } from '../../../../../src/report/charts/comparison/pareto.ts';
import throughputLatency from '../../../../../src/report/charts/comparison/throughput-latency.ts';
import { logTicks } from '../../../../../src/report/charts/log-ticks.ts';
import { drawFigure } from '../../../../../src/report/page/draw.ts';
import { resultsOf, runOf } from '../results-of.ts';

const armRuns = (...arms: string[]) => arms.map((arm) => runOf(`${arm}-1`, arm, {}));

describe('paired differences', () => {
  const arms = `metric,unit,arm,n,mean,ci_low,ci_high
staleRate,,pow,3,0.03,0.02,0.04
staleRate,,dpos,3,0.01,0.01,0.01
lateOrderShare,,pow,3,0,0,0
lateOrderShare,,dpos,3,0,0,0`;
  const paired = `metric,unit,arm_a,arm_b,n,mean_difference,ci_low,ci_high,p_holm
staleRate,,pow,dpos,3,0.02,0.01,0.03,0.02
lateOrderShare,,pow,dpos,3,0,0,0,1
nodeCount,,pow,dpos,3,0,0,0,1`;

  test('are a percentage of the mean size, with the raw ones beside', () => {
    const results = resultsOf('comparison', { arms, paired }, { runs: armRuns('pow', 'dpos') });
    const { table, figures } = pairedDifferences.create(results)!;
    expect(table.rows).toEqual([
      ['pow', 'dpos', 'lateOrderShare', 0, 0, 0, 0, 0, 0, 1, 'same'],
      ['pow', 'dpos', 'staleRate', 0.02, 0.01, 0.03, 100, 50, 150, 0.02, 'dpos'],
    ]);
    expect(drawFigure(figures[0]!)).toContain('<svg');
  });

  test('tables without p have none', () => {
    const old = paired.replaceAll(/,[^,\n]*$/gm, '');
    const results = resultsOf(
      'comparison',
      { arms, paired: old },
      { runs: armRuns('pow', 'dpos') },
    );
    expect(pairedDifferences.create(results)!.table.rows[0]!.at(-2)).toBeNaN();
  });

  test('of many arms those with the first are drawn, and the caption says so', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const rows = names.flatMap((x, k) =>
      names.slice(k + 1).map((y) => `staleRate,,${x},${y},3,0.1,0.05,0.15`),
    );
    const means = names.map((name) => `staleRate,,${name},3,0.2,0.1,0.3`);
    const results = resultsOf(
      'comparison',
      {
        arms: `metric,unit,arm,n,mean,ci_low,ci_high\n${means.join('\n')}`,
        paired: `metric,unit,arm_a,arm_b,n,mean_difference,ci_low,ci_high\n${rows.join('\n')}`,
      },
      { runs: armRuns(...names) },
    );
    const { table, caption } = pairedDifferences.create(results)!;
    expect(table.rows.map(([a]) => a)).toEqual(['a', 'a', 'a', 'a']);
    expect(caption).toContain('Of 10 pairs only those with a are drawn.');
  });
});

describe('the Pareto plot', () => {
  const triangle = `arm,decentralisation,finality_s,energy_per_final_tx_wh,saturation_tps,security_at_share,security_at_budget,pareto,dominated_by
pow,0.9,90,20,,0.999,,0,dpos
dpos,0.95,85,9,,1,,1,
central,0,0.6,9.5,100,1,,1,`;

  test('draws the axes that every arm has and marks what is not beaten', () => {
    const results = resultsOf('comparison', { triangle });
    const { figures, caption, table } = pareto.create(results)!;
    expect(figures.map(({ label }) => label)).toEqual([
      'finality and electricity',
      'finality and decentralisation',
      'electricity and decentralisation',
      'finality and security at equal share',
    ]);
    expect(caption).toContain('Not beaten by another arm on all axes: dpos, central.');
    expect(table.rows[0]).toEqual(['pow', 90, 20, 0.9, Number.NaN, 0.999, Number.NaN, 0, 'dpos']);
    for (const figure of figures) expect(drawFigure(figure)).toContain('<svg');
    expect(pareto.create(resultsOf('comparison', {}))).toBeUndefined();
  });

  test('the line on two axes is what brute force finds', () => {
    const draws = createRandomSource(7).sequential('chain/points');
    for (let round = 0; round < 200; round++) {
      // Few levels, so that there are ties and equal points.
      const level = () => Math.floor(draws.uniform() * 5);
      const points = Array.from({ length: 8 }, () => [level(), level()] as const);
      const cost = points.map(([x, y]) => [x, -y] as const);
      const beaten = cost.map((p) =>
        cost.some((q) => q[0] <= p[0] && q[1] <= p[1] && (q[0] < p[0] || q[1] < p[1])),
      );
      const expected = points.flatMap((_, k) => (beaten[k] ? [] : [k]));
      const found = frontier(points, ['lower', 'higher']);
      expect([...found].sort((a, b) => a - b)).toEqual(expected);
      const xs = found.map((k) => points[k]![0]);
      expect(xs).toEqual([...xs].sort((a, b) => a - b));
    }
  });

  test('ticks of a logarithmic axis are round and inside', () => {
    expect(logTicks(0.5, 600)).toEqual([1, 2, 10, 20, 100, 200].filter((x) => x >= 0.5));
    expect(logTicks(6, 47)).toEqual([10, 20]);
    expect(logTicks(1, 1e5)).toEqual([1, 10, 100, 1000, 1e4, 1e5]);
  });
});

describe('load and time', () => {
  const arms = `metric,unit,arm,n,mean,ci_low,ci_high
offeredTps,1/s,pow,2,5,,
tpsFinal,1/s,pow,2,5,,
finalityLatencyP50Us,us,pow,2,90000000,,`;

  test('a search stands beside the load of the runs', () => {
    const saturation = `arm,load_tps,offered_tps,tps_final,finality_p50_us,verdict
pow,200,201,199,95000000,sustained
pow,400,398,270,,throughput`;
    const results = resultsOf('comparison', { arms, saturation }, { runs: armRuns('pow') });
    const { table, figures } = throughputLatency.create(results)!;
    expect(table.rows).toEqual([
      ['pow', 5, 5, 90, 'as run'],
      ['pow', 201, 199, 95, 'sustained'],
      ['pow', 398, 270, Number.NaN, 'throughput'],
    ]);
    for (const figure of figures) expect(drawFigure(figure)).toContain('<svg');
    expect(
      throughputLatency.create(resultsOf('comparison', { arms }, { runs: armRuns('pow') })),
    ).toBeUndefined();
  });

  test('a sweep over load is read at the first level of other factors', () => {
    const rows = [1, 10].flatMap((load) =>
      [21, 5].flatMap((nodes) => [
        `offeredTps,1/s,pow,${load},${nodes},2,${load},,`,
        `tpsFinal,1/s,pow,${load},${nodes},2,${load - 0.5},,`,
        `finalityLatencyP50Us,us,pow,${load},${nodes},2,${nodes}000000,,`,
      ]),
    );
    const factor = (name: string, path: string) => {
      return { name, unit: '', type: 'integer', paths: [path] } as const;
    };
    const results = resultsOf(
      'sweep',
      { arms: `metric,unit,arm,load,nodes,n,mean,ci_low,ci_high\n${rows.join('\n')}` },
      {
        runs: armRuns('pow'),
        factors: [factor('load', 'ledger.loadScale'), factor('nodes', 'network.nodes')],
      },
    );
    expect(throughputLatency.create(results)!.table.rows).toEqual([
      ['pow', 1, 0.5, 21, 'as run'],
      ['pow', 10, 9.5, 21, 'as run'],
    ]);
  });
});

describe('electricity of traded energy', () => {
  const runs = `run,arm,energyPerTradedShare,consensusPowerW,nodeCount
pow-1,pow,0.2,100,10
pow-2,pow,0.1,100,10
pow-3,pow,,100,10
dpos-1,dpos,,0,10`;

  test('is told apart by power, in runs that traded', () => {
    const scenario = { network: { idlePower: 30 } };
    const results = resultsOf(
      'comparison',
      { runs },
      { runs: [runOf('pow-1', 'pow', {}, { scenario }), runOf('dpos-1', 'dpos', {})] },
    );
    const { table, figures } = chainEnergy.create(results)!;
    expect(table.rows).toHaveLength(1);
    const [arm, n, total, idle, hashing, least, most] = table.rows[0]!;
    expect([arm, n]).toEqual(['pow', 2]);
    // 300 W of 400 W are idle power.
    const expected = [15, 11.25, 3.75, 10, 20];
    for (const [k, value] of [total, idle, hashing, least, most].entries()) {
      expect(value).toBeCloseTo(expected[k]!, 10);
    }
    expect(drawFigure(figures[0]!)).toContain('hashing');
  });

  test('without a scenario the parts are not told apart', () => {
    const results = resultsOf('comparison', { runs }, { runs: armRuns('pow', 'dpos') });
    const { table } = chainEnergy.create(results)!;
    expect(table.rows[0]![2]).toBeCloseTo(15, 10);
    expect(table.rows[0]!.slice(3, 5)).toEqual([Number.NaN, Number.NaN]);
    expect(chainEnergy.create(resultsOf('comparison', {}))).toBeUndefined();
  });
});
