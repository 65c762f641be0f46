/** Credit scores: the recursion with its clip, what they do to elections, and who is elected at all. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { STANDING } from '../../../src/contracts/governance-cells.ts';
import { createGovernanceWorld } from '../../../src/experiment/validate/governed-chain.ts';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import { VOTE_OUT } from '../../../src/ledger/vote-out.ts';

const creditWith = (part: object) => ({ ...defaultsOf(VOTE_OUT).credit, ...part });

describe('the score', () => {
  it('moves by blocks made and turns missed in an epoch, clipped to 0..100', () => {
    const world = createGovernanceWorld({ epochRounds: 3 });
    const expected = new Array<number>(world.nodeCount).fill(60);
    let counted = 0;
    for (let epoch = 1; epoch <= 20; epoch++) {
      world.runTo(epoch * world.epochTurns + 1, epoch < 12 ? [1] : [2]);
      // An oracle that looks at the blocks themselves, up to the parent of the epoch's first block.
      const parent = world.tree.parent[world.head()]!;
      const last = world.record.turnOf(parent);
      const made = new Map<number, number>();
      for (let at = parent; at > 0; at = world.tree.parent[at]!) {
        made.set(world.record.turnOf(at), world.tree.producer[at]!);
      }
      const change = new Array<number>(world.nodeCount).fill(0);
      for (let turn = counted + 1; turn <= last; turn++) {
        change[turn % world.producers]! += made.has(turn) ? 1 : -2;
      }
      counted = last;
      change.forEach((by, node) => {
        expected[node] = Math.max(0, Math.min(100, expected[node]! + by));
      });
      const scores = expected.map((_, node) => world.credit(node));
      expect(scores, `epoch ${epoch}`).toEqual(expected);
    }
    expect(expected[0]).toBe(100);
    expect(Math.min(...expected)).toBeLessThan(50);
  });

  it('does not fall below 0 or rise above 100 by verdicts', () => {
    const world = createGovernanceWorld({
      voteOut: { strikes: 100, credit: creditWith({ offence: 45, acquitted: 45 }) },
    });
    const scores = [0, 1].map(() => {
      world.tryOut(2, 6, 0);
      return world.credit(2);
    });
    expect(scores).toEqual([15, 0]);
    const up = [0, 1, 2].map(() => {
      world.tryOut(2, 0, 3);
      return world.credit(2);
    });
    expect(up).toEqual([45, 90, 100]);
  });

  it('stays as it was where no scores are kept', () => {
    for (const voteOut of [
      { mode: 'plain' as const },
      { credit: creditWith({ enabled: false }) },
    ]) {
      const world = createGovernanceWorld({ voteOut });
      world.runTo(5 * world.epochTurns + 1, [1]);
      expect(world.credit(1)).toBe(60);
      expect(world.election().ranking).toHaveLength(7);
    }
  });
});

describe('an election', () => {
  it('leaves out who is below the threshold, until it asks to come back as a stand-by', () => {
    const world = createGovernanceWorld();
    world.runTo(world.epochTurns + 1, [1]);
    expect(world.credit(1)).toBe(40);
    expect(world.election().ranking).toContain(1);
    world.runTo(2 * world.epochTurns + 1, [1]);
    expect(world.credit(1)).toBe(20);
    expect(world.election().ranking).not.toContain(1);
    expect(world.election().excluded).toEqual([]);
    expect(world.send('RETURN', world.node(0), { node: 0 })).toBe('NOT_DUE');
    expect(world.send('RETURN', world.node(1), { node: 1 })).toBe('');
    expect(world.standing(1)).toBe(STANDING.PROBATION);
    expect(world.credit(1)).toBe(40);
    expect(world.election().ranking.at(-1)).toBe(1);
  });

  it('keeps as many of low score as blocks need to become irreversible, the best voted first', () => {
    const world = createGovernanceWorld({ nodes: 6, producers: 6 });
    world.send('VOTE', 0, { candidates: [3] });
    world.send('VOTE', 1, { candidates: [2, 3] });
    world.seal();
    world.runTo(2 * world.epochTurns + 1, [1, 2, 3]);
    // Five of six seats are more than two thirds; three candidates are above the threshold.
    const { ranking } = world.election();
    expect(ranking).toHaveLength(5);
    expect(ranking.slice(3)).toEqual([3, 2]);
  });

  it('never ends without a candidate', () => {
    const world = createGovernanceWorld({ nodes: 2, producers: 1, voteOut: { quorum: 0 } });
    world.tryOut(0, 1, 0);
    expect(world.standing(0)).toBe(STANDING.EXCLUDED);
    world.tryOut(1, 1, 0);
    expect(world.election().ranking.length).toBeGreaterThan(0);
  });

  it('weighs votes by the score where asked to', () => {
    for (const weighting of [false, true]) {
      const world = createGovernanceWorld({ voteOut: { credit: creditWith({ weighting }) } });
      world.send('VOTE', 0, { candidates: [1] });
      world.send('VOTE', 1, { candidates: [4] });
      world.send('STAKE', 0, { certificates: [10] });
      world.seal();
      expect(world.election().ranking.slice(0, 2)).toEqual([1, 4]);
      world.runTo(world.epochTurns + 1, [1]);
      // 11 votes at a score of 43 against 10 at 70.
      expect(world.election().ranking.slice(0, 2)).toEqual(weighting ? [4, 1] : [1, 4]);
      expect(world.election().stake[1]).toBe(11);
    }
  });

  it('breaks ties by the hash of the candidate among those of one rank', () => {
    const world = createGovernanceWorld();
    const order = [0, 1, 2, 3, 4, 5, 6].sort((a, b) =>
      sha256Hex(`candidate/${a}`) < sha256Hex(`candidate/${b}`) ? -1 : 1,
    );
    expect(world.election().ranking).toEqual(order);
  });
});
