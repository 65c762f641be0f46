/**
 * Quantiles of more values than anyone wants to keep, from pieces that can be put together.
 * Percentiles of runs cannot be merged; counts in buckets can, exactly and in any order, so that
 * any number of workers and shards ends with the same bytes. The buckets grow by a fixed ratio,
 * which bounds the relative error.
 *
 * Buckets are never collapsed: at 0.5 % the delays from 1 µs to 30 years need 3 455 of them at
 * most, and then the bound holds for every quantile instead of only for the upper ones.
 */
import { log, pow } from './math.ts';

/** Relative error of a sketch unless another is asked for. */
export const SKETCH_RELATIVE_ERROR = 0.005;

/** Sizes that a sketch can hold; 0 is held apart. */
const [SMALLEST, LARGEST] = [1e-300, 1e300];

/** Plain JSON form: equal for equal contents. */
export interface EncodedSketch {
  readonly relativeError: number;
  /** Smallest and largest value; null of none. */
  readonly min: number | null;
  readonly max: number | null;
  readonly censored: number;
  /** Values that are exactly 0. */
  readonly zeros: number;
  /** Pairs (bucket minus the bucket before, count) in rising order; the first bucket as it is. */
  readonly positive: readonly number[];
  /** The same for negative values, by their size. */
  readonly negative: readonly number[];
}

/** Counts of values in buckets of equal relative width. */
export interface QuantileSketch {
  /** Largest |estimate − value| / |value| of an order statistic. */
  readonly relativeError: number;
  /** Values with a number. */
  readonly count: number;
  /** Values known only to be larger than all others. */
  readonly censored: number;
  /** Exact; NaN of none. */
  readonly min: number;
  readonly max: number;
  /**
   * Counts a value; NaN counts as censored.
   * @throws {RangeError} when it is infinite, or its size is neither 0 nor in [1e-300, 1e300].
   */
  add(value: number): void;
  /** Counts censored values. @param count - Integer of at least 0. */
  addCensored(count: number): void;
  /** Adds another sketch's counts. @throws {RangeError} when its relative error differs. */
  merge(other: QuantileSketch): void;
  /**
   * Quantile of type R-7 (position (n − 1)p, linear in between) with censored values ranking above
   * all others. Of values of one sign it is off by at most the relative error; between a negative
   * and a positive one by at most that share of the larger size. p = 0 and p = 1 are exact.
   *
   * @param p - In [0, 1].
   * @returns NaN when there is no value, or when the quantile falls among the censored.
   * @throws {RangeError} when p is outside its range.
   */
  quantile(p: number): number;
  encode(): EncodedSketch;
}

/**
 * An empty sketch.
 *
 * @param relativeError - α in [1e-4, 0.5); one bucket spans a ratio (1 + α)/(1 − α). The bound
 *   holds to the rounding of logarithm and power, about 1e-13 of it.
 * @throws {RangeError} when it is outside its range.
 * Cost: one logarithm a value; the first quantile after a change sorts the buckets, further ones
 * are a binary search. Memory grows with ln(max/min)/(2α), not with the number of values.
 * Source: C. Masson, J. Rim, H. Lee, DDSketch: a fast and fully-mergeable quantile sketch with
 * relative-error guarantees, PVLDB 12(12), 2019, section 2.1, doi 10.14778/3352063.3352135. Differs
 * from it: no collapse, exact ends, linear between order statistics as everywhere in this program.
 */
export function createSketch(relativeError = SKETCH_RELATIVE_ERROR): QuantileSketch {
  return new Sketch(relativeError);
}

/**
 * A sketch from its plain form.
 *
 * @throws {RangeError} when it is no encoded sketch.
 */
export function decodeSketch(encoded: EncodedSketch): QuantileSketch {
  const sketch = new Sketch(encoded.relativeError);
  sketch.load(encoded);
  return sketch;
}

/** Index of a bucket and how many values are in it. */
type Buckets = Map<number, number>;

/** Estimates in rising order; `ends[i]` values are at or below `estimates[i]`. */
interface Ladder {
  readonly estimates: Float64Array;
  readonly ends: Float64Array;
}

class Sketch implements QuantileSketch {
  readonly relativeError: number;
  count = 0;
  censored = 0;
  min = Number.NaN;
  max = Number.NaN;
  readonly #ratio: number;
  readonly #logRatio: number;
  #zeros = 0;
  readonly #positive: Buckets = new Map();
  readonly #negative: Buckets = new Map();
  /** What quantiles are read from; made anew after a change. */
  #ladder: Ladder | undefined;

  constructor(relativeError: number) {
    if (!(relativeError >= 1e-4 && relativeError < 0.5)) {
      throw new RangeError(
        `"relativeError" expected a number in [1e-4, 0.5), got ${relativeError}`,
      );
    }
    this.relativeError = relativeError;
    this.#ratio = (1 + relativeError) / (1 - relativeError);
    this.#logRatio = log(this.#ratio);
  }

  add(value: number): void {
    if (Number.isNaN(value)) {
      this.censored++;
      return;
    }
    const size = Math.abs(value);
    if (size === 0) {
      this.#zeros++;
    } else {
      if (!(size >= SMALLEST && size <= LARGEST)) {
        throw new RangeError(`"value" expected 0 or a size in [1e-300, 1e300], got ${value}`);
      }
      count(value > 0 ? this.#positive : this.#negative, Math.ceil(log(size) / this.#logRatio), 1);
    }
    this.count++;
    this.#stretch(value + 0, value + 0);
  }

  addCensored(count: number): void {
    checkCount('count', count);
    this.censored += count;
  }

  merge(other: QuantileSketch): void {
    if (other.relativeError !== this.relativeError) {
      throw new RangeError(
        `"other" expected the relative error ${this.relativeError}, got ${other.relativeError}`,
      );
    }
    this.load(other.encode());
  }

  load({ min, max, censored, zeros, positive, negative }: EncodedSketch): void {
    checkCount('censored', censored);
    checkCount('zeros', zeros);
    this.censored += censored;
    this.#zeros += zeros;
    const loaded = unpack(positive, this.#positive) + unpack(negative, this.#negative) + zeros;
    this.count += loaded;
    if (loaded === 0) return;
    if (min === null || max === null || !(min <= max)) {
      throw new RangeError(`"min", "max" expected the ends of the values, got ${min}, ${max}`);
    }
    this.#stretch(min, max);
  }

  quantile(p: number): number {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`"p" expected a number in [0, 1], got ${p}`);
    const position = (this.count + this.censored - 1) * p;
    const low = Math.floor(position);
    const share = position - low;
    if (low < 0 || low >= this.count) return Number.NaN;
    const lower = this.#at(low);
    if (share === 0) return lower;
    if (low + 1 >= this.count) return Number.NaN;
    return lower + share * (this.#at(low + 1) - lower);
  }

  encode(): EncodedSketch {
    const isEmpty = this.count === 0;
    return {
      relativeError: this.relativeError,
      min: isEmpty ? null : this.min,
      max: isEmpty ? null : this.max,
      censored: this.censored,
      zeros: this.#zeros,
      positive: pack(this.#positive),
      negative: pack(this.#negative),
    };
  }

  /** Estimate of the order statistic with this rank, from 0. */
  #at(rank: number): number {
    if (rank === 0) return this.min;
    if (rank === this.count - 1) return this.max;
    this.#ladder ??= this.#climb();
    const { ends, estimates } = this.#ladder;
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! > rank) high = middle;
      else low = middle + 1;
    }
    // No order statistic is outside the ends, so this only takes the estimate nearer.
    return Math.max(this.min, Math.min(this.max, estimates[low]!));
  }

  /** Buckets of all signs in rising order, with the rank after each. */
  #climb(): Ladder {
    const rungs: (readonly [number, number])[] = [];
    for (const [bucket, within] of rising(this.#negative).reverse()) {
      rungs.push([-this.#middle(bucket), within]);
    }
    if (this.#zeros > 0) rungs.push([0, this.#zeros]);
    for (const [bucket, within] of rising(this.#positive)) {
      rungs.push([this.#middle(bucket), within]);
    }
    let end = 0;
    const ends = Float64Array.from(rungs, ([, within]) => {
      end += within;
      return end;
    });
    return { estimates: Float64Array.from(rungs, ([estimate]) => estimate), ends };
  }

  /** The size that is at the same relative distance from both ends of a bucket. */
  #middle(bucket: number): number {
    return pow(this.#ratio, bucket) * (1 - this.relativeError);
  }

  #stretch(min: number, max: number): void {
    this.#ladder = undefined;
    this.min = Number.isNaN(this.min) ? min : Math.min(this.min, min);
    this.max = Number.isNaN(this.max) ? max : Math.max(this.max, max);
  }
}

function count(buckets: Buckets, bucket: number, times: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + times);
}

const rising = (buckets: Buckets) => [...buckets].sort(([left], [right]) => left - right);

function pack(buckets: Buckets): number[] {
  let before = 0;
  return rising(buckets).flatMap(([bucket, within]) => {
    const step = bucket - before;
    before = bucket;
    return [step, within];
  });
}

/** Adds packed buckets; returns how many values they hold. */
function unpack(packed: readonly number[], into: Buckets): number {
  let [bucket, total] = [0, 0];
  for (let i = 0; i < packed.length; i += 2) {
    const step = packed[i]!;
    if (!Number.isInteger(step)) throw new RangeError(`"bucket" expected an integer, got ${step}`);
    bucket += step;
    const within = packed[i + 1] ?? Number.NaN;
    checkCount('count', within);
    if (within === 0) throw new RangeError('"count" expected no empty bucket, got 0');
    count(into, bucket, within);
    total += within;
  }
  return total;
}

function checkCount(label: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`"${label}" expected an integer of at least 0, got ${value}`);
  }
}
