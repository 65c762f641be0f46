/** Producers that do otherwise, and clocks that are off: silence, equivocation, drift, missed turns. */
import { describe, expect, it } from 'vitest';
import { type BlankChain, createBlankChain } from '../../../src/consensus/blank-chain.ts';
import dpos from '../../../src/consensus/protocols/dpos.ts';
import { participation } from '../../../src/consensus/protocols/dpos-participation.ts';
import { linksFromEdges } from '../../../src/network/topology.ts';
import { meshEdges } from './harness.ts';

const TURN_US = 1_000_000;
const LATENCY_US = 10_000;

function village(
  nodeCount: number,
  options: Readonly<Record<string, unknown>> = {},
  skewUs?: readonly number[],
): BlankChain {
  return createBlankChain({
    protocol: dpos,
    options: { turn: TURN_US, shuffle: 'never', epochRounds: 1_000, ...options },
    links: linksFromEdges(
      meshEdges(nodeCount, LATENCY_US),
      Array.from({ length: nodeCount }, () => 'here'),
    ),
    seed: 1,
    ...(skewUs === undefined ? {} : { skewUs: Float64Array.from(skewUs) }),
  });
}

/** Turns and producers of the branch of a node, and when its blocks were made. */
function branch({ tree, engine }: BlankChain, node = 0) {
  const list = [];
  for (let at = engine.head[node]!; at > 0; at = tree.parent[at]!) {
    list.push({
      block: at,
      turn: tree.consensus(at)[0]!,
      producer: tree.producer[at]!,
      madeUs: tree.producedUs[at]!,
      stampUs: tree.timestampUs[at]!,
    });
  }
  return list.reverse();
}
const heightOf = ({ tree, engine }: BlankChain, node: number) => tree.height[engine.head[node]!]!;
const finalOf = ({ tree, engine }: BlankChain, node: number) =>
  tree.height[engine.finalBlock[node]!]!;

describe('clocks', () => {
  it('a node opens its turn by its own clock, and stamps the time of the turn', () => {
    const chain = village(4, {}, [0, 200_000, -300_000, 0]);
    chain.run(8.7 * TURN_US);
    const made = branch(chain);
    expect(made.map(({ turn }) => turn)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const early = [0, 200_000, -300_000, 0];
    for (const { turn, producer, madeUs, stampUs } of made) {
      expect([producer, stampUs]).toEqual([turn % 4, turn * TURN_US]);
      expect(madeUs).toBe(stampUs - early[producer]!);
    }
  });

  it('a block from a clock ahead by more than the drift is taken when the drift allows it', () => {
    const chain = village(4, {}, [0, 800_000, 0, 100_000]);
    const seen: string[] = [];
    chain.engine.observe({
      onBlock: (node, block) => {
        if (chain.tree.producer[block] === 1) seen.push(`${node}@${chain.kernel.nowUs}`);
      },
    });
    chain.run(1.5 * TURN_US);
    // Made at 0.2 s, sent by 0.23 s; others wait for 0.5 s before its turn by their own clocks.
    expect(seen).toEqual(['1@200000', '3@400000', '0@500000', '2@500000']);
    expect(chain.instance.report!().earlyBlocks).toBe(3);
    chain.run(60 * TURN_US);
    // It comes before the producer of the turn before it and so builds beside that; time goes on.
    expect(chain.instance.turnsMissed(1)).toBe(0);
    expect(finalOf(chain, 0)).toBeGreaterThan(40);
  });

  it('maxDrift 0 takes nothing before its turn; validity never depends on clocks', () => {
    const chain = village(3, { maxDrift: 0 }, [0, 50_000, 0]);
    chain.run(1.02 * TURN_US);
    expect(heightOf(chain, 1)).toBe(1);
    expect(heightOf(chain, 0)).toBe(1);
    const waited = chain.instance.report!().earlyBlocks!;
    expect(waited).toBeGreaterThan(0);
    expect(chain.instance.isValid(chain.engine.head[1]!)).toBe(true);
  });

  it('a clock behind by more than a turn comes too late with every block', () => {
    const chain = village(4, { forkChoice: 'longest' }, [0, 0, -1_500_000, 0]);
    chain.run(41.9 * TURN_US);
    expect(new Set(branch(chain).map(({ producer }) => producer))).toEqual(new Set([0, 1, 3]));
    expect(chain.instance.turnsMissed(2)).toBe(10);
  });
});

describe('silence', () => {
  it('turns without a block stay empty and are counted on the observer’s branch', () => {
    const chain = village(7);
    chain.conduct.control([2, 5], { takesPart: () => false });
    chain.run(70.9 * TURN_US);
    expect(branch(chain).map(({ turn }) => turn)).toEqual(
      Array.from({ length: 70 }, (_, k) => k + 1).filter(
        (turn) => turn % 7 !== 2 && turn % 7 !== 5,
      ),
    );
    expect([0, 1, 2, 3, 4, 5, 6].map(chain.instance.turnsMissed)).toEqual([0, 0, 10, 0, 0, 10, 0]);
    // Quorum 5 of 7: as many voices are left, so the lag in blocks is what it was.
    expect(heightOf(chain, 0) - finalOf(chain, 0)).toBe(8);
  });

  it('a turn in the middle of which we look is not missed yet', () => {
    const chain = village(4);
    chain.conduct.control([2], { takesPart: () => false });
    chain.run(2.5 * TURN_US);
    expect(chain.instance.turnsMissed(2)).toBe(0);
    chain.run(2.9 * TURN_US + 100_000);
    expect(chain.instance.turnsMissed(2)).toBe(1);
  });

  it('misses are those of a branch: after a partition both sides are asked of the winner’s', () => {
    const chain = village(5);
    chain.run(10.5 * TURN_US);
    chain.transport.cut(1, (a, b) => a < 2 !== b < 2);
    chain.run(30.5 * TURN_US);
    // Cut off with one other, the observer saw three in five turns pass.
    expect([0, 1, 2, 3, 4].map(chain.instance.turnsMissed)).toEqual([0, 0, 4, 4, 4]);
    chain.transport.heal(1);
    chain.run(31.9 * TURN_US);
    expect([0, 1, 2, 3, 4].map(chain.instance.turnsMissed)).toEqual([4, 4, 0, 0, 0]);
  });

  it('below the least participation honest producers refuse their turns: Steem', () => {
    const chain = village(20, { delegates: 20, participation: 0.33 });
    chain.conduct.control(
      Array.from({ length: 15 }, (_, k) => k + 5),
      { takesPart: () => false },
    );
    chain.run(400 * TURN_US);
    const head = chain.engine.head[0]!;
    const share = participation(chain.tree, head);
    expect(share).toBeLessThan(0.33);
    // It stops with the first block that brings the share under the bound.
    expect(participation(chain.tree, chain.tree.parent[head]!)).toBeGreaterThanOrEqual(0.33);
    expect(chain.instance.report!().turnsRefused).toBeGreaterThan(10);
    const height = heightOf(chain, 0);
    chain.run(600 * TURN_US);
    expect(heightOf(chain, 0)).toBe(height);
  });

  it('participation is the share of the last 128 turns; before the first all count as filled', () => {
    const chain = village(4);
    chain.conduct.control([3], { takesPart: () => false });
    chain.run(40.5 * TURN_US);
    expect(participation(chain.tree, 0)).toBe(1);
    expect(participation(chain.tree, chain.engine.head[0]!)).toBe((128 - 10) / 128);
    chain.run(401 * TURN_US);
    expect(participation(chain.tree, chain.engine.head[0]!)).toBe(96 / 128);
  });
});

describe('equivocation', () => {
  const halves = [
    [0, 1],
    [2, 3],
  ];

  it('makes a block for each group on what the group holds, in one turn', () => {
    const chain = village(5, { irreversibility: 'naive' });
    chain.conduct.control([4], { splits: () => halves, relays: () => false });
    chain.transport.cut(1, (a, b) => a < 2 !== b < 2 && a !== 4 && b !== 4);
    chain.run(4.5 * TURN_US);
    const [left, right] = [chain.engine.head[0]!, chain.engine.head[2]!];
    expect(
      [branch(chain, 0), branch(chain, 2)].map((list) => list.map(({ turn }) => turn)),
    ).toEqual([
      [1, 4],
      [2, 3, 4],
    ]);
    for (const block of [left, right]) {
      expect(chain.tree.producer[block]).toBe(4);
      expect(chain.instance.isValid(block)).toBe(true);
    }
    expect(chain.instance.report!()).toMatchObject({ equivocations: 1, turnsTaken: 4 });
  });

  it('two blocks on one parent differ, and nodes stay with the one that came first', () => {
    const chain = village(5);
    chain.conduct.control([4], { splits: () => halves });
    chain.run(4.9 * TURN_US);
    const [left, right] = [chain.engine.head[0]!, chain.engine.head[3]!];
    expect(left).not.toBe(right);
    expect(chain.tree.parent[left]).toBe(chain.tree.parent[right]);
    expect(chain.tree.consensus(left)).not.toEqual(chain.tree.consensus(right));
    // The next honest producer decides between them.
    chain.run(5.9 * TURN_US);
    expect(new Set(chain.engine.head.subarray(0, 4)).size).toBe(1);
    expect(chain.engine.divergentFinals).toBe(0);
  });

  it('a block is only passed on by those who want to', () => {
    const chain = village(5);
    chain.conduct.control([4], { relays: () => false, splits: () => [[0]] });
    chain.transport.cut(1, (a, b) => (a === 0 || b === 0 ? a !== 4 && b !== 4 : false));
    chain.run(4.9 * TURN_US);
    // Node 0 hears of the others by nobody but the equivocator, which keeps its mouth shut.
    expect(branch(chain, 0).map(({ producer }) => producer)).toEqual([4]);
    expect(branch(chain, 1).map(({ producer }) => producer)).toEqual([1, 2, 3]);
  });

  it('builds where its conduct says and keeps back what it wants', () => {
    const chain = village(4);
    const kept: number[] = [];
    chain.conduct.control([2], {
      parentFor: () => 0,
      announces: (_, block) => {
        kept.push(block);
        return false;
      },
    });
    chain.run(6.9 * TURN_US);
    expect(kept.map((block) => chain.tree.parent[block])).toEqual([0, 0]);
    expect(branch(chain).map(({ turn }) => turn)).toEqual([1, 3, 4, 5]);
    chain.publish(2, kept[0]!);
    chain.run(7.9 * TURN_US);
    // The others know of it now and stay with what has more producers.
    expect(branch(chain).map(({ turn }) => turn)).toEqual([1, 3, 4, 5, 7]);
  });
});
