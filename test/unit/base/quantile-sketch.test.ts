import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSketch, decodeSketch } from '../../../src/base/quantile-sketch.ts';
import { createRandomSource } from '../../../src/base/random.ts';

function sketchOf(values: readonly number[], relativeError?: number) {
  const sketch = createSketch(relativeError);
  for (const value of values) sketch.add(value);
  return sketch;
}

/** R-7 on sorted values: position (n − 1)p, linear in between; censored ones are infinite. */
function exactQuantile(values: readonly number[], p: number): number {
  const sorted = values
    .map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value))
    .sort((left, right) => (left === right ? 0 : left < right ? -1 : 1));
  const position = (sorted.length - 1) * p;
  const [low, share] = [Math.floor(position), position % 1];
  const value = share === 0 ? sorted[low]! : sorted[low]! * (1 - share) + sorted[low + 1]! * share;
  return Number.isFinite(value) ? value : Number.NaN;
}

const delay = fc.oneof(
  fc.integer({ min: 0, max: 1000 }),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
  fc.constant(Number.NaN),
);
const signed = fc.oneof(delay, fc.double({ min: -1e300, max: -1e-300, noNaN: true }));
const SHARES = [0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 1];
const ROUNDING = 1 + 1e-10;

describe('the error', () => {
  test.each([0.0001, 0.005, 0.01, 0.2])('stays within %d of every quantile', (alpha) => {
    fc.assert(
      fc.property(fc.array(delay, { minLength: 1, maxLength: 80 }), (values) => {
        const sketch = sketchOf(values, alpha);
        for (const p of SHARES) {
          const exact = exactQuantile(values, p);
          const got = sketch.quantile(p);
          expect(Number.isNaN(got)).toBe(Number.isNaN(exact));
          if (!Number.isNaN(exact)) {
            expect(Math.abs(got - exact)).toBeLessThanOrEqual(alpha * ROUNDING * exact);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('stays within it for order statistics of either sign', () => {
    fc.assert(
      fc.property(fc.array(signed, { minLength: 1, maxLength: 60 }), (values) => {
        const sketch = sketchOf(values);
        const sorted = values.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
        expect(sketch.count).toBe(sorted.length);
        if (values.length < 2) return;
        for (const [rank, value] of sorted.entries()) {
          // The nearest float to rank / (n − 1) may lie beside the rank; a hair of interpolation is
          // fine.
          const got = sketch.quantile(rank / (values.length - 1));
          const next = Math.abs(sorted[Math.min(rank + 1, sorted.length - 1)]!);
          const before = Math.abs(sorted[Math.max(rank - 1, 0)]!);
          const slack = 1e-12 * Math.max(next, before, Math.abs(value));
          if (Number.isNaN(got)) expect(rank).toBe(sorted.length - 1);
          else {
            expect(Math.abs(got - value)).toBeLessThanOrEqual(
              0.005 * ROUNDING * Math.abs(value) + slack,
            );
          }
        }
      }),
    );
  });

  test('holds on a million latencies, in less memory than they take', () => {
    const random = createRandomSource(5).sequential('chain/latency');
    const sketch = createSketch();
    const values = new Float64Array(1_000_000);
    for (let i = 0; i < values.length; i++) {
      values[i] = Math.round(random.lognormal(8e5, 1.2));
      sketch.add(values[i]!);
    }
    values.sort();
    for (const p of [0.5, 0.9, 0.95, 0.99, 0.9999]) {
      const position = (values.length - 1) * p;
      const low = Math.floor(position);
      const exact = values[low]! + (position - low) * (values[low + 1]! - values[low]!);
      expect(Math.abs(sketch.quantile(p) / exact - 1)).toBeLessThanOrEqual(0.005);
    }
    expect(sketch.quantile(0)).toBe(values[0]);
    expect(sketch.quantile(1)).toBe(values.at(-1));
    expect(sketch.encode().positive.length / 2).toBeLessThan(1500);
    expect(JSON.stringify(sketch.encode()).length).toBeLessThan(12_000);
  });

  test('from 1 µs to 30 years there are at most 3 455 buckets', () => {
    const years = 30 * 365.25 * 86_400e6;
    const packed = sketchOf([1, years]).encode().positive;
    expect(packed[0]).toBe(0);
    expect(packed[2]! + 1).toBeLessThanOrEqual(3455);
    expect(packed[2]).toBeGreaterThan(3400);
  });
});

describe('merging', () => {
  test('in any order and grouping gives the bytes of the sketch of all values', () => {
    const parts = fc.array(fc.array(signed, { maxLength: 20 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.infiniteStream(fc.nat()), (lists, picks) => {
        const whole = JSON.stringify(sketchOf(lists.flat()).encode());
        const sketches = lists.map((list) => sketchOf(list));
        while (sketches.length > 1) {
          const [one] = sketches.splice(picks.next().value! % sketches.length, 1);
          const into = picks.next().value! % sketches.length;
          sketches[into]!.merge(one!);
        }
        expect(JSON.stringify(sketches[0]!.encode())).toBe(whole);
      }),
    );
  });

  test('an empty sketch changes nothing; a sketch may be merged with itself', () => {
    const sketch = sketchOf([3, 0, -2, Number.NaN]);
    const before = sketch.encode();
    sketch.merge(createSketch());
    expect(sketch.encode()).toEqual(before);
    sketch.merge(sketch);
    expect(sketch).toMatchObject({ count: 6, censored: 2, min: -2, max: 3 });
  });

  test('of different errors is refused', () => {
    expect(() => createSketch(0.01).merge(createSketch())).toThrow(
      '"other" expected the relative error 0.01, got 0.005',
    );
  });
});

describe('the plain form', () => {
  test('survives JSON byte by byte', () => {
    fc.assert(
      fc.property(fc.array(signed, { maxLength: 40 }), (values) => {
        const text = JSON.stringify(sketchOf(values).encode());
        const again = decodeSketch(JSON.parse(text));
        expect(JSON.stringify(again.encode())).toBe(text);
        for (const p of SHARES) expect(again.quantile(p)).toBe(sketchOf(values).quantile(p));
      }),
    );
  });

  test('is short: runs of buckets as steps', () => {
    const sketch = sketchOf([100, 100, 101, 0, Number.NaN]);
    sketch.addCensored(2);
    // Bucket of x at 10 %: ceil(ln x / ln(1.1/0.9)).
    expect(sketchOf([1, 1.1, 2, 2], 0.1).encode()).toEqual({
      ...{ relativeError: 0.1, min: 1, max: 2, censored: 0, zeros: 0 },
      ...{ positive: [0, 1, 1, 1, 3, 2], negative: [] },
    });
    expect(sketch.encode()).toMatchObject({ min: 0, max: 101, censored: 3, zeros: 1 });
    expect(sketch.encode().positive).toEqual([461, 2, 1, 1]);
    expect(createSketch().encode()).toMatchObject({ min: null, max: null, positive: [] });
  });

  test('of something else is refused', () => {
    const good = sketchOf([1, 2]).encode();
    expect(() => decodeSketch({ ...good, positive: [0.5, 1] })).toThrow('"bucket" expected');
    expect(() => decodeSketch({ ...good, positive: [1] })).toThrow('"count" expected an integer');
    expect(() => decodeSketch({ ...good, positive: [1, 0] })).toThrow('no empty bucket');
    expect(() => decodeSketch({ ...good, censored: -1 })).toThrow('"censored" expected');
    expect(() => decodeSketch({ ...good, min: null })).toThrow('"min", "max" expected');
    expect(() => decodeSketch({ ...good, relativeError: 0 })).toThrow('"relativeError" expected');
  });
});

test('values that no bucket holds are refused', () => {
  const sketch = createSketch();
  expect(() => sketch.add(Number.POSITIVE_INFINITY)).toThrow('"value" expected 0 or a size');
  expect(() => sketch.add(1e-320)).toThrow('"value" expected 0 or a size');
  expect(() => sketch.addCensored(0.5)).toThrow('"count" expected an integer');
  expect(() => sketch.quantile(1.1)).toThrow('"p" expected a number in [0, 1]');
  expect(() => createSketch(0.7)).toThrow('"relativeError" expected a number in [1e-4, 0.5)');
  expect(sketch.quantile(0.5)).toBeNaN();
});
