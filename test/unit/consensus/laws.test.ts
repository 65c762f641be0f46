import { describe, expect, test } from 'vitest';
import {
  erlangTail,
  erlangWithin,
  lateShareExponential,
  lateShareFixed,
  turnsTail,
  twoStageLag,
} from '../../../src/consensus/laws/index.ts';

describe('laws of waiting', () => {
  test('the Erlang tail is one minus the head, and the published 6 blocks of 10 minutes', () => {
    expect(erlangTail(6, 600, 3600)).toBeCloseTo(1 - 0.55432, 5);
    for (const [count, time] of [
      [1, 30],
      [6, 90],
      [6, 400],
      [40, 300],
    ] as const) {
      expect(erlangTail(count, 15, time)).toBeCloseTo(1 - erlangWithin(count, 15, time), 10);
    }
    expect(erlangTail(6, 15, 0)).toBe(1);
    expect(erlangTail(6, 15, -3)).toBe(1);
    expect(erlangTail(500, 1, 2000)).toBeLessThan(1e-100);
  });

  test('turns: a uniform wait for the next turn, then the lag', () => {
    const lag = twoStageLag(21, 15, 1).mean;
    expect(lag).toBe(28);
    expect(turnsTail([lag], 3, 84)).toBe(1);
    expect(turnsTail([lag], 3, 85.5)).toBeCloseTo(0.5, 12);
    expect(turnsTail([lag], 3, 87)).toBe(0);
    expect(turnsTail([2, 1], 1, 2.5)).toBeCloseTo((0.5 + 0) / 2, 12);
  });

  test('late shares with a margin are the mean of the chance to wait longer', () => {
    const steps = 200_000;
    for (const interval of [15, 400, 600, 4000]) {
      const law = { exponential: 0, fixed: 0 };
      for (let k = 0; k < steps; k++) {
        const left = 300 + (1200 * (k + 0.5)) / steps;
        law.exponential += Math.exp(-left / interval) / steps;
        law.fixed += Math.max(0, 1 - left / interval) / steps;
      }
      expect(lateShareExponential(interval, 1200, 300)).toBeCloseTo(law.exponential, 8);
      expect(lateShareFixed(interval, 1200, 300)).toBeCloseTo(law.fixed, 8);
    }
  });
});
