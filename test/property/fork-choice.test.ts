/**
 * Fork choice under any order of deliveries, against statements that know nothing of steps: with most
 * work, the first seen of the heaviest complete branches; never a branch with a hole in it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConductBook } from '../../src/consensus/conduct.ts';
import { createChainEngine } from '../../src/consensus/engine.ts';
import { createKernel } from '../../src/kernel/kernel.ts';
import { createBlockTree } from '../../src/ledger/tree.ts';
import { bareTransport } from '../unit/consensus/bare-transport.ts';

const NODES = 3;

const worlds = fc
  .array(fc.record({ parent: fc.nat(1_000), work: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 20,
    size: 'max',
  })
  .chain((blocks) =>
    fc.record({
      blocks: fc.constant(blocks),
      orders: fc.array(
        fc.shuffledSubarray(
          blocks.map((_, i) => i + 1),
          { minLength: Math.floor(blocks.length / 2) },
        ),
        { minLength: NODES, maxLength: NODES },
      ),
      depth: fc.integer({ min: 1, max: 6 }),
    }),
  );

describe('fork choice', () => {
  it('fork choice: the first seen of the heaviest branches that are complete', () => {
    let orphans = 0;
    let reorganisations = 0;
    fc.assert(
      fc.property(worlds, ({ blocks, orders, depth }) => {
        const tree = createBlockTree('genesis');
        const held = Array.from({ length: NODES }, () => new Set([0]));
        const finals: number[][] = Array.from({ length: NODES }, () => []);
        const kernel = createKernel();
        const engine = createChainEngine({
          kernel,
          tree,
          // One more node makes all blocks and is not asked.
          transport: bareTransport(kernel, NODES + 1),
          conduct: createConductBook(NODES + 1),
          isExplicit: false,
          rule: {
            irreversibleHeight: () => 0,
            add() {},
            finalHeight: (head) => Math.max(0, tree.height[head]! + 1 - depth),
          },
          fetchUs: () => 1,
          foldMargin: 0,
          onFinal: (node, block) => finals[node]?.push(block),
          onFold() {},
        });
        engine.connect(
          {
            originate: () => undefined,
            relay: () => undefined,
            has: (node, block) => held[node]?.has(block) ?? true,
            hold: () => undefined,
            holders: () => 0,
            release: () => undefined,
          },
          {
            start() {},
            prefers: (_, candidate, current) => tree.work[candidate]! > tree.work[current]!,
            isValid: () => true,
            powerW: () => 0,
            hashShare: () => 0,
            turnsMissed: () => 0,
          },
        );
        blocks.forEach(({ parent, work }, i) => {
          const block = tree.add({
            parent: parent % (i + 1),
            producer: NODES,
            timestampUs: i,
            producedUs: i,
            hash: String(i),
            work,
            transactions: [],
            bytes: 0,
            gasUsed: 0,
            consensus: [],
          });
          engine.adoptOwn(NODES, block);
        });
        orders.forEach((order, node) => {
          const complete = [0];
          let expectedFinals: number[] = [];
          let finalHeight = 0;
          /** Notes a block and, from it, those that waited for it in the order they came. */
          const attach = (block: number, waiting: number[]): void => {
            complete.push(block);
            const best = complete.reduce((a, b) => (tree.work[b]! > tree.work[a]! ? b : a));
            if (best === block) {
              const height = Math.max(0, tree.height[block]! + 1 - depth);
              if (height > finalHeight) {
                finalHeight = height;
                const path: number[] = [];
                for (let at = tree.ancestorAt(block, height); at > 0; at = tree.parent[at]!) {
                  path.unshift(at);
                }
                expectedFinals = path;
              }
            }
            for (const child of waiting.filter((at) => tree.parent[at] === block)) {
              attach(child, waiting);
            }
          };
          const come: number[] = [];
          for (const block of order) {
            held[node]!.add(block);
            engine.receive(node, block, 0);
            if (complete.includes(tree.parent[block]!)) attach(block, come);
            else orphans++;
            come.push(block);
            const heaviest = complete.reduce((a, b) => (tree.work[b]! > tree.work[a]! ? b : a));
            expect(engine.head[node]).toBe(heaviest);
            expect(engine.finalBlock[node]).toBe(expectedFinals.at(-1) ?? 0);
          }
          reorganisations += engine.reorgCount[node]!;
          const told = finals[node]!;
          if (engine.divergentFinals === 0) expect(told).toEqual(expectedFinals);
          else expect(told.slice(-1)).toEqual(expectedFinals.slice(-1));
        });
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(orphans).toBeGreaterThan(1_000);
    expect(reorganisations).toBeGreaterThan(500);
  });
});
