/** What every topology promises, and a silly one that fits the shape. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../src/base/options.ts';
import { createRegistry } from '../../src/base/plugin.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { topologies } from '../../src/network/topologies/index.ts';
import { createLinks, defineTopology, type Topology } from '../../src/network/topology.ts';

/** Every node tells the next; latency grows along the ring. */
const ring = defineTopology({
  apiVersion: 1,
  name: 'whisper-ring',
  summary: 'A ring in which each link is slower than the one before',
  source: 'test',
  options: () => ({}),
  create: ({ nodeCount, bandwidth }) => ({
    regions: Array.from({ length: nodeCount }, () => 'ring'),
    edges: Array.from({ length: nodeCount < 3 ? nodeCount - 1 : nodeCount }, (_, a) => ({
      a,
      b: (a + 1) % nodeCount,
      latencyUs: 1_000 * (a + 1),
      bandwidth,
    })),
  }),
});
const all = createRegistry('topology', [...topologies.all, ring]).all;

const planOf = (topology: Topology, nodeCount: number, seed: number, before: string[] = []) => {
  const random = createRandomSource(seed);
  // Whatever else an arm draws first may not move a link.
  for (const stream of before) random.sequential(stream).uniform();
  return topology.create({ nodeCount, bandwidth: 20e6, random }, defaultsOf(topology.options()));
};

describe.each(all)('topology $name', (topology) => {
  it('gives a simple connected graph over all nodes with sane links', () => {
    const size = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(size, fc.integer({ min: 0, max: 1e6 }), (nodeCount, seed) => {
        const plan = planOf(topology, nodeCount, seed);
        expect(plan.regions).toHaveLength(nodeCount);
        const links = createLinks(plan);
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
    expect(planOf(topology, 30, 7, ['chain/pow'])).toEqual(planOf(topology, 30, 7));
  });

  it('states itself in full', () => {
    expect(topology.apiVersion).toBe(1);
    expect(topology.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(topology.summary.length).toBeGreaterThan(10);
    expect(Object.isFrozen(topology)).toBe(true);
  });
});

it('random topologies move with the seed', () => {
  for (const topology of topologies.all) {
    expect(planOf(topology, 30, 7).edges).not.toEqual(planOf(topology, 30, 8).edges);
  }
});
