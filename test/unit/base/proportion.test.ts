import { describe, expect, test } from 'vitest';
import { wilsonInterval } from '../../../src/base/proportion.ts';

describe('the Wilson interval', () => {
  test('of 10 in 100 and of 0 in 10', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263 and 15/148, 0/20, 1/29.
    const near = (successes: number, trials: number, low: number, high: number) => {
      const interval = wilsonInterval(successes, trials);
      expect(interval.low).toBeCloseTo(low, 4);
      expect(interval.high).toBeCloseTo(high, 4);
    };
    near(81, 263, 0.2553, 0.3662);
    near(15, 148, 0.0624, 0.1605);
    near(0, 20, 0, 0.1611);
    near(1, 29, 0.0061, 0.1718);
  });

  test('solves (p - share)² = z² p (1 - p) / n at both ends', () => {
    const z = 1.959963984540054;
    for (const [k, n] of [
      [3, 7],
      [1, 1000],
      [40, 50],
    ] as const) {
      const { low, high } = wilsonInterval(k, n);
      for (const p of [low, high]) {
        expect((p - k / n) * (p - k / n)).toBeCloseTo((z * z * p * (1 - p)) / n, 14);
      }
    }
  });

  test('ends at 0 and 1 exactly, and is undefined without trials', () => {
    expect(wilsonInterval(0, 5).low).toBe(0);
    expect(wilsonInterval(5, 5).high).toBe(1);
    expect(wilsonInterval(0, 0).low).toBeNaN();
    expect(() => wilsonInterval(6, 5)).toThrow('"successes" expected an integer in 0..5, got 6');
    expect(() => wilsonInterval(0, 1.5)).toThrow('"trials" expected an integer');
  });
});
