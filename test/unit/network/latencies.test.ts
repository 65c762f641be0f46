/** Exact laws of latency, and what a draw depends on. */
import { describe, expect, it } from 'vitest';
import { createRandomSource, type RandomSource } from '../../../src/base/random.ts';
import type { LatencyLaw } from '../../../src/network/latency.ts';
import type { PlacementPlan } from '../../../src/network/placement.ts';
import { createLinks, type Graph } from '../../../src/network/topology.ts';
import { estimate } from '../base/statistics.ts';
import { contextOf, graphOf, lawOf, placed, T30 } from './network.ts';

const apart = (nodeCount: number, latencyUs: (a: number, b: number) => number): PlacementPlan => ({
  regions: Array.from({ length: nodeCount }, () => 'here'),
  uploadBps: new Float64Array(nodeCount).fill(1e6),
  downloadBps: new Float64Array(nodeCount).fill(1e6),
  latencyUs,
});
const pair: Graph = { nodeCount: 2, from: Int32Array.of(0), to: Int32Array.of(1) };
/** Latencies of messages over one link whose placement says `aboutUs`. */
const messages = (law: LatencyLaw, aboutUs: number, count: number, seed: string | number) => {
  const links = createLinks(
    pair,
    apart(2, () => aboutUs),
    law,
    createRandomSource(seed),
  );
  return Array.from({ length: count }, () => links.latency.next(0));
};
/** Share of values at most x, over replications. */
const shareBelow = (law: LatencyLaw, aboutUs: number, x: number, seed: string) =>
  estimate(
    Array.from({ length: 30 }, (_, replication) => {
      const values = messages(law, aboutUs, 2_000, `${seed}/${replication}`);
      return values.filter((value) => value <= x).length / values.length;
    }),
  );

describe('pareto', () => {
  // SimBlock: mean m ms, shape 0.2 m, scale m - 5 ms; means of its tables, and one it does not
  // have.
  it.each([11, 32, 58, 124, 350])('has the quantiles of mean %i ms', (meanMs) => {
    const [shape, scaleUs] = [0.2 * meanMs, (meanMs - 5) * 1_000];
    for (const p of [0.1, 0.5, 0.9, 0.99]) {
      const quantileUs = scaleUs * (1 - p) ** (-1 / shape);
      const { mean, se } = shareBelow(lawOf('pareto'), meanMs * 1_000, quantileUs, `p/${meanMs}`);
      expect(se).toBeLessThan(0.004);
      expect(Math.abs(mean - p), `${p}`).toBeLessThan(T30 * se + 1e-4);
    }
  });

  it.each([32, 124, 237])('has the mean it was given, %i ms', (meanMs) => {
    const means = Array.from({ length: 30 }, (_, seed) => {
      const values = messages(lawOf('pareto'), meanMs * 1_000, 4_000, `mean/${seed}`);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    });
    const { mean, se } = estimate(means);
    expect(se / mean).toBeLessThan(0.001);
    expect(Math.abs(mean - meanMs * 1_000)).toBeLessThan(T30 * se);
  });

  it('takes whole milliseconds where the resolution says so', () => {
    const law = lawOf('pareto', { resolution: 1_000 });
    const values = messages(law, 32_000, 5_000, 1);
    expect(values.every((value) => value % 1_000 === 0)).toBe(true);
    // The scale is 27 ms, so that 27 ms stands for 27 to 27.5 and every other for its own ms.
    expect(Math.min(...values)).toBe(27_000);
    const { mean, se } = shareBelow(law, 32_000, 27_000, 'whole');
    expect(Math.abs(mean - (1 - (27 / 27.5) ** 6.4))).toBeLessThan(T30 * se);
  });

  it('stays a distribution of the stated mean at and below the spread', () => {
    for (const meanUs of [300, 4_999, 5_000, 5_001, 6_000]) {
      const law = lawOf('pareto');
      const values = messages(law, meanUs, 2_000, 'small');
      const scaleUs = meanUs * (1 - 1 / 1.2);
      const { mean, se } = shareBelow(law, meanUs, Math.round(scaleUs * 2 ** (1 / 1.2)), 'small');
      expect(values.every((value) => Number.isInteger(value) && value >= 1)).toBe(true);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.floor(scaleUs));
      expect(Math.abs(mean - 0.5), `${meanUs} us`).toBeLessThan(T30 * se + 0.01);
      expect((scaleUs * 1.2) / (1.2 - 1)).toBeCloseTo(meanUs, 6);
    }
  });

  it('has another spread where one is set', () => {
    const law = lawOf('pareto', { spread: 20_000 });
    expect(law.leastUs(100_000)).toBeCloseTo(80_000, 6);
    const { mean, se } = shareBelow(law, 100_000, 80_000 * 2 ** (1 / 5), 'spread');
    expect(Math.abs(mean - 0.5)).toBeLessThan(T30 * se);
  });
});

describe('lognormal', () => {
  it.each([
    ['median', 50_000, 50_000 * Math.exp(0.08)],
    ['mean', 50_000 * Math.exp(-0.08), 50_000],
  ])('has the placement as its %s', (centre, medianUs, meanUs) => {
    const law = lawOf('lognormal', { centre, per: 'message' });
    const half = shareBelow(law, 50_000, medianUs, `half/${centre}`);
    expect(half.se).toBeLessThan(0.004);
    expect(Math.abs(half.mean - 0.5)).toBeLessThan(T30 * half.se);
    // One standard deviation of the logarithm: Phi(1).
    const above = shareBelow(law, 50_000, medianUs * Math.exp(0.4), `above/${centre}`);
    expect(Math.abs(above.mean - 0.841344746)).toBeLessThan(T30 * above.se);
    const means = Array.from({ length: 30 }, (_, seed) => {
      const values = messages(law, 50_000, 4_000, `mean/${centre}/${seed}`);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    });
    const { mean, se } = estimate(means);
    expect(se / mean).toBeLessThan(0.002);
    expect(Math.abs(mean - meanUs)).toBeLessThan(T30 * se);
    expect(law.meanUs(50_000)).toBeCloseTo(meanUs, 6);
  });

  it('without spread is the placement', () => {
    expect(new Set(messages(lawOf('lognormal', { sigma: 0 }), 1_234, 10, 1))).toEqual(
      new Set([1_234]),
    );
  });
});

describe('a latency of its own for each link', () => {
  const law = () => lawOf('lognormal');
  const nodeCount = 60;
  const context = contextOf(nodeCount, 5);
  const graph = graphOf('random-regular', context)!;

  it('is the same both ways, and between(a, b) gives it too', () => {
    const links = createLinks(graph, placed('two-tier', context)!, law(), context.random);
    for (let node = 0; node < nodeCount; node++) {
      for (let link = links.start[node]!; link < links.start[node + 1]!; link++) {
        const latencyUs = links.latencyUs[link]!;
        expect(links.latencyUs[links.reverse[link]!]).toBe(latencyUs);
        expect(links.latency.between(node, links.target[link]!)).toBe(latencyUs);
        expect([links.latency.next(link), links.latency.leastUs(link)]).toEqual([
          latencyUs,
          latencyUs,
        ]);
      }
    }
  });

  it('does not depend on the order or the direction in which edges are listed', () => {
    const turned: Graph = { nodeCount, from: graph.to.toReversed(), to: graph.from.toReversed() };
    const plan = placed('two-tier', context)!;
    const [one, other] = [graph, turned].map((edges) =>
      createLinks(edges, plan, law(), createRandomSource(5)),
    );
    expect(other!.target).toEqual(one!.target);
    expect(other!.latencyUs).toEqual(one!.latencyUs);
  });

  it('holds for pairs without a link, message after message, and moves with the seed', () => {
    const latencies = [5, 6].map((seed) => {
      const plan = apart(nodeCount, () => 50_000);
      const { latency } = createLinks(graph, plan, law(), createRandomSource(seed));
      expect(latency.between(3, 40)).toBe(latency.between(40, 3));
      return latency.between(3, 40);
    });
    expect(latencies[0]).not.toBe(latencies[1]);
  });

  it('keeps the ratio of an asymmetric placement', () => {
    const plan = apart(nodeCount, (a, b) => (a < b ? 1e9 : 3e9));
    const links = createLinks(graph, plan, law(), createRandomSource(5));
    for (let node = 0; node < nodeCount; node++) {
      for (let link = links.start[node]!; link < links.start[node + 1]!; link++) {
        if (links.target[link]! < node) continue;
        const ratio = links.latencyUs[links.reverse[link]!]! / links.latencyUs[link]!;
        expect(ratio).toBeCloseTo(3, 6);
      }
    }
  });
});

describe('a latency for each message', () => {
  const plan = apart(3, (a, b) => 10_000 * (a + b));
  const mesh: Graph = { nodeCount: 3, from: Int32Array.of(0, 1), to: Int32Array.of(1, 2) };

  it.each([
    ['pareto', {}],
    ['lognormal', { per: 'message' }],
  ])('is drawn anew by %s, above its least, about the mean of the link', (name, options) => {
    const { latency, latencyUs } = createLinks(
      mesh,
      plan,
      lawOf(name, options),
      createRandomSource(1),
    );
    expect(latency.isPerMessage).toBe(true);
    const values = Array.from({ length: 5_000 }, () => latency.next(1));
    expect(new Set(values).size).toBeGreaterThan(100);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(latency.leastUs(1));
    const { mean, se } = estimate(values);
    expect(Math.abs(mean - latencyUs[1]!)).toBeLessThan(T30 * se);
    const direct = Array.from({ length: 5_000 }, () => latency.between(0, 2));
    const far = estimate(direct);
    const ratio = latencyUs[1]! / 10_000;
    expect(Math.abs(far.mean - 20_000 * ratio)).toBeLessThan(T30 * far.se);
  });

  it('draws from one sequential stream of the chain, links from none', () => {
    const opened: string[] = [];
    const source = createRandomSource(1);
    const random: RandomSource = {
      addressed(stream) {
        opened.push(stream);
        return source.addressed(stream);
      },
      sequential(stream) {
        opened.push(stream);
        return source.sequential(stream);
      },
    };
    createLinks(mesh, plan, lawOf('pareto'), random);
    expect(opened).toEqual(['chain/message-latency']);
    createLinks(mesh, plan, lawOf('pareto', { per: 'link' }), random);
    expect(opened).toEqual(['chain/message-latency', 'world/link-latency']);
  });
});
