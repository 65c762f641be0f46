import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cost,
  divExact,
  divFloor,
  divRound,
  largestRemainder,
  mulDivFloor,
  roundHalfUp,
} from '../../src/base/integer.ts';
import { fsum, sumIntegers } from '../../src/base/sum.ts';

const safe = fc.maxSafeInteger();
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const near = fc.oneof(safe, fc.integer({ min: -1000, max: 1000 }));
const divisor = fc.oneof(positive, fc.integer({ min: 1, max: 50 }));

/** Floor of a / b by BigInt, b > 0. */
function floorOf(a: bigint, b: bigint): bigint {
  return a % b < 0n ? a / b - 1n : a / b;
}

describe('base: integer division', () => {
  it('divFloor is the floor, for any safe integers', () => {
    fc.assert(
      fc.property(near, divisor, (a, b) => {
        expect(BigInt(divFloor(a, b))).toBe(floorOf(BigInt(a), BigInt(b)));
      }),
      { numRuns: 2000, seed: 21 },
    );
  });

  it('divRound is the nearest integer, halves up, for a and b below 2^51', () => {
    const small = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
    const half = fc.oneof(fc.integer({ min: 1, max: 2 ** 51 }), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(fc.oneof(small, fc.integer({ min: -1000, max: 1000 })), half, (a, b) => {
        const expected = floorOf(2n * BigInt(a) + BigInt(b), 2n * BigInt(b));
        expect(BigInt(divRound(a, b))).toBe(expected);
      }),
      { numRuns: 2000, seed: 22 },
    );
  });

  it('mulDivFloor never overflows on the way', () => {
    // The quotient itself must be a safe integer; |a| <= c makes it so.
    fc.assert(
      fc.property(safe, safe, positive, (a, b, c) => {
        const [low, high] = Math.abs(a) <= c ? [a, c] : [Math.sign(a) * c, Math.abs(a)];
        const expected = floorOf(BigInt(low) * BigInt(b), BigInt(high));
        expect(BigInt(mulDivFloor(low, b, high))).toBe(expected);
      }),
      { numRuns: 2000, seed: 23 },
    );
    fc.assert(
      fc.property(fc.integer(), fc.nat(2_000_000), fc.integer({ min: 1 }), (a, b, c) => {
        expect(BigInt(mulDivFloor(a, b, c))).toBe(floorOf(BigInt(a) * BigInt(b), BigInt(c)));
      }),
      { numRuns: 1000, seed: 24 },
    );
  });

  it('divExact undoes multiplication and refuses anything else', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 100_000 }), (a, b) => {
        expect(divExact(a * b, b)).toBe(a);
        expect(() => divExact(a * b + 1, b)).toThrow(RangeError);
      }),
      { numRuns: 300, seed: 25 },
    );
  });

  it('cost is floor(price · energy / 1000) and roundHalfUp the nearest integer', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (price, energy) => {
        const expected = floorOf(BigInt(price) * BigInt(energy), 1000n);
        expect(BigInt(cost(price, energy))).toBe(expected);
        expect(roundHalfUp(price + 0.5)).toBe(price + 1);
        expect(roundHalfUp(price + 0.25)).toBe(price);
      }),
      { numRuns: 500, seed: 26 },
    );
  });
});

describe('base: largest remainder', () => {
  const total = fc.oneof(safe, fc.integer({ min: -1000, max: 1000 }));
  const integers = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 20 });
  const floats = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
    minLength: 1,
    maxLength: 20,
  });

  it('splits integer weights exactly: sum, quota, order of remainders, ties to the first', () => {
    fc.assert(
      fc.property(total, integers, (pot, weights) => {
        fc.pre(weights.some((weight) => weight > 0));
        const shares = largestRemainder(pot, weights);
        const sum = BigInt(sumIntegers(weights));
        const size = BigInt(Math.abs(pot));
        const floors = weights.map((weight) => (size * BigInt(weight)) / sum);
        let left = size - floors.reduce((total, floor) => total + floor, 0n);
        const order = weights
          .map((weight, i) => ({ i, rest: (size * BigInt(weight)) % sum }))
          .sort((x, y) => (x.rest === y.rest ? x.i - y.i : x.rest < y.rest ? 1 : -1));
        for (const { i } of order) {
          if (left-- <= 0n) break;
          floors[i]! += 1n;
        }
        const sign = pot < 0 ? -1n : 1n;
        expect(Array.from(shares, BigInt)).toEqual(floors.map((floor) => sign * floor));
      }),
      { numRuns: 500, seed: 27 },
    );
  });

  it('splits float weights to the last unit, each within one of its quota, none to weight 0', () => {
    const pot = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
    fc.assert(
      fc.property(pot, floats, (pot, weights) => {
        const sum = fsum(weights);
        fc.pre(sum > 1e-3);
        const shares = largestRemainder(pot, weights);
        expect(sumIntegers(shares)).toBe(pot);
        for (let i = 0; i < weights.length; i++) {
          expect(Math.abs(shares[i]! - (pot * weights[i]!) / sum)).toBeLessThan(1 + 1e-5);
          if (weights[i] === 0) expect(shares[i]).toBe(0);
        }
      }),
      { numRuns: 500, seed: 28 },
    );
  });
});

describe('base: sums', () => {
  const scaled = fc.tuple(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.integer({ min: -60, max: 60 }),
  );

  it('fsum is the exact sum rounded once', () => {
    fc.assert(
      fc.property(fc.array(scaled, { maxLength: 40 }), (terms) => {
        let exact = 0n;
        for (const [mantissa, exponent] of terms)
          exact += BigInt(mantissa) << BigInt(exponent + 60);
        // Number(BigInt) rounds to nearest even, and scaling by a power of two is exact.
        const values = terms.map(([mantissa, exponent]) => mantissa * 2 ** exponent);
        expect(fsum(values) + 0).toBe(Number(exact) * 2 ** -60 + 0);
      }),
      { numRuns: 1000, seed: 29 },
    );
  });

  it('fsum does not depend on order', () => {
    const value = fc.double({ min: -1e200, max: 1e200, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), (values) => {
        const sum = fsum(values) + 0;
        expect(fsum([...values].reverse()) + 0).toBe(sum);
        expect(fsum([...values].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b)) + 0).toBe(sum);
      }),
      { numRuns: 500, seed: 30 },
    );
  });
});
