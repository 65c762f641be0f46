/** What every law of latency promises, and a silly one that fits the shape. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/base/plugin.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { latencies } from '../../src/network/latencies/index.ts';
import { defineLatency } from '../../src/network/latency.ts';
import { createLinks, type Graph } from '../../src/network/topology.ts';
import { contextOf, optionsOf, placed } from '../unit/network/network.ts';

/** Half of the messages dawdle. */
const dawdle = defineLatency({
  apiVersion: 1,
  name: 'dawdle',
  summary: 'A message takes its time, or three times that',
  source: 'test',
  options: () => ({}),
  create: () => ({
    isPerMessage: true,
    sampleUs: (placementUs, draws) => placementUs * (draws.uniform() < 0.5 ? 1 : 3),
    meanUs: (placementUs) => 2 * placementUs,
    leastUs: (placementUs) => placementUs,
  }),
});
const all = createRegistry('latency', [...latencies.all, dawdle]).all;
const line: Graph = { nodeCount: 3, from: Int32Array.of(0, 1), to: Int32Array.of(1, 2) };

describe.each(all)('latency $name', (latency) => {
  const draws = createRandomSource(3).sequential('chain/message-latency');

  it('draws finite latencies from its least up', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), (placementUs) => {
        const law = latency.create(optionsOf(latency));
        const leastUs = law.leastUs(placementUs);
        const sampleUs = law.sampleUs(placementUs, draws);
        expect(leastUs).toBeGreaterThan(0);
        expect(sampleUs).toBeGreaterThanOrEqual(leastUs);
        expect(sampleUs).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(law.meanUs(placementUs)).toBeGreaterThanOrEqual(leastUs);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('keeps its own mean, a link once or each message', () => {
    const law = latency.create(optionsOf(latency));
    let sum = 0;
    let squares = 0;
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      const value = law.sampleUs(80_000, draws);
      sum += value;
      squares += value * value;
    }
    const mean = sum / count;
    const se = Math.sqrt(Math.max(0, squares / count - mean * mean) / count);
    expect(Math.abs(mean - law.meanUs(80_000))).toBeLessThanOrEqual(4.67 * se + 1e-6);
  });

  it('makes whole microseconds that a link keeps unless messages draw', () => {
    const law = latency.create(optionsOf(latency));
    const context = contextOf(3, 2);
    const links = createLinks(line, placed('two-tier', context)!, law, context.random);
    expect(links.latency.isPerMessage).toBe(law.isPerMessage);
    for (const next of [() => links.latency.next(0), () => links.latency.between(0, 2)]) {
      const values = Array.from({ length: 200 }, next);
      expect(values.every((value) => Number.isInteger(value) && value >= 1)).toBe(true);
      if (!law.isPerMessage) expect(new Set(values).size).toBe(1);
    }
    expect(Number.isInteger(links.latency.leastUs(0))).toBe(true);
  });

  it('states itself in full', () => {
    expect(latency.apiVersion).toBe(1);
    expect(latency.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(latency.summary.length).toBeGreaterThan(10);
    expect(latency.source.length).toBeGreaterThan(3);
    expect(Object.isFrozen(latency)).toBe(true);
  });
});
