import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import {
  nodeActivity,
  summariseGraph,
  transactionGraph,
  weakComponents,
} from '../../../src/ledger/analysis/graph.ts';

function graphOf(rows: readonly (readonly [from: number, to: number, upt: number])[], n: number) {
  return transactionGraph(
    {
      from: rows.map(([from]) => from),
      to: rows.map(([, to]) => to),
      amountUpt: rows.map(([, , upt]) => upt),
    },
    n,
  );
}

describe('the transaction graph', () => {
  const graph = graphOf(
    [
      [0, 1, 10],
      [1, 0, 4],
      [0, 1, 20],
      [2, 0, 6],
      [3, 3, 99],
    ],
    5,
  );

  it('joins payments into edges sorted by payer and payee', () => {
    expect(graph).toMatchObject({ edgeCount: 3, selfPayments: 1 });
    expect(Array.from(graph.edgeOffset)).toEqual([0, 1, 2, 3, 3, 3]);
    expect(Array.from(graph.edgeFrom)).toEqual([0, 1, 2]);
    expect(Array.from(graph.edgeTo)).toEqual([1, 0, 0]);
    expect(Array.from(graph.edgePayments)).toEqual([2, 1, 1]);
    expect(Array.from(graph.edgeAmountUpt)).toEqual([30, 4, 6]);
    expect(Array.from(nodeActivity(graph).inDegree)).toEqual([2, 1, 0, 0, 0]);
    expect(Array.from(nodeActivity(graph).outStrengthUpt)).toEqual([30, 4, 6, 0, 0]);
  });

  it('is summarised as worked by hand', () => {
    expect(summariseGraph(graph)).toEqual({
      nodeCount: 5,
      activeCount: 3,
      edgeCount: 3,
      paymentCount: 4,
      selfPayments: 1,
      amountUpt: 40,
      density: 3 / 20,
      reciprocity: 2 / 3,
      reciprocityCorrelation: (2 / 3 - 3 / 20) / (1 - 3 / 20),
      weightedReciprocity: 8 / 40,
      // Payments made and received: 4, 3, 1, 0, 0.
      activityGini: (4 * 4 + 2 * 3 + 0 * 1) / (5 * 8),
      largestComponent: 3,
      componentCount: 3,
    });
    expect(Array.from(weakComponents(graph).setOf)).toEqual([0, 0, 0, 1, 2]);
  });

  it('knows the ring, the complete graph and the star', () => {
    const ring = summariseGraph(
      graphOf(
        [
          [0, 1, 1],
          [1, 2, 1],
          [2, 3, 1],
          [3, 0, 1],
        ],
        4,
      ),
    );
    expect(ring).toMatchObject({ reciprocity: 0, activityGini: 0, largestComponent: 4 });
    expect(ring.reciprocityCorrelation).toBeCloseTo(-0.5, 12);
    const pairs = [0, 1, 2, 3].flatMap((i) =>
      [0, 1, 2, 3].flatMap((j) => (i === j ? [] : [[i, j, 5] as const])),
    );
    const complete = summariseGraph(graphOf(pairs, 4));
    expect(complete).toMatchObject({ density: 1, reciprocity: 1, weightedReciprocity: 1 });
    expect(complete.reciprocityCorrelation).toBeNaN();
    const star = Array.from({ length: 99 }, (_, i) => [i + 1, 0, 1] as const);
    // One node has half of all activity, the other 99 share the rest.
    expect(summariseGraph(graphOf(star, 100)).activityGini).toBeCloseTo(0.49, 12);
  });

  it('leaves figures without edges undefined', () => {
    const idle = summariseGraph(graphOf([], 3));
    expect(idle).toMatchObject({
      edgeCount: 0,
      density: 0,
      largestComponent: 1,
      componentCount: 3,
    });
    expect(idle.reciprocity).toBeNaN();
    expect(idle.weightedReciprocity).toBeNaN();
    expect(idle.activityGini).toBeNaN();
    expect(summariseGraph(graphOf([], 0)).density).toBeNaN();
  });

  it('refuses nodes out of range, bad amounts and ragged columns', () => {
    expect(() => graphOf([[0, 5, 1]], 5)).toThrow('"from", "to" expected 0..4 at 0, got 0, 5');
    expect(() => graphOf([[0, 1, -1]], 5)).toThrow('"amountUpt" expected integers >= 0');
    expect(() => graphOf([[0, 1, 0.5]], 5)).toThrow('"amountUpt" expected integers >= 0');
    expect(() =>
      graphOf(
        [
          [0, 1, 2 ** 53 - 1],
          [0, 1, 1],
        ],
        5,
      ),
    ).toThrow('below 2^53, at 1');
    expect(() => transactionGraph({ from: [0], to: [], amountUpt: [1] }, 2)).toThrow(
      '"to", "amountUpt" expected 1 values, got 0, 1',
    );
  });

  it('holds a million payments', () => {
    const count = 1_000_000;
    const nodeCount = 100_000;
    const random = createRandomSource('million').addressed('world/graph');
    const node = (k: number) =>
      Uint32Array.from({ length: count }, (_, i) => nodeCount * random.uniform(i, 0, k) ** 3);
    const amountUpt = Float64Array.from({ length: count }, (_, i) => i);
    const million = transactionGraph({ from: node(0), to: node(1), amountUpt }, nodeCount);
    const big = summariseGraph(million);
    expect(big.paymentCount + big.selfPayments).toBe(count);
    const selfUpt = (count * (count - 1)) / 2 - big.amountUpt;
    expect(selfUpt > 0 && selfUpt < count * big.selfPayments).toBe(true);
    expect(big.edgeCount).toBeLessThan(big.paymentCount);
    expect(million.edgeOffset[nodeCount]).toBe(big.edgeCount);
  });
});
