import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import {
  BNB_TRIES,
  branchAndBound,
  isAllowedSum,
  largestFirst,
  randomImprove,
  type SelectionGoal,
  selectCoins,
} from '../../../src/ledger/utxo/coin-selection.ts';

const goalOf = (target: number, more: Partial<SelectionGoal> = {}): SelectionGoal => ({
  target,
  changeCost: 0,
  dust: 1,
  inputsMax: 100,
  tries: BNB_TRIES,
  ...more,
});

const amounts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 10 });
const goals = fc.record({
  target: fc.integer({ min: 1, max: 120 }),
  changeCost: fc.oneof(fc.constant(0), fc.nat(5)),
  dust: fc.integer({ min: 1, max: 20 }),
  inputsMax: fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 5 })),
  tries: fc.constant(BNB_TRIES),
});

/** Sums and sizes of all sets of at most inputsMax coins. */
function allSets(coins: readonly number[], goal: SelectionGoal): { sum: number; size: number }[] {
  const sets = [];
  for (let mask = 1; mask < 2 ** coins.length; mask++) {
    const chosen = coins.filter((_, i) => (mask >> i) & 1);
    if (chosen.length > goal.inputsMax) continue;
    sets.push({ sum: chosen.reduce((a, b) => a + b, 0), size: chosen.length });
  }
  return sets;
}

const sumOf = (coins: readonly number[], chosen: readonly number[]) =>
  chosen.reduce((sum, index) => sum + coins[index]!, 0);

function sequence(seed: number): () => number {
  const stream = createRandomSource(seed).addressed('world/coin-selection');
  let k = 0;
  return () => stream.uniform(0, 0, k++);
}

describe('branch and bound', () => {
  it('leaves as little over as the best of all sets, and finds none iff there is none', () => {
    let found = 0;
    fc.assert(
      fc.property(amounts, goals, (coins, goal) => {
        const over = allSets(coins, goal)
          .map(({ sum }) => sum - goal.target)
          .filter((excess) => excess >= 0 && excess <= goal.changeCost);
        const chosen = branchAndBound(coins, goal);
        if (chosen !== undefined) found++;
        expect(chosen && sumOf(coins, chosen) - goal.target).toBe(
          over.length === 0 ? undefined : Math.min(...over),
        );
        expect(chosen?.length ?? 0).toBeLessThanOrEqual(goal.inputsMax);
      }),
      { numRuns: 1_500, seed: 1 },
    );
    expect(found).toBeGreaterThan(300);
  });

  it('meets the example of three coins that no greedy order meets', () => {
    expect(branchAndBound([5, 3, 3], goalOf(6))).toEqual([1, 2]);
    expect(branchAndBound([5, 3, 3], goalOf(7))).toBeUndefined();
    expect(branchAndBound([5, 3, 3], goalOf(7, { changeCost: 1 }))).toEqual([0, 1]);
  });

  it('stops after its tries: even coins never make an odd sum', () => {
    const coins = Array.from({ length: 40 }, (_, i) => 2 ** 30 + 2 * i);
    expect(branchAndBound(coins, goalOf(20 * 2 ** 30 + 1))).toBeUndefined();
    expect(branchAndBound([2, 1], goalOf(1, { tries: 2 }))).toBeUndefined();
    expect(branchAndBound([2, 1], goalOf(1, { tries: 9 }))).toEqual([1]);
  });

  it('does not try a thousand equal coins in each place', () => {
    const coins = new Float64Array(1_000).fill(10);
    expect(
      branchAndBound(coins, goalOf(5_005, { tries: 5_000, inputsMax: 1_000 })),
    ).toBeUndefined();
    expect(branchAndBound(coins, goalOf(5_000, { tries: 5_000, inputsMax: 1_000 }))?.length).toBe(
      500,
    );
  });
});

describe('largest first', () => {
  it('takes as few coins as any set that covers the target', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 120 }), (coins, target) => {
        const goal = goalOf(target, { dust: 0 });
        const sizes = allSets(coins, goal)
          .filter(({ sum }) => sum >= target)
          .map(({ size }) => size);
        const chosen = largestFirst(coins, goal);
        expect(chosen?.length).toBe(sizes.length === 0 ? undefined : Math.min(...sizes));
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it('takes another coin rather than make dust', () => {
    expect(largestFirst([10, 9, 1], goalOf(8, { dust: 3 }))).toEqual([0, 1]);
    expect(largestFirst([10, 9], goalOf(8, { dust: 2 }))).toEqual([0]);
    expect(largestFirst([10], goalOf(8, { dust: 3 }))).toBeUndefined();
    expect(largestFirst([10], goalOf(8, { dust: 3, changeCost: 2 }))).toEqual([0]);
  });
});

describe('random improve', () => {
  it('makes an allowed sum wherever all coins make one, and repeats with its draws', () => {
    fc.assert(
      fc.property(amounts, goals, fc.nat(), (coins, goal, seed) => {
        const chosen = randomImprove(coins, goal, sequence(seed));
        expect(randomImprove(coins, goal, sequence(seed))).toEqual(chosen);
        if (chosen !== undefined) {
          expect(isAllowedSum(sumOf(coins, chosen), goal)).toBe(true);
          expect(chosen.length).toBeLessThanOrEqual(goal.inputsMax);
          expect(new Set(chosen).size).toBe(chosen.length);
        } else {
          const total = coins.reduce((sum, amount) => sum + amount, 0);
          expect(isAllowedSum(total, goal) && coins.length <= goal.inputsMax).toBe(false);
        }
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('follows its two phases step by step', () => {
    const draws = (...values: number[]) => {
      const left = [...values];
      return () => left.shift()!;
    };
    const coins = [3, 5, 4, 9];
    // Draws 3 (index 0), then 9 of [9, 5, 4]: 12 covers 10. The next, 5 of [4, 5] at 17, is nearer to 20;
    // then 4 would make 21, nearer than 17: taken as well.
    expect(randomImprove(coins, goalOf(10), draws(0, 0, 0.9, 0))).toEqual([0, 1, 2, 3]);
    // 9 covers 5; 5 would make 14 of an ideal 10: no improvement, so that it stops there.
    expect(randomImprove(coins, goalOf(5), draws(0.99, 0.3))).toEqual([3]);
    // 9 covers 5 but leaves 4 below dust: 3 is drawn on top, and 7 is not dust.
    expect(randomImprove(coins, goalOf(5, { dust: 6 }), draws(0.99, 0.3, 0))).toEqual([0, 3]);
  });

  it('makes change nearer to the payment than largest first does', () => {
    const uniform = sequence(9);
    const misses = { randomImprove: 0, largestFirst: 0 };
    for (let round = 0; round < 400; round++) {
      const coins = Array.from({ length: 60 }, () => 1 + Math.floor(100 * uniform()));
      const target = 50 + Math.floor(100 * uniform());
      const goal = goalOf(target, { dust: 0 });
      for (const name of ['randomImprove', 'largestFirst'] as const) {
        const change = sumOf(coins, selectCoins(name, coins, goal, uniform)!) - target;
        misses[name] += Math.abs(change - target) / target;
      }
    }
    expect(misses.randomImprove).toBeLessThan(0.5 * misses.largestFirst);
  });
});

describe('chain of selections', () => {
  it('finds an allowed set iff there is one', () => {
    let found = 0;
    fc.assert(
      fc.property(amounts, goals, fc.nat(), (coins, goal, seed) => {
        const unlimited = { ...goal, inputsMax: 100 };
        const sums = allSets(coins, unlimited).map(({ sum }) => sum);
        const exists = sums.some((sum) => isAllowedSum(sum, unlimited));
        const chosen = selectCoins('chain', coins, unlimited, sequence(seed));
        if (chosen !== undefined) found++;
        // Without a limit on inputs nothing is left out: change of all coins is the largest there is.
        expect(chosen !== undefined).toBe(exists);
        if (chosen) expect(isAllowedSum(sumOf(coins, chosen), goal)).toBe(true);
      }),
      { numRuns: 800, seed: 4 },
    );
    expect(found).toBeGreaterThan(300);
  });

  it('tries for no change, then the fewest coins', () => {
    const uniform = sequence(1);
    expect(selectCoins('chain', [50, 7, 3], goalOf(10), uniform)).toEqual([1, 2]);
    expect(selectCoins('chain', [50, 7, 4], goalOf(10), uniform)).toEqual([0]);
    expect(selectCoins('bnb', [50, 7, 4], goalOf(10), uniform)).toBeUndefined();
  });
});
