/**
 * Percentiles over several runs. They come from the pooled values or from merged sketches, never
 * from the percentiles of the runs: the mean of two 99 % quantiles is the 99 % quantile of nothing.
 */
import {
  decodeSketch,
  type EncodedSketch,
  type QuantileSketch,
} from '../../base/quantile-sketch.ts';
import { createDistribution, quantile } from '../../report/metrics/distribution.ts';

/** Percentiles of pooled values, all of type R-7 with censored values ranking above the others. */
export interface Percentiles {
  /** Values with a number. */
  readonly n: number;
  /** Values known only to be larger than the observed ones. */
  readonly censored: number;
  /** NaN when the percentile falls among the censored, or of none. */
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  /** Largest observed value, exact; NaN of none. */
  readonly max: number;
  /** Bound of |estimate − exact| / exact; 0 when the values themselves were kept. */
  readonly relativeError: number;
}

/**
 * Percentiles of values that are all at hand.
 *
 * @param runs - Values by run; NaN is censored. The order of runs and of values does not matter.
 */
export function pooledPercentiles(runs: readonly (readonly number[])[]): Percentiles {
  const pooled = createDistribution(runs.flat());
  return {
    ...{ n: pooled.observed.length, censored: pooled.censored },
    ...percentilesBy((p) => quantile(pooled, p)),
    max: pooled.observed.at(-1) ?? Number.NaN,
    relativeError: 0,
  };
}

/**
 * Percentiles of runs that kept sketches. The counts are added, so that order and grouping of the
 * runs do not matter to the last bit.
 *
 * @param sketches - One a run, all of one relative error; at least one.
 * @throws {RangeError} when there is none, or when their relative errors differ.
 */
export function mergedPercentiles(sketches: readonly EncodedSketch[]): Percentiles {
  return sketchPercentiles(mergeSketches(sketches));
}

/** Percentiles of a sketch. */
export function sketchPercentiles(sketch: QuantileSketch): Percentiles {
  return {
    ...{ n: sketch.count, censored: sketch.censored },
    ...percentilesBy((p) => sketch.quantile(p)),
    max: sketch.max,
    relativeError: sketch.relativeError,
  };
}

/**
 * The sketch of all runs.
 *
 * @throws {RangeError} as {@link mergedPercentiles}.
 */
export function mergeSketches(sketches: readonly EncodedSketch[]): QuantileSketch {
  const [first, ...others] = sketches;
  if (first === undefined) throw new RangeError('"sketches" expected at least one, got 0');
  const merged = decodeSketch(first);
  for (const other of others) merged.merge(decodeSketch(other));
  return merged;
}

const percentilesBy = (at: (p: number) => number) => ({
  p50: at(0.5),
  p90: at(0.9),
  p95: at(0.95),
  p99: at(0.99),
});
