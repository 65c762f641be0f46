import { describe, expect, it } from 'vitest';
import { divExact, divFloor, divRound, largestRemainder } from '../../../src/base/integer.ts';
import { fsum, sumIntegers } from '../../../src/base/sum.ts';

describe('division', () => {
  it('rounds negative numbers towards minus infinity, and halves up', () => {
    expect([divFloor(-7, 2), divFloor(7, 2), divFloor(-8, 2)]).toEqual([-4, 3, -4]);
    expect([divRound(-7, 2), divRound(7, 2), divRound(-5, 4), divRound(5, 4)]).toEqual([
      -3, 4, -1, 1,
    ]);
  });

  it('divExact names what it cannot divide', () => {
    expect(divExact(-12, 4)).toBe(-3);
    expect(() => divExact(13, 4)).toThrow(new RangeError('"a" expected a multiple of 4, got 13'));
  });
});

describe('largest remainder', () => {
  it('gives ties to the lower index and mirrors negative totals', () => {
    expect([...largestRemainder(2, [1, 1, 1])]).toEqual([1, 1, 0]);
    expect([...largestRemainder(-2, [1, 1, 1])]).toEqual([-1, -1, 0]);
    expect([...largestRemainder(10, [3, 3, 1])]).toEqual([4, 4, 2]);
  });

  it('writes into the array it is given and leaves the rest alone', () => {
    const out = Float64Array.of(9, 9, 9);
    expect(largestRemainder(3, [2, 1], out)).toBe(out);
    expect([...out]).toEqual([2, 1, 9]);
  });

  it('splits nothing over nothing, and refuses to split something over nothing', () => {
    expect([...largestRemainder(0, [0, 0])]).toEqual([0, 0]);
    expect([...largestRemainder(0, [])]).toEqual([]);
    expect(() => largestRemainder(5, [0, 0])).toThrow(
      new RangeError('"weights" expected a positive sum, got 0'),
    );
    expect(() => largestRemainder(5, [1, -1])).toThrow(
      new RangeError('"weights" expected >= 0 at 1, got -1'),
    );
    expect(() => largestRemainder(5, [1, Number.NaN])).toThrow('>= 0 at 1, got NaN');
  });
});

describe('sums', () => {
  it('fsum keeps what plain addition loses', () => {
    expect(fsum([])).toBe(0);
    expect(fsum([0.1, 0.2, 0.3, -0.6])).not.toBe(0.1 + 0.2 + 0.3 - 0.6);
    expect(fsum([1e100, 1, -1e100])).toBe(1);
    expect(fsum(new Float64Array(10).fill(0.1))).toBe(1);
    // A half-way case whose last partial decides: the sum lies just above the tie.
    expect(fsum([2 ** 53, 1, 2 ** -100])).toBe(2 ** 53 + 2);
  });

  it('sumIntegers adds an integer column', () => {
    expect(sumIntegers(Int32Array.of(3, -5, 9))).toBe(7);
  });
});
