/** The control arm: one database, batches, final at once. */
import { describe, expect, it } from 'vitest';
import central from '../../../src/consensus/protocols/central.ts';
import { createHarness } from './harness.ts';

const S = 1_000_000;

/** A database whose operator has things to write as long as the test says so. */
function database() {
  let pending = 0;
  const finals: string[] = [];
  const world = createHarness({
    protocol: central,
    nodeCount: 3,
    latencyUs: 20_000,
    hasPending: () => pending > 0,
    onFinal: (node, block, timeUs) => finals.push(`${node}:${block}@${timeUs}`),
  });
  const commits = () => Array.from(world.tree.producedUs.subarray(1, world.tree.count));
  return {
    ...world,
    finals,
    commits,
    ask(timeUs: number, things = 1, node = 0) {
      world.run(timeUs);
      pending += things;
      world.instance.onTransaction!(node);
    },
    set(value: number) {
      pending = value;
    },
  };
}

describe('central', () => {
  it('commits what comes after a pause at once, and then once an interval', () => {
    const base = database();
    base.ask(5 * S);
    base.run(5 * S + 1);
    base.set(0);
    expect(base.commits()).toEqual([5 * S + 1]);
    base.ask(5 * S + 200_000);
    base.run(6 * S);
    expect(base.commits()).toEqual([5 * S + 1]);
    base.run(6 * S + 1);
    base.set(0);
    expect(base.commits()).toEqual([5 * S + 1, 6 * S + 1]);
    base.run(100 * S);
    expect(base.commits()).toHaveLength(2);
  });

  it('leaves for the next batch what a full one could not take', () => {
    const base = database();
    base.ask(S, 3);
    base.run(4 * S);
    expect(base.commits()).toEqual([S + 1, 2 * S + 1, 3 * S + 1]);
  });

  it('a commit is final where it is known: at once, and at others when it has travelled', () => {
    const base = database();
    base.ask(S);
    base.run(S + 1);
    base.set(0);
    base.run(2 * S);
    expect(base.finals).toEqual([`0:1@${S + 1}`, `1:1@${S + 60_001}`, `2:1@${S + 60_001}`]);
    expect(base.folded).toEqual([1]);
  });

  it('only the operator writes, and only what reached it counts', () => {
    const base = database();
    base.ask(S, 1, 2);
    base.run(3 * S);
    expect(base.commits()).toEqual([]);
    expect(base.instance.isValid(base.add(1, 0, 5, []))).toBe(false);
    expect(base.instance.isValid(base.add(0, 0, 5, []))).toBe(true);
  });

  it('an operator that is down writes nothing until it is up and asked again', () => {
    const base = database();
    base.engine.up[0] = 0;
    base.ask(S);
    base.run(5 * S);
    expect(base.commits()).toEqual([]);
    base.engine.up[0] = 1;
    base.ask(6 * S, 0);
    base.run(6 * S + 1);
    expect(base.commits()).toEqual([6 * S + 1]);
  });
});
