/** How metrics answer to factors: the mean at each level with its band, one line an arm. */
import { areaY, dot, line, type PlotOptions, ruleX } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { shortNumber } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { FactorInfo, Results } from '../../page/results.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';
import {
  factorTitle,
  isNumeric,
  type LevelMean,
  rangeOf,
  type SweepMetric,
  strongestFactors,
  sweepMetrics,
} from './sweep-data.ts';

const COLUMNS = parseColumns(`
metric   | text    | | Metric
unit     | text    | | Unit of mean and interval
factor   | text    | | Factor
level    | text    | | Level of the factor, or the ends of a fifth of the points
position | number  | | Where it is drawn; empty for words
arm      | text    | | Arm
n        | integer | | Replications in which the metric is defined
mean     | number  | | Mean over all points at the level
ci_low   | number  | | Lower end of the 95 % interval over replications
ci_high  | number  | | Upper end
`);

/** Most factors drawn for one metric: those that move it most. */
const FACTORS_SHOWN = 3;

/** Factors that move a metric less than this share of what the strongest one does have no picture. */
const LEAST_RANGE = 0.1;

/** From this ratio of largest to smallest level on an axis is logarithmic. */
const LOG_RATIO = 50;

interface Response {
  readonly metric: SweepMetric;
  readonly factor: FactorInfo;
  readonly means: readonly LevelMean[];
}

function tellingFactors(results: Results, metric: SweepMetric): readonly FactorInfo[] {
  const strongest = strongestFactors(results, metric);
  const most = Math.max(...strongest.map(({ name }) => rangeOf(metric, name)));
  return strongest
    .filter(({ name }) => rangeOf(metric, name) >= LEAST_RANGE * most)
    .slice(0, FACTORS_SHOWN);
}

function responsesOf(results: Results): Response[] {
  return sweepMetrics(results).flatMap((metric) =>
    tellingFactors(results, metric).map((factor) => ({
      metric,
      factor,
      means: metric.means.filter((row) => row.factor === factor.name),
    })),
  );
}

export default defineChart({
  apiVersion: 1,
  name: 'response-curves',
  title: 'What does each factor change?',
  section: 'sensitivity',
  kinds: ['sweep'],
  source: 'Main effects over all other factors: effects.csv',
  create(results) {
    const responses = responsesOf(results);
    if (responses.length === 0) return undefined;
    const rows = responses.flatMap(({ metric: { axis }, means }) =>
      means.map((row) => [
        axis.id,
        axis.unit,
        row.factor,
        row.level,
        row.position,
        row.arm,
        row.n,
        row.mean,
        row.low,
        row.high,
      ]),
    );
    const metrics = [...new Set(responses.map(({ metric }) => metric))];
    const strongest = metrics.slice(0, 3).map((metric) => {
      const first = responses.find((response) => response.metric === metric)!;
      const means = first.means.map(({ mean }) => mean);
      const [low, high] = [Math.min(...means), Math.max(...means)].map(shortNumber);
      const range = `${low} to ${high} ${metric.axis.unit}`.trim();
      return `${metric.axis.label} by ${first.factor.name} (${range})`;
    });
    return {
      caption:
        'Mean of a metric at each level of a factor, over all levels of the other factors; band or bar: ' +
        '95 % interval over replications. Pictures of one metric share their scale, factors that move ' +
        `it most come first and those that hardly do are left out: ${strongest.join('; ')}.`,
      table: { columns: COLUMNS, rows },
      figures: responses.map((response) => figure(response, results.arms)),
    };
  },
});

function figure({ metric, factor, means }: Response, arms: readonly string[]): ChartFigure {
  const title = factorTitle(factor);
  const isLine = isNumeric(factor) && means.every(({ position }) => !Number.isNaN(position));
  const values = metric.means.flatMap(({ mean, low, high }) => [mean, low, high]);
  const finite = values.filter((value) => !Number.isNaN(value));
  const common: PlotOptions = {
    height: 270,
    marginLeft: 56,
    marginBottom: 42,
    color: colourScale(arms, arms.length > 1),
    y: {
      label: `↑ ${metric.axis.title}`,
      grid: true,
      domain: [Math.min(...finite), Math.max(...finite)],
      nice: true,
    },
  };
  return {
    label: `${metric.axis.label} by ${factor.name}`,
    description: `${metric.axis.title} against ${title}, one line an arm`,
    plot: isLine
      ? { ...common, ...curves(means, arms, title) }
      : { ...common, ...dots(means, arms, title) },
  };
}

function curves(means: readonly LevelMean[], arms: readonly string[], title: string): PlotOptions {
  const positions = means.map(({ position }) => position);
  const [first, last] = [Math.min(...positions), Math.max(...positions)];
  const isLog = first > 0 && last / first >= LOG_RATIO;
  return {
    x: { label: `${title} →`, ...(isLog ? { type: 'log' as const } : {}) },
    marks: arms.flatMap((arm, index) => {
      const own = means.filter((row) => row.arm === arm);
      const style = seriesStyle(index);
      return [
        areaY(own, {
          x: 'position',
          y1: 'low',
          y2: 'high',
          fill: style.colour,
          fillOpacity: 0.18,
        }),
        line(own, {
          x: 'position',
          y: 'mean',
          stroke: 'arm',
          strokeWidth: 2,
          strokeDasharray: style.dash,
        }),
        dot(own, { x: 'position', y: 'mean', fill: 'arm', symbol: style.symbol, r: 3 }),
      ];
    }),
  };
}

/** Levels that are words have no line between them. */
function dots(means: readonly LevelMean[], arms: readonly string[], title: string): PlotOptions {
  const levels = [...new Set(means.map(({ level }) => level))];
  return {
    x: { label: title, type: 'point', domain: levels, padding: 0.6 },
    marks: arms.flatMap((arm, index) => {
      const own = means.filter((row) => row.arm === arm);
      const dx = 8 * (index - (arms.length - 1) / 2);
      return [
        ruleX(own, { x: 'level', y1: 'low', y2: 'high', stroke: 'arm', strokeWidth: 2, dx }),
        dot(own, {
          x: 'level',
          y: 'mean',
          fill: 'arm',
          symbol: seriesStyle(index).symbol,
          r: 4,
          dx,
        }),
      ];
    }),
  };
}
