import { describe, expect, it } from 'vitest';
import { SOBOL_DIMENSIONS, sobolPoints } from '../../../../src/experiment/design/sobol.ts';

/** First points of dimensions 1 to 3 as published with the direction numbers, in 16ths. */
const FIRST = [
  [0, 0, 0],
  [8, 8, 8],
  [12, 4, 4],
  [4, 12, 12],
  [6, 6, 10],
  [14, 14, 2],
  [10, 2, 14],
  [2, 10, 6],
  [3, 5, 15],
  [11, 13, 7],
];

/** Points of all 21 dimensions in 256ths, from scipy 1.17.1, `qmc.Sobol(21, scramble=False)`. */
const SCIPY: readonly (readonly [number, readonly number[]])[] = [
  [
    37,
    [
      236, 164, 148, 236, 196, 76, 44, 204, 156, 44, 4, 20, 148, 220, 28, 124, 204, 108, 12, 36,
      244,
    ],
  ],
  [
    100,
    [
      106, 66, 198, 186, 226, 190, 6, 122, 162, 178, 118, 174, 122, 218, 82, 126, 174, 190, 214, 86,
      194,
    ],
  ],
  [
    255,
    [
      1, 255, 197, 147, 157, 251, 227, 45, 113, 91, 35, 43, 51, 163, 157, 133, 103, 109, 187, 65,
      81,
    ],
  ],
];

describe('Sobol points', () => {
  it('begin as published', () => {
    expect(sobolPoints(10, 3).map((point) => point.map((x) => x * 16))).toEqual(FIRST);
    expect(sobolPoints(4, 1)).toEqual([[0], [0.5], [0.75], [0.25]]);
  });

  it('are those of another implementation in every dimension', () => {
    const points = sobolPoints(256, SOBOL_DIMENSIONS);
    for (const [index, cells] of SCIPY) {
      expect(points[index]!.map((x) => Math.floor(x * 256))).toEqual(cells);
    }
  });

  it('move by one shift a dimension, the same for every point', () => {
    const plain = sobolPoints(64, 5);
    const moved = sobolPoints(64, 5, 7);
    const shifts = moved[0]!.map((x) => x * 2 ** 32);
    expect(new Set(shifts).size).toBe(5);
    moved.forEach((point, i) => {
      const back = point.map((x, j) => ((x * 2 ** 32) ^ shifts[j]!) >>> 0);
      expect(back).toEqual(plain[i]!.map((x) => x * 2 ** 32));
    });
    expect(sobolPoints(64, 5, 7)).toEqual(moved);
    expect(sobolPoints(64, 5, 8)).not.toEqual(moved);
    expect(sobolPoints(64, 6, 7).map((point) => point.slice(0, 5))).toEqual(moved);
  });

  it('end where the direction numbers end', () => {
    expect(() => sobolPoints(1, 22)).toThrow('"dimensions" expected at most 21, got 22');
    expect(sobolPoints(2, 0)).toEqual([[], []]);
  });
});
