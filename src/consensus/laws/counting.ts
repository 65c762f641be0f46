/**
 * Sums of binomial kind that the laws need. Terms come from their neighbours by a ratio, in
 * doubles; all of them are probabilities of moderate size, so nothing under- or overflows in the
 * ranges stated.
 */
import { exp, log, pow, sqrt } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';

/** Largest count for which `p^n` stays above the smallest double for every p in [0.5, 1). */
const COUNT_LIMIT = 1000;

/**
 * Probabilities of 0, 1, ..., `trials` successes in independent trials.
 *
 * @param trials - Integer in [0, 1000].
 * @param p - Probability of a success, in [0, 1].
 */
export function binomialTerms(trials: number, p: number): Float64Array {
  checkCount('trials', trials);
  checkShare('p', p);
  const terms = new Float64Array(trials + 1);
  // From the likelier end, whose first term cannot underflow.
  const isFlipped = p > 0.5;
  const odds = isFlipped ? (1 - p) / p : p / (1 - p);
  let term = pow(isFlipped ? p : 1 - p, trials);
  for (let k = 0; k <= trials; k++) {
    terms[isFlipped ? trials - k : k] = term;
    term *= (odds * (trials - k)) / (k + 1);
  }
  return terms;
}

/** Probability of at least `least` successes in independent trials; see {@link binomialTerms}. */
export function binomialTail(trials: number, p: number, least: number): number {
  return fsum(binomialTerms(trials, p).subarray(Math.max(0, least)));
}

/**
 * Probability that a uniform sample without replacement holds at least `least` marked items.
 *
 * @param population - Items, integer.
 * @param marked - Marked items among them.
 * @param sample - Items drawn, at most 1000.
 */
export function hypergeometricTail(
  population: number,
  marked: number,
  sample: number,
  least: number,
): number {
  checkCount('sample', sample);
  const low = Math.max(0, sample - (population - marked));
  const high = Math.min(sample, marked);
  const weights: number[] = [];
  // Weights grow from 1 by the ratio of neighbours and are normalised by their own sum.
  let weight = 1;
  for (let k = low; k <= high; k++) {
    weights.push(weight);
    weight *= ((marked - k) * (sample - k)) / ((k + 1) * (population - marked - sample + k + 1));
  }
  return fsum(weights.slice(Math.max(0, least - low))) / fsum(weights);
}

/** Rounds until the k-th success, one try a round. */
export interface StrikeLaw {
  /** k / d. */
  readonly mean: number;
  /** √(k (1 − d)) / d. */
  readonly deviation: number;
  /** Probability of at most so many rounds. */
  within(rounds: number): number;
  /** Fewest rounds that suffice with a probability of at least `p` in (0, 1). */
  quantile(p: number): number;
}

/**
 * Rounds until a strike rule expels: negative binomial.
 *
 * @param strikes - Strikes that expel, integer of at least 1.
 * @param detection - Probability d that a round brings a strike, in (0, 1].
 * Source: W. Feller, An Introduction to Probability Theory and Its Applications I, 1968, VI.8.
 */
export function strikeLaw(strikes: number, detection: number): StrikeLaw {
  checkShare('detection', detection);
  const within = (rounds: number) =>
    rounds < strikes ? 0 : binomialTail(rounds, detection, strikes);
  return {
    mean: strikes / detection,
    deviation: sqrt(strikes * (1 - detection)) / detection,
    within,
    quantile(p) {
      let rounds = strikes;
      while (within(rounds) < p) rounds++;
      return rounds;
    },
  };
}

/**
 * Bad members still seated after some rounds, each found with probability d a round and never back.
 *
 * @param bad - Bad members at the start.
 * Source: independent geometric lives.
 */
export function survivors(bad: number, detection: number, rounds: number): number {
  return bad * pow(1 - detection, rounds);
}

/**
 * Mean rounds until no bad member is left: Σ over t ≥ 0 of 1 − (1 − (1 − d)^t)^M.
 *
 * @param detection - In (0, 1].
 * Source: maximum of M independent geometric lives.
 */
export function clearingRounds(bad: number, detection: number): number {
  checkShare('detection', detection);
  const terms: number[] = [];
  let alive = 1;
  for (let t = 0; t < 1_000_000 && alive > 1e-18; t++) {
    terms.push(1 - pow(1 - alive, bad));
    alive *= 1 - detection;
  }
  return fsum(terms);
}

/** Probability of 0, 1, ... `most` events of a Poisson law with mean in [0, 700]. */
export function poissonTerms(mean: number, most: number): Float64Array {
  if (!(mean >= 0 && mean <= 700)) {
    throw new RangeError(`"mean" expected a number in [0, 700], got ${mean}`);
  }
  const terms = new Float64Array(most + 1);
  let term = exp(-mean);
  for (let k = 0; k <= most; k++) {
    terms[k] = term;
    term *= mean / (k + 1);
  }
  return terms;
}

/** (e^x − 1) / x, continuous at 0; by its series near 0, where the subtraction loses digits. */
export function exponentialRatio(x: number): number {
  if (Math.abs(x) > 0.5) return (exp(x) - 1) / x;
  let term = 1;
  let sum = 1;
  for (let k = 2; k <= 20; k++) {
    term *= x / k;
    sum += term;
  }
  return sum;
}

/** ln(1 − u) for u in [0, 1); by its series near 0, where 1 − u loses digits. */
export function logOneMinus(u: number): number {
  if (u > 0.1) return log(1 - u);
  let term = 1;
  let sum = 0;
  for (let k = 1; k <= 20; k++) {
    term *= u;
    sum -= term / k;
  }
  return sum;
}

/** Root of a rising function on an interval, by bisection to the last bit. */
export function risingRoot(f: (x: number) => number, low: number, high: number): number {
  let [below, above] = [low, high];
  for (let step = 0; step < 1100; step++) {
    const middle = below + (above - below) / 2;
    if (middle === below || middle === above) break;
    if (f(middle) < 0) below = middle;
    else above = middle;
  }
  return below + (above - below) / 2;
}

/** @throws {RangeError} when a share is not in [0, 1]. */
export function checkShare(label: string, share: number): void {
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`"${label}" expected a number in [0, 1], got ${share}`);
  }
}

/** @throws {RangeError} when a count is not an integer in [0, 1000]. */
export function checkCount(label: string, count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > COUNT_LIMIT) {
    throw new RangeError(`"${label}" expected an integer in [0, ${COUNT_LIMIT}], got ${count}`);
  }
}
