/** A12: what a member gains by reading orders before the gate, and that sealed orders take it away. */
import { describe, expect, it } from 'vitest';
import { numbers, run, texts, total } from './world.ts';

const ATTACK = (home: number) => [
  `fraud.adversaries=[{ name: front-running, home: ${home}, lead: 2 min }]`,
  'population.prosumers=6',
];
const SEALED = ['market.orders=commit-reveal', 'market.revealWindow=3 min'];

describe('front-running', () => {
  const homes = [0, 1, 2, 3, 4, 5, 6, 7];
  const open = homes.map((home) => run('dpos', ATTACK(home)));
  const sealed = homes.map((home) => run('dpos', [...ATTACK(home), ...SEALED]));
  const profitsUpt = (runs: typeof open) =>
    runs.map((result) => total(result, 'adversaries', 'profit_upt'));

  it('pays where orders are open, for some member and some slot, and never costs in sum', () => {
    const gains = profitsUpt(open);
    expect(Math.max(...gains)).toBeGreaterThan(1_000);
    expect(Math.min(...gains)).toBeGreaterThanOrEqual(0);
    expect(
      open.reduce((sum, result) => sum + total(result, 'adversaries', 'successes'), 0),
    ).toBeGreaterThan(0);
  });

  it('pays nothing where orders are sealed', () => {
    expect(profitsUpt(sealed)).toEqual(homes.map(() => 0));
    const attempts = sealed.map((result) => total(result, 'adversaries', 'attempts'));
    expect(attempts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
  });

  it('sealed orders are committed, opened and cleared as open ones are', () => {
    const plain = run('dpos', ['population.prosumers=6']);
    const hidden = run('dpos', ['population.prosumers=6', ...SEALED]);
    expect(numbers(hidden, 'slots', 'cleared_wh')).toEqual(numbers(plain, 'slots', 'cleared_wh'));
    expect(numbers(hidden, 'slots', 'price_upt_per_kwh')).toEqual(
      numbers(plain, 'slots', 'price_upt_per_kwh'),
    );
    expect(total(hidden, 'slots', 'orders_late')).toBe(0);
    const types = texts(hidden, 'transactions', 'type');
    const count = (type: string) => types.filter((each) => each === type).length;
    expect(count('ORDER_REVEAL')).toBe(count('ORDER_COMMIT'));
    expect(count('ORDER_SUBMIT')).toBe(0);
    expect(texts(hidden, 'transactions', 'fate').includes('rejected')).toBe(false);
  });
});
