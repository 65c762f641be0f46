/** Proof of work: difficulty, power and finality by hand. Its laws: test/reference/pow.test.ts. */
import { describe, expect, it } from 'vitest';
import pow from '../../../src/consensus/protocols/pow.ts';
import { freeEntryPowerW } from '../../../src/consensus/protocols/pow-energy.ts';
import { createHarness, type Harness, type HarnessOptions } from './harness.ts';

const S = 1_000_000;
const miners = (world: Omit<HarnessOptions, 'protocol'>): Harness =>
  createHarness({ protocol: pow, ...world });

describe('difficulty', () => {
  /** A branch with the given gaps [s] on top of genesis, each block of the difficulty it should have. */
  function branch(
    world: Harness,
    gaps: readonly number[],
    difficulties: readonly number[],
  ): number {
    let head = 0;
    let timeUs = 0;
    gaps.forEach((gap, i) => {
      timeUs += gap * S;
      head = world.add(0, head, timeUs, [difficulties[i]!]);
      expect(world.instance.isValid(head), `block ${i + 1}`).toBe(true);
    });
    return head;
  }
  const options = { blockInterval: 10 * S, retargetBlocks: 4 };
  const steady = [10 * S, 10 * S, 10 * S, 10 * S];

  it.each([
    ['the same for the aim', [10, 10, 10, 10], 10 * S],
    ['doubled when blocks came twice as fast', [1, 9, 5, 5], 20 * S],
    ['a third less when they came slower', [15, 15, 15, 15], 6_666_667],
    ['four times at most', [1, 1, 1, 1], 40 * S],
    ['a quarter at least', [900, 900, 900, 900], 2.5 * S],
  ])('after a period is %s', (_, gaps, expected) => {
    const world = miners({ nodeCount: 2, options });
    const head = branch(world, gaps, steady);
    const timeUs = gaps.reduce((sum, gap) => sum + gap, 0) * S + 1;
    const judged = (difficulty: number) =>
      world.instance.isValid(world.add(1, head, timeUs, [difficulty]));
    expect(judged(expected)).toBe(true);
    expect(judged(expected + 1)).toBe(false);
    expect(judged(expected - 1)).toBe(false);
  });

  it('counts the span over N intervals, from the end of the period before', () => {
    const world = miners({ nodeCount: 2, options });
    // Period one takes 40 s. Period two takes 40 + 8 s if its first gap counts, 28 s if not.
    const gaps = [10, 10, 10, 10, 20, 10, 10, 8];
    const head = branch(world, gaps, [...steady, ...steady]);
    expect(world.instance.isValid(world.add(1, head, 99 * S, [8_333_333]))).toBe(true);
  });
});

describe('finality', () => {
  it.each([1, 2, 6, 12])(
    'with k = %i a block and k − 1 on top of it are enough',
    (confirmations) => {
      const finalAt: number[][] = [];
      const world = miners({
        nodeCount: 1,
        options: { blockInterval: S, confirmations },
        onFinal: (_, block, timeUs) => finalAt.push([block, timeUs]),
      });
      world.run(60 * S);
      const { tree } = world;
      expect(finalAt.length).toBe(tree.count - confirmations);
      for (const [block, timeUs] of finalAt) {
        expect(timeUs).toBe(tree.producedUs[block! + confirmations - 1]);
      }
    },
  );

  it('the reward rule is its own depth: maturity', () => {
    const { rule, add } = miners({ nodeCount: 1, options: { maturity: 3, confirmations: 1 } });
    let head = 0;
    for (let height = 1; height <= 6; height++) {
      expect(rule.irreversibleHeight(head, 0, [])).toBe(Math.max(0, height - 3));
      head = add(0, head, height, [15 * S]);
    }
  });

  it('one confirmation is replaced now and then, twelve are not', () => {
    const run = (confirmations: number) => {
      const options = { blockInterval: 10 * S, confirmations };
      const world = miners({ nodeCount: 4, latencyUs: 500_000, options });
      world.run(4_000 * S);
      return world.engine;
    };
    const shallow = run(1);
    expect(shallow.divergentFinals).toBeGreaterThan(5);
    const deep = run(12);
    expect(deep.divergentFinals).toBe(0);
    // The race itself is the same: what a node counts as final changes nothing.
    expect(Array.from(deep.reorgCount)).toEqual(Array.from(shallow.reorgCount));
    expect(Math.max(...deep.reorgDepthMax)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...deep.reorgDepthMax)).toBeLessThan(12);
  });
});

describe('the race', () => {
  it('most work wins, not most blocks', () => {
    const { instance, add, tree } = miners({ nodeCount: 2 });
    let light = 0;
    for (let i = 0; i < 3; i++) light = add(0, light, i, [5]);
    tree.work[light] = 3;
    const heavy = add(1, 0, 9, [20]);
    tree.work[heavy] = 20;
    expect(instance.prefers(0, heavy, light)).toBe(true);
    expect(instance.prefers(0, light, heavy)).toBe(false);
    tree.work[light] = 20;
    expect(instance.prefers(0, light, heavy)).toBe(false);
  });

  it('work is the difficulty of every block, summed', () => {
    const options = { blockInterval: 10 * S, retargetBlocks: 8 };
    const { tree, engine, run, kernel } = miners({ nodeCount: 3, options });
    run(2_000 * S);
    expect(kernel.nowUs).toBe(2_000 * S);
    let work = 0;
    const difficulties = new Set<number>();
    for (let at = engine.head[0]!; at > 0; at = tree.parent[at]!) {
      work += tree.consensus(at)[0]!;
      difficulties.add(tree.consensus(at)[0]!);
    }
    expect(tree.work[engine.head[0]!]).toBe(work);
    expect(difficulties.size).toBeGreaterThan(10);
  });

  it('a node that is down makes no block and follows the others', () => {
    const { engine, producers, run } = miners({ nodeCount: 3, options: { blockInterval: S } });
    engine.up[1] = 0;
    run(200 * S);
    expect(new Set(producers(1))).toEqual(new Set([0, 2]));
    engine.up[1] = 1;
    run(400 * S);
    expect(new Set(producers(1))).toEqual(new Set([0, 1, 2]));
  });
});

describe('power', () => {
  it('under free entry a day of hashing costs a day of rewards', () => {
    // 20 pt a day buy 33.33 kWh at 0.60 pt/kWh: 1389 W round the clock.
    expect(freeEntryPowerW(20e6, 600_000)).toBeCloseTo(1388.889, 3);
    expect((freeEntryPowerW(7e6, 350_000) * 24) / 1000).toBeCloseTo(20, 9);
    const { instance } = miners({ nodeCount: 4, options: { hashRates: 'zipf', hashRateSlope: 1 } });
    const watts = [0, 1, 2, 3].map((node) => instance.powerW(node));
    expect(watts.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1388.889, 3);
    expect(watts[0]! / watts[3]!).toBeCloseTo(4, 9);
  });

  it('a stated power is shared by hash rate', () => {
    const options = { energyRule: 'fixed', hashPower: 3_000 };
    const { instance } = miners({ nodeCount: 3, options });
    expect([0, 1, 2].map((node) => instance.powerW(node))).toEqual([1_000, 1_000, 1_000]);
    expect(instance.turnsMissed(0)).toBe(0);
  });
});
