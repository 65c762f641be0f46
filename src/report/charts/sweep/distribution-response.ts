/** How the middle and the tail of a delay answer to a factor. */
import { dot, line, type PlotOptions } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { type HumanUnit, humanUnit } from '../../human-unit.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { FactorInfo, Results, ResultTable } from '../../page/results.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';
import { titled, words } from '../metric-axis.ts';
import { factorTitle, isNumeric } from './sweep-data.ts';

const COLUMNS = parseColumns(`
distribution | text    | | Delay
unit         | text    | | Unit of the quantiles
arm          | text    | | Arm
factor       | text    | | Factor
level        | number  | | Its value
others       | text    | | Levels of the other factors
n            | integer | | Observed values of all runs of the point
censored     | integer | | Values still open when their run ended
p50          | number  | | Median of all of them together; empty when it falls among the censored
p95          | number  | | 95 % quantile
`);

/** Delays in the order in which they are drawn where the result has them. */
const DISTRIBUTIONS = ['finalityLatency', 'settlementLag', 'inclusionLatency', 'consensusLatency'];

/** Delays and factors that get a picture. */
const [DISTRIBUTIONS_SHOWN, FACTORS_SHOWN] = [2, 3];

/** A factor that moves no tail by this share has no picture. */
const LEAST_ANSWER = 0.05;

/** Most points of a picture; where a study has more, every second, third … is drawn. */
const POINTS_MAX = 300;

/** Up to so many combinations of the other factors are joined by lines. */
const LINES_MAX = 6;

/** One point of the design in one arm. */
interface Point {
  readonly arm: string;
  readonly level: number;
  readonly others: string;
  readonly n: number;
  readonly censored: number;
  readonly p50: number;
  readonly p95: number;
}

interface Panel extends HumanUnit {
  readonly distribution: string;
  readonly factor: FactorInfo;
  readonly points: readonly Point[];
  /** Points of the study are drawn one in so many. */
  readonly thinned: number;
}

function panelOf(
  { factors }: Results,
  table: ResultTable,
  distribution: string,
  factor: FactorInfo,
): Panel | undefined {
  const names = table.texts('distribution');
  const arms = table.texts('arm');
  const levels = table.texts(factor.name);
  const [n, censored] = [table.numbers('n'), table.numbers('censored')];
  const [p50, p95] = [table.numbers('p50'), table.numbers('p95')];
  const others = factors
    .filter(({ name }) => name !== factor.name)
    .map(({ name }) => ({ name, cells: table.texts(name) }));
  const own = [...names.keys()].filter(
    (row) => names[row] === distribution && levels[row] !== '' && !Number.isNaN(p50[row]!),
  );
  if (new Set(own.map((row) => levels[row])).size < 2) return undefined;
  const thinned = Math.ceil(own.length / POINTS_MAX);
  const rows = own.filter((_, at) => at % thinned === 0);
  const { unit, divisor } = humanUnit(
    table.has('unit') ? table.texts('unit')[own[0]!]! : 'us',
    Float64Array.from(rows, (row) => p50[row]!),
  );
  const points = rows.map((row) => ({
    arm: arms[row]!,
    level: Number(levels[row]),
    others: others.map(({ name, cells }) => `${name} ${cells[row]}`).join(', '),
    n: n[row]!,
    censored: censored[row]!,
    p50: p50[row]! / divisor,
    p95: p95[row]! / divisor,
  }));
  points.sort((a, b) => a.level - b.level);
  return { distribution, factor, points, thinned, unit, divisor };
}

/** How far the tail moves with the factor while all else stands still, over its size: the most of any. */
function answerOf({ points }: Panel): number {
  const tails = new Map<string, number[]>();
  for (const { arm, others, p95 } of points) {
    if (Number.isNaN(p95)) continue;
    const key = JSON.stringify([arm, others]);
    tails.set(key, [...(tails.get(key) ?? []), p95]);
  }
  const answers = [...tails.values()].map((own) => {
    const most = Math.max(...own);
    return most === 0 ? 0 : (most - Math.min(...own)) / most;
  });
  // Points that differ in everything, as in a design by chance, cannot tell: all are shown.
  const isPaired = [...tails.values()].some((own) => own.length > 1);
  return isPaired ? Math.max(...answers) : 1;
}

function panelsOf(results: Results): Panel[] {
  const table = results.table('distributions');
  if (table === undefined) return [];
  const present = new Set(table.texts('distribution'));
  const shown = DISTRIBUTIONS.filter((name) => present.has(name)).slice(0, DISTRIBUTIONS_SHOWN);
  const factors = results.factors.filter(isNumeric).slice(0, FACTORS_SHOWN);
  const panels = shown.flatMap((distribution) =>
    factors.flatMap((factor) => panelOf(results, table, distribution, factor) ?? []),
  );
  const telling = panels.filter((panel) => answerOf(panel) >= LEAST_ANSWER);
  return telling.length === 0 ? panels.slice(0, 1) : telling;
}

export default defineChart({
  apiVersion: 1,
  name: 'distribution-response',
  title: 'How do middle and tail of delays respond?',
  section: 'sensitivity',
  kinds: ['sweep'],
  source: 'Quantiles of merged sketches: distributions.csv',
  create(results) {
    const panels = panelsOf(results);
    if (panels.length === 0) return undefined;
    const rows = panels.flatMap(({ distribution, unit, factor, points }) =>
      points.map(({ arm, level, others, n, censored, p50, p95 }) => {
        return [distribution, unit, arm, factor.name, level, others, n, censored, p50, p95];
      }),
    );
    const { thinned } = panels[0]!;
    return {
      caption:
        'Median (filled) and 95 % quantile (hollow, dashed) of all delays of a point of the design, ' +
        'against one factor; the distance between the two is the tail. Quantiles are never averaged: ' +
        'points at one level differ in the other factors.' +
        `${thinned > 1 ? ` One point in ${thinned} is drawn.` : ''}`,
      table: { columns: COLUMNS, rows },
      figures: panels.map((panel) => figure(panel, results.arms)),
    };
  },
});

function figure(panel: Panel, arms: readonly string[]): ChartFigure {
  const { distribution, factor, unit } = panel;
  return {
    label: `${words(distribution)} by ${factor.name}`,
    description: `Median and 95 % quantile of ${words(distribution)} against ${factorTitle(factor)}`,
    plot: {
      marginLeft: 56,
      marginBottom: 42,
      color: colourScale(arms, arms.length > 1),
      x: { label: `${factorTitle(factor)} →` },
      y: { label: `↑ ${titled(words(distribution), unit)}`, grid: true, zero: true, nice: true },
      marks: arms.flatMap((arm, index) => marksOf(panel, arm, index)),
    },
  };
}

function marksOf({ points }: Panel, arm: string, index: number): NonNullable<PlotOptions['marks']> {
  const own = points.filter((point) => point.arm === arm);
  const combinations = [...new Set(own.map(({ others }) => others))];
  const isJoined = combinations.length <= LINES_MAX && combinations.length < own.length;
  const { symbol } = seriesStyle(index);
  const r = own.length > 60 ? 1.5 : 3;
  return [
    ...(isJoined ? combinations : []).flatMap((others) => {
      const joined = own.filter((point) => point.others === others);
      const stroke = { x: 'level', stroke: 'arm', strokeWidth: 1.5 } as const;
      return [
        line(joined, { ...stroke, y: 'p50' }),
        line(joined, { ...stroke, y: 'p95', strokeDasharray: '5 3' }),
      ];
    }),
    dot(own, { x: 'level', y: 'p50', fill: 'arm', symbol, r }),
    dot(own, { x: 'level', y: 'p95', stroke: 'arm', symbol, r, fill: 'var(--ground)' }),
  ];
}
