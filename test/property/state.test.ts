/** Chain state against an oracle that keeps a full copy of all cells for every block. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChainState } from '../../src/ledger/state.ts';
import { createBlockTree } from '../../src/ledger/tree.ts';

const DENSE = 5;
const RARE = Array.from({ length: 40 }, (_, k) => 100 + k);
const CELLS = [0, 1, 3, 4, 5, 6, 40, ...RARE, 2 ** 40];
const OFTEN = CELLS.filter((cell) => !RARE.includes(cell));

const write = fc.record({
  cell: fc.constantFrom(...OFTEN),
  value: fc.oneof(fc.constant(0), fc.nat(9)),
  /** What happens before this write. */
  undo: fc.constantFrom('none', 'none', 'none', 'mark', 'rollback'),
});
const step = fc.record({
  /** Where the block goes: mostly on the tip of some branch. */
  parent: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
  writes: fc.array(write, { maxLength: 5 }),
  /** How many blocks to fold afterwards towards the new block. */
  fold: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(40) }),
  read: fc.nat(1_000),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function play(steps: readonly Step[]): { branches: number; deepest: number } {
  const tree = createBlockTree('genesis');
  const state = createChainState(tree, { denseCount: DENSE, maxUnfinalBlocks: 10_000 });
  const full: Map<number, number>[] = [new Map()];
  let live = [0];
  let branches = 0;
  let deepest = 0;
  for (const { parent: choice, writes, fold, read } of steps) {
    const parent = live[live.length - 1 - (choice % live.length)]!;
    const view = state.begin(parent);
    let after = new Map(full[parent]);
    let touched = new Set<number>();
    let mark = state.mark();
    let marked = { after: new Map(after), touched: new Set(touched) };
    for (const { cell, value, undo } of writes) {
      if (undo === 'mark') {
        mark = state.mark();
        marked = { after: new Map(after), touched: new Set(touched) };
      } else if (undo === 'rollback') {
        state.rollback(mark);
        after = new Map(marked.after);
        touched = new Set(marked.touched);
      }
      view.write(cell, value);
      after.set(cell, value);
      touched.add(cell);
    }
    expect(CELLS.map(view.read)).toEqual(CELLS.map((cell) => after.get(cell) ?? 0));
    expect(Array.from(state.dirtyCells())).toEqual([...touched].sort((a, b) => a - b));
    if (tree.firstChild[parent]! >= 0) branches++;
    const block = tree.add({
      parent,
      producer: 0,
      timestampUs: 0,
      producedUs: 0,
      hash: String(tree.count),
      work: 1,
      transactions: [],
      bytes: 0,
      gasUsed: 0,
      consensus: [],
    });
    state.commit(block);
    full.push(after);
    live.push(block);
    const above = tree.height[block]! - tree.height[state.base]!;
    deepest = Math.max(deepest, above);
    if (fold > 0 && above > 0) {
      const base = tree.ancestorAt(block, tree.height[state.base]! + Math.min(fold, above));
      state.fold(base);
      live = live.filter((at) => tree.isAncestor(base, at));
      const expected = [...full[base]!].filter(([, value]) => value !== 0);
      expect([...state.baseCells()]).toEqual(expected.sort((a, b) => a[0] - b[0]));
    }
    const seen = live[read % live.length]!;
    const reads = CELLS.map((cell) => state.readAt(seen, cell));
    expect(reads).toEqual(CELLS.map((cell) => full[seen]!.get(cell) ?? 0));
    const there = [...full[seen]!.values()].filter((value) => value !== 0).length;
    expect(state.cellCount(seen)).toBe(there);
  }
  return { branches, deepest };
}

describe('chain state', () => {
  it('state: every live block reads as its own full copy', () => {
    let branches = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        branches += play(steps).branches;
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(branches).toBeGreaterThan(100);
  });

  it('state: also over stalls of hundreds of blocks, where overlays stand in', () => {
    let deepest = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 400, maxLength: 500, size: 'max' }), (steps) => {
        // Most cells are written once in hundreds of blocks, so that only overlays of overlays know them.
        const rare = steps.map((one, i) => ({
          ...one,
          fold: i % 170 === 169 ? one.read % 150 : 0,
          writes: one.writes.map((each) => ({
            ...each,
            cell: each.cell === 0 ? RARE[(31 * i) % RARE.length]! : 3,
          })),
        }));
        deepest = Math.max(deepest, play(rare).deepest);
      }),
      { numRuns: 8, seed: 2 },
    );
    expect(deepest).toBeGreaterThan(128);
  });
});
