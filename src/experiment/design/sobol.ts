/**
 * Sobol' points: a sequence that fills a cube far more evenly than random points, and keeps filling
 * it as points are added.
 */
import { createRandomSource } from '../../base/random.ts';

/** Most dimensions: those whose direction numbers stand below. */
export const SOBOL_DIMENSIONS = 21;

const BITS = 32;
const INV_2_32 = 2 ** -32;

/**
 * Degree s, coefficients a and initial numbers m of the primitive polynomials of dimensions 2 to
 * 21. The first dimension is van der Corput's sequence and needs none.
 * Source: S. Joe and F. Y. Kuo, Constructing Sobol sequences with better two-dimensional
 * projections, SIAM J. Sci. Comput. 30 (2008), doi:10.1137/070709359, table new-joe-kuo-6.21201.
 */
const DIRECTIONS: readonly (readonly [s: number, a: number, m: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
];

/** Direction numbers v_1 … v_32 of a dimension (from 0) as 32-bit fractions. */
function directionNumbers(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  const direction = DIRECTIONS[dimension - 1];
  if (direction === undefined) {
    for (let k = 0; k < BITS; k++) v[k] = 2 ** (BITS - 1 - k);
    return v;
  }
  const [s, a, m] = direction;
  for (let k = 0; k < s; k++) v[k] = m[k]! * 2 ** (BITS - 1 - k);
  for (let k = s; k < BITS; k++) {
    let bits = v[k - s]! ^ (v[k - s]! >>> s);
    for (let j = 1; j < s; j++) if ((a >>> (s - 1 - j)) & 1) bits ^= v[k - j]!;
    v[k] = bits;
  }
  return v;
}

/**
 * The first points of the sequence, in Gray-code order (Antonov and Saleev 1979), which permutes
 * only inside blocks of a power of two.
 *
 * @param count - Points, at least 0, at most 2^32.
 * @param dimensions - 1 to {@link SOBOL_DIMENSIONS}; 0 gives empty points.
 * @param seed - Moves all points by one seeded digital shift (a bitwise exclusive or with a uniform
 *   draw a dimension), which keeps every net property and makes each point uniform; without it the
 *   first point is the origin.
 * @returns `count` points with coordinates in [0, 1), multiples of 2^-32.
 * @throws {RangeError} beyond the dimensions that are tabulated.
 */
export function sobolPoints(count: number, dimensions: number, seed?: number): number[][] {
  if (dimensions > SOBOL_DIMENSIONS) {
    throw new RangeError(`"dimensions" expected at most ${SOBOL_DIMENSIONS}, got ${dimensions}`);
  }
  const directions = Array.from({ length: dimensions }, (_, j) => directionNumbers(j));
  const draws = createRandomSource(seed ?? 0).addressed('design/sobol');
  const state = Uint32Array.from({ length: dimensions }, (_, j) =>
    seed === undefined ? 0 : draws.uniform(j, 0, 0) * 2 ** BITS,
  );
  const points: number[][] = [];
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      // The lowest bit that is set in i is the one in which two neighbours of the Gray code differ.
      const bit = 31 - Math.clz32(i & -i);
      for (let j = 0; j < dimensions; j++) state[j]! ^= directions[j]![bit]!;
    }
    points.push(Array.from(state, (bits) => bits * INV_2_32));
  }
  return points;
}
