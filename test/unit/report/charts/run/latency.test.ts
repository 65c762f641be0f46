import { describe, expect, it } from 'vitest';
import latency from '../../../../../src/report/charts/run/latency.ts';
import latencyParts from '../../../../../src/report/charts/run/latency-parts.ts';
import { spanOf } from '../../../../../src/report/charts/run/support/span.ts';
import {
  quantileOf,
  thinned,
  waitingCurve,
} from '../../../../../src/report/charts/run/support/survival.ts';
import { chartOf, csv, drawAll, rowsOf, runResults } from './run-of.ts';

const S = 1e6;
/** Symbol `times` of Plot. */
const CROSS = /<path[^>]*d="M-\d[\d.]*,-\d[\d.]*L\d/g;
const SLOTS = csv('start_us', [[0], [900 * S]]);
const HEAD = 'type fate submitted_us received_us included_us final_us';
/** Seconds of each instant; '' where it never came. */
const tx = (type: string, fate: string, ...seconds: (number | '')[]) => [
  type,
  fate,
  ...seconds.map((s) => (s === '' ? '' : s * S)),
];
const TRANSACTIONS = csv(HEAD, [
  tx('ORDER', 'final', 10, 11, 14, 20),
  tx('ORDER', 'final', 20, 21, 28, 40),
  tx('ORDER', 'pending', 1000, 1001, 1003, ''),
  tx('SETTLE', 'pending', 1010, 1012, '', ''),
  tx('SETTLE', 'final', 100, 102, 104, 110),
  // Warm-up, drain and refusal: outside.
  tx('ORDER', 'final', -5, -4, -3, 0),
  tx('ORDER', 'final', 1800, 1801, 1802, 1803),
  tx('ORDER', 'rejected', 30, 31, '', ''),
]);
const BLOCKS = csv('produced_us final_us drain', [
  [-1e6, '', 0],
  [2010 * S, '', 1],
]);
const TABLES = { slots: SLOTS, transactions: TRANSACTIONS, blocks: BLOCKS };

describe('survival of waiting', () => {
  it('is the plain share without censoring', () => {
    const { steps } = waitingCurve([3, 1, 2, 2], [false, false, false, false]);
    expect(steps.map(({ survival }) => survival)).toEqual([0.75, 0.25, 0]);
    expect(steps.map(({ atRisk }) => atRisk)).toEqual([4, 3, 1]);
  });

  it('follows the textbook sample of 6-MP remissions', () => {
    const done = [6, 6, 6, 7, 10, 13, 16, 22, 23];
    const open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
    const curve = waitingCurve(
      [...done, ...open],
      [...done.map(() => false), ...open.map(() => true)],
    );
    const published = [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448];
    curve.steps.forEach(({ survival }, at) => {
      expect(Math.abs(survival - published[at]!)).toBeLessThan(0.0006);
    });
    expect(curve.steps.map(({ time }) => time)).toEqual([6, 7, 10, 13, 16, 22, 23]);
    expect(curve.censored).toBe(12);
    expect(curve.lastTime).toBe(35);
    expect(quantileOf(curve, 0.5)).toBe(23);
    expect(quantileOf(curve, 0.9)).toBeNaN();
  });

  it('thins to exact points and keeps the ends', () => {
    const times = Array.from({ length: 5000 }, (_, at) => at + 1);
    const { steps } = waitingCurve(
      times,
      times.map(() => false),
    );
    const kept = thinned(steps);
    expect(kept.length).toBeLessThan(300);
    expect(kept[0]).toBe(steps[0]);
    expect(kept.at(-1)).toBe(steps.at(-1));
    for (const step of kept) expect(steps).toContain(step);
    kept.forEach((step, at) => {
      const before = at === 0 ? 1 : kept[at - 1]!.survival;
      expect(before - step.survival).toBeLessThan(0.0053);
    });
  });
});

describe('chart of latency', () => {
  const content = chartOf(latency, TABLES);

  it('has the curves of those submitted in the slots, pending ones at risk until the end', () => {
    const inclusion = rowsOf(content).filter((row) => row['latency'] === 'inclusion');
    // Waits 3, 4, 4, 8 s; one open after 2010 − 1010 s.
    expect(inclusion.map((row) => [row['time_s'], row['at_risk'], row['events']])).toEqual([
      [3, 5, 1],
      [4, 4, 2],
      [8, 2, 1],
    ]);
    expect(inclusion.map((row) => row['waiting'])).toEqual([0.8, 0.4, 0.2]);
    const finality = rowsOf(content).filter((row) => row['latency'] === 'finality');
    // Waits 10, 10, 20 s; two open.
    expect(finality.map((row) => [row['time_s'], row['at_risk'], row['waiting']])).toEqual([
      [10, 5, 0.6],
      [20, 3, 0.4],
    ]);
  });

  it('says how many are open and ends in a flat tail with a cross', () => {
    expect(content!.caption).toContain('5 transactions');
    expect(content!.caption).toContain('finality takes 20 s in the median, never seen at 95 %');
    expect(content!.caption).toContain('1 (20 %) open');
    expect(content!.caption).toContain('2 (40 %) open');
    const [share, tail] = drawAll(content!);
    for (const { svg } of [share!, tail!]) expect(svg.match(CROSS)).toHaveLength(2);
  });

  it('is drawn where nothing was ever included, and where all was at once', () => {
    const never = csv(HEAD, [tx('ORDER', 'pending', 10, '', '', '')]);
    const open = chartOf(latency, { ...TABLES, transactions: never });
    expect(rowsOf(open)).toEqual([]);
    expect(open!.caption).toContain('1 transaction');
    expect(open!.caption).toContain('1 (100 %) open');
    const atOnce = csv(HEAD, [tx('ORDER', 'final', 10, 10, 10, 10)]);
    const rows = rowsOf(chartOf(latency, { ...TABLES, transactions: atOnce }));
    expect(rows.map((row) => [row['time_s'], row['waiting']])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('is none without transactions in the span', () => {
    expect(chartOf(latency, {})).toBeUndefined();
    expect(chartOf(latency, { ...TABLES, transactions: csv(HEAD, []) })).toBeUndefined();
  });
});

describe('span of a chart', () => {
  it('is that of the slots, and of the window or the last block without them', () => {
    expect(spanOf(runResults(TABLES))).toEqual({ fromUs: 0, toUs: 1800 * S, endUs: 2010 * S });
    const blocks = csv('produced_us final_us drain', [
      [-1e6, 1e6, 0],
      [50 * S, '', 0],
      [60 * S, 70 * S, 1],
    ]);
    expect(spanOf(runResults({ blocks }))).toEqual({ fromUs: 0, toUs: 50 * S, endUs: 70 * S });
    const window = { window: { days: 2 } };
    const scenario = { horizon: { span: 600 * S } };
    const whole = { ...runResults({ blocks }, window) };
    const run = { scenario } as unknown as (typeof whole.runs)[number];
    expect(spanOf({ ...whole, runs: [run] }).toUs).toBe(600 * S);
  });
});

describe('chart of where the time goes', () => {
  const content = chartOf(latencyParts, TABLES);

  it('has means by type that sum to the whole, pending ones apart', () => {
    expect(rowsOf(content)).toEqual([
      {
        type: 'ORDER',
        fate: 'final',
        transactions: 2,
        to_node_s: 1,
        to_block_s: 5,
        to_final_s: 9,
        waiting_s: 0,
        whole_s: 15,
      },
      {
        type: 'SETTLE',
        fate: 'final',
        transactions: 1,
        to_node_s: 2,
        to_block_s: 2,
        to_final_s: 6,
        waiting_s: 0,
        whole_s: 10,
      },
      {
        type: 'ORDER',
        fate: 'pending',
        transactions: 1,
        to_node_s: 1,
        to_block_s: 2,
        to_final_s: 0,
        waiting_s: 1007,
        whole_s: 1010,
      },
      {
        type: 'SETTLE',
        fate: 'pending',
        transactions: 1,
        to_node_s: 2,
        to_block_s: 0,
        to_final_s: 0,
        waiting_s: 998,
        whole_s: 1000,
      },
    ]);
    expect(content!.figures.map(({ label }) => label)).toEqual(['final', 'pending']);
    expect(content!.caption).toContain('took 13.3 s on average');
    expect(content!.caption).toContain('2 pending');
  });

  it('keeps the sum where the node has no record of receipt', () => {
    const transactions = csv(HEAD, [tx('ORDER', 'final', 10, '', 14, 20)]);
    expect(rowsOf(chartOf(latencyParts, { ...TABLES, transactions }))[0]).toMatchObject({
      to_node_s: 0,
      to_block_s: 4,
      to_final_s: 6,
      whole_s: 10,
    });
  });

  it('says where a final one is in no block that stayed', () => {
    const transactions = csv(HEAD, [tx('ORDER', 'final', 10, 11, '', 20)]);
    const unkept = chartOf(latencyParts, { ...TABLES, transactions });
    expect(rowsOf(unkept)[0]).toMatchObject({ to_block_s: 0, to_final_s: 9, whole_s: 10 });
    expect(unkept!.caption).toContain('1 were final in a block that did not stay');
  });

  it('puts rare types together', () => {
    const many = Array.from({ length: 40 }, (_, at) => tx(`T${at}`, 'final', 1, 2, 3, 4));
    const twice = [...many, tx('T7', 'final', 1, 2, 3, 4)];
    const rows = rowsOf(chartOf(latencyParts, { ...TABLES, transactions: csv(HEAD, twice) }));
    expect(rows).toHaveLength(24);
    expect(rows.find((row) => row['type'] === 'T7')!['transactions']).toBe(2);
    expect(rows.find((row) => row['type'] === 'all other types')!['transactions']).toBe(17);
    expect(rows.reduce((sum, row) => sum + Number(row['transactions']), 0)).toBe(41);
  });

  it('is none without transactions', () => {
    expect(chartOf(latencyParts, {})).toBeUndefined();
    expect(chartOf(latencyParts, { slots: SLOTS })).toBeUndefined();
  });
});
