import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../../src/base/errors.ts';
import { createRandomSource } from '../../../../src/base/random.ts';
import {
  decideStopping,
  parseUntil,
  relativeHalfWidth,
  type StoppingRule,
} from '../../../../src/experiment/statistics/stopping.ts';

const RULE: StoppingRule = { halfWidth: 0.05, metrics: [], replicationsMax: 24 };
const nan = Number.NaN;
/** Eight times the pattern. */
const around = (centre: number, spread: number, batches = 1) =>
  Array.from({ length: 8 * batches }, (_, i) => centre + (i % 2 === 0 ? spread : -spread));

describe('the half width', () => {
  test('is a share of |mean|, by hand', () => {
    // ±1 eight times: s = √(8/7), t(7) = 2.364624, half 2.364624·√(8/7)/√8 = 0.893744.
    expect(relativeHalfWidth(around(10, 1))).toBeCloseTo(0.0893744, 6);
    expect(relativeHalfWidth(around(-10, 1))).toBeCloseTo(0.0893744, 6);
  });

  test('equal values are exact, a spread around 0 is infinite, one value says nothing', () => {
    expect(relativeHalfWidth([0, 0, 0])).toBe(0);
    expect(relativeHalfWidth([3, 3])).toBe(0);
    expect(relativeHalfWidth([-1, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(relativeHalfWidth([4, nan])).toBeNaN();
  });
});

describe('the stopping rule', () => {
  test('goes on, is met, or ends at the cap', () => {
    const look = (spread: number, batches: number) =>
      decideStopping(RULE, [{ metric: 'm', cell: 'pow', values: around(10, spread, batches) }]);
    expect(look(0.5, 1)).toEqual({ decision: 'met', replications: 8, open: [] });
    expect(look(1, 1)).toMatchObject({ decision: 'continue', replications: 8 });
    expect(look(1, 2)).toMatchObject({ decision: 'continue', replications: 16 });
    expect(look(1, 3)).toMatchObject({ decision: 'met', replications: 24 });
    expect(look(2, 3)).toMatchObject({ decision: 'cap', replications: 24 });
  });

  test('one wide cell keeps the study going, and is named, widest first', () => {
    const series = [
      { metric: 'a', cell: 'pow', values: around(10, 1) },
      { metric: 'a', cell: 'dpos', values: around(10, 0) },
      { metric: 'b', cell: 'pow', values: around(10, 3) },
      { metric: 'b', cell: 'dpos', values: around(0, 1) },
      { metric: 'c', cell: 'dpos', values: [1, ...Array(7).fill(nan)] },
    ];
    const { decision, open } = decideStopping(RULE, series);
    expect(decision).toBe('continue');
    expect(open.map(({ metric, cell }) => `${metric} ${cell}`)).toEqual([
      'b dpos',
      'c dpos',
      'b pow',
      'a pow',
    ]);
    expect(decideStopping({ ...RULE, metrics: ['a'] }, series).open).toHaveLength(1);
  });

  test('a metric that a cell does not have is left out; nothing measured is nothing met', () => {
    const empty = { metric: 'm', cell: 'central', values: Array<number>(8).fill(nan) };
    const narrow = { metric: 'm', cell: 'pow', values: around(10, 0.1) };
    expect(decideStopping(RULE, [empty, narrow]).decision).toBe('met');
    expect(decideStopping(RULE, [empty])).toMatchObject({ decision: 'continue', open: [] });
    const three = { ...empty, values: Array<number>(24).fill(nan) };
    expect(decideStopping(RULE, [three]).decision).toBe('cap');
  });

  test('undefined replications are left out, not counted as 0', () => {
    const values = [...around(10, 0.1), ...Array<number>(8).fill(nan)];
    expect(decideStopping(RULE, [{ metric: 'm', cell: 'pow', values }]).decision).toBe('met');
  });

  test('looks only at complete batches of eight', () => {
    const of = (length: number) => ({ metric: 'm', cell: 'x', values: Array(length).fill(1) });
    expect(() => decideStopping(RULE, [of(7)])).toThrow('multiples of 8, got 7');
    expect(() => decideStopping(RULE, [of(8), of(16)])).toThrow('multiples of 8, got 16 and 8');
    expect(() => decideStopping({ ...RULE, metrics: ['q'] }, [of(8)])).toThrow('the metric q');
  });

  test('a noisy metric ends near the number of replications that its spread asks for', () => {
    // Coefficient of variation 10 %: n ≈ (1.96·0.1/0.05)² = 15.4, so 16 or 24 replications as a
    // rule.
    const ends = Array.from({ length: 60 }, (_, seed) => {
      const random = createRandomSource(seed).sequential('chain/values');
      const values: number[] = [];
      for (;;) {
        for (let i = 0; i < 8; i++) values.push(10 + random.normal());
        const rule = { ...RULE, replicationsMax: 64 };
        const look = decideStopping(rule, [{ metric: 'm', cell: 'x', values }]);
        if (look.decision !== 'continue') return look;
      }
    });
    expect(ends.every(({ decision }) => decision === 'met')).toBe(true);
    const mean = ends.reduce((sum, { replications }) => sum + replications, 0) / ends.length;
    expect(mean).toBeGreaterThan(14);
    expect(mean).toBeLessThan(26);
  });
});

describe('--until', () => {
  test('reads a width, metrics and a cap', () => {
    expect(parseUntil('halfwidth=5%')).toEqual({
      ...{ halfWidth: 0.05, metrics: [], replicationsMax: 64 },
    });
    expect(parseUntil(' halfWidth = 0.1 , metrics=a | b|a, max=128')).toEqual({
      ...{ halfWidth: 0.1, metrics: ['a', 'b'], replicationsMax: 128 },
    });
    expect(parseUntil('halfwidth=2.5 %', ['a']).halfWidth).toBe(0.025);
  });

  test.each([
    ['', '--until: expected halfwidth=5%[,metrics=a|b][,max=64]; got ""'],
    ['5%', '--until: expected halfwidth=5%[,metrics=a|b][,max=64]; got "5%"'],
    ['max=16', '--until halfwidth: expected a share; got nothing'],
    ['halfwith=5%', 'one of halfwidth, metrics, max; got "halfwith" (did you mean halfwidth?)'],
    ['halfwidth=', '--until halfwidth: expected a share in (0, 100 %]; got ""'],
    ['halfwidth=0%', 'expected a share in (0, 100 %]; got "0%"'],
    ['halfwidth=5', 'expected a share in (0, 100 %]; got "5"'],
    ['halfwidth=5 h', 'expected a share in (0, 100 %]; got "5 h"'],
    ['halfwidth=5%,halfwidth=6%', '--until halfwidth: expected once; got twice'],
    ['halfwidth=5%,max=20', '--until max: expected a multiple of 8; got "20"'],
    ['halfwidth=5%,max=0', '--until max: expected a multiple of 8; got "0"'],
    ['halfwidth=5%,metrics=', 'expected names separated by |; got an empty name'],
    ['halfwidth=5%,metrics=tpsFinl', 'a metric; got "tpsFinl" (did you mean tpsFinal?)'],
  ])('%j is refused in words', (text, message) => {
    expect(() => parseUntil(text, ['tpsFinal', 'lateOrderShare'])).toThrow(message);
  });

  test('every problem at once', () => {
    try {
      parseUntil('halfwidth=9,max=3,metrics=|');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ScenarioError);
      expect((error as ScenarioError).issues).toHaveLength(4);
    }
  });
});
