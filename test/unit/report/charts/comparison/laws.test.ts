import { describe, expect, test } from 'vitest';
import {
  erlangWithin,
  lateShareExponential as lateExponential,
  lateShareFixed as lateFixed,
  retargetedStaleShare as retargeted,
  staleShare as stale,
  twoStageLag,
} from '../../../../../src/experiment/validate/formulas/index.ts';
import {
  erlangTail,
  lateShareExponential,
  lateShareFixed,
  retargetedStaleShare,
  staleShare,
  turnsTail,
} from '../../../../../src/report/charts/comparison/laws.ts';

describe('laws that charts draw', () => {
  test('Erlang tail is one minus the validated law, and the published 6 blocks of 10 minutes', () => {
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

  test.each([0, 0.01, 0.2, 1])('stale shares are those of the validation at d/T %d', (ratio) => {
    expect(staleShare(ratio, 0.05)).toBe(stale(ratio, 0.05));
    expect(retargetedStaleShare(ratio, 0.05)).toBe(retargeted(ratio, 0.05));
  });

  test('late shares without a margin are those of the validation', () => {
    const window = { margin: 0, window: 300 };
    for (const interval of [3, 60, 300, 900]) {
      expect(lateShareExponential(interval, window)).toBeCloseTo(
        lateExponential(interval, 300),
        12,
      );
      expect(lateShareFixed(interval, window)).toBeCloseTo(lateFixed(interval, 300), 12);
    }
  });

  test('late shares with a margin are the mean of the chance to wait longer', () => {
    const window = { margin: 300, window: 1200 };
    const steps = 200_000;
    for (const interval of [15, 400, 600, 4000]) {
      const law = { exponential: 0, fixed: 0 };
      for (let k = 0; k < steps; k++) {
        const left = 300 + (1200 * (k + 0.5)) / steps;
        law.exponential += Math.exp(-left / interval) / steps;
        law.fixed += Math.max(0, 1 - left / interval) / steps;
      }
      expect(lateShareExponential(interval, window)).toBeCloseTo(law.exponential, 8);
      expect(lateShareFixed(interval, window)).toBeCloseTo(law.fixed, 8);
    }
  });
});
