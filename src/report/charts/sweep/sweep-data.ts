/** What charts of sweeps share: the metrics worth a picture, and the means at the levels of each factor. */
import { shortNumber } from '../../format-value.ts';
import type { FactorInfo, Results, ResultTable } from '../../page/results.ts';
import { MAIN_METRICS, type MetricAxis, metricAxis, titled, words } from '../metric-axis.ts';

/** Mean of a metric at one level of a factor over all other factors, in the unit of its axis. */
export interface LevelMean {
  readonly arm: string;
  readonly factor: string;
  /** As in `effects.csv`: a value, a word, or a fifth of the points as `5..7.9`. */
  readonly level: string;
  /** Where to draw it; NaN for words. */
  readonly position: number;
  readonly n: number;
  readonly mean: number;
  /** 95 % interval over replications; NaN where there is none. */
  readonly low: number;
  readonly high: number;
  /** Mean less the mean over all points. */
  readonly effect: number;
}

/** A metric of a sweep with its means. */
export interface SweepMetric {
  readonly axis: MetricAxis;
  /** In the order of arms, factors and levels. */
  readonly means: readonly LevelMean[];
}

/** Most metrics that a sweep is drawn for, unless its author kept few. */
const METRICS_SHOWN = 6;

/** So many kept metrics are all shown: the author chose them. */
const METRICS_CHOSEN = 8;

/** Columns of `runs.csv` that are neither factor nor metric. */
const RUN_COLUMNS = ['run', 'arm', 'replication', 'seed', 'window', 'status'];

const keptAxes = new WeakMap<Results, readonly MetricAxis[]>();
const keptMeans = new WeakMap<Results, readonly SweepMetric[]>();

/**
 * Metrics to show: those that the author kept where they are few, else the main ones; without those that
 * are the same in all runs. Units suit the values of the runs.
 */
export function shownMetrics(results: Results): readonly MetricAxis[] {
  const known = keptAxes.get(results);
  if (known !== undefined) return known;
  const runs = results.table('runs');
  const axes = runs === undefined ? [] : axesOf(results, runs);
  keptAxes.set(results, axes);
  return axes;
}

function axesOf({ factors }: Results, runs: ResultTable): MetricAxis[] {
  const others = new Set([...RUN_COLUMNS, ...factors.map(({ name }) => name)]);
  const kept = runs.columns.filter((column) => !others.has(column));
  const isChosen = kept.length <= METRICS_CHOSEN;
  const ordered = isChosen ? kept : MAIN_METRICS.filter((metric) => kept.includes(metric));
  const axes = ordered.flatMap((metric) => {
    const values = runs.numbers(metric).filter((value) => !Number.isNaN(value));
    const varies = values.some((value) => value !== values[0]);
    return varies ? [metricAxis(metric, values)] : [];
  });
  return axes.slice(0, isChosen ? METRICS_CHOSEN : METRICS_SHOWN);
}

/** The metrics of {@link shownMetrics} that `effects.csv` has, with their means in shown units. */
export function sweepMetrics(results: Results): readonly SweepMetric[] {
  const known = keptMeans.get(results);
  if (known !== undefined) return known;
  const table = results.table('effects');
  const metrics = table === undefined ? [] : meansOf(results, table);
  keptMeans.set(results, metrics);
  return metrics;
}

function meansOf(results: Results, table: ResultTable): SweepMetric[] {
  const [metrics, arms, factors, levels] = ['metric', 'arm', 'factor', 'level'].map((name) =>
    table.texts(name),
  );
  const positions = table.has('position') ? table.numbers('position') : undefined;
  const [n, mean, low, high, effect] = ['n', 'mean', 'ci_low', 'ci_high', 'effect'].map((name) =>
    table.numbers(name),
  );
  const rowsOf = new Map<string, number[]>();
  for (const [row, metric] of metrics!.entries()) {
    if (Number.isNaN(mean![row]!)) continue;
    const rows = rowsOf.get(metric);
    if (rows === undefined) rowsOf.set(metric, [row]);
    else rows.push(row);
  }
  return shownMetrics(results).flatMap((axis) => {
    const means = (rowsOf.get(axis.id) ?? []).map((row): LevelMean => {
      const isWord = results.factors.some(
        ({ name, type }) => name === factors![row] && type === 'text',
      );
      return {
        arm: arms![row]!,
        factor: factors![row]!,
        level: levels![row]!,
        position: positions?.[row] ?? (isWord ? Number.NaN : Number(levels![row])),
        n: n![row]!,
        mean: mean![row]! / axis.divisor,
        low: low![row]! / axis.divisor,
        high: high![row]! / axis.divisor,
        effect: effect![row]! / axis.divisor,
      };
    });
    return means.length === 0 ? [] : [{ axis, means }];
  });
}

/** A factor as an axis says it, `block interval [s]`. */
export function factorTitle({ name, unit }: FactorInfo): string {
  return titled(words(name), unit);
}

/** A level for people: numbers short, the ends of a fifth of the points joined by a dash. */
export function shortLevel(level: string): string {
  const parts = level.split('..').map((part) => ({ part, value: Number(part) }));
  const isNumber = level !== '' && parts.every(({ value }) => !Number.isNaN(value));
  return isNumber ? parts.map(({ value }) => shortNumber(value)).join(' – ') : level;
}

/** Whether a factor's values are numbers. */
export function isNumeric({ type }: FactorInfo): boolean {
  return type !== 'text';
}

/** Largest less smallest mean of a factor in any arm; 0 where it has one level. */
export function rangeOf(metric: SweepMetric, factor: string): number {
  const own = metric.means.filter((row) => row.factor === factor);
  const arms = [...new Set(own.map(({ arm }) => arm))];
  return Math.max(
    0,
    ...arms.map((arm) => {
      const means = own.filter((row) => row.arm === arm).map(({ mean }) => mean);
      return Math.max(...means) - Math.min(...means);
    }),
  );
}

/** Factors with two levels or more, those that move a metric most first, equal ones in study order. */
export function strongestFactors(results: Results, metric: SweepMetric): readonly FactorInfo[] {
  const levels = (factor: string) =>
    new Set(metric.means.filter((row) => row.factor === factor).map(({ level }) => level)).size;
  return results.factors
    .filter(({ name }) => levels(name) > 1)
    .map((factor, place) => ({ factor, place, range: rangeOf(metric, factor.name) }))
    .sort((a, b) => b.range - a.range || a.place - b.place)
    .map(({ factor }) => factor);
}
