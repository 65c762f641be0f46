/**
 * Probability distributions as values that know their theory, so that a test compares a sample with
 * `mean` and `variance` instead of with numbers typed in twice. A draw uses one uniform through the
 * quantile function: arms that share uniforms then differ as little as they can (common random
 * numbers), and no rejection loop makes streams run apart.
 */
import { exp, log, pow, sqrt } from './math.ts';

/** A distribution of a real number. */
export interface Distribution {
  readonly name: string;
  /** Expected value; Infinity where it does not exist. */
  readonly mean: number;
  /** Variance; Infinity where it does not exist. */
  readonly variance: number;
  /** One draw. @param uniform - Draws from [0, 1); called once (not at all by `constant`). */
  sample(uniform: () => number): number;
  /** The smallest x with P(X <= x) >= p, for 0 < p < 1. @throws {RangeError} for other p. */
  quantile?(p: number): number;
}

/** A distribution whose quantile function is known; every distribution below has one. */
export interface QuantileDistribution extends Distribution {
  quantile(p: number): number;
}

/** Half the step of a 32-bit uniform: keeps draws off 0, where logarithms end. */
const HALF_STEP = 2 ** -33;

/** Always `value` (finite). */
export function constant(value: number): QuantileDistribution {
  check('value', value, Number.isFinite(value), 'a finite number');
  return {
    name: `constant(${value})`,
    mean: value,
    variance: 0,
    sample: () => value,
    quantile(p) {
      checkProbability(p);
      return value;
    },
  };
}

/** Uniform on [low, high), `low` < `high`. */
export function uniform(low: number, high: number): QuantileDistribution {
  check('high', high, high > low && Number.isFinite(high - low), `a finite number above ${low}`);
  return inverse(
    `uniform(${low}, ${high})`,
    (low + high) / 2,
    ((high - low) * (high - low)) / 12,
    (p) => low + (high - low) * p,
  );
}

/** Exponential with mean `mean` > 0. */
export function exponential(mean: number): QuantileDistribution {
  checkPositive('mean', mean);
  return inverse(`exponential(${mean})`, mean, mean * mean, (p) => -mean * log(1 - p));
}

/** Normal with mean `mean` and standard deviation `deviation` > 0. */
export function normal(mean: number, deviation: number): QuantileDistribution {
  check('mean', mean, Number.isFinite(mean), 'a finite number');
  checkPositive('deviation', deviation);
  return inverse(
    `normal(${mean}, ${deviation})`,
    mean,
    deviation * deviation,
    (p) => mean + deviation * standardNormalQuantile(p),
  );
}

/** Lognormal with median `median` > 0 and standard deviation of the logarithm `sigma` > 0. */
export function lognormal(median: number, sigma: number): QuantileDistribution {
  checkPositive('median', median);
  checkPositive('sigma', sigma);
  const spread = exp(sigma * sigma);
  return inverse(
    `lognormal(${median}, ${sigma})`,
    median * sqrt(spread),
    median * median * spread * (spread - 1),
    (p) => median * exp(sigma * standardNormalQuantile(p)),
  );
}

/** Pareto (type I): P(X > x) = (scale / x)^shape for x >= scale; both > 0. */
export function pareto(shape: number, scale: number): QuantileDistribution {
  checkPositive('shape', shape);
  checkPositive('scale', scale);
  const mean = shape > 1 ? (shape * scale) / (shape - 1) : Number.POSITIVE_INFINITY;
  const variance =
    shape > 2
      ? (shape * scale * scale) / ((shape - 1) * (shape - 1) * (shape - 2))
      : Number.POSITIVE_INFINITY;
  return inverse(
    `pareto(${shape}, ${scale})`,
    mean,
    variance,
    (p) => scale * pow(1 - p, -1 / shape),
  );
}

/**
 * Discrete distribution over given values.
 *
 * @param values - Finite, ascending order not required; at least one.
 * @param weights - Non-negative, same length, positive sum; equal weights when omitted.
 * @throws {RangeError} when the lengths differ, a weight is negative or the sum is not positive.
 * A draw costs O(log n).
 */
export function empirical(
  values: ArrayLike<number>,
  weights: ArrayLike<number> = new Float64Array(values.length).fill(1),
): QuantileDistribution {
  const count = values.length;
  check('values', count, count > 0, 'at least one value');
  check('weights', weights.length, weights.length === count, `${count} weights`);
  const order = Array.from({ length: count }, (_, i) => i);
  order.sort((i, j) => values[i]! - values[j]! || i - j);
  const sorted = Float64Array.from(order, (i) => values[i]!);
  const cumulative = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const weight = weights[order[i]!]!;
    check('values', sorted[i]!, Number.isFinite(sorted[i]!), 'finite numbers');
    check('weights', weight, weight >= 0, 'numbers >= 0');
    total += weight;
    cumulative[i] = total;
  }
  check('weights', total, total > 0 && Number.isFinite(total), 'a positive sum');
  let mean = 0;
  for (let i = 0; i < count; i++) mean += (sorted[i]! * weights[order[i]!]!) / total;
  let variance = 0;
  for (let i = 0; i < count; i++) {
    const distance = sorted[i]! - mean;
    variance += (distance * distance * weights[order[i]!]!) / total;
  }
  function quantile(p: number): number {
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! >= p * total) high = middle;
      else low = middle + 1;
    }
    return sorted[low]!;
  }
  return inverse(`empirical(${count} values)`, mean, variance, quantile);
}

/**
 * Quantile of the standard normal, relative error about 1e-16. `p` in (0, 1).
 * Source: M. J. Wichura, Algorithm AS 241: The percentage points of the normal distribution,
 * Applied Statistics 37(3), 1988, routine PPND16.
 */
export function standardNormalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_TOP, r)) / polynomial(CENTRE_BOTTOM, r);
  }
  const r = sqrt(-log(q < 0 ? p : 1 - p));
  const tail =
    r <= 5
      ? polynomial(TAIL_TOP, r - 1.6) / polynomial(TAIL_BOTTOM, r - 1.6)
      : polynomial(FAR_TOP, r - 5) / polynomial(FAR_BOTTOM, r - 5);
  return q < 0 ? -tail : tail;
}

const CENTRE_TOP = Float64Array.of(
  2509.0809287301227,
  33430.57558358813,
  67265.7709270087,
  45921.95393154987,
  13731.69376550946,
  1971.5909503065513,
  133.14166789178438,
  3.3871328727963665,
);
const CENTRE_BOTTOM = Float64Array.of(
  5226.495278852854,
  28729.085735721943,
  39307.89580009271,
  21213.794301586597,
  5394.196021424751,
  687.1870074920579,
  42.31333070160091,
  1.0,
);
const TAIL_TOP = Float64Array.of(
  0.0007745450142783414,
  0.022723844989269184,
  0.2417807251774506,
  1.2704582524523684,
  3.6478483247632045,
  5.769497221460691,
  4.630337846156546,
  1.4234371107496835,
);
const TAIL_BOTTOM = Float64Array.of(
  1.0507500716444169e-9,
  0.0005475938084995345,
  0.015198666563616457,
  0.14810397642748008,
  0.6897673349851,
  1.6763848301838038,
  2.053191626637759,
  1.0,
);
const FAR_TOP = Float64Array.of(
  2.0103343992922881e-7,
  2.7115555687434876e-5,
  0.0012426609473880784,
  0.026532189526576124,
  0.29656057182850487,
  1.7848265399172913,
  5.463784911164114,
  6.657904643501103,
);
const FAR_BOTTOM = Float64Array.of(
  2.0442631033899397e-15,
  1.421511758316446e-7,
  1.8463183175100548e-5,
  0.0007868691311456133,
  0.014875361290850615,
  0.1369298809227358,
  0.599832206555888,
  1.0,
);

/** Value of a polynomial; coefficients from the highest power down. */
function polynomial(coefficients: Float64Array, x: number): number {
  let value = 0;
  for (let i = 0; i < coefficients.length; i++) value = value * x + coefficients[i]!;
  return value;
}

function inverse(
  name: string,
  mean: number,
  variance: number,
  quantileAt: (p: number) => number,
): QuantileDistribution {
  return {
    name,
    mean,
    variance,
    sample: (draw) => quantileAt(draw() + HALF_STEP),
    quantile(p) {
      checkProbability(p);
      return quantileAt(p);
    },
  };
}

function check(label: string, value: number, holds: boolean, expected: string): void {
  if (!holds) throw new RangeError(`"${label}" expected ${expected}, got ${value}`);
}

function checkPositive(label: string, value: number): void {
  check(label, value, value > 0 && Number.isFinite(value), 'a positive number');
}

function checkProbability(p: number): void {
  check('p', p, p > 0 && p < 1, 'a probability between 0 and 1');
}
