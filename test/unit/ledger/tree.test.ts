/** The fork tree against paths written out in full. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBlockTree } from '../../../src/ledger/tree.ts';

const block = (parent: number, work = 1, transactions: number[] = []) => ({
  parent,
  producer: 3,
  timestampUs: 5,
  producedUs: 6,
  hash: `after-${parent}`,
  work,
  transactions,
  bytes: 100,
  gasUsed: 9,
  consensus: [parent],
});

describe('block tree', () => {
  it('starts with genesis at height 0', () => {
    const tree = createBlockTree('genesis');
    expect([tree.count, tree.height[0], tree.parent[0], tree.work[0]]).toEqual([1, 0, -1, 0]);
    expect(tree.hash(0)).toBe('genesis');
    expect(tree.firstChild[0]).toBe(-1);
  });

  it('knows up to which height two branches stand', () => {
    const tree = createBlockTree('genesis');
    for (let i = 0; i < 6; i++) tree.add(block(i));
    expect(tree.lastForkHeight).toBe(0);
    let tip = 2;
    for (const height of [3, 4, 5]) {
      tip = tree.add(block(tip));
      expect(tree.lastForkHeight).toBe(height);
    }
    // The branch that goes on alone does not count, whichever of the two it is.
    for (const height of [6, 6, 6]) {
      tip = tree.add(block(tip));
      expect(tree.lastForkHeight).toBe(height);
    }
  });

  it('keeps what a block brought, past several growths of its columns', () => {
    const tree = createBlockTree('genesis');
    for (let i = 0; i < 5_000; i++) tree.add(block(i, 2, i === 7 ? [4, 5] : []));
    expect([tree.height[5_000], tree.work[5_000], tree.gasUsed[4_999]]).toEqual([5_000, 10_000, 9]);
    expect([tree.hash(8), tree.transactions(8), tree.transactionCount[8]]).toEqual([
      'after-7',
      [4, 5],
      2,
    ]);
    expect(tree.consensus(4_321)).toEqual([4_320]);
    expect(tree.ancestorAt(5_000, 1)).toBe(1);
    expect(() => tree.ancestorAt(7, 8)).toThrow(RangeError);
  });

  it('tree: ancestors, forks and children agree with the written-out paths', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 40 }), (choices) => {
        const tree = createBlockTree('genesis');
        const paths: number[][] = [[0]];
        choices.forEach((choice, i) => {
          const parent = choice % (i + 1);
          paths.push([...paths[parent]!, tree.add(block(parent, 1 + (choice % 3)))]);
        });
        const works = [0, ...choices.map((choice) => 1 + (choice % 3))];
        for (let a = 0; a < paths.length; a++) {
          const mine = paths[a]!;
          expect(tree.height[a]).toBe(mine.length - 1);
          expect(tree.work[a]).toBe(mine.reduce((sum, at) => sum + works[at]!, 0));
          expect(mine.map((_, height) => tree.ancestorAt(a, height))).toEqual(mine);
          const blocks = paths.map((_, b) => b);
          const shared = paths.map((other) => mine.filter((at) => other.includes(at)).at(-1));
          expect(blocks.map((b) => tree.commonAncestor(a, b))).toEqual(shared);
          const below = paths.map((other) => other.includes(a));
          expect(blocks.map((b) => tree.isAncestor(a, b))).toEqual(below);
          const children: number[] = [];
          for (let at = tree.firstChild[a]!; at >= 0; at = tree.nextSibling[at]!) children.push(at);
          const expected = paths.filter((path) => path.at(-2) === a).map((path) => path.at(-1));
          expect(children.reverse()).toEqual(expected);
        }
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});
