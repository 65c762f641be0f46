/** A share estimated from counts, with an interval that stays honest near 0 and 1. */
import { standardNormalQuantile } from './distribution.ts';
import { sqrt } from './math.ts';

/** Coverage of every interval in the result files. */
export const CONFIDENCE = 0.95;

/** Ends of an interval of a share. */
export interface ShareInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson score interval of a binomial share. With no success its lower end is 0 and its upper end is
 * above 0: never having seen a thing does not make it impossible.
 *
 * @param successes - Integer in 0..trials.
 * @param trials - Integer of at least 0.
 * @param coverage - In (0, 1); default 95 %.
 * @returns Both ends in [0, 1]; NaN without trials.
 * @throws {RangeError} when the counts are no counts.
 * Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal
 * of the American Statistical Association 22(158), 1927.
 */
export function wilsonInterval(
  successes: number,
  trials: number,
  coverage = CONFIDENCE,
): ShareInterval {
  if (!Number.isInteger(trials) || trials < 0) {
    throw new RangeError(`"trials" expected an integer of at least 0, got ${trials}`);
  }
  if (!Number.isInteger(successes) || successes < 0 || successes > trials) {
    throw new RangeError(`"successes" expected an integer in 0..${trials}, got ${successes}`);
  }
  if (trials === 0) return { low: Number.NaN, high: Number.NaN };
  const z = standardNormalQuantile(0.5 + coverage / 2);
  const share = successes / trials;
  const centre = (share + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const half =
    (z / (1 + (z * z) / trials)) *
    sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}
