import { describe, expect, test } from 'vitest';
import { createFeeder, feederProblem } from '../../../src/grid/feeder.ts';

const branch = (from: string, to: string, rOhm = 0.1, xOhm = 0.05) => ({ from, to, rOhm, xOhm });

describe('feeder', () => {
  test('orders buses root-first whatever the order and direction of the branches', () => {
    const feeder = createFeeder({
      branches: [branch('c', 'b', 3), branch('d', 'b', 4), branch('a', 'b', 1)],
      slack: 'a',
      baseKv: 0.4,
    });
    expect(feeder.busIds).toEqual(['a', 'b', 'c', 'd']);
    expect([...feeder.parent]).toEqual([-1, 0, 1, 1]);
    expect([...feeder.rOhm]).toEqual([0, 1, 3, 4]);
    expect(feeder.indexOf('d')).toBe(3);
    expect(feeder.indexOf('z')).toBeUndefined();
    expect(feeder.slackVoltagePu).toBe(1);
  });

  test('keeps the ampacity, and takes an unknown one for unlimited', () => {
    const feeder = createFeeder({
      branches: [{ ...branch('a', 'b'), ampacityA: 100 }, branch('b', 'c')],
      slack: 'a',
      baseKv: 0.4,
    });
    expect([...feeder.ampacityA]).toEqual([0, 100, Number.POSITIVE_INFINITY]);
  });

  test('refuses a loop and names its buses', () => {
    const branches = [
      branch('a', 'b'),
      branch('b', 'c'),
      branch('b', 'd'),
      branch('d', 'e'),
      branch('c', 'e'),
    ];
    expect(() => createFeeder({ branches, slack: 'a', baseKv: 0.4 })).toThrow(
      '"branches" expected a radial network, got a loop d, b, c, e',
    );
    expect(feederProblem({ branches, slack: 'a', baseKv: 0.4 })?.branch).toBe(3);
  });

  test('refuses two parallel branches as a loop', () => {
    const branches = [branch('a', 'b'), branch('b', 'a')];
    expect(() => createFeeder({ branches, slack: 'a', baseKv: 0.4 })).toThrow('a loop a, b');
  });

  test('refuses an island and names its buses', () => {
    const branches = [branch('a', 'b'), branch('x', 'y'), branch('y', 'z')];
    expect(() => createFeeder({ branches, slack: 'a', baseKv: 0.4 })).toThrow(
      '"branches" expected every bus connected to the slack a, got an island of 3: x, y, z',
    );
  });

  test('names six buses of a long island and counts the rest', () => {
    const branches = [branch('a', 'b')];
    for (let k = 0; k < 9; k++) branches.push(branch(`x${k}`, `x${k + 1}`));
    expect(() => createFeeder({ branches, slack: 'a', baseKv: 0.4 })).toThrow(
      'an island of 10: x0, x1, x2, x3, x4, x5 and 4 more',
    );
  });

  test.each([
    ['a slack that no branch touches', { slack: 'q' }, 'a branch at the slack bus q'],
    ['a base voltage of 0', { baseKv: 0 }, 'a base voltage > 0 kV'],
    ['a slack voltage of 0', { slackVoltagePu: 0 }, 'a slack voltage > 0 pu'],
    ['a branch to itself', { branches: [branch('a', 'a')] }, 'two different ends'],
    ['a negative resistance', { branches: [branch('a', 'b', -1)] }, 'a finite impedance'],
    ['a NaN reactance', { branches: [branch('a', 'b', 1, Number.NaN)] }, 'a finite impedance'],
    ['an ampacity of 0', { branches: [{ ...branch('a', 'b'), ampacityA: 0 }] }, 'an ampacity > 0'],
  ])('refuses %s', (_, part, message) => {
    const spec = { branches: [branch('a', 'b')], slack: 'a', baseKv: 0.4, ...part };
    expect(() => createFeeder(spec)).toThrow(RangeError);
    expect(() => createFeeder(spec)).toThrow(message);
  });
});
