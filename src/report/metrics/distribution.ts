/**
 * Delays with censoring. What had not happened by the end of the run is a delay longer than every
 * observed one; leaving it out would make a stalled chain look fast.
 */
import { fsum } from '../../base/sum.ts';
import type { Metric, RunView } from './metric.ts';

/** Observed values in rising order, and how many were still open at the end. */
export interface Distribution {
  readonly observed: Float64Array;
  readonly censored: number;
}

/** Sorts observations; NaN counts as censored. */
export function createDistribution(values: readonly number[]): Distribution {
  const observed = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  return { observed, censored: values.length - observed.length };
}

/** Mean of the observed values; NaN when there is none. */
export function mean(values: ArrayLike<number>): number {
  return values.length === 0 ? Number.NaN : fsum(values) / values.length;
}

/**
 * Quantile of type R-7 (linear between order statistics at position (n − 1)p, as in R, NumPy and
 * spreadsheets), where censored values rank above all observed ones.
 *
 * @param p - Probability in [0, 1].
 * @returns NaN when there is no value, or when the quantile falls among the censored.
 * Source: R. J. Hyndman, Y. Fan, Sample quantiles in statistical packages, 1996, definition 7.
 */
export function quantile({ observed, censored }: Distribution, p: number): number {
  const position = (observed.length + censored - 1) * p;
  const low = Math.floor(position);
  const share = position - low;
  if (low < 0 || low >= observed.length) return Number.NaN;
  if (share === 0) return observed[low]!;
  if (low + 1 >= observed.length) return Number.NaN;
  return observed[low]! + share * (observed[low + 1]! - observed[low]!);
}

const QUANTILES = [
  ['P50', 0.5, 'median'],
  ['P95', 0.95, '95 % quantile'],
  ['P99', 0.99, '99 % quantile'],
] as const;

/**
 * The family of metrics of one delay: mean, median, 95 %, 99 %, largest, and the censored count.
 *
 * @param delay.id - Name without unit, e.g. `finalityLatency`; gives `finalityLatencyMeanUs` and so on.
 * @param delay.what - The delay in words, completing "Mean of ...".
 * @param delay.read - Makes the distribution [us] of a run.
 */
export function delayMetrics({
  id,
  what,
  read,
}: {
  readonly id: string;
  readonly what: string;
  read(run: RunView): Distribution;
}): readonly Metric[] {
  const of = (run: RunView) => run.once(id, () => read(run));
  const delay = (
    suffix: string,
    definition: string,
    compute: (distribution: Distribution) => number,
  ): Metric => ({
    id: `${id}${suffix}Us`,
    unit: 'us',
    definition,
    direction: 'lower',
    compute: (run) => compute(of(run)),
  });
  return [
    delay('Mean', `Mean of observed ${what}`, ({ observed }) => mean(observed)),
    ...QUANTILES.map(([suffix, p, name]) =>
      delay(
        suffix,
        `${name} (R-7) of ${what}; censored ones rank last, empty when it falls among them`,
        (distribution) => quantile(distribution, p),
      ),
    ),
    delay('Max', `Largest observed ${what}`, ({ observed }) => observed.at(-1) ?? Number.NaN),
    {
      id: `${id}Censored`,
      unit: '',
      definition: `Number of ${what} still open when the run ended`,
      direction: 'lower',
      compute: (run) => of(run).censored,
    },
  ];
}
