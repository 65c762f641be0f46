/** What every consensus protocol promises, and a silly one that fits the shape. */
import { describe, expect, it } from 'vitest';
import { defaultsOf, integer } from '../../src/base/options.ts';
import { createRegistry } from '../../src/base/plugin.ts';
import { defineConsensus } from '../../src/consensus/protocol.ts';
import { protocols } from '../../src/consensus/protocols/index.ts';
import { createHarness } from '../unit/consensus/harness.ts';

/** Waits one second, one, two, three, five, ... between blocks; the nodes take turns. */
const fibonacci = defineConsensus({
  apiVersion: 1,
  name: 'fibonacci',
  summary: 'Blocks at the Fibonacci numbers; never final',
  source: 'test',
  options: () => ({ seconds: integer(1, { min: 1 }) }),
  blockIntervalUs: (options) => options.seconds * 1e6,
  parameters: () => ({}),
  createRule: () => ({ irreversibleHeight: () => 0, add() {}, finalHeight: () => 0 }),
  create({ kernel, head, produce, nodeCount, tree }, { seconds }) {
    const make = kernel.event('consensus/grow-slower', 5, (last, before) => {
      const node = tree.count % nodeCount;
      produce(node, head[node]!, kernel.nowUs, [], 1);
      make.after((last + before) * seconds * 1e6, last + before, last);
    });
    return {
      start: () => make.at(1e6, 1, 0) && undefined,
      prefers: (_, candidate, current) => tree.height[candidate]! > tree.height[current]!,
      isValid: () => true,
      powerW: () => 0,
      hashShare: () => Number.NaN,
      turnsMissed: () => 0,
    };
  },
});
const all = createRegistry('consensus protocol', [...protocols.all, fibonacci]).all;

describe.each(all)('protocol $name', (protocol) => {
  const options = defaultsOf(protocol.options());
  const NODES = 5;
  const run = (seed: number) => {
    const world = createHarness({
      protocol,
      nodeCount: NODES,
      latencyUs: 30_000,
      seed,
      hasPending: () => true,
    });
    world.instance.onTransaction?.(0);
    world.run(120 * protocol.blockIntervalUs(options) + 2_500_000);
    return world;
  };
  const world = run(1);
  const { tree, engine, rule, instance } = world;

  it('states itself in full', () => {
    expect(protocol.apiVersion).toBe(1);
    expect(protocol.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(protocol.summary.length).toBeGreaterThan(10);
    expect(protocol.source).not.toBe('');
    expect(Object.isFrozen(protocol)).toBe(true);
    expect(protocol.blockIntervalUs(options)).toBeGreaterThan(0);
  });

  it('its parameters can stand in genesis: integers from 0', () => {
    for (const value of Object.values(protocol.parameters(options, NODES))) {
      expect(Number.isSafeInteger(value)).toBe(true);
      expect(value).toBeGreaterThanOrEqual(0);
    }
  });

  it('makes blocks whose header fields can be encoded, and finds its own blocks valid', () => {
    expect(tree.count).toBeGreaterThan(8);
    for (let block = 1; block < tree.count; block++) {
      expect(instance.isValid(block)).toBe(true);
      expect(tree.timestampUs[block]).toBeGreaterThanOrEqual(
        tree.timestampUs[tree.parent[block]!]!,
      );
      expect(
        tree.consensus(block).every((field) => Number.isSafeInteger(field) && field >= 0),
      ).toBe(true);
    }
  });

  it('the nodes agree up to what travels', () => {
    const heights = Array.from(engine.head, (head) => tree.height[head]!);
    const low = Math.min(...heights);
    const shared = new Set(
      Array.from(engine.head, (head) => tree.ancestorAt(head, Math.max(0, low - 2))),
    );
    expect(shared.size).toBe(1);
    expect(engine.divergentFinals).toBe(0);
  });

  it('its rule follows from tree and parameters alone, and knows no observer', () => {
    const fresh = protocol.createRule(tree, protocol.parameters(options, NODES));
    for (let block = 1; block < tree.count; block++) {
      const parent = tree.parent[block]!;
      const fields = tree.consensus(block);
      const height = fresh.irreversibleHeight(parent, tree.producer[block]!, fields);
      expect(height).toBe(rule.irreversibleHeight(parent, tree.producer[block]!, fields));
      fresh.add(block);
      expect(fresh.finalHeight(block)).toBe(rule.finalHeight(block));
      expect(fresh.finalHeight(block)).toBeLessThanOrEqual(tree.height[block]!);
      expect(fresh.finalHeight(block)).toBeGreaterThanOrEqual(rule.finalHeight(parent));
    }
  });

  it('prefers no head over itself', () => {
    for (let block = 0; block < tree.count; block++) {
      expect(instance.prefers(0, block, block)).toBe(false);
    }
  });

  it('is the same for one seed', () => {
    const again = run(1);
    expect(again.kernel.traceHash).toBe(world.kernel.traceHash);
    expect(Array.from(again.engine.head)).toEqual(Array.from(engine.head));
  });

  it('states power and missed turns as numbers for every node', () => {
    for (let node = 0; node < NODES; node++) {
      expect(instance.powerW(node)).toBeGreaterThanOrEqual(0);
      expect(instance.turnsMissed(node)).toBe(0);
      expect(typeof instance.hashShare(node)).toBe('number');
    }
  });
});
