/** The engine, with every delivery made by hand: branches, orphans, finality, folding. */
import { describe, expect, it } from 'vitest';
import { createConductBook } from '../../../src/consensus/conduct.ts';
import { createChainEngine } from '../../../src/consensus/engine.ts';
import { createKernel } from '../../../src/kernel/kernel.ts';
import { createBlockTree } from '../../../src/ledger/tree.ts';
import type { Flood } from '../../../src/network/flood.ts';
import { bareTransport } from './bare-transport.ts';

/** Most work wins; a block is final under `depth` others; invalid are the blocks in the set. */
function world(nodeCount: number, depth = 2, foldMargin = 0) {
  const kernel = createKernel();
  const tree = createBlockTree('genesis');
  const held = Array.from({ length: nodeCount }, () => new Set([0]));
  const relayed: string[] = [];
  const finals: string[] = [];
  const folds: { block: number; released: readonly number[] }[] = [];
  const heads: string[] = [];
  const invalid = new Set<number>();
  const finalHeights = new Map<number, number>();
  const flood: Flood = {
    originate: () => undefined,
    relay: (node, block, from) => relayed.push(`${node}:${block}<${from}`),
    has: (node, block) => held[node]!.has(block),
    hold: (node, block) => held[node]!.add(block),
    holders: () => 0,
    release: () => undefined,
  };
  const engine = createChainEngine({
    kernel,
    tree,
    transport: bareTransport(kernel, nodeCount),
    conduct: createConductBook(nodeCount),
    isExplicit: false,
    rule: {
      irreversibleHeight: () => 0,
      add() {},
      finalHeight: (head) => finalHeights.get(head) ?? Math.max(0, tree.height[head]! - depth),
    },
    fetchUs: () => 1,
    foldMargin,
    onFinal: (node, block) => finals.push(`${node}:${block}`),
    onFold: (block, released) => folds.push({ block, released }),
  });
  engine.observe({
    onHead: (node, head, previous) => heads.push(`${node}:${previous}>${head}`),
  });
  engine.connect(flood, {
    start() {},
    prefers: (_, candidate, current) => tree.work[candidate]! > tree.work[current]!,
    isValid: (block) => !invalid.has(block),
    powerW: () => 0,
    hashShare: () => 0,
    turnsMissed: () => 0,
  });
  return {
    kernel,
    tree,
    engine,
    relayed,
    finals,
    folds,
    heads,
    invalid,
    finalHeights,
    /** Node 0 makes a block, unless told that nobody does. */
    mine(parent: number, work = 1, by: number | undefined = 0): number {
      const block = tree.add({
        parent,
        producer: by ?? 0,
        timestampUs: 0,
        producedUs: 0,
        hash: String(tree.count),
        work,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: [],
      });
      engine.adoptOwn(by, block);
      return block;
    },
    give(node: number, block: number, from = 0): void {
      held[node]!.add(block);
      engine.receive(node, block, from);
    },
    at(timeUs: number, act: () => void): void {
      kernel.event(`test/act-${timeUs}`, 4, act).at(timeUs);
      kernel.run(timeUs);
    },
  };
}

describe('chain engine', () => {
  it('follows its own branch and counts a reorganisation by the blocks it leaves', () => {
    const { mine, give, engine, heads } = world(2, 100);
    const [a1, b1] = [mine(0), mine(0, 3, 1)];
    const a2 = mine(a1);
    give(1, a1);
    give(1, a2);
    expect(Array.from(engine.head)).toEqual([a2, b1]);
    give(0, b1);
    expect(Array.from(engine.head)).toEqual([b1, b1]);
    expect(Array.from(engine.reorgCount)).toEqual([1, 0]);
    expect(Array.from(engine.reorgDepthMax)).toEqual([2, 0]);
    expect(Array.from(engine.reorgDepths)).toEqual([0, 1, 0, 0, 0, 0]);
    expect(heads.at(-1)).toBe(`0:${a2}>${b1}`);
  });

  it('on a tie stays with what it saw first', () => {
    const { mine, give, engine } = world(3, 100);
    const [a, b] = [mine(0, 1, 0), mine(0, 1, 1)];
    give(2, b);
    give(2, a);
    give(0, b);
    give(1, a);
    expect(Array.from(engine.head)).toEqual([a, b, b]);
    expect(engine.reorgCount[0]).toBe(0);
  });

  it('holds a block back until its parent has come, however many are missing', () => {
    const { mine, give, engine, relayed } = world(2, 100);
    const a = mine(0);
    const b = mine(a);
    const c = mine(b);
    const d = mine(c);
    for (const block of [b, d, c]) give(1, block);
    expect(engine.head[1]).toBe(0);
    // What cannot be checked is not passed on.
    expect(relayed).toEqual([]);
    give(1, a);
    expect(engine.head[1]).toBe(d);
    expect(relayed).toEqual([a, b, c, d].map((block) => `1:${block}<0`));
    expect(engine.reorgCount[1]).toBe(0);
  });

  it('refuses an invalid block, passes it to nobody, and refuses what stands on it', () => {
    const { mine, give, engine, relayed, invalid } = world(2, 100);
    const a = mine(0);
    const b = mine(a);
    const c = mine(b);
    invalid.add(b);
    for (const block of [a, b, c]) give(1, block);
    expect(engine.head[1]).toBe(a);
    expect(relayed).toEqual([`1:${a}<0`]);
  });

  it('refuses what stands on an invalid block also when it comes first', () => {
    const { mine, give, engine, relayed, invalid } = world(2, 100);
    const a = mine(0);
    const b = mine(a);
    invalid.add(a);
    for (const block of [b, a]) give(1, block);
    expect(engine.head[1]).toBe(0);
    expect(relayed).toEqual([]);
  });

  it('tells of final blocks once for each node, in order of height', () => {
    const { mine, give, finals, finalHeights, engine } = world(2);
    let head = 0;
    for (let i = 0; i < 4; i++) head = mine(head);
    expect(finals).toEqual(['0:1', '0:2']);
    // A rule may jump.
    finalHeights.set(5, 5);
    mine(head);
    expect(finals.slice(2)).toEqual(['0:3', '0:4', '0:5']);
    for (let block = 1; block <= 5; block++) give(1, block);
    expect(finals.slice(5)).toEqual(['1:1', '1:2', '1:3', '1:4', '1:5']);
    expect(engine.finalBlock[1]).toBe(5);
  });

  it('notes when nine nodes in ten have a block, and hold it final', () => {
    const { mine, give, at, engine } = world(10, 1);
    at(5, () => mine(0));
    at(6, () => mine(1));
    for (let node = 1; node < 10; node++) {
      at(100 * node, () => {
        give(node, 1);
        give(node, 2);
      });
    }
    expect([engine.reach90Us(1), engine.reach90Us(2), engine.final90Us(1)]).toEqual([
      800, 800, 800,
    ]);
    expect(engine.final90Us(2)).toBeNaN();
  });

  it('counts heights with two final blocks, and tells of the new ones', () => {
    const { mine, give, engine, finals } = world(2, 1);
    let left = 0;
    for (let i = 0; i < 3; i++) left = mine(left, 1, 0);
    expect(engine.divergentFinals).toBe(0);
    const right: number[] = [0];
    for (let i = 0; i < 4; i++) right.push(mine(right.at(-1)!, 1, 1));
    // Node 0 holds heights 1 and 2 final on the left, node 1 heights 1 to 3 on the right.
    expect(engine.divergentFinals).toBe(2);
    for (const block of right.slice(1)) give(0, block);
    expect(engine.divergentFinals).toBe(2);
    expect(engine.finalBlock[0]).toBe(right[3]);
    expect(finals.slice(-3)).toEqual(right.slice(1, 4).map((block) => `0:${block}`));
  });

  it('folds what is final everywhere, less the margin, and releases all blocks as low', () => {
    const { mine, give, folds } = world(2, 0, 2);
    const stale = mine(0, 1, 1);
    let head = 0;
    for (let i = 0; i < 4; i++) head = mine(head, 2, 0);
    expect(folds).toEqual([]);
    for (let block = 2; block <= 4; block++) give(1, block);
    expect(folds).toEqual([{ block: 2, released: [stale, 2] }]);
    give(1, 5);
    expect(folds.slice(1)).toEqual([{ block: 3, released: [3] }]);
  });

  it('folds also when nodes finalise in different steps', () => {
    const { tree, mine, give, folds, finalHeights } = world(2, 1_000);
    // A light block on top of each block of the chain makes that final, for the node that sees it.
    let head = 0;
    for (let height = 1; height <= 20; height++) {
      const seer = height % 2;
      head = mine(head, 10, seer);
      give(1 - seer, head);
      finalHeights.set(head, 0);
      finalHeights.set(head + 1, height);
      mine(head, 1, seer);
    }
    // One node made final 1, 3, 5, ... and the other 2, 4, ...: what both have reached is folded.
    expect(folds.map(({ block }) => tree.height[block])).toEqual(
      Array.from({ length: 19 }, (_, k) => k + 1),
    );
  });

  it('a node that was away gets what it lacks from a peer, oldest first, in one exchange', () => {
    const { mine, engine, kernel, heads } = world(2, 100);
    let head = 0;
    for (let i = 0; i < 5; i++) head = mine(head);
    expect(engine.head[1]).toBe(0);
    engine.catchUp(1, 0);
    kernel.run(1_000_000);
    expect(engine.head[1]).toBe(head);
    expect(heads.filter((line) => line.startsWith('1:'))).toEqual([
      '1:0>1',
      '1:1>2',
      '1:2>3',
      '1:3>4',
      '1:4>5',
    ]);
    expect(engine.reorgCount[1]).toBe(0);
  });
});
