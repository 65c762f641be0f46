/** Links from graphs, placements and laws, and links as listed. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import type { PlacementPlan } from '../../../src/network/placement.ts';
import {
  createLinks,
  type Edge,
  type Graph,
  linksFromEdges,
} from '../../../src/network/topology.ts';
import { contextOf, graphOf, lawOf, placed } from './network.ts';

const edge = (a: number, b: number, latencyUs = 10): Edge => ({ a, b, latencyUs, bandwidth: 1e6 });
const regions = (count: number) => Array.from({ length: count }, () => 'here');
const graph = (nodeCount: number, pairs: readonly (readonly [number, number])[]): Graph => ({
  nodeCount,
  from: Int32Array.from(pairs, ([a]) => a),
  to: Int32Array.from(pairs, ([, b]) => b),
});
/** Nodes on a line 1 ms apart; node n sends at n + 1 Mbit/s and receives at twice that. */
const line = (count: number): PlacementPlan => ({
  regions: regions(count),
  uploadBps: Float64Array.from({ length: count }, (_, node) => (node + 1) * 1e6),
  downloadBps: Float64Array.from({ length: count }, (_, node) => (node + 1) * 2e6),
  latencyUs: (from, to) => 1_000 * Math.abs(to - from),
});

describe('createLinks', () => {
  it('lays out both directions of every edge, targets ascending', () => {
    const pairs = [
      [3, 0],
      [2, 0],
      [0, 1],
      [2, 3],
    ] as const;
    const links = createLinks(graph(4, pairs), line(4), lawOf('constant'), createRandomSource(1));
    expect(Array.from(links.start)).toEqual([0, 3, 4, 6, 8]);
    expect(Array.from(links.target)).toEqual([1, 2, 3, 0, 0, 3, 0, 2]);
    expect(Array.from(links.reverse)).toEqual([3, 4, 6, 0, 1, 7, 2, 5]);
    expect(Array.from(links.latencyUs)).toEqual([
      1_000, 2_000, 3_000, 1_000, 2_000, 1_000, 3_000, 1_000,
    ]);
    // Upload of the sender against download of the receiver.
    expect(Array.from(links.bandwidth)).toEqual([1e6, 1e6, 1e6, 2e6, 2e6, 3e6, 2e6, 4e6]);
  });

  it('lets an edge have a latency of its own, linked pairs only', () => {
    const own = {
      ...graph(3, [
        [0, 1],
        [1, 2],
      ]),
      latencyUs: Float64Array.of(70.5, Number.NaN),
    };
    const links = createLinks(own, line(3), lawOf('constant'), createRandomSource(1));
    expect(Array.from(links.latencyUs)).toEqual([71, 71, 1_000, 1_000]);
    const { latency } = links;
    expect([latency.between(1, 0), latency.between(0, 2), latency.between(2, 2)]).toEqual([
      71, 2_000, 1,
    ]);
  });

  it('takes a single node without links', () => {
    const links = createLinks(graph(1, []), line(1), lawOf('pareto'), createRandomSource(1));
    expect([links.linkCount, links.nodeCount]).toEqual([0, 1]);
  });

  it.each([
    [
      'a loop',
      graph(2, [
        [0, 1],
        [1, 1],
      ]),
    ],
    [
      'an edge given twice',
      graph(2, [
        [0, 1],
        [1, 0],
      ]),
    ],
    [
      'a graph in two parts',
      graph(4, [
        [0, 1],
        [2, 3],
      ]),
    ],
    ['a node that is not there', graph(2, [[0, 2]])],
  ])('refuses %s', (_, wrong) => {
    const law = lawOf('constant');
    expect(() => createLinks(wrong, line(4), law, createRandomSource(1))).toThrow(RangeError);
  });

  it('refuses a placement without a distance', () => {
    const nowhere = { ...line(2), latencyUs: () => 0 };
    const pair = graph(2, [[0, 1]]);
    expect(() => createLinks(pair, nowhere, lawOf('constant'), createRandomSource(1))).toThrow(
      '"latencyUs" expected above 0 from 0 to 1, got 0',
    );
  });
});

describe('linksFromEdges', () => {
  it('keeps latencies and bandwidths as listed', () => {
    const links = linksFromEdges([edge(2, 0, 7), { ...edge(0, 1, 4.5), bandwidth: 5 }], regions(3));
    expect(Array.from(links.start)).toEqual([0, 2, 3, 4]);
    expect(Array.from(links.target)).toEqual([1, 2, 0, 0]);
    expect(Array.from(links.latencyUs)).toEqual([5, 7, 5, 7]);
    expect(Array.from(links.bandwidth)).toEqual([5, 1e6, 5, 1e6]);
    expect(Array.from(links.uploadBps)).toEqual([1e6, 5, 1e6]);
    expect(links.latency.isPerMessage).toBe(false);
    expect(links.latency.next(1)).toBe(7);
  });

  it('takes the path of least latency between nodes without a link', () => {
    const square = [edge(0, 1, 10), edge(1, 2, 10), edge(2, 3, 10), edge(3, 0, 5)];
    const { latency } = linksFromEdges(square, regions(4));
    expect([latency.between(0, 2), latency.between(3, 1), latency.between(0, 1)]).toEqual([
      15, 15, 10,
    ]);
  });

  it('refuses what is no simple connected graph', () => {
    expect(() => linksFromEdges([edge(0, 1), edge(1, 0)], regions(2))).toThrow(RangeError);
    expect(() => linksFromEdges([edge(0, 1)], regions(3))).toThrow('node 2 is off');
  });
});

describe('the network as it was before it had three parts', () => {
  it('is random-regular 8, lognormal about 50 ms with sigma 0.4, one latency a link', () => {
    const context = contextOf(2_000, 1);
    const plan = placed('two-tier', context)!;
    const links = createLinks(
      graphOf('random-regular', context)!,
      plan,
      lawOf('lognormal'),
      context.random,
    );
    expect(links.linkCount).toBe(16_000);
    expect(new Set(links.regions)).toEqual(new Set(['local']));
    expect(links.bandwidth.every((bps) => bps === 20e6)).toBe(true);
    const logs: number[] = [];
    for (let link = 0; link < links.linkCount; link++) {
      expect(links.latencyUs[link]).toBe(links.latencyUs[links.reverse[link]!]);
      if (link < links.reverse[link]!) logs.push(Math.log(links.latencyUs[link]! / 50_000));
    }
    const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
    const variance = logs.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / logs.length;
    const se = 0.4 / Math.sqrt(logs.length);
    expect(Math.abs(mean)).toBeLessThan(4.67 * se);
    expect(Math.abs(Math.sqrt(variance) - 0.4)).toBeLessThan((4.67 * se) / Math.SQRT2);
  });
});
