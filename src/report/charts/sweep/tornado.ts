/** Tornado of assumptions: how far each factor moves a metric around its mean. */
import { barX, text, tickX } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { FactorInfo, Results } from '../../page/results.ts';
import { colourScale } from '../../page/theme.ts';
import {
  factorTitle,
  type SweepMetric,
  shortLevel,
  strongestFactors,
  sweepMetrics,
} from './sweep-data.ts';

const COLUMNS = parseColumns(`
metric     | text   | | Metric
unit       | text   | | Unit of means and range
arm        | text   | | Arm
factor     | text   | | Factor
grand_mean | number | | Mean over all points of the arm
low_mean   | number | | Smallest mean of a level
low_level  | text   | | The level it belongs to
high_mean  | number | | Largest mean of a level
high_level | text   | | The level it belongs to
range      | number | | Largest less smallest
`);

/** Width of a character of a level [px], about. */
const CHARACTER_PX = 6.5;

/** A bar: one factor in one arm. */
interface Bar {
  readonly arm: string;
  readonly factor: string;
  readonly title: string;
  readonly grandMean: number;
  readonly lowMean: number;
  readonly lowLevel: string;
  readonly highMean: number;
  readonly highLevel: string;
}

function barsOf(results: Results, metric: SweepMetric): Bar[] {
  return strongestFactors(results, metric).flatMap((factor) =>
    results.arms.flatMap((arm) => barOf(metric, factor, arm) ?? []),
  );
}

function barOf(metric: SweepMetric, factor: FactorInfo, arm: string): Bar | undefined {
  const rows = metric.means.filter((row) => row.factor === factor.name && row.arm === arm);
  const [first] = rows;
  if (first === undefined || rows.length < 2) return undefined;
  const low = rows.reduce((best, row) => (row.mean < best.mean ? row : best), first);
  const high = rows.reduce((best, row) => (row.mean > best.mean ? row : best), first);
  return {
    arm,
    factor: factor.name,
    title: factorTitle(factor),
    grandMean: first.mean - first.effect,
    lowMean: low.mean,
    lowLevel: low.level,
    highMean: high.mean,
    highLevel: high.level,
  };
}

export default defineChart({
  apiVersion: 1,
  name: 'tornado',
  title: 'Which assumption matters most?',
  section: 'sensitivity',
  kinds: ['sweep'],
  source: 'T. Eschenbach, Spiderplots versus tornado diagrams, Interfaces 22(6), 1992',
  create(results) {
    const drawn = sweepMetrics(results)
      .map((metric) => ({ metric, bars: barsOf(results, metric) }))
      .filter(({ bars }) => bars.length > 0);
    if (drawn.length === 0) return undefined;
    const rows = drawn.flatMap(({ metric: { axis }, bars }) =>
      bars.map((bar) => [
        axis.id,
        axis.unit,
        bar.arm,
        bar.factor,
        bar.grandMean,
        bar.lowMean,
        bar.lowLevel,
        bar.highMean,
        bar.highLevel,
        bar.highMean - bar.lowMean,
      ]),
    );
    const first = drawn[0]!;
    return {
      caption:
        'Tornado: smallest to largest mean of a metric over the levels of each factor, all other factors ' +
        'averaged, with the levels at the ends; the stroke is the mean over all points of the arm. ' +
        `The widest bar is the assumption that matters most: for ${first.metric.axis.label} it is ` +
        `${first.bars[0]!.factor}.`,
      table: { columns: COLUMNS, rows },
      figures: drawn.map(({ metric, bars }) => figure(metric, bars, results.arms)),
    };
  },
});

function figure({ axis }: SweepMetric, bars: readonly Bar[], arms: readonly string[]): ChartFigure {
  const factors = [...new Set(bars.map(({ title }) => title))];
  const place = { fy: 'title', y: 'arm' } as const;
  const end = (side: 'low' | 'high') =>
    text(bars, {
      ...place,
      x: side === 'low' ? 'lowMean' : 'highMean',
      text: (bar: Bar) => shortLevel(side === 'low' ? bar.lowLevel : bar.highLevel),
      textAnchor: side === 'low' ? 'end' : 'start',
      dx: side === 'low' ? -5 : 5,
      fill: 'var(--faint)',
    });
  const widest = (levels: readonly string[]) =>
    12 + CHARACTER_PX * Math.max(...levels.map((level) => shortLevel(level).length));
  return {
    label: axis.label,
    description: `Range of ${axis.title} over the levels of each factor, widest first`,
    plot: {
      height: 70 + factors.length * (10 + 18 * arms.length),
      marginLeft: 130,
      marginBottom: 42,
      color: colourScale(arms, arms.length > 1),
      x: {
        label: `${axis.title} →`,
        grid: true,
        insetLeft: widest(bars.map(({ lowLevel }) => lowLevel)),
        insetRight: widest(bars.map(({ highLevel }) => highLevel)),
      },
      y: { axis: null, domain: [...arms], padding: 0.15 },
      fy: { label: null, domain: factors, axis: 'left', padding: 0.2 },
      marks: [
        barX(bars, { ...place, x1: 'lowMean', x2: 'highMean', fill: 'arm', fillOpacity: 0.75 }),
        tickX(bars, { ...place, x: 'grandMean', stroke: 'var(--ink)', strokeWidth: 2 }),
        end('low'),
        end('high'),
      ],
    },
  };
}
