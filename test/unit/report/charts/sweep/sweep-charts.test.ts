import { expect, test } from 'vitest';
import distributionResponse from '../../../../../src/report/charts/sweep/distribution-response.ts';
import heatMaps from '../../../../../src/report/charts/sweep/heat-maps.ts';
import { SWEEP_CHARTS } from '../../../../../src/report/charts/sweep/index.ts';
import mainEffects from '../../../../../src/report/charts/sweep/main-effects.ts';
import responseCurves from '../../../../../src/report/charts/sweep/response-curves.ts';
import runsTable from '../../../../../src/report/charts/sweep/runs-table.ts';
import tornado from '../../../../../src/report/charts/sweep/tornado.ts';
import { drawFigure } from '../../../../../src/report/page/draw.ts';
import type { Results } from '../../../../../src/report/page/results.ts';
import { resultsOf } from '../results-of.ts';
import { factor, grid, type SyntheticSweep, sweepTables } from './synthetic.ts';

function resultsFor(sweep: SyntheticSweep): Results {
  const factors = sweep.factors.map(({ info }) => info);
  return resultsOf('sweep', sweepTables(sweep), { factors, arms: [...sweep.arms] });
}

// A latency that only the interval moves in pow and everything moves in dpos, a share and a constant.
const SWEEP: SyntheticSweep = {
  factors: grid(
    factor('households', '', [20, 50]),
    factor('interval', 's', [5, 10, 15]),
    factor('climate', '', ['north', 'south']),
  ),
  arms: ['pow', 'dpos'],
  replications: 2,
  metrics: [
    [
      'finalityLatencyP95Us',
      ([households, interval, climate], arm, replication) =>
        1e6 * Number(interval) +
        arm * 1e6 * (Number(households) + (climate === 'south' ? 100 : 0)) +
        2e6 * (replication - 1),
    ],
    ['lateOrderShare', ([households]) => Number(households) / 100],
    ['nodeCount', () => 21],
  ],
};

const rowsOf = (content: ReturnType<typeof responseCurves.create>, metric: string, arm: string) =>
  content!.table.rows.filter((row) => row.includes(metric) && row.includes(arm));

test('response curves are the means of effects.csv in units for people', () => {
  const content = responseCurves.create(resultsFor(SWEEP));
  const latency = rowsOf(content, 'finalityLatencyP95Us', 'pow');
  const interval = latency.filter((row) => row[2] === 'interval');
  // Two replications 2 s apart: mean + 1 s, t interval 12.706 · √2/√2 s to either side.
  expect(interval.map(([, unit, , level, at, , n, mean]) => [unit, level, at, n, mean])).toEqual([
    ['s', '5', 5, 2, 6],
    ['s', '10', 10, 2, 11],
    ['s', '15', 15, 2, 16],
  ]);
  expect(interval[0]![8]).toBeCloseTo(6 - 12.7062, 3);
  expect(interval[0]![9]).toBeCloseTo(6 + 12.7062, 3);
  const share = rowsOf(content, 'lateOrderShare', 'dpos').filter((row) => row[2] === 'households');
  expect(share.map((row) => [row[1], row[7]])).toEqual([
    ['%', expect.closeTo(20, 9)],
    ['%', expect.closeTo(50, 9)],
  ]);
});

test('a metric that never changes gets no picture', () => {
  const content = responseCurves.create(resultsFor(SWEEP))!;
  expect(content.table.rows.some(([metric]) => metric === 'nodeCount')).toBe(false);
});

test('the factor that moves a metric most comes first, words are dots', () => {
  const { figures, caption } = responseCurves.create(resultsFor(SWEEP))!;
  expect(figures.slice(0, 3).map(({ label }) => label)).toEqual([
    'finality latency P95 by climate',
    'finality latency P95 by households',
    'finality latency P95 by interval',
  ]);
  expect(figures[0]!.plot.x).toMatchObject({ type: 'point', domain: ['north', 'south'] });
  expect(caption).toContain('finality latency P95 by climate (');
});

test('a tornado has the range of each factor around the mean, widest first', () => {
  const { rows } = tornado.create(resultsFor(SWEEP))!.table;
  const bars = rows.filter(
    ([metric, , arm]) => metric === 'finalityLatencyP95Us' && arm === 'dpos',
  );
  expect(bars.map((row) => row.slice(3))).toEqual([
    ['climate', 96, 46, 'north', 146, 'south', 100],
    ['households', 96, 81, '20', 111, '50', 30],
    ['interval', 96, 91, '5', 101, '15', 10],
  ]);
});

test('main effects are the means less the mean over all points', () => {
  const { rows } = mainEffects.create(resultsFor(SWEEP))!.table;
  const own = rows.filter(([metric, , arm, name]) => {
    return metric === 'finalityLatencyP95Us' && arm === 'dpos' && name === 'climate';
  });
  expect(own.map((row) => [row[4], row[5], row[6]])).toEqual([
    ['north', 2, -50],
    ['south', 2, 50],
  ]);
  // The interval is that of the mean, shifted by as much.
  expect(own[0]![7]).toBeCloseTo(-50 - 12.7062, 3);
  expect(own[0]![8]).toBeCloseTo(-50 + 12.7062, 3);
});

test('cells of a heat map are means over the runs of a pair of levels', () => {
  const { table, figures } = heatMaps.create(resultsFor(SWEEP))!;
  const cells = table.rows.filter(([metric, , arm, a, , b]) => {
    return (
      metric === 'finalityLatencyP95Us' && arm === 'dpos' && `${a} ${b}` === 'households interval'
    );
  });
  // Interval + households + 50 s for half of the climates + 1 s for half of the replications.
  expect(cells.map((row) => [row[4], row[6], row[7], row[8]])).toEqual([
    ['20', '5', 4, 76],
    ['50', '5', 4, 106],
    ['20', '10', 4, 81],
    ['50', '10', 4, 111],
    ['20', '15', 4, 86],
    ['50', '15', 4, 116],
  ]);
  expect(figures.map(({ label }) => label).slice(0, 3)).toEqual([
    'finality latency P95 by households and interval',
    'finality latency P95 by households and climate',
    'finality latency P95 by interval and climate',
  ]);
  expect(drawFigure(figures[0]!)).toContain('>116<');
});

test('a heat map has no cells where a factor does not apply, and no numbers where they do not fit', () => {
  const runs = [
    'run,arm,a,b,replication,status,metricOfMine',
    ...Array.from(
      { length: 121 },
      (_, at) => `p${at},pow,${at % 11},${Math.floor(at / 11)},1,ok,${at}`,
    ),
    'q1,dpos,3,,1,ok,7',
  ].join('\n');
  const factors = ['a', 'b'].map((name) => factor(name, '', [1]).info);
  const results = resultsOf('sweep', { runs }, { factors, arms: ['pow', 'dpos'] });
  const { table, figures } = heatMaps.create(results)!;
  expect(table.rows).toHaveLength(121);
  expect(drawFigure(figures[0]!)).not.toContain('>120<');
  expect(table.rows.map((row) => row[4]).slice(0, 3)).toEqual(['0', '1', '2']);
});

test('quantiles stand at the level of their point, not averaged', () => {
  const { table } = distributionResponse.create(resultsFor(SWEEP))!;
  const own = table.rows.filter((row) => row[2] === 'dpos' && row[3] === 'interval');
  expect(own).toHaveLength(12);
  const [first] = own.filter((row) => row[5] === 'households 50, climate south');
  // A third of 5 + 50 + 100 s, and three thirds of it.
  expect(first!.slice(4)).toEqual(
    [5, 'households 50, climate south', 100, 0, 155 / 3, 155].map((cell, at) =>
      at === 4 ? expect.closeTo(155 / 3, 5) : at === 5 ? expect.closeTo(155, 5) : cell,
    ),
  );
});

test('the table of runs has factors, status and metrics in units for people', () => {
  const { table, heads, showsTable, caption } = runsTable.create(resultsFor(SWEEP))!;
  expect(showsTable).toBe(true);
  expect(heads).toEqual([
    ...['run', 'arm', 'households', 'interval [s]', 'climate', 'replication', 'status'],
    ...['finality latency P95 [s]', 'late order share [%]'],
  ]);
  expect(table.columns.map(({ name }) => name)).toEqual([
    ...['run', 'arm', 'households', 'interval', 'climate', 'replication', 'status'],
    ...['finality_latency_p95_s', 'late_order_share_percent'],
  ]);
  expect(table.rows[1]).toEqual(['p1-pow-2', 'pow', 20, 5, 'north', 2, 'ok', 7, 20]);
  expect(caption).toContain('48 runs, 0 without a result');
});

test('failed runs stay in the table and out of the means', () => {
  const runs = `
    run,arm,a,replication,status,finalityLatencyP95Us
    p1,pow,1,1,ok,4000000
    p2,pow,2,1,timeout,
    p3,pow,3,1,ok,9000000`;
  const results = resultsOf(
    'sweep',
    { runs },
    { factors: [factor('a', '', [1]).info], arms: ['pow'] },
  );
  const { table, caption } = runsTable.create(results)!;
  expect(table.rows[1]).toEqual(['p2', 'pow', 2, 1, 'timeout', Number.NaN]);
  expect(caption).toContain('3 runs, 1 without a result');
});

test('without their tables charts of sweeps are left out', () => {
  const results = resultsOf('sweep', {}, { factors: SWEEP.factors.map(({ info }) => info) });
  for (const chart of SWEEP_CHARTS) expect(chart.create(results)).toBeUndefined();
});

test('a thousand runs of many metrics stay within two megabytes', () => {
  let seed = 3;
  const uniform = (from: number, to: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return from + ((to - from) * seed) / 2_147_483_647;
  };
  const levels = (from: number, to: number) => Array.from({ length: 100 }, () => uniform(from, to));
  const names = ['finalityLatencyP95Us', 'lateOrderShare', 'energyPerFinalTxWh', 'efficiency'];
  const results = resultsFor({
    factors: ['a', 'b', 'c', 'd', 'e'].map((name) => factor(name, 's', levels(1, 60))),
    arms: ['pow', 'dpos'],
    replications: 5,
    metrics: [...names, 'staleRate', 'decentralisation', 'tpsFinal', ...extraNames(20)].map(
      (name) => [name, ([a, b], arm) => (Number(a) * (arm + 1) + Number(b)) * uniform(0.9, 1.1)],
    ),
  });
  const contents = SWEEP_CHARTS.flatMap((chart) => chart.create(results) ?? []);
  expect(contents).toHaveLength(5);
  const markup = contents
    .flatMap(({ figures }) => figures.map((figure) => drawFigure(figure)))
    .join('');
  const cells = (rows: readonly (readonly unknown[])[]) =>
    `${rows.flat().join('<td></td>')}`.length;
  const tables = contents.map(({ table }) => cells(table.rows));
  expect(markup.length).toBeLessThan(1_000_000);
  expect(Math.max(...tables)).toBeLessThan(1_000_000);
  expect(markup.length + tables.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
  // Levels of a hypercube are fifths of the points, drawn where their points are.
  const [, , , level, position] = responseCurves.create(results)!.table.rows[0]!;
  expect(level).toMatch(/^[\d.]+\.\.[\d.]+$/);
  expect(position).toBeGreaterThan(Number(String(level).split('..')[0]));
});

function extraNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `extraMetric${at}`);
}

test('factors that hardly move anything have no picture', () => {
  const steady: SyntheticSweep = {
    ...SWEEP,
    factors: grid(factor('households', '', [20, 50]), factor('interval', 's', [5, 10, 15])),
    metrics: [
      [
        'finalityLatencyP95Us',
        ([households, interval], arm) => 1e6 * Number(interval) + 1e3 * Number(households) + arm,
      ],
    ],
  };
  const labels = (chart: typeof responseCurves) =>
    chart.create(resultsFor(steady))!.figures.map(({ label }) => label);
  // Thirty homes more are 0.03 s of 5 to 15 s.
  expect(labels(responseCurves)).toEqual(['finality latency P95 by interval']);
  expect(labels(distributionResponse)).toEqual(['finality latency by interval']);
});
