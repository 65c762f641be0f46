/** Links from plans, and the laws of the two topologies. */
import { describe, expect, it } from 'vitest';
import { log } from '../../../src/base/math.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { randomRegularPairs } from '../../../src/network/random-graph.ts';
import randomRegular from '../../../src/network/topologies/random-regular.ts';
import regionTable from '../../../src/network/topologies/region-table.ts';
import { createLinks, type Edge } from '../../../src/network/topology.ts';

const edge = (a: number, b: number, latencyUs = 10): Edge => ({ a, b, latencyUs, bandwidth: 1e6 });
const regions = (count: number) => Array.from({ length: count }, () => 'here');

describe('createLinks', () => {
  it('lays out both directions of every edge', () => {
    const links = createLinks({ edges: [edge(2, 0, 7), edge(0, 1, 4.5)], regions: regions(3) });
    expect(Array.from(links.start)).toEqual([0, 2, 3, 4]);
    expect(Array.from(links.target)).toEqual([2, 1, 0, 0]);
    expect(Array.from(links.latencyUs)).toEqual([7, 5, 5, 7]);
    expect(Array.from(links.reverse)).toEqual([3, 2, 1, 0]);
  });

  it('takes a single node without links', () => {
    expect(createLinks({ edges: [], regions: regions(1) }).linkCount).toBe(0);
  });

  it.each([
    ['a loop', [edge(0, 1), edge(1, 1)], 2],
    ['an edge given twice', [edge(0, 1), edge(1, 0)], 2],
    ['a graph in two parts', [edge(0, 1), edge(2, 3)], 4],
  ])('refuses %s', (_, edges, count) => {
    expect(() => createLinks({ edges, regions: regions(count) })).toThrow(RangeError);
  });
});

describe('randomRegularPairs', () => {
  it.each([
    [4, 3],
    [21, 8],
    [22, 7],
    [50, 3],
    [400, 8],
    [12, 10],
  ])('gives %i nodes %i links each', (nodeCount, degree) => {
    for (let seed = 0; seed < 400 / nodeCount; seed++) {
      const draws = createRandomSource(seed).addressed('world/links');
      const pairs = randomRegularPairs(nodeCount, degree, draws);
      const degrees = new Int32Array(nodeCount);
      for (const [a, b] of pairs) {
        expect(a).toBeLessThan(b);
        degrees[a]!++;
        degrees[b]!++;
      }
      expect(new Set(degrees)).toEqual(new Set([degree]));
      expect(new Set(pairs.map(([a, b]) => a * nodeCount + b)).size).toBe(pairs.length);
    }
  });

  it('leaves one link out where the stubs are odd', () => {
    const draws = createRandomSource(5).addressed('world/links');
    const degrees = new Int32Array(21);
    for (const pair of randomRegularPairs(21, 7, draws)) for (const node of pair) degrees[node]!++;
    expect(Array.from(degrees).sort()).toEqual([6, ...Array.from({ length: 20 }, () => 7)]);
  });

  it('gives the complete graph when the degree asks for more', () => {
    const draws = createRandomSource(5).addressed('world/links');
    expect(randomRegularPairs(5, 8, draws)).toHaveLength(10);
    expect(randomRegularPairs(1, 8, draws)).toHaveLength(0);
  });

  it('every pair of nodes is as likely as any other', () => {
    // 8 nodes of degree 3: 12 of 28 pairs a graph. Binomial; 4.67 standard errors at 1 000 graphs.
    const counts = new Float64Array(64);
    const graphs = 1_000;
    for (let seed = 0; seed < graphs; seed++) {
      const draws = createRandomSource(`pairs/${seed}`).addressed('world/links');
      for (const [a, b] of randomRegularPairs(8, 3, draws)) counts[8 * a + b]!++;
    }
    const p = 12 / 28;
    const bound = 4.67 * Math.sqrt(graphs * p * (1 - p));
    for (let a = 0; a < 8; a++) {
      for (let b = a + 1; b < 8; b++) {
        expect(Math.abs(counts[8 * a + b]! - graphs * p), `${a}-${b}`).toBeLessThan(bound);
      }
    }
  });
});

describe('random-regular', () => {
  it('latencies are lognormal over links with the median and shape asked for', () => {
    const plan = randomRegular.create(
      { nodeCount: 2_000, bandwidth: 20e6, random: createRandomSource(1) },
      { degree: 8, latencyMedian: 50_000, latencySigma: 0.4 },
    );
    const logs = plan.edges.map(({ latencyUs }) => log(latencyUs / 50_000));
    const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
    const variance = logs.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / logs.length;
    const se = 0.4 / Math.sqrt(logs.length);
    expect(Math.abs(mean)).toBeLessThan(4.67 * se);
    expect(Math.abs(Math.sqrt(variance) - 0.4)).toBeLessThan((4.67 * se) / Math.SQRT2);
    expect(plan.edges.every(({ bandwidth }) => bandwidth === 20e6)).toBe(true);
  });
});

describe('region-table', () => {
  // Aoki et al. 2019, written down here once more: shares, and mean latency of some pairs [ms].
  const SHARE = {
    'north-america': 0.3316,
    europe: 0.4998,
    'south-america': 0.009,
    'asia-pacific': 0.1177,
    japan: 0.0224,
    australia: 0.0195,
  };
  const MEAN_MS: readonly (readonly [string, string, number])[] = [
    ['europe', 'europe', 11],
    ['north-america', 'north-america', 32],
    ['europe', 'north-america', 124],
    ['asia-pacific', 'europe', 237],
    ['asia-pacific', 'north-america', 198],
    ['asia-pacific', 'asia-pacific', 85],
    ['europe', 'japan', 252],
    ['australia', 'europe', 294],
    ['japan', 'north-america', 151],
    ['australia', 'north-america', 189],
  ];
  const plan = regionTable.create(
    { nodeCount: 3_000, bandwidth: 1, random: createRandomSource(4) },
    { degree: 8 },
  );

  it('regions have their quota to less than one node', () => {
    for (const [region, share] of Object.entries(SHARE)) {
      const count = plan.regions.filter((name) => name === region).length;
      expect(Math.abs(count - 3_000 * share), region).toBeLessThan(1);
    }
  });

  it('latency is Pareto around the mean of the region pair', () => {
    for (const [one, other, meanMs] of MEAN_MS) {
      const scaleMs = meanMs - 5;
      const shape = 0.2 * meanMs;
      // The mean of this Pareto is scale·shape/(shape − 1), and log(x / scale) is Exp(shape).
      expect((scaleMs * shape) / (shape - 1)).toBeCloseTo(meanMs, 9);
      const logs = plan.edges
        .filter(({ a, b }) => {
          const pair = [plan.regions[a]!, plan.regions[b]!].sort();
          return pair[0] === one && pair[1] === other;
        })
        .map(({ latencyUs }) => log(latencyUs / 1_000 / scaleMs));
      expect(logs.length, `${one} ${other}`).toBeGreaterThan(40);
      expect(Math.min(...logs)).toBeGreaterThanOrEqual(0);
      const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
      const se = 1 / shape / Math.sqrt(logs.length);
      expect(Math.abs(mean - 1 / shape), `${one} ${other}`).toBeLessThan(4.67 * se);
    }
  });

  it('bandwidth is the least of both ends up and down', () => {
    const between = (one: string, other: string) => {
      const edge = plan.edges.find(({ a, b }) => {
        const pair = [plan.regions[a]!, plan.regions[b]!].sort();
        return pair[0] === one && pair[1] === other;
      });
      return edge?.bandwidth;
    };
    expect(between('europe', 'europe')).toBe(20.7e6);
    expect(between('europe', 'north-america')).toBe(19.2e6);
    expect(between('europe', 'japan')).toBe(10.2e6);
  });
});
