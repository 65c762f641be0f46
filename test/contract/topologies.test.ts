/** What every topology promises, and a silly one that fits the shape. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/base/plugin.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { partsOf } from '../../src/network/graph.ts';
import { nodeId } from '../../src/network/node-id.ts';
import { topologies } from '../../src/network/topologies/index.ts';
import {
  createLinks,
  defineTopology,
  type Graph,
  type Topology,
} from '../../src/network/topology.ts';
import { contextOf, lawOf, optionsOf, placed } from '../unit/network/network.ts';

/** Every node tells the next; latency grows along the ring. */
const ring = defineTopology({
  apiVersion: 1,
  name: 'whisper-ring',
  summary: 'A ring in which each link is slower than the one before',
  source: 'test',
  options: () => ({}),
  create({ nodeCount }) {
    const from = Int32Array.from(
      { length: nodeCount < 3 ? nodeCount - 1 : nodeCount },
      (_, a) => a,
    );
    const latencyUs = Float64Array.from(from, (a) => 1_000 * (a + 1));
    return { nodeCount, from, to: from.map((a) => (a + 1) % nodeCount), latencyUs };
  },
});
const all = createRegistry('topology', [...topologies.all, ring]).all;

/** What an edge list needs; the others need nothing. */
const neededBy = (topology: Topology, nodeCount: number): object => {
  if (topology.name !== 'edge-list') return {};
  return {
    links: Array.from({ length: nodeCount - 1 }, (_, a) => ({
      a: nodeId(a),
      b: nodeId(a + 1),
    })),
  };
};
const graphOf = (topology: Topology, nodeCount: number, seed: number, before: string[] = []) => {
  const random = createRandomSource(seed);
  // Whatever else an arm draws first may not move a link.
  for (const stream of before) random.sequential(stream).uniform();
  const context = contextOf(nodeCount, seed, {}, random);
  const options = optionsOf(topology, neededBy(topology, nodeCount));
  const graph = topology.create(context, options);
  expect(context.issues).toEqual([]);
  return graph as Graph;
};

describe.each(all)('topology $name', (topology) => {
  it('gives a simple connected graph over all nodes', () => {
    const size = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(size, fc.integer({ min: 0, max: 1e6 }), (nodeCount, seed) => {
        const graph = graphOf(topology, nodeCount, seed);
        expect(graph.nodeCount).toBe(nodeCount);
        expect(graph.to).toHaveLength(graph.from.length);
        expect(partsOf(graph)).toEqual({ count: 1, stray: -1 });
        const context = contextOf(nodeCount, seed);
        // Loops and double links are refused here.
        const plan = placed('two-tier', context)!;
        const links = createLinks(graph, plan, lawOf('lognormal'), context.random);
        const { latencyUs, bandwidth, reverse } = links;
        const isSane = (latency: number, link: number) =>
          Number.isInteger(latency) &&
          latency >= 1 &&
          bandwidth[link]! > 0 &&
          reverse[reverse[link]!] === link &&
          latencyUs[reverse[link]!] === latency;
        expect(latencyUs.every(isSane)).toBe(true);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('is the same for one seed, whatever an arm has drawn before', () => {
    expect(graphOf(topology, 30, 7, ['chain/pow'])).toEqual(graphOf(topology, 30, 7));
  });

  it('states itself in full', () => {
    expect(topology.apiVersion).toBe(1);
    expect(topology.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(topology.summary.length).toBeGreaterThan(10);
    expect(topology.source.length).toBeGreaterThan(3);
    expect(Object.isFrozen(topology)).toBe(true);
  });
});

it('random topologies move with the seed', () => {
  for (const name of ['random-regular', 'degree-distribution', 'small-world']) {
    const topology = topologies.get(name);
    expect(graphOf(topology, 30, 7)).not.toEqual(graphOf(topology, 30, 8));
  }
});
