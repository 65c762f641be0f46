/**
 * Latin hypercube: each of n equal strata of every dimension holds exactly one of n points.
 * Source: M. D. McKay, R. J. Beckman and W. J. Conover, A comparison of three methods for selecting
 * values of input variables, Technometrics 21 (1979), doi:10.2307/1268522.
 */
import { createRandomSource } from '../../base/random.ts';

/**
 * Draws a Latin hypercube.
 *
 * @param count - Points, at least 1, at most 2^20.
 * @param isDiscrete - One flag a dimension. In a continuous dimension a point lies anywhere in its
 *   stratum, in a discrete one in the middle, so that k equal parts of [0, 1) get shares of the
 *   points that differ by one at most.
 * @param seed - A dimension's draws depend on the seed and its index alone.
 * @returns `count` points with coordinates in (0, 1).
 */
export function latinHypercube(
  count: number,
  isDiscrete: readonly boolean[],
  seed: number,
): number[][] {
  const draws = createRandomSource(seed).addressed('design/latin-hypercube');
  const columns = isDiscrete.map((discrete, dimension) => {
    const strata = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(draws.uniform(dimension, i, 0) * (i + 1));
      [strata[i], strata[j]] = [strata[j]!, strata[i]!];
    }
    // Half a step off the grid of the draws, so that rounding never leaves the stratum.
    const within = (i: number) => (discrete ? 0.5 : draws.uniform(dimension, i, 1) + 2 ** -33);
    return strata.map((stratum, i) => (stratum + within(i)) / count);
  });
  return Array.from({ length: count }, (_, i) => columns.map((column) => column[i]!));
}
