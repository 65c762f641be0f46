import { expect, test } from 'vitest';
import lorenz from '../../../../../src/report/charts/outcome/lorenz.ts';
import { viewOf } from '../../../../../src/report/charts/outcome/run-view.ts';
import { RUN_METRICS } from '../../../../../src/report/metrics.ts';
import { drawFigure } from '../../../../../src/report/page/draw.ts';
import { resultsOf, runOf } from '../results-of.ts';
import { scenarioWith } from './scenario.ts';

/** A run of six nodes with some blocks each, of which so many are eligible; one block came too early. */
function runWith(id: string, arm: string, made: readonly number[], eligible: number) {
  const blocks = made.flatMap((count, node) => Array.from({ length: count }, () => `n${node}`));
  const tables = {
    slots: 'slot,start_us\n0,0\n1,900000000',
    nodes: `node,stake_share\n${[0.4, 0.3, 0.2, 0.1, 0, 0].map((x, n) => `n${n},${x}`).join('\n')}`,
    blocks: `height,producer,produced_us,canonical
0,,-5,1
1,n5,-4,1
${blocks.map((node, at) => `${at + 2},${node},${1e6 * at},1`).join('\n')}
9,n4,5,0`,
    consensus: `counter,value\neligibleProducers,${eligible}`,
  };
  return runOf(id, arm, tables, { scenario: scenarioWith() });
}

/** Gini coefficient by its definition over all pairs. */
function giniByPairs(shares: readonly number[]): number {
  const pairs = shares.flatMap((a) => shares.map((b) => Math.abs(a - b)));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return sum(pairs) / (2 * shares.length * sum(shares));
}

/** 1 - 2 area under the rows of a basis and an arm. */
function giniOfRows(rows: readonly (readonly unknown[])[], basis: string, arm: string): number {
  const own = rows.filter((row) => row[0] === basis && row[1] === arm) as [0, 0, number, number][];
  return own.slice(1).reduce((rest, [, , x, y], at) => {
    const [, , before, below] = own[at]!;
    return rest - (x - before) * (y + below);
  }, 1);
}

test('the rows give the Gini coefficient of the metric, producers without a block included', () => {
  const made = [5, 3, 1, 1, 0, 0];
  const run = runWith('dpos-1', 'dpos', made, 5);
  const { table, caption } = lorenz.create(resultsOf('run', {}, { runs: [run] }))!;
  const metric = (id: string) => RUN_METRICS.find((one) => one.id === id)!.compute(viewOf(run)!);
  const production = giniOfRows(table.rows, 'production', 'dpos');
  expect(production).toBeCloseTo(metric('producerGini'), 12);
  expect(production).toBeCloseTo(giniByPairs([5, 3, 1, 1, 0]), 12);
  const stake = giniOfRows(table.rows, 'stake', 'dpos');
  expect(stake).toBeCloseTo(metric('stakeGini'), 12);
  expect(stake).toBeCloseTo(giniByPairs([0.4, 0.3, 0.2, 0.1, 0, 0]), 12);
  expect(caption).toContain('of production 0.480 (dpos)');
});

test('the curve begins at nothing, ends at everything and rises ever steeper', () => {
  const run = runWith('dpos-1', 'dpos', [5, 3, 1, 1, 0, 0], 5);
  const rows = lorenz.create(resultsOf('run', {}, { runs: [run] }))!.table.rows;
  const production = rows.filter(([basis]) => basis === 'production').map((row) => row.slice(2));
  expect(production).toEqual([
    [0, 0],
    [0.2, 0],
    [0.4, 0.1],
    [0.6, 0.2],
    [0.8, 0.5],
    [1, 1],
  ]);
});

test('over replications it is the mean curve, whose Gini is the mean of theirs', () => {
  const runs = [runWith('a-1', 'a', [4, 1, 1], 3), runWith('a-2', 'a', [2, 2, 2], 3)];
  const results = resultsOf('comparison', {}, { runs });
  const { rows } = lorenz.create(results)!.table;
  const mean = (giniByPairs([4, 1, 1]) + giniByPairs([2, 2, 2])) / 2;
  expect(giniOfRows(rows, 'production', 'a')).toBeCloseTo(mean, 12);
});

test('a single holder has no curve, and without runs there is no chart', () => {
  const alone = runWith('a-1', 'a', [4], 1);
  const { rows } = lorenz.create(resultsOf('run', {}, { runs: [alone] }))!.table;
  expect(rows.every(([basis]) => basis === 'stake')).toBe(true);
  expect(lorenz.create(resultsOf('comparison', {}))).toBeUndefined();
});

test('it can be drawn', () => {
  const results = resultsOf('run', {}, { runs: [runWith('a-1', 'a', [4, 1], 2)] });
  for (const figure of lorenz.create(results)!.figures) {
    expect(drawFigure(figure)).toContain('<svg');
  }
});

test('an arm without a curve is not in the legend, and Gini coefficients have no exponent', () => {
  const runs = [runWith('a-1', 'a', [4, 4, 4], 3), runWith('b-1', 'b', [4, 1, 1], 3)];
  const { figures, caption } = lorenz.create(
    resultsOf('comparison', {}, { runs, arms: ['x', 'a', 'b'] }),
  )!;
  expect(figures[0]!.plot.color).toMatchObject({
    domain: ['a', 'b'],
    range: ['var(--series-2)', 'var(--series-3)'],
  });
  expect(caption).toContain('of production 0.000 (a), 0.333 (b); of stake 0.500 in all arms');
});
