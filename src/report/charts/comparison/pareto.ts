/** The triangle with its raw axes, two at a time, and the arms that no other beats on all of them. */
import { line } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { ResultTable } from '../../page/results.ts';
import { armColours } from '../../page/theme.ts';
import { armDots, valueAxis } from './arm-marks.ts';

const COLUMNS = parseColumns(`
arm                    | text    |     | Arm
finality_s             | number  | s   | Median time from submission to finality at the client
energy_per_final_tx_wh | number  | Wh  | Electricity a final transaction
decentralisation       | number  |     | Normalised entropy of block production x eligible share
saturation_tps         | number  | 1/s | Largest sustained load; empty where it was not searched
security_at_share      | number  |     | 1 - chance that the attack succeeds at the adversary's share
security_at_budget     | number  |     | The same at its budget
pareto                 | integer |     | 1 when no arm is as good on every raw axis and better on one
dominated_by           | text    |     | Arms that are
`);

/** A raw axis of the triangle. */
export interface RawAxis {
  readonly column: string;
  readonly label: string;
  /** What of the label stands in a figure's name. */
  readonly short: string;
  readonly better: 'higher' | 'lower';
  readonly isLog: boolean;
  /** Ends of the axis; default those of the values. */
  readonly domain?: readonly [number, number];
}

const AXES: readonly RawAxis[] = [
  {
    column: 'finality_s',
    label: 'median time to finality [s]',
    short: 'finality',
    better: 'lower',
    isLog: true,
  },
  {
    column: 'energy_per_final_tx_wh',
    label: 'electricity [Wh a final transaction]',
    short: 'electricity',
    better: 'lower',
    isLog: true,
  },
  {
    column: 'decentralisation',
    label: 'decentralisation, 0 to 1',
    short: 'decentralisation',
    better: 'higher',
    isLog: false,
    domain: [0, 1],
  },
  {
    column: 'saturation_tps',
    label: 'largest sustained load [1/s]',
    short: 'load',
    better: 'higher',
    isLog: true,
  },
  {
    column: 'security_at_share',
    label: 'security at equal share, 0 to 1',
    short: 'security at equal share',
    better: 'higher',
    isLog: false,
    domain: [0, 1],
  },
  {
    column: 'security_at_budget',
    label: 'security at equal budget, 0 to 1',
    short: 'security at equal budget',
    better: 'higher',
    isLog: false,
    domain: [0, 1],
  },
];

/** Panels in order of telling; those without data in every arm are left out. */
const PANELS = [
  ['finality_s', 'energy_per_final_tx_wh'],
  ['finality_s', 'decentralisation'],
  ['energy_per_final_tx_wh', 'decentralisation'],
  ['finality_s', 'saturation_tps'],
  ['finality_s', 'security_at_share'],
  ['finality_s', 'security_at_budget'],
] as const;

/**
 * Indices of points that no other point is at least as good as on both axes and better on one, the best x
 * first.
 *
 * @param points - [x, y], without NaN.
 */
export function frontier(
  points: readonly (readonly [number, number])[],
  better: readonly ['higher' | 'lower', 'higher' | 'lower'],
): readonly number[] {
  const signs = better.map((way) => (way === 'lower' ? 1 : -1));
  const cost = points.map(([x, y]) => [signs[0]! * x, signs[1]! * y] as const);
  const order = points
    .map((_, index) => index)
    .sort((a, b) => cost[a]![0] - cost[b]![0] || cost[a]![1] - cost[b]![1] || a - b);
  let [least, leastX] = [Number.POSITIVE_INFINITY, Number.NaN];
  return order.filter((index) => {
    const [x, y] = cost[index]!;
    if (y > least || (y === least && x !== leastX)) return false;
    [least, leastX] = [y, x];
    return true;
  });
}

function panelOf(
  table: ResultTable,
  [columnX, columnY]: readonly [string, string],
  study: readonly string[],
): ChartFigure | undefined {
  const [axisX, axisY] = [columnX, columnY].map((name) => AXES.find((a) => a.column === name)!);
  const [xs, ys] = [table.numbers(columnX), table.numbers(columnY)];
  if ([...xs, ...ys].some(Number.isNaN)) return undefined;
  const arms = table.texts('arm');
  const isPareto = table.numbers('pareto');
  const points = arms.map((arm, row) => {
    return { arm, x: xs[row]!, y: ys[row]!, isHollow: isPareto[row] !== 1 };
  });
  const edge = frontier(
    points.map(({ x, y }) => [x, y] as const),
    [axisX!.better, axisY!.better],
  ).map((index) => points[index]!);
  const hint = (axis: RawAxis, toward: readonly [string, string]) =>
    axis.better === 'higher'
      ? `${axis.label}, better ${toward[1]}`
      : `${toward[0]} better, ${axis.label}`;
  const scale = (axis: RawAxis, values: Float64Array, toward: readonly [string, string]) => ({
    ...valueAxis([...values], hint(axis, toward), axis.isLog),
    ...(axis.domain === undefined ? {} : { domain: [...axis.domain] }),
    labelArrow: 'none' as const,
  });
  return {
    label: `${axisX!.short} and ${axisY!.short}`,
    description: `${axisX!.label} against ${axisY!.label} of every arm`,
    plot: {
      width: 460,
      height: 290,
      marginLeft: 60,
      marginTop: 28,
      inset: 10,
      x: scale(axisX!, xs, ['←', '→']),
      y: scale(axisY!, ys, ['↓', '↑']),
      color: armColours(arms, study),
      marks: [
        // Steps, not slopes: between two arms there is none that has a part of both.
        line(edge, {
          ...{ x: 'x', y: 'y', stroke: 'var(--faint)', strokeDasharray: '3 3' },
          curve: 'step-after',
        }),
        ...armDots(points, study),
      ],
    },
  };
}

export default defineChart({
  apiVersion: 1,
  name: 'pareto',
  title: 'What must be given up for what?',
  section: 'answer',
  kinds: ['comparison'],
  source: 'Pareto dominance over raw axes; model page, section 9.6',
  create(results) {
    const triangle = results.table('triangle');
    if (triangle === undefined || triangle.count < 2) return undefined;
    const figures = PANELS.flatMap((panel) => panelOf(triangle, panel, results.arms) ?? []);
    if (figures.length === 0) return undefined;
    const isPareto = triangle.numbers('pareto');
    const best = triangle.texts('arm').filter((_, row) => isPareto[row] === 1);
    const verdict =
      best.length === triangle.count
        ? 'No arm is beaten by another on all axes.'
        : `Not beaten by another arm on all axes: ${best.join(', ')}.`;
    const texts = new Set(['arm', 'dominated_by']);
    const cells = COLUMNS.map(({ name }) =>
      texts.has(name) ? triangle.texts(name) : triangle.numbers(name),
    );
    return {
      caption:
        'Means over runs, two axes at a time, with the better direction at each axis. Of two arms on the ' +
        'dashed edge neither beats the other in that picture, and all beyond it are beaten; a filled sign ' +
        `is beaten by no arm on all axes together. ${verdict}`,
      figures,
      table: {
        columns: COLUMNS,
        rows: triangle.texts('arm').map((_, row) => cells.map((column) => column[row]!)),
      },
    };
  },
});
