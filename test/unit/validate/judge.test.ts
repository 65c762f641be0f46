/** What a law may say, and when it passes. */
import { describe, expect, test } from 'vitest';
import { type Figures, judge, quantileFor } from '../../../src/experiment/validate/judge.ts';
import {
  defineExperiment,
  defineLaw,
  type Law,
  type LawDefinition,
} from '../../../src/experiment/validate/law.ts';

const experiment = defineExperiment({
  id: 'coin',
  quick: { replications: 30, size: 1 },
  full: { replications: 40, size: 2 },
  run: ({ replication }) => replication,
});

const text = {
  id: 'coin-mean',
  group: 'coins',
  law: 'a coin is fair',
  source: 'derived',
  parameters: '',
  convention: '',
  unit: '',
  experiment,
};

const make = (more: object): Law =>
  defineLaw({ ...text, ...more } as unknown as LawDefinition<number>);

const stochastic = (bias = 0, seCap: number | { quick: number; full: number } = 1) =>
  make({ kind: 'stochastic', reference: 0, bias, seCap, measure: (x: number) => x });

const place = { effort: 'quick', seed: 7 } as const;

/** Thirty values with mean `mean` and standard error 1. */
const around = (mean: number): Figures =>
  Array.from({ length: 30 }, (_, i) => [mean + (i % 2 === 0 ? 1 : -1) * Math.sqrt(29)]);

test('the quantile is 4.67 for 30 replications and 7.00 for 10', () => {
  expect(quantileFor(30)).toBeCloseTo(4.67, 2);
  expect(quantileFor(10)).toBeCloseTo(7.0, 2);
});

describe('a stochastic law', () => {
  const t = quantileFor(30);

  test('passes up to t standard errors and the stated bias', () => {
    expect(judge(stochastic(), around(t - 0.001), place)).toMatchObject({
      verdict: 'pass',
      note: '',
      replications: 30,
      seed: 7,
      effort: 'quick',
    });
    expect(judge(stochastic(), around(t + 0.001), place)).toMatchObject({
      verdict: 'fail',
      note: 'outside the tolerance',
    });
    expect(judge(stochastic(0.5), around(t + 0.499), place).verdict).toBe('pass');
    const record = judge(stochastic(0.5), around(3), place);
    expect(record.se).toBeCloseTo(1, 12);
    expect(record.tolerance).toBeCloseTo(t + 0.5, 10);
    expect(record.estimate).toBeCloseTo(3, 12);
  });

  test('does not pass by noise', () => {
    const record = judge(stochastic(0, 0.9), around(0), place);
    expect(record.verdict).toBe('fail');
    expect(record.note).toBe('standard error above its cap 0.9');
    expect(judge(stochastic(0, { quick: 1.1, full: 0.1 }), around(0), place).verdict).toBe('pass');
  });

  test.each([
    ['a figure is undefined', [...around(0).slice(1), [Number.NaN]]],
    ['there is none', []],
    ['there is one', [[0]]],
  ])('fails when %s', (_, figures) => {
    expect(judge(stochastic(), figures, place).verdict).toBe('fail');
  });

  test('fails with the reason when a replication did not end', () => {
    const record = judge(stochastic(), around(0), place, 'replication 3: Error: no block');
    expect(record).toMatchObject({ verdict: 'fail', note: 'replication 3: Error: no block' });
  });
});

describe('an exact law', () => {
  const exact = make({ kind: 'exact', reference: 24, bias: 0.5, measure: (x: number) => x });

  test('holds in every replication', () => {
    expect(judge(exact, [[24], [24.5]], place).verdict).toBe('pass');
    expect(judge(exact, [[24], [24.6], [24]], place)).toMatchObject({
      verdict: 'fail',
      estimate: 24.6,
      note: 'got 24.6',
    });
    expect(judge(exact, [], place).verdict).toBe('fail');
    expect(judge(exact, [[Number.NaN]], place).verdict).toBe('fail');
  });
});

describe('a trend', () => {
  const trend = make({ kind: 'trend', levels: ['low', 'middle', 'high'], measure: () => [] });
  const rising = (steps: readonly number[], noise: number): Figures =>
    Array.from({ length: 30 }, (_, i) => {
      const sign = i % 2 === 0 ? 1 : -1;
      // Noise that a replication shares between levels does not hide a step.
      const base = 100 * sign;
      return steps.map((step, k) => base + step + (k === 1 ? sign * noise : 0));
    });

  test('rises at every step by more than the noise of the pair', () => {
    const record = judge(trend, rising([0, 1, 1.5], 0), place);
    expect(record.verdict).toBe('pass');
    expect(record.estimate).toBeCloseTo(0.5, 12);
    expect(record.note).toBe('low 0, middle 1, high 1.5');
    expect(record.reference).toBeNaN();
  });

  test.each([
    [[0, 1, 1], 'middle to high does not rise'],
    [[0, -1, 2], 'low to middle does not rise'],
    [[0, 1, Number.NaN], 'middle to high does not rise'],
  ])('fails at %j', (steps, note) => {
    const record = judge(trend, rising(steps, 0), place);
    expect(record.verdict).toBe('fail');
    expect(record.note).toContain(note);
  });

  test('fails where noise hides the step', () => {
    expect(judge(trend, rising([0, 1, 2], 2), place).verdict).toBe('fail');
  });
});

describe('a band', () => {
  const band = make({ kind: 'band', reference: 10, measure: (x: number) => x });

  test.each([
    [5, 'pass'],
    [20, 'pass'],
    [4.9, 'fail'],
    [20.1, 'fail'],
    [Number.NaN, 'fail'],
  ])('a mean of %d against 10 is a %s', (mean, verdict) => {
    expect(judge(band, [[mean], [mean]], place).verdict).toBe(verdict);
  });
});

describe('a definition is refused', () => {
  const few = { ...experiment, quick: { replications: 29, size: 1 } };
  test.each([
    [{ kind: 'exact', reference: Number.NaN }, '"coin-mean.reference" expected a finite number'],
    [{ kind: 'exact', reference: 1, id: 'Coin Mean' }, 'expected a kebab-case name'],
    [{ kind: 'trend', levels: ['one'] }, 'expected an integer of at least 2, got 1'],
    [
      { kind: 'stochastic', reference: 1, seCap: 1, experiment: few },
      '"coin-mean: coin.replications" expected an integer of at least 30, got 29',
    ],
  ])('%j', (more, message) => {
    expect(() => make({ measure: () => 0, ...more })).toThrow(message);
  });

  test('an experiment without work too', () => {
    const none = { ...experiment, full: { replications: 0, size: 1 } };
    expect(() => defineExperiment(none)).toThrow('"coin.replications" expected an integer');
  });
});
