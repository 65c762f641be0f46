/** Laws of the graphs that topologies make. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { DEGREE_TABLES } from '../../../src/network/degree-tables.ts';
import { createGraphBuilder, partsOf } from '../../../src/network/graph.ts';
import { joinStubs, randomRegularGraph } from '../../../src/network/random-graph.ts';
import { createLinks } from '../../../src/network/topology.ts';
import { estimate } from '../base/statistics.ts';
import {
  chiSquareAgainst,
  contextOf,
  degreesOf,
  graphOf,
  lawOf,
  neighboursOf,
  placed,
  T30,
  trianglesOf,
} from './network.ts';

const regular = (nodeCount: number, degree: number, seed: string | number = 1) =>
  randomRegularGraph(nodeCount, degree, createRandomSource(seed).addressed('world/links'));
const pairsOf = ({ from, to }: { from: Int32Array; to: Int32Array }) =>
  Array.from(from, (a, edge) => [Math.min(a, to[edge]!), Math.max(a, to[edge]!)].join('-'));
/** Probabilities of 1, 2, 3, … from cumulative ones. */
const chancesOf = (cdf: readonly number[]) => cdf.map((p, i) => p - (cdf[i - 1] ?? 0));

describe('graph builder', () => {
  it('agrees with a plain set of pairs through adding and moving', () => {
    const draws = createRandomSource(9).addressed('world/links');
    const nodeCount = 40;
    const builder = createGraphBuilder(nodeCount, 1);
    const known = new Set<string>();
    const edges: string[] = [];
    const key = (a: number, b: number) => [Math.min(a, b), Math.max(a, b)].join('-');
    for (let step = 0; step < 5_000; step++) {
      const [a, b] = [0, 1].map((k) => Math.floor(draws.uniform(step, k, 0) * nodeCount));
      const isNew = a !== b && !known.has(key(a!, b!));
      const isMove = edges.length > 300;
      const at = Math.floor(draws.uniform(step, 2, 0) * edges.length);
      expect(isMove ? builder.move(at, a!, b!) : builder.add(a!, b!)).toBe(isNew);
      if (!isNew) continue;
      if (isMove) {
        known.delete(edges[at]!);
        edges[at] = key(a!, b!);
      } else edges.push(key(a!, b!));
      known.add(key(a!, b!));
    }
    expect(new Set(pairsOf(builder.finish()))).toEqual(known);
    expect(Array.from(builder.degree)).toEqual(degreesOf(builder.finish()));
    for (let a = 0; a < nodeCount; a++) {
      for (let b = 0; b < nodeCount; b++) expect(builder.has(a, b)).toBe(known.has(key(a, b)));
    }
  });
});

describe('random-regular', () => {
  it.each([
    [4, 3],
    [21, 8],
    [22, 7],
    [50, 3],
    [400, 8],
    [12, 10],
    [5_000, 2],
    [20_000, 3],
    [100, 50],
    [101, 60],
    [100, 97],
    [300, 250],
  ])('gives %i nodes %i links each, connected', (nodeCount, degree) => {
    for (let seed = 0; seed < Math.max(1, 400 / nodeCount); seed++) {
      const graph = regular(nodeCount, degree, seed);
      expect(new Set(degreesOf(graph))).toEqual(new Set([degree]));
      expect(new Set(pairsOf(graph)).size).toBe((nodeCount * degree) / 2);
      expect(graph.from.every((a, edge) => a !== graph.to[edge])).toBe(true);
      expect(partsOf(graph).count).toBe(1);
    }
  });

  it.each([
    [21, 7],
    [21, 13],
  ])('leaves one link out where the stubs are odd (%i nodes of %i)', (nodeCount, degree) => {
    const counts = degreesOf(regular(nodeCount, degree, 5)).sort((a, b) => a - b);
    const rest = Array.from({ length: nodeCount - 1 }, () => degree);
    expect(counts).toEqual([degree - 1, ...rest]);
  });

  it('gives the complete graph when the degree asks for more', () => {
    expect(regular(5, 8).from).toHaveLength(10);
    expect(regular(1, 8).from).toHaveLength(0);
  });

  it.each([
    [8, 3],
    [9, 6],
  ])('joins every pair of %i nodes as often as any other', (nodeCount, degree) => {
    const counts = new Map<string, number>();
    const graphs = 1_000;
    for (let seed = 0; seed < graphs; seed++) {
      for (const pair of pairsOf(regular(nodeCount, degree, `pairs/${seed}`))) {
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const p = degree / (nodeCount - 1);
    const bound = 4.67 * Math.sqrt(graphs * p * (1 - p));
    expect(counts.size).toBe((nodeCount * (nodeCount - 1)) / 2);
    for (const count of counts.values()) {
      expect(Math.abs(count - graphs * p)).toBeLessThan(bound);
    }
  });

  it('draws each of the 12 cycles through 5 nodes as often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 3_000; seed++) {
      const cycle = pairsOf(regular(5, 2, `cycle/${seed}`))
        .sort()
        .join(' ');
      counts.set(cycle, (counts.get(cycle) ?? 0) + 1);
    }
    const chances = Array.from({ length: 12 }, () => 1 / 12);
    expect(counts.size).toBe(12);
    expect(chiSquareAgainst([...counts.values()], chances)).toBeLessThan(5);
  });

  it('switches an edge where the last stubs cannot be joined', () => {
    // Two stubs of node 2 are left however 0, 1, 3 and 4 are joined; only a switch can use them.
    const draws = createRandomSource(3).addressed('world/links');
    for (let attempt = 0; attempt < 50; attempt++) {
      const { builder, free } = joinStubs(Int32Array.of(1, 1, 2, 1, 1), draws, attempt);
      expect(free).toBe(0);
      expect(Array.from(builder.degree)).toEqual([1, 1, 2, 1, 1]);
    }
  });
});

describe('degree-distribution', () => {
  const graphs = 30;
  const outboundCounts = (options: object, nodeCount: number, classes: number) => {
    const counts = Array.from({ length: classes }, () => 0);
    for (let seed = 0; seed < graphs; seed++) {
      const graph = graphOf('degree-distribution', contextOf(nodeCount, seed), options)!;
      const outbound = new Int32Array(nodeCount);
      for (const node of graph.from) outbound[node]!++;
      for (const links of outbound) counts[links - 1]!++;
    }
    return counts;
  };

  it.each([
    ['bitcoin-2015', {}, DEGREE_TABLES['bitcoin-2015'].cdf],
    ['litecoin', { table: 'litecoin' }, DEGREE_TABLES.litecoin.cdf],
    ['dogecoin', { table: 'dogecoin' }, DEGREE_TABLES.dogecoin.cdf],
    ['an own one', { cdf: [0, 0.5, 0.5, 1] }, [0, 0.5, 0.5, 1]],
  ])('opens as many links as %s says', (_, options, cdf) => {
    const counts = outboundCounts(options, 2_000, cdf.length);
    const chances = chancesOf(cdf);
    expect(counts.every((count, i) => count === 0 || chances[i]! > 0)).toBe(true);
    if (chances.filter((p) => p > 0).length > 1) {
      expect(Math.abs(chiSquareAgainst(counts, chances))).toBeLessThan(5);
    }
  });

  it('gives a Bitcoin node of 2015 the 17.4 neighbours of SimBlock', () => {
    // Mean outbound degree of the table, written down once more; each link has two ends.
    const means = Array.from({ length: graphs }, (_, seed) => {
      const graph = graphOf('degree-distribution', contextOf(6_000, `mean/${seed}`))!;
      return (2 * graph.from.length) / 6_000;
    });
    const { mean, se } = estimate(means);
    const expected = 2 * 8.655;
    expect(se).toBeLessThan(0.03);
    expect(Math.abs(mean - expected)).toBeLessThan(T30 * se);
  });

  it('has the law of walking a shuffled list of all nodes', () => {
    // The slow way, node by node; six nodes that want three links each soon run out of others.
    const nodeCount = 6;
    const slow = (seed: number) => {
      const draws = createRandomSource(`slow/${seed}`).sequential('chain/slow');
      const neighbours = Array.from({ length: nodeCount }, () => new Set<number>());
      for (let node = 0; node < nodeCount; node++) {
        const order = Array.from({ length: nodeCount }, (_, peer) => peer);
        draws.shuffle(order);
        let opened = 0;
        for (const peer of order) {
          if (opened === 3 || peer === node || neighbours[node]!.has(peer)) continue;
          neighbours[node]!.add(peer);
          neighbours[peer]!.add(node);
          opened++;
        }
      }
      return neighbours.map((set) => set.size);
    };
    const fast = (seed: number) =>
      degreesOf(
        graphOf('degree-distribution', contextOf(nodeCount, `fast/${seed}`), { cdf: [0, 0, 1] })!,
      );
    const runs = Array.from({ length: 3_000 }, (_, seed) => ({
      slow: slow(seed),
      fast: fast(seed),
    }));
    for (let node = 0; node < nodeCount; node++) {
      const one = estimate(runs.map((run) => run.slow[node]!));
      const other = estimate(runs.map((run) => run.fast[node]!));
      const se = Math.sqrt(one.se * one.se + other.se * other.se);
      expect(se).toBeLessThan(0.03);
      expect(Math.abs(one.mean - other.mean), `node ${node}`).toBeLessThanOrEqual(T30 * se);
    }
  });

  it('stops at the most links a node may have', () => {
    const options = { maxDegree: 12 };
    const counts = degreesOf(graphOf('degree-distribution', contextOf(3_000, 2), options)!);
    expect(Math.max(...counts)).toBe(12);
    expect(counts.filter((links) => links < 12).length).toBeGreaterThan(0);
  });

  it('gives total degrees by the shares of Gervais et al.', () => {
    const bounds = [5, 10, 15, 20, 30, 125];
    const counts = bounds.map(() => 0);
    for (let seed = 0; seed < graphs; seed++) {
      const options = { table: 'gervais-2016' };
      const graph = graphOf('degree-distribution', contextOf(2_000, seed), options)!;
      for (const links of degreesOf(graph)) counts[bounds.findIndex((most) => links <= most)]!++;
    }
    // One stub without a partner in every other graph moves at most 15 of 60 000 nodes.
    expect(Math.abs(chiSquareAgainst(counts, [0.1, 0.4, 0.3, 0.13, 0.06, 0.01]))).toBeLessThan(5);
  });

  it('misses a degree that cannot be had', () => {
    expect(degreesOf(graphOf('degree-distribution', contextOf(4))!)).toEqual([3, 3, 3, 3]);
    expect(degreesOf(graphOf('degree-distribution', contextOf(1))!)).toEqual([0]);
  });

  it.each([
    [{ cdf: [0.5, 0.2, 1] }, 'cdf[1]', 'at least 0.5, the probability before it', '0.2'],
    [{ cdf: [0.5, 0.9] }, 'cdf[1]', '1 as the last probability', '0.9'],
  ])('refuses a list that is no distribution: %o', (options, key, expected, got) => {
    const context = contextOf(100);
    expect(graphOf('degree-distribution', context, options)).toBeUndefined();
    const path = `scenario.network.topology.${key}`;
    expect(context.issues).toEqual([{ file: '', path, expected, got }]);
  });

  it('refuses degrees that leave the nodes in parts', () => {
    const context = contextOf(200);
    const options = { cdf: [1], counts: 'total' };
    expect(graphOf('degree-distribution', context, options)).toBeUndefined();
    expect(context.issues[0]).toMatchObject({
      path: 'scenario.network.topology',
      expected: 'degrees that make a connected graph',
    });
  });
});

describe('small-world', () => {
  it.each([4, 8, 10])('without rewiring has the clustering of a ring of degree %i', (degree) => {
    const graph = graphOf('small-world', contextOf(60), { degree, rewiring: 0 })!;
    const pairs = (degree * (degree - 1)) / 2;
    const clustering = trianglesOf(graph).map((count) => count / pairs);
    expect(new Set(degreesOf(graph))).toEqual(new Set([degree]));
    for (const value of clustering) {
      expect(value).toBeCloseTo((3 * (degree - 2)) / (4 * (degree - 1)), 12);
    }
  });

  it('keeps (1 - p)^3 of the triangles when it rewires a share p', () => {
    // Barrat & Weigt 2000: 3k(k-1)/2 links between the neighbours of a node, k = degree / 2. A
    // rewired link closes a triangle by chance p·k·N times (2k)²/N: 26 at p = 0.1, the stated bias.
    const nodeCount = 3_000;
    for (const [p, bias] of [
      [0.1, 26],
      [0.3, 77],
    ] as const) {
      const counts = Array.from({ length: 30 }, (_, seed) => {
        const options = { degree: 8, rewiring: p };
        const graph = graphOf('small-world', contextOf(nodeCount, seed), options)!;
        expect(graph.from).toHaveLength(4 * nodeCount);
        return trianglesOf(graph).reduce((sum, count) => sum + count, 0) / 3;
      });
      const { mean, se } = estimate(counts);
      const expected = (nodeCount * 18 * (1 - p) * (1 - p) * (1 - p)) / 3;
      expect(se / expected).toBeLessThan(0.005);
      expect(Math.abs(mean - expected)).toBeLessThan(T30 * se + bias);
    }
  });

  it('moves every link when the rewiring is 1, each far end to a node drawn from all', () => {
    const nodeCount = 400;
    const lengths: number[] = [];
    for (let seed = 0; seed < 30; seed++) {
      const graph = graphOf('small-world', contextOf(nodeCount, seed), { rewiring: 1 })!;
      graph.from.forEach((a, edge) => {
        lengths.push((graph.to[edge]! - a + nodeCount) % nodeCount);
      });
    }
    // Distances along the ring are uniform on 1 to N − 1.
    const { mean, se } = estimate(lengths);
    expect(Math.abs(mean - nodeCount / 2)).toBeLessThan(T30 * se + 1);
    expect(lengths.every((length) => length > 0)).toBe(true);
  });

  it('keeps half of its links at every node, and is complete where the ring is too short', () => {
    const graph = graphOf('small-world', contextOf(500, 4), { degree: 6, rewiring: 0.5 })!;
    expect(Math.min(...degreesOf(graph))).toBeGreaterThanOrEqual(3);
    expect(graphOf('small-world', contextOf(9), { degree: 8, rewiring: 0.5 })!.from.length).toBe(
      36,
    );
  });

  it('refuses an odd degree, and one that cannot hold the ring together', () => {
    const odd = contextOf(50);
    expect(graphOf('small-world', odd, { degree: 5 })).toBeUndefined();
    expect(odd.issues[0]).toMatchObject({ expected: 'an even degree', got: '5' });
    const loose = contextOf(20_000, 1);
    expect(graphOf('small-world', loose, { degree: 2, rewiring: 0.9 })).toBeUndefined();
    expect(loose.issues[0]?.hint).toBe('a higher degree');
  });
});

describe('full-mesh and tree', () => {
  it('a mesh links all pairs, up to what fits into memory', () => {
    expect(graphOf('full-mesh', contextOf(12))!.from).toHaveLength(66);
    const context = contextOf(2_001);
    expect(graphOf('full-mesh', context)).toBeUndefined();
    const path = 'scenario.network.nodes';
    const expected = 'at most 2000 nodes for full-mesh';
    expect(context.issues).toEqual([{ file: '', path, expected, got: '2001' }]);
  });

  it('a tree hangs every node from the one its level says', () => {
    const neighbours = neighboursOf(graphOf('tree', contextOf(9), { branching: 3 })!);
    expect(neighbours.slice(0, 4)).toEqual([[1, 2, 3], [0, 4, 5, 6], [0, 7, 8], [0]]);
    const line = graphOf('tree', contextOf(4), { branching: 1 })!;
    expect(pairsOf(line)).toEqual(['0-1', '1-2', '2-3']);
  });
});

describe('edge-list', () => {
  const csv =
    'a,b,latency\nnode-001,node-002,20 ms\nnode-002,node-003,\nnode-003, node-001 ,1.5 s\n';

  it('takes links from the scenario', () => {
    const links = [
      { a: 'node-002', b: 'node-001' },
      { a: 'node-002', b: 'node-003', latency: 7_000 },
    ];
    const graph = graphOf('edge-list', contextOf(3), { links })!;
    expect(pairsOf(graph)).toEqual(['0-1', '1-2']);
    expect(Array.from(graph.latencyUs!)).toEqual([Number.NaN, 7_000]);
  });

  it('takes links from a file; a latency holds for its link, the placement for the others', () => {
    const context = contextOf(3, 1, { 'links.csv': csv });
    const graph = graphOf('edge-list', context, { file: 'links.csv' })!;
    expect(context.issues).toEqual([]);
    expect(pairsOf(graph)).toEqual(['0-1', '1-2', '0-2']);
    const plan = placed('uniform', context, { latency: 9_000 })!;
    const { latencyUs, target, start } = createLinks(
      graph,
      plan,
      lawOf('constant'),
      context.random,
    );
    const from1 = Array.from(target.slice(start[1], start[2]), (node, i) => [
      node,
      latencyUs[start[1]! + i],
    ]);
    expect(from1).toEqual([
      [0, 20_000],
      [2, 9_000],
    ]);
  });

  it('names the line and column of every wrong row', () => {
    const rows = [
      'a,b,latency',
      'node-001,node-002,20',
      'node-002,node-002,',
      'node-001,node-008,',
      'node-002,node-001,',
      'x,node-003,',
      'node-002,node-003,-3 ms',
      '',
    ];
    const context = contextOf(3, 1, { 'links.csv': rows.join('\n') });
    expect(graphOf('edge-list', context, { file: 'links.csv' })).toBeUndefined();
    expect(
      context.issues.map(({ line, column, expected, got }) => [line, column, expected, got]),
    ).toEqual([
      [2, 19, 'a duration with unit above 0', '"20"'],
      [3, 10, 'two different nodes', 'node-002 twice'],
      [4, 10, 'a full node, node-001 to node-003', '"node-008"'],
      [5, 1, 'each link once', 'node-002 and node-001 again'],
      [6, 1, 'a full node, node-001 to node-003', '"x"'],
      [7, 19, 'a duration with unit above 0', '"-3 ms"'],
    ]);
    expect(context.issues.every(({ file }) => file === 'links.csv')).toBe(true);
  });

  it('names the key of a wrong link, and a node that nothing reaches', () => {
    const wrong = contextOf(3);
    const links = [
      { a: 'node-001', b: 'node-002' },
      { a: 'node-002', b: 'node-004' },
    ];
    expect(graphOf('edge-list', wrong, { links })).toBeUndefined();
    expect(wrong.issues[0]?.path).toBe('scenario.network.topology.links[1].b');
    const apart = contextOf(4, 1, { 'links.csv': 'a,b\nnode-001,node-002\nnode-003,node-004\n' });
    expect(graphOf('edge-list', apart, { file: 'links.csv' })).toBeUndefined();
    expect(apart.issues[0]).toMatchObject({
      file: 'links.csv',
      got: '2 parts; node-003 is not reached from node-001',
    });
  });

  it('refuses a file without its columns, both sources and neither', () => {
    const columns = contextOf(2, 1, { 'links.csv': 'from,to\n0,1\n' });
    expect(graphOf('edge-list', columns, { file: 'links.csv' })).toBeUndefined();
    expect(columns.issues.map(({ line, expected }) => [line, expected])).toEqual([
      [1, 'a column a'],
      [1, 'a column b'],
    ]);
    for (const [options, got] of [
      [{}, 'neither'],
      [{ links: [], file: 'links.csv' }, 'both'],
    ] as const) {
      const context = contextOf(2);
      expect(graphOf('edge-list', context, options)).toBeUndefined();
      expect(context.issues[0]).toMatchObject({ expected: 'either links or file', got });
    }
  });

  it('stops telling after twenty problems of a file', () => {
    const rows = Array.from({ length: 50 }, () => 'node-001,node-010');
    const context = contextOf(2, 1, { 'links.csv': ['a,b', ...rows].join('\n') });
    expect(graphOf('edge-list', context, { file: 'links.csv' })).toBeUndefined();
    expect(context.issues).toHaveLength(20);
  });
});
