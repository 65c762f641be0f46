import { expect, test } from 'vitest';
import householdGains from '../../../../../src/report/charts/outcome/household-gains.ts';
import operatorRevenue from '../../../../../src/report/charts/outcome/operator-revenue.ts';
import { viewOf } from '../../../../../src/report/charts/outcome/run-view.ts';
import { RUN_METRICS } from '../../../../../src/report/metrics.ts';
import { drawFigure } from '../../../../../src/report/page/draw.ts';
import { resultsOf, runOf } from '../results-of.ts';
import { scenarioWith } from './scenario.ts';

const HEAD =
  'slot,home,import_wh,export_wh,bought_wh,sold_wh,grid_import_wh,grid_export_wh,' +
  'trade_payment_upt,wheeling_upt,grid_payment_upt,penalty_upt,total_upt,twin_total_upt,state,version';

// Retail 333 333 and feed-in 100 001 upt/kWh: neither gives whole points on odd energies.
// Home b sells 501 Wh to a at 200 000 upt/kWh with 30 000 of network charge, and keeps a fee.
const TABLES = {
  slots: `
    slot,start_us,feeder_head_wh,retail_upt_per_kwh
    0,0,700,333333
    1,900000000,-300,333333`,
  settlements: `
    ${HEAD}
    0,a,1001,0,0,0,1001,0,0,0,333666,0,333666,333666,PROVISIONAL,1
    0,a,1001,0,501,0,500,0,100200,15030,166666,0,281896,333666,CLOSED,2
    0,b,0,777,0,501,0,276,-100200,0,-27600,1234,-126566,-77700,CLOSED,1
    1,a,7,0,0,0,7,0,0,0,2333,0,2333,2333,CLOSED,1
    1,c,11,3,0,0,11,3,0,0,3366,50,3416,3366,CLOSED,1`,
  homes: `
    home,kind,pv_peak_w,pv_inverter_w,battery_wh,battery_w
    a,household,0,0,0,0
    b,household,3000,3000,5000,2500
    c,household,0,0,0,0`,
};

const run = (id: string, arm: string, scenario: object = scenarioWith()) =>
  runOf(id, arm, TABLES, { scenario: scenario as never });

const revenueRows = (...runs: ReturnType<typeof run>[]) =>
  operatorRevenue.create(resultsOf('comparison', {}, { runs }))!.table.rows;

test('the steps of the waterfall add up to its end exactly, on prices that divide nothing', () => {
  const rows = revenueRows(run('x-1', 'x'), run('x-2', 'x'), run('y-1', 'y'));
  for (const arm of ['x', 'y']) {
    const own = rows.filter((row) => row[0] === arm);
    const amounts = own.slice(0, -1).map((row) => row[3] as number);
    const sum = amounts.reduce((total, amount) => total + amount, 0);
    expect(sum).toBe(own.at(-1)![3]);
    expect(own.at(-2)![4]).toBe(own.at(-1)![4]);
  }
});

test('the steps are those of the bills, each computed at its own price', () => {
  const rows = revenueRows(run('x-1', 'x'));
  const amount = Object.fromEntries(rows.map((row) => [row[1], row[3]]));
  const gridOnly = 333_666 - 77_700 + 2333 + 3366;
  // floor(333 333 x 1.001) - floor(333 333 x 0.5), and 777 - 276 Wh at feed-in, floored alike.
  const lost = 333_666 - 166_666;
  const avoided = 77_700 - 27_600;
  const wholesale = (250_000 * 400) / 1000;
  expect(amount).toEqual({
    'net revenue, grid only': gridOnly - wholesale,
    'lost retail sales': -lost,
    'avoided feed-in payments': avoided,
    'network charges of trades': 15_030,
    'deviation fees': 1284,
    'net revenue, with trading': gridOnly - wholesale - lost + avoided + 15_030 + 1284,
  });
});

test('the end of the waterfall is the metric of the registry', () => {
  const one = run('x-1', 'x');
  const rows = revenueRows(one);
  const metric = (id: string) =>
    RUN_METRICS.find((known) => known.id === id)!.compute(viewOf(one)!);
  expect(rows.at(-1)![3]).toBe(metric('dsoNetRevenueUpt'));
  expect((rows.at(-1)![3] as number) - (rows[0]![3] as number)).toBe(metric('dsoGainUpt'));
});

test('amounts a day are of one run and of 24 hours', () => {
  const [first] = revenueRows(run('x-1', 'x'), run('x-2', 'x'));
  // Two runs of half an hour each.
  expect(first![5]).toBeCloseTo((first![3] as number) / 1e6 / (2 * (1800 / 86_400)), 9);
});

test('without a wholesale price it is revenue before the cost of energy', () => {
  const rows = revenueRows(run('x-1', 'x', { windows: [{ id: 'window-1', days: 1 }] }));
  expect(rows[0]!.slice(1, 4)).toEqual(['revenue, grid only', 'total', 261_665]);
});

test('homes that gain and lose stand in their class, last versions only', () => {
  const content = householdGains.create(resultsOf('run', {}, { runs: [run('x-1', 'x')] }))!;
  const perDay = (upt: number) => upt / 1e6 / (1800 / 86_400);
  const [without, withPv] = content.table.rows;
  // a saves 333 666 - 281 896, c loses 50: the only two without PV.
  expect(without!.slice(0, 3)).toEqual(['consumer', 'x', 2]);
  const median = (333_666 - 281_896 - 50) / 2;
  expect(without![5]).toBeCloseTo(perDay(median), 9);
  expect(without![8]).toBeCloseTo(perDay(median), 9);
  expect(without![9]).toBe(0.5);
  expect(withPv![0]).toBe('prosumer with battery');
  expect(withPv![5]).toBeCloseTo(perDay(-77_700 + 126_566), 9);
  expect(content.caption).toContain('33.3 % (x)');
});

test('both can be drawn', () => {
  const results = resultsOf('comparison', {}, { runs: [run('x-1', 'x'), run('y-1', 'y')] });
  for (const chart of [householdGains, operatorRevenue]) {
    for (const figure of chart.create(results)!.figures) {
      expect(drawFigure(figure)).toContain('<svg');
    }
  }
});

test('arms with the same money share one waterfall under all their names', () => {
  const runs = [run('x-1', 'x'), run('y-1', 'y')];
  const { figures, caption } = operatorRevenue.create(resultsOf('comparison', {}, { runs }))!;
  expect(figures).toHaveLength(1);
  expect(caption).toMatch(/ % \(x, y\)\.$/);
  expect(revenueRows(...runs).map((row) => row[0])).toContain('y');
});
