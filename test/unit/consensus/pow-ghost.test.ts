/** Heaviest subtree against a slow oracle that weighs everything a node knows after every block. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import pow from '../../../src/consensus/protocols/pow.ts';
import { createHeaviestSubtree } from '../../../src/consensus/protocols/pow-ghost.ts';
import { type BlockTree, createBlockTree } from '../../../src/ledger/tree.ts';
import { createHarness } from './harness.ts';

function addBlock(tree: BlockTree, parent: number, work: number): number {
  return tree.add({
    parent,
    producer: 0,
    timestampUs: 0,
    producedUs: 0,
    hash: `${tree.count}`,
    work,
    transactions: [],
    bytes: 0,
    gasUsed: 0,
    consensus: [],
  });
}

/** Follows the definition; the child that was chosen before stays while none is heavier. */
class Oracle {
  readonly known = new Set([0]);
  private readonly chosen = new Map<number, number>();
  private readonly tree: BlockTree;

  constructor(tree: BlockTree) {
    this.tree = tree;
  }

  private weight(root: number): number {
    let sum = 0;
    for (const block of this.known) {
      if (block > 0 && this.tree.isAncestor(root, block)) {
        sum += this.tree.work[block]! - this.tree.work[this.tree.parent[block]!]!;
      }
    }
    return sum;
  }

  receive(block: number): number {
    this.known.add(block);
    let at = 0;
    for (;;) {
      const children = [...this.known].filter((child) => this.tree.parent[child] === at);
      if (children.length === 0) break;
      let best = this.chosen.get(at) ?? children[0]!;
      for (const child of children) if (this.weight(child) > this.weight(best)) best = child;
      this.chosen.set(at, best);
      at = best;
    }
    // Forks off the chosen path are weighed too, as the node would when it comes there.
    for (const parent of this.known) {
      const children = [...this.known].filter((child) => this.tree.parent[child] === parent);
      if (children.length === 0) continue;
      let best = this.chosen.get(parent) ?? children[0]!;
      for (const child of children) if (this.weight(child) > this.weight(best)) best = child;
      this.chosen.set(parent, best);
    }
    return at;
  }
}

describe('heaviest subtree', () => {
  it('is what the definition says, for every node and after every block', () => {
    const NODES = 3;
    fc.assert(
      fc.property(
        fc.array(fc.record({ parent: fc.nat(30), work: fc.integer({ min: 1, max: 3 }) }), {
          minLength: 1,
          maxLength: 30,
        }),
        fc.array(fc.record({ node: fc.nat(NODES - 1), pick: fc.nat(1_000) }), { maxLength: 80 }),
        (blocks, deliveries) => {
          const tree = createBlockTree('genesis');
          for (const { parent, work } of blocks) addBlock(tree, parent % tree.count, work);
          const subtree = createHeaviestSubtree(tree, new Int32Array(NODES));
          const oracles = Array.from({ length: NODES }, () => new Oracle(tree));
          const head = new Int32Array(NODES);
          for (const { node, pick } of deliveries) {
            const oracle = oracles[node]!;
            const ready: number[] = [];
            for (let block = 1; block < tree.count; block++) {
              if (!oracle.known.has(block) && oracle.known.has(tree.parent[block]!)) {
                ready.push(block);
              }
            }
            if (ready.length === 0) continue;
            const block = ready[pick % ready.length]!;
            subtree.received(node, block);
            head[node] =
              tree.parent[block] === head[node] ? block : subtree.headFor(node, block, head[node]!);
            expect(head[node]).toBe(oracle.receive(block));
          }
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it('comes to a leaf that is neither the head nor the block received', () => {
    const tree = createBlockTree('genesis');
    const [a, b] = [addBlock(tree, 0, 1), addBlock(tree, 0, 1)];
    const a1 = addBlock(tree, a, 1);
    const [b1, b2] = [addBlock(tree, b, 1), addBlock(tree, b, 1)];
    const subtree = createHeaviestSubtree(tree, new Int32Array(1));
    let head = 0;
    const give = (block: number) => {
      subtree.received(0, block);
      head = tree.parent[block] === head ? block : subtree.headFor(0, block, head);
      return head;
    };
    expect([a, a1, b, b1].map(give)).toEqual([a, a1, a1, a1]);
    // Below b there are three blocks now, below a two; of b1 and b2 the first stays.
    expect(give(b2)).toBe(b1);
  });

  it('uniform draws among subtrees that stand level', () => {
    const N = 2_000;
    const { chain } = createHarness({
      protocol: pow,
      nodeCount: 1,
      options: { forkChoice: 'ghost', tieRule: 'uniform' },
    });
    const { tree, instance } = chain;
    let changed = 0;
    let parent = 0;
    for (let i = 0; i < N; i++) {
      const [first, second] = [addBlock(tree, parent, 1), addBlock(tree, parent, 1)];
      instance.onBlock!(0, first);
      instance.onBlock!(0, second);
      const head = instance.headFor!(0, second, first);
      if (head === second) changed++;
      parent = head;
    }
    expect(Math.abs(changed / N - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / N));
  });

  it('a whole chain of nodes agrees with the oracle at each of them', () => {
    const { chain, tree, engine, run } = createHarness({
      protocol: pow,
      nodeCount: 5,
      latencyUs: 2_000_000,
      options: { blockInterval: 10_000_000, retargetBlocks: 0, forkChoice: 'ghost' },
      seed: 'ghost',
    });
    const oracles = Array.from({ length: 5 }, () => new Oracle(tree));
    const expected = new Int32Array(5);
    let forks = 0;
    chain.engine.observe({
      onBlock(node, block) {
        expected[node] = oracles[node]!.receive(block);
        if (tree.parent[block] !== engine.head[node]) forks++;
      },
    });
    for (let step = 1; step <= 60; step++) {
      run(step * 10_000_000);
      expect(Array.from(engine.head)).toEqual(Array.from(expected));
    }
    expect(forks).toBeGreaterThan(50);
  });

  it('is not most work: a longer branch loses against a bushy one', () => {
    const heads = (['most-work', 'ghost'] as const).map((forkChoice) => {
      const { chain, engine } = createHarness({
        protocol: pow,
        nodeCount: 2,
        options: { forkChoice, retargetBlocks: 0 },
      });
      const D = 15_000_000;
      const make = (parent: number) => chain.build(1, parent, 0, [D], D);
      const give = (block: number) => chain.engine.adopt(0, block, 1);
      const bushy = make(0);
      for (const block of [bushy, make(bushy), make(bushy), make(bushy)]) give(block);
      const long = [make(0)];
      for (let i = 0; i < 2; i++) long.push(make(long.at(-1)!));
      for (const block of long) give(block);
      return chain.tree.isAncestor(bushy, engine.head[0]!);
    });
    expect(heads).toEqual([false, true]);
  });
});
