/** Effects of all factors on one scale: what a level adds to the mean over all points. */
import { dot, ruleX, ruleY, text } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results } from '../../page/results.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';
import { titled } from '../metric-axis.ts';
import {
  factorTitle,
  type SweepMetric,
  shortLevel,
  strongestFactors,
  sweepMetrics,
} from './sweep-data.ts';

const COLUMNS = parseColumns(`
metric  | text    | | Metric
unit    | text    | | Unit of effect and interval
arm     | text    | | Arm
factor  | text    | | Factor
level   | text    | | Level of the factor, or the ends of a fifth of the points
n       | integer | | Replications in which the metric is defined
effect  | number  | | Mean at the level less the mean over all points
ci_low  | number  | | Lower end of the 95 % interval of the mean at the level, shifted alike
ci_high | number  | | Upper end
`);

/** Metrics that get a picture. */
const METRICS_SHOWN = 4;

/** One line of a picture; a factor's name has a line of its own, without values. */
interface Line {
  readonly key: string;
  readonly words: string;
  readonly isHead: boolean;
}

function linesOf(results: Results, metric: SweepMetric): Line[] {
  return strongestFactors(results, metric).flatMap((factor): Line[] => {
    const own = metric.means.filter((row) => row.factor === factor.name);
    const levels = [...new Set(own.map(({ level }) => level))];
    return [
      { key: factor.name, words: factorTitle(factor), isHead: true },
      ...levels.map((level) => ({
        key: `${factor.name} = ${level}`,
        words: shortLevel(level),
        isHead: false,
      })),
    ];
  });
}

function effectsOf(metric: SweepMetric) {
  return metric.means.map(({ effect, mean, low, high, ...row }) => ({
    ...row,
    key: `${row.factor} = ${row.level}`,
    effect,
    low: low - (mean - effect),
    high: high - (mean - effect),
  }));
}

export default defineChart({
  apiVersion: 1,
  name: 'main-effects',
  title: 'How sure are the effects?',
  section: 'sensitivity',
  kinds: ['sweep'],
  source:
    'G. Box, J. Hunter, W. Hunter, Statistics for Experimenters, 2nd edition, 2005, chapter 5',
  create(results) {
    const metrics = sweepMetrics(results)
      .filter((metric) => strongestFactors(results, metric).length > 0)
      .slice(0, METRICS_SHOWN);
    if (metrics.length === 0) return undefined;
    const rows = metrics.flatMap((metric) => {
      const factors = new Set(strongestFactors(results, metric).map(({ name }) => name));
      return effectsOf(metric)
        .filter(({ factor }) => factors.has(factor))
        .map(({ arm, factor, level, n, effect, low, high }) => {
          return [metric.axis.id, metric.axis.unit, arm, factor, level, n, effect, low, high];
        });
    });
    return {
      caption:
        'Main effects: what each level of a factor adds to the mean over all points of its arm, factors in order of ' +
        'their range; bar: 95 % interval of the mean at the level. A factor whose dots stay at 0 does ' +
        'not matter by itself; it may still act through another one, see the heat maps.',
      table: { columns: COLUMNS, rows },
      figures: metrics.map((metric) => figure(results, metric)),
    };
  },
});

function figure(results: Results, metric: SweepMetric): ChartFigure {
  const lines = linesOf(results, metric);
  const { arms } = results;
  const known = new Set(lines.map(({ key }) => key));
  const effects = effectsOf(metric).filter(({ key }) => known.has(key));
  const rowHeight = Math.max(16, 7 * arms.length + 4);
  return {
    label: metric.axis.label,
    description: `Effects of all factors on ${metric.axis.title}`,
    plot: {
      height: 80 + rowHeight * lines.length,
      marginLeft: 150,
      marginBottom: 42,
      color: colourScale(arms, arms.length > 1),
      x: { label: `${titled(`effect on ${metric.axis.label}`, metric.axis.unit)} →`, grid: true },
      y: { type: 'point', axis: null, domain: lines.map(({ key }) => key) },
      marks: [
        ruleX([0], { stroke: 'var(--ink)' }),
        ...[true, false].map((isHead) =>
          text(
            lines.filter((one) => one.isHead === isHead),
            {
              y: 'key',
              text: 'words',
              frameAnchor: 'left',
              textAnchor: isHead ? 'start' : 'end',
              dx: isHead ? -140 : -10,
              ...(isHead ? { fontWeight: 'bold' } : {}),
            },
          ),
        ),
        ...arms.flatMap((arm, index) => {
          const own = effects.filter((row) => row.arm === arm);
          const dy = 6 * (index - (arms.length - 1) / 2);
          return [
            ruleY(own, { y: 'key', x1: 'low', x2: 'high', stroke: 'arm', strokeWidth: 1.5, dy }),
            dot(own, {
              y: 'key',
              x: 'effect',
              fill: 'arm',
              symbol: seriesStyle(index).symbol,
              r: 3.5,
              dy,
            }),
          ];
        }),
      ],
    },
  };
}
