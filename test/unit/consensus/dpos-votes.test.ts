/** Finality by votes: how fast, how many, and what equivocators can and cannot do. */
import { describe, expect, it } from 'vitest';
import { type BlankChain, createBlankChain } from '../../../src/consensus/blank-chain.ts';
import dpos from '../../../src/consensus/protocols/dpos.ts';
import type { Election } from '../../../src/ledger/chain-parameters.ts';
import { linksFromEdges } from '../../../src/network/topology.ts';
import { MESSAGE } from '../../../src/network/traffic.ts';
import { meshEdges } from './harness.ts';

const TURN_US = 1_000_000;
const LATENCY_US = 10_000;
/** Announcement, request, body, prepare votes, commit votes; a microsecond each to send and to act. */
const FINAL_US = 5 * LATENCY_US + 5;

function voters(
  nodeCount: number,
  options: Readonly<Record<string, unknown>> = {},
  electionAt?: (block: number) => Election,
): BlankChain {
  return createBlankChain({
    protocol: dpos,
    options: { turn: TURN_US, irreversibility: 'bft', epochRounds: 1_000, ...options },
    links: linksFromEdges(
      meshEdges(nodeCount, LATENCY_US),
      Array.from({ length: nodeCount }, () => 'here'),
    ),
    seed: 1,
    ...(electionAt === undefined ? {} : { electionAt }),
  });
}

const heightOf = ({ tree, engine }: BlankChain, node = 0) => tree.height[engine.head[node]!]!;
const finalOf = ({ tree, engine }: BlankChain, node = 0) => tree.height[engine.finalBlock[node]!]!;

describe('votes', () => {
  it('make a block final within five latencies, long before the next turn', () => {
    const chain = voters(21);
    chain.run(30.5 * TURN_US);
    for (let block = 1; block <= 30; block++) {
      const waitedUs = chain.engine.final90Us(block) - chain.tree.producedUs[block]!;
      // The last of the prepare votes that count leaves when the second node has the block.
      expect(waitedUs).toBeGreaterThan(4 * LATENCY_US);
      expect(waitedUs).toBeLessThanOrEqual(FINAL_US);
    }
    expect([heightOf(chain), finalOf(chain)]).toEqual([30, 30]);
  });

  it('are two a producer and block, each to every other node', () => {
    const chain = voters(7);
    chain.run(50.5 * TURN_US);
    expect(chain.instance.report!()).toMatchObject({
      prepareVotes: 7 * 50,
      commitVotes: 7 * 50,
      unlocks: 0,
    });
    const { typeCount, typeBytes } = chain.transport.traffic;
    expect(typeCount[MESSAGE.vote]).toBe(2 * 7 * 6 * 50);
    expect(typeBytes[MESSAGE.vote]).toBe(2 * 7 * 6 * 50 * 109);
  });

  it('are cast by those who hold a seat only', () => {
    const chain = voters(9, { delegates: 5, standby: 'none' });
    chain.run(20.5 * TURN_US);
    expect(chain.instance.report!().prepareVotes).toBe(5 * 20);
    expect(finalOf(chain, 8)).toBe(20);
  });

  it('headers tell of certificates one block later, and rewards follow the header', () => {
    const chain = voters(4);
    chain.run(10.5 * TURN_US);
    const { tree, rule, instance } = chain;
    for (let block = 2; block <= 10; block++) {
      const fields = tree.consensus(block);
      expect(fields.slice(2)).toEqual([block - 1, block - 1]);
      expect(rule.irreversibleHeight(block - 1, 0, fields)).toBe(block - 1);
      // Hash, turn, phase; voter and signature of three votes.
      expect(instance.certificateBytes!(block)).toBe(41 + 3 * 68);
    }
    expect(instance.certificateBytes!(1)).toBe(0);
  });

  it.each([
    ['a height above the parent', [6, 6]],
    ['more final than prepared', [3, 4]],
    ['less than the parent says', [3, 3]],
  ])('a header that claims %s is invalid', (_, claims) => {
    const chain = voters(4, { shuffle: 'never' });
    chain.run(5.5 * TURN_US);
    const forged = chain.seal(2, 5, 6 * TURN_US, [6, 0, ...claims], 1);
    expect(chain.instance.isValid(forged)).toBe(false);
    expect(chain.instance.isValid(chain.seal(2, 5, 6 * TURN_US, [6, 0, 5, 5], 1))).toBe(true);
  });

  it('a header that claims a certificate that nobody signed is invalid', () => {
    const chain = voters(4, { shuffle: 'never' });
    chain.run(4.5 * TURN_US);
    const own = chain.seal(1, 4, 5 * TURN_US, [5, 0, 4, 4], 1);
    const claim = (justified: number, final: number) =>
      chain.instance.isValid(chain.seal(2, own, 6 * TURN_US, [6, 0, justified, final], 1));
    expect([claim(4, 4), claim(5, 4), claim(5, 5)]).toEqual([true, false, false]);
  });
});

describe('too few voters', () => {
  it('with 7 of 21 silent nothing is final while the head grows, and it goes on when one is back', () => {
    const chain = voters(21);
    chain.run(10.5 * TURN_US);
    chain.transport.up.fill(0, 14);
    chain.run(100.5 * TURN_US);
    expect(finalOf(chain)).toBe(10);
    expect(heightOf(chain)).toBeGreaterThan(60);
    chain.transport.up[14] = 1;
    chain.engine.catchUp(14, 0);
    chain.run(122.5 * TURN_US);
    expect(heightOf(chain) - finalOf(chain)).toBe(0);
  });

  it('with 6 of 21 silent every block is final at once', () => {
    const chain = voters(21);
    chain.conduct.control([15, 16, 17, 18, 19, 20], { takesPart: () => false });
    chain.run(84.5 * TURN_US);
    expect([heightOf(chain), finalOf(chain)]).toEqual([60, 60]);
  });

  it('neither half of a partition goes on, and both do after it', () => {
    const chain = voters(10);
    chain.run(5.5 * TURN_US);
    chain.transport.cut(1, (a, b) => a < 5 !== b < 5);
    chain.run(45.5 * TURN_US);
    expect([finalOf(chain, 0), finalOf(chain, 9)]).toEqual([5, 5]);
    expect(chain.engine.head[0]).not.toBe(chain.engine.head[9]);
    chain.transport.heal(1);
    chain.run(47.9 * TURN_US);
    expect(chain.engine.finalBlock[0]).toBe(chain.engine.finalBlock[9]);
    expect(heightOf(chain) - finalOf(chain)).toBe(0);
    expect(chain.engine.divergentFinals).toBe(0);
  });
});

describe('equivocators', () => {
  it('one of four cannot make both halves final, and all agree afterwards', () => {
    const chain = voters(4);
    const groups = [[0], [1, 2]];
    let isSplit = true;
    chain.conduct.control([3], {
      splits: () => (isSplit ? groups : undefined),
      relays: () => false,
    });
    chain.transport.cut(1, (a, b) => (a === 0 && b < 3) || (b === 0 && a < 3));
    chain.run(40.5 * TURN_US);
    // With the equivocator the two are three of four; the one alone is two.
    expect(finalOf(chain, 1)).toBeGreaterThan(25);
    expect(finalOf(chain, 0)).toBeLessThanOrEqual(1);
    isSplit = false;
    chain.transport.heal(1);
    chain.run(60.5 * TURN_US);
    expect(finalOf(chain, 0)).toBe(finalOf(chain, 1));
    expect(chain.engine.divergentFinals).toBe(0);
  });

  it('two of four can', () => {
    const chain = voters(4);
    chain.conduct.control([2, 3], { splits: () => [[0], [1]], relays: () => false });
    chain.transport.cut(1, (a, b) => a + b === 1);
    chain.run(20.5 * TURN_US);
    expect(chain.engine.divergentFinals).toBeGreaterThan(5);
  });
});

describe('elections', () => {
  it('hand over from one set of voters to another with nobody in common', () => {
    // At every third election all seats change hands.
    const rankings = [
      [0, 1, 2, 3, 4, 5, 6, 7],
      [4, 5, 6, 7, 0, 1, 2, 3],
    ];
    const electionAt = (block: number) => {
      const ranking = rankings[Math.floor(block / 40) % 2]!;
      return { ranking, stake: ranking.map(() => 1) };
    };
    const chain = voters(8, { delegates: 4, epochRounds: 5, standby: 'none' }, electionAt);
    chain.run(200.5 * TURN_US);
    expect([heightOf(chain), finalOf(chain)]).toEqual([200, 200]);
    expect(new Set(chain.tree.producer.subarray(1, 201)).size).toBe(8);
  });

  it('the new set alone certifies nothing while what was before is not final', () => {
    const electionAt = (block: number) => {
      const ranking = block < 10 ? [0, 1, 2, 3, 4, 5, 6, 7] : [4, 5, 6, 7, 0, 1, 2, 3];
      return { ranking, stake: ranking.map(() => 1) };
    };
    const chain = voters(8, { delegates: 4, epochRounds: 5, standby: 'none' }, electionAt);
    chain.run(18.5 * TURN_US);
    const before = finalOf(chain, 4);
    expect(before).toBe(18);
    // The old four go down one turn before the new ones take over for turns 20 and later.
    chain.transport.up.fill(0, 0, 4);
    chain.run(60.5 * TURN_US);
    expect(heightOf(chain, 4)).toBeGreaterThan(50);
    expect(finalOf(chain, 4)).toBe(before);
    chain.transport.up.fill(1);
    for (let node = 0; node < 4; node++) chain.engine.catchUp(node, 4);
    chain.run(63.5 * TURN_US);
    expect(heightOf(chain, 4) - finalOf(chain, 4)).toBe(0);
  });
});
