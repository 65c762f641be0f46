/** Nothing on a chain moves by itself: what blocks without transactions write (model §5.6, trap 32). */
import { describe, expect, it, vi } from 'vitest';
import { CHAIN, chainCell, producedCell } from '../../src/contracts/cells.ts';
import type { createChainState as Create } from '../../src/ledger/state.ts';
import { openPayments } from '../simulation/payment-chain.ts';

/** Cells that each block of the last chain wrote. */
const written = vi.hoisted(() => new Map<number, number[]>());
vi.mock('../../src/ledger/state.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/ledger/state.ts')>();
  return {
    ...original,
    createChainState(...args: Parameters<typeof Create>) {
      const state = original.createChainState(...args);
      written.clear();
      const { commit } = state;
      state.commit = (block) => {
        written.set(block, Array.from(state.dirtyCells()));
        commit(block);
      };
      return state;
    },
  };
});

/** Where elected producers are judged by the turns that the headers show. */
const JUDGED_FROM = 2 ** 51;
const JUDGED_TO = 2 ** 52;

describe('a block without transactions', () => {
  it.each([
    ['dpos', 1],
    ['pow', 2],
    ['pbft', 3],
    ['raft', 4],
    ['central', 5],
  ])('writes what rewards say and nothing else: %s, seed %d', (name, seed) => {
    const { chain, pay, run, finish } = openPayments([`consensus=${name}`, `seed=${seed}`]);
    const { rules, tree, builder } = chain;
    let draw = seed;
    for (let k = 0; k < 40; k++) {
      draw = (Math.imul(draw, 1_103_515_245) + 12_345) >>> 0;
      // Now and then nobody sends anything for a while.
      run(draw % 7 === 0 ? 120 : draw % 20);
      if (draw % 3 !== 0) pay(draw % 12);
    }
    run(600);
    const count = (field: number) => chainCell(rules.accountCount, field);
    const counters = new Set([count(CHAIN.rewardDay), count(CHAIN.rewardBlocks)]);
    for (let account = 0; account < rules.accountCount; account++) {
      counters.add(producedCell(rules.accountCount, account));
    }
    const roots = Array.from({ length: tree.count }, (_, block) => builder.stateRoot(block));
    let [empty, silent] = [0, 0];
    for (let block = 1; block < tree.count; block++) {
      const cells = written.get(block)!;
      if (tree.transactionCount[block]! > 0) continue;
      empty++;
      const others = cells.filter(
        (cell) => !counters.has(cell) && !(cell >= JUDGED_FROM && cell < JUDGED_TO),
      );
      expect(others, `block ${block}`).toEqual([]);
      if (name !== 'dpos') expect(cells.every((cell) => counters.has(cell))).toBe(true);
      if (cells.length > 0) continue;
      silent++;
      expect(roots[block]).toBe(roots[tree.parent[block]!]);
    }
    // Protocols that make a block only when there is something to carry make hardly an empty one.
    if (name === 'dpos' || name === 'pow') expect(empty).toBeGreaterThan(5);
    if (name === 'dpos') expect(silent).toBeGreaterThan(20);
    finish();
  });
});
