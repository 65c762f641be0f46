/** What every placement promises, and a silly one that fits the shape. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/base/plugin.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { definePlacement, type Placement } from '../../src/network/placement.ts';
import { placements } from '../../src/network/placements/index.ts';
import { contextOf, optionsOf } from '../unit/network/network.ts';

/** Downhill is quick, uphill is slow, and the top sends fastest. */
const slope = definePlacement({
  apiVersion: 1,
  name: 'icy-slope',
  summary: 'Nodes on a slope: what goes down goes faster than what comes up',
  source: 'test',
  options: () => ({}),
  create({ nodeCount, bandwidth }) {
    const bps = Float64Array.from({ length: nodeCount }, (_, node) => bandwidth / (node + 1));
    return {
      regions: Array.from({ length: nodeCount }, () => 'slope'),
      uploadBps: bps,
      downloadBps: bps.toReversed(),
      latencyUs: (from, to) => (to > from ? 1_000 : 9_000) * Math.abs(to - from),
    };
  },
});
const all = createRegistry('placement', [...placements.all, slope]).all;

const MATRIX = 'node,a,b,c\na,0,10,20\nb,30,0,5\nc,20,7,2\n';
const planOf = (placement: Placement, nodeCount: number, seed: number, before: string[] = []) => {
  const random = createRandomSource(seed);
  for (const stream of before) random.sequential(stream).uniform();
  const context = contextOf(nodeCount, seed, { 'm.csv': MATRIX }, random);
  const needed = { file: 'm.csv', unit: 'ms', measures: 'one-way' };
  const changes = placement.name === 'latency-matrix' ? needed : {};
  const plan = placement.create(context, optionsOf(placement, changes));
  expect(context.issues).toEqual([]);
  return plan!;
};

describe.each(all)('placement $name', (placement) => {
  it('places every node, at a distance from every other, with a bandwidth', () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(size, fc.integer({ min: 0, max: 1e6 }), (nodeCount, seed) => {
        const plan = planOf(placement, nodeCount, seed);
        expect(plan.regions).toHaveLength(nodeCount);
        expect(plan.regions.every((region) => region !== '')).toBe(true);
        for (const column of [plan.uploadBps, plan.downloadBps]) {
          expect(column).toHaveLength(nodeCount);
          expect(column.every((bps) => bps > 0 && Number.isFinite(bps))).toBe(true);
        }
        for (let a = 0; a < nodeCount; a++) {
          for (let b = 0; b < nodeCount; b++) {
            if (a === b) continue;
            const latencyUs = plan.latencyUs(a, b);
            expect(latencyUs > 0 && Number.isFinite(latencyUs)).toBe(true);
            expect(plan.latencyUs(a, b)).toBe(latencyUs);
          }
        }
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('is the same for one seed, whatever an arm has drawn before', () => {
    const [one, other] = [planOf(placement, 30, 7), planOf(placement, 30, 7, ['chain/pow'])];
    expect(other.regions).toEqual(one.regions);
    expect(other.latencyUs(3, 9)).toBe(one.latencyUs(3, 9));
  });

  it('states itself in full', () => {
    expect(placement.apiVersion).toBe(1);
    expect(placement.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(placement.summary.length).toBeGreaterThan(10);
    expect(placement.source.length).toBeGreaterThan(3);
    expect(Object.isFrozen(placement)).toBe(true);
  });
});
