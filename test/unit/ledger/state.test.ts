/** Chain state: undoing, folding, limits. Reads against full copies: test/property/state.test.ts. */
import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { type ChainState, createChainState } from '../../../src/ledger/state.ts';
import { type BlockTree, createBlockTree } from '../../../src/ledger/tree.ts';

function world(maxUnfinalBlocks = 1_000) {
  const tree = createBlockTree('genesis');
  return { tree, state: createChainState(tree, { denseCount: 8, maxUnfinalBlocks }) };
}

function commit(
  { tree, state }: { tree: BlockTree; state: ChainState },
  parent: number,
  writes: readonly (readonly [number, number])[],
): number {
  const view = state.begin(parent);
  for (const [cell, value] of writes) view.write(cell, value);
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
  return block;
}

describe('chain state', () => {
  it('two branches each see their own writes', () => {
    const chain = world();
    const root = commit(chain, 0, [[1, 10]]);
    const left = commit(chain, root, [[1, 11]]);
    const right = commit(chain, root, [[100, 5]]);
    expect([root, left, right].map((block) => chain.state.readAt(block, 1))).toEqual([10, 11, 10]);
    expect([root, left, right].map((block) => chain.state.readAt(block, 100))).toEqual([0, 0, 5]);
  });

  it('a rollback undoes to the mark, also what was overwritten', () => {
    const { state } = world();
    const view = state.begin(0);
    view.write(1, 5);
    const mark = state.mark();
    view.write(1, 6);
    view.write(2, 7);
    view.write(1, 8);
    expect([view.read(1), view.read(2)]).toEqual([8, 7]);
    state.rollback(mark);
    expect([view.read(1), view.read(2)]).toEqual([5, 0]);
    expect(Array.from(state.dirtyCells())).toEqual([1]);
  });

  it('lists dirty cells in ascending number, not as text', () => {
    const { state } = world();
    const view = state.begin(0);
    for (const cell of [100, 9, 20, 3]) view.write(cell, 1);
    expect(Array.from(state.dirtyCells())).toEqual([3, 9, 20, 100]);
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN])(
    'refuses to become %d, which no amount may be',
    (value) => {
      const { state } = world();
      expect(() => state.begin(0).write(1, value)).toThrow(/state-integer/);
    },
  );

  it('an execution that is dropped leaves no trace', () => {
    const chain = world();
    chain.state.begin(0).write(1, 5);
    const block = commit(chain, 0, [[2, 1]]);
    expect([chain.state.readAt(block, 1), chain.state.readAt(block, 2)]).toEqual([0, 1]);
  });

  it('folding moves writes to the flat state and forgets zeros', () => {
    const chain = world();
    const one = commit(chain, 0, [
      [1, 1],
      [50, 2],
      [60, 3],
    ]);
    const two = commit(chain, one, [
      [1, 4],
      [50, 0],
    ]);
    const dead = commit(chain, one, [[60, 9]]);
    chain.state.fold(two);
    expect(chain.state.base).toBe(two);
    expect([...chain.state.baseCells()]).toEqual([
      [1, 4],
      [60, 3],
    ]);
    expect(chain.state.readBase(50)).toBe(0);
    // A branch that the fold left cannot be folded any more.
    expect(() => chain.state.fold(dead)).toThrow(InvariantViolation);
  });

  it('maxUnfinalBlocks is a limit that throws, and folding makes room again', () => {
    const chain = world(10);
    let head = 0;
    for (let i = 0; i < 10; i++) head = commit(chain, head, []);
    expect(() => commit(chain, head, [])).toThrow(/limit-max-unfinal-blocks/);
    chain.state.fold(chain.tree.ancestorAt(head, 4));
    expect(() => commit(chain, head, [])).not.toThrow();
  });

  it('a read far above the last final block walks 64 blocks at most', () => {
    const tree = createBlockTree('genesis');
    let steps = 0;
    const counting: BlockTree = Object.create(tree, {
      parent: {
        get() {
          steps++;
          return tree.parent;
        },
      },
    });
    const state = createChainState(counting, { denseCount: 8, maxUnfinalBlocks: 100_000 });
    const chain = { tree, state };
    let head = commit(chain, 0, [[3, 41]]);
    for (let i = 0; i < 5_000; i++) {
      head = commit(chain, head, [[8 + (i % 3), i + 1]]);
      const before = steps;
      expect(state.readAt(head, 3)).toBe(41);
      if (steps - before > 64) expect.fail(`${steps - before} steps ${i} blocks up`);
    }
  });
});
