import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pseudonymEntropy } from '../../src/ledger/analysis/anonymity.ts';
import { clusterAddresses } from '../../src/ledger/analysis/clustering.ts';
import { nodeActivity, summariseGraph, transactionGraph } from '../../src/ledger/analysis/graph.ts';
import { pruning } from '../../src/ledger/analysis/growth.ts';
import { scorePairs } from '../../src/ledger/analysis/pair-scores.ts';
import { closure, offsets } from './ledger-analysis-matrix.ts';

describe('scores of a clustering', () => {
  const labels = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: -1, max: 4 })), {
    maxLength: 14,
  });

  it('are those of all pairs', () => {
    fc.assert(
      fc.property(labels, (rows) => {
        const known = rows.filter(([, owner]) => owner >= 0);
        let both = 0;
        let clustered = 0;
        let owned = 0;
        let neither = 0;
        known.forEach(([c1, o1], i) => {
          for (const [c2, o2] of known.slice(i + 1)) {
            if (c1 === c2) clustered++;
            if (o1 === o2) owned++;
            if (c1 === c2 && o1 === o2) both++;
            if (c1 !== c2 && o1 !== o2) neither++;
          }
        });
        const scores = scorePairs(
          rows.map(([c]) => c),
          rows.map(([, o]) => o),
        );
        expect(scores).toMatchObject({
          addressCount: known.length,
          clusteredPairs: clustered,
          ownedPairs: owned,
          truePairs: both,
          precision: both / clustered,
          recall: both / owned,
          f1: (2 * both) / (clustered + owned),
        });
        // The form by pair confusion, independent of the contingency form.
        const fp = clustered - both;
        const fn = owned - both;
        const adjusted =
          (2 * (both * neither - fp * fn)) /
          ((both + fn) * (fn + neither) + (both + fp) * (fp + neither));
        if (Number.isNaN(adjusted)) expect(scores.adjustedRand).toBeNaN();
        else expect(scores.adjustedRand).toBeCloseTo(adjusted, 12);
      }),
      { numRuns: 3_000, seed: 5 },
    );
  });

  it('and entropies obey the chain rule', () => {
    fc.assert(
      fc.property(labels, (rows) => {
        const known = rows.filter(([, owner]) => owner >= 0);
        const got = pseudonymEntropy(
          rows.map(([c]) => c),
          rows.map(([, o]) => o),
          rows.map((_, i) => 1 + (i % 3)),
        );
        if (known.length === 0) {
          expect(got.ownerBits).toBeNaN();
          return;
        }
        const weights = rows.flatMap(([c, o], i) => (o < 0 ? [] : [{ c, o, w: 1 + (i % 3) }]));
        const total = weights.reduce((sum, { w }) => sum + w, 0);
        let conditional = 0;
        for (const cluster of new Set(weights.map(({ c }) => c))) {
          const inside = weights.filter(({ c }) => c === cluster);
          const size = inside.reduce((sum, { w }) => sum + w, 0);
          for (const owner of new Set(inside.map(({ o }) => o))) {
            const w = inside.reduce((sum, row) => sum + (row.o === owner ? row.w : 0), 0);
            conditional -= (w / total) * Math.log2(w / size);
          }
        }
        expect(got.ownerGivenClusterBits).toBeCloseTo(conditional, 10);
        const mutualA = got.ownerBits - got.ownerGivenClusterBits;
        const mutualB = got.clusterBits - got.clusterGivenOwnerBits;
        expect(mutualA).toBeCloseTo(mutualB, 10);
      }),
      { numRuns: 500, seed: 6 },
    );
  });
});

describe('clusters of addresses', () => {
  const coin = fc.tuple(fc.nat({ max: 9 }), fc.integer({ min: 1, max: 6 }));
  const transfers = fc.array(
    fc.tuple(fc.array(coin, { maxLength: 3 }), fc.array(coin, { minLength: 1, maxLength: 3 })),
    { maxLength: 8 },
  );
  type Coin = [number, number];
  type Rule = 'commonInput' | 'addressReuse' | 'unnecessaryInput' | 'optimalChange' | 'skipJoins';

  /** Pairs that the rules link, written down rule by rule from their definitions. */
  function linkedPairs(txs: readonly (readonly [Coin[], Coin[]])[], on: ReadonlySet<Rule>) {
    const pairs: [number, number][] = [];
    txs.forEach(([inputs, outputs], t) => {
      if (inputs.length === 0) return;
      const earlier = new Set(txs.slice(0, t).flatMap((tx) => tx.flat().map(([a]) => a)));
      for (const [a] of inputs) earlier.add(a);
      const mine = new Set(inputs.map(([a]) => a));
      const total = (coins: readonly Coin[]) => coins.reduce((sum, [, v]) => sum + v, 0);
      const fee = total(inputs) - total(outputs);
      const least = Math.min(...inputs.map(([, v]) => v));
      // Interpretations "k is the change" under which all inputs are needed.
      const necessary = outputs.flatMap((_, k) => {
        const paid = total(outputs.filter((_, other) => other !== k)) + fee;
        return total(inputs) - least < paid ? [k] : [];
      });
      const template = inputs.length > 1 && outputs.length === 2;
      const join = template && necessary.length === 0;
      if (on.has('commonInput') && !(on.has('skipJoins') && join)) {
        for (const [a] of inputs) pairs.push([inputs[0]![0], a]);
      }
      if (outputs.some(([a]) => mine.has(a))) return;
      const change = (k: number) => pairs.push([inputs[0]![0], outputs[k]![0]]);
      const fresh = outputs.flatMap(([a], k) => (earlier.has(a) ? [] : [k]));
      if (on.has('addressReuse') && fresh.length === 1 && outputs.length > 1) change(fresh[0]!);
      if (on.has('unnecessaryInput') && template && necessary.length === 1) change(necessary[0]!);
      const small = outputs.flatMap(([, v], k) => (inputs.every(([, w]) => v < w) ? [k] : []));
      if (on.has('optimalChange') && outputs.length > 1 && small.length === 1) change(small[0]!);
    });
    return pairs;
  }

  it('are the components of the links that the rules name', () => {
    const rules = fc.subarray<Rule>([
      'commonInput',
      'addressReuse',
      'unnecessaryInput',
      'optimalChange',
      'skipJoins',
    ]);
    fc.assert(
      fc.property(transfers, rules, (txs, on) => {
        const coins = (side: 0 | 1) => txs.flatMap((tx) => tx[side]);
        const clusters = clusterAddresses(
          {
            addressCount: 10,
            transactionCount: txs.length,
            inputOffset: offsets(txs.map((tx) => tx[0])),
            inputAddress: coins(0).map(([a]) => a),
            inputAmount: coins(0).map(([, v]) => v),
            outputOffset: offsets(txs.map((tx) => tx[1])),
            outputAddress: coins(1).map(([a]) => a),
            outputAmount: coins(1).map(([, v]) => v),
          },
          Object.fromEntries(on.map((rule) => [rule, true])),
        );
        const linked = Array.from({ length: 10 }, (_, i) =>
          Array.from({ length: 10 }, (_, j) => i === j),
        );
        for (const [a, b] of linkedPairs(txs, new Set(on))) linked[a]![b] = linked[b]![a] = true;
        const reach = closure(linked);
        const same = reach.map((row, i) =>
          row.map((_, j) => clusters.setOf[i] === clusters.setOf[j]),
        );
        expect(same).toEqual(reach);
        const links =
          clusters.commonInputLinks +
          clusters.addressReuseLinks +
          clusters.unnecessaryInputLinks +
          clusters.optimalChangeLinks;
        expect(links).toBe(10 - clusters.count);
        expect(clusters.size.reduce((sum, size) => sum + size, 0)).toBe(10);
      }),
      { numRuns: 3_000, seed: 7 },
    );
  });
});

describe('the transaction graph', () => {
  const payments = fc.array(
    fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }), fc.nat({ max: 1_000 })),
    { maxLength: 25 },
  );

  it('has the figures of its adjacency matrix', () => {
    fc.assert(
      fc.property(payments, fc.integer({ min: 7, max: 9 }), (rows, n) => {
        const graph = transactionGraph(
          {
            from: rows.map(([from]) => from),
            to: rows.map(([, to]) => to),
            amountUpt: rows.map(([, , upt]) => upt),
          },
          n,
        );
        const nodes = Array.from({ length: n }, (_, i) => i);
        const between = (i: number, j: number) =>
          i === j ? [] : rows.filter(([from, to]) => from === i && to === j);
        const upt = (i: number, j: number) => between(i, j).reduce((sum, [, , v]) => sum + v, 0);
        const has = (i: number, j: number) => between(i, j).length > 0;
        const sum = (f: (i: number, j: number) => number) =>
          nodes.reduce((all, i) => all + nodes.reduce((row, j) => row + f(i, j), 0), 0);
        const edges = sum((i, j) => (has(i, j) ? 1 : 0));
        const amount = sum(upt);
        const activity = nodes.map((i) =>
          nodes.reduce((all, j) => all + between(i, j).length + between(j, i).length, 0),
        );
        const busy = activity.reduce((all, a) => all + a, 0);
        const apart = activity.flatMap((a) => activity.map((b) => Math.abs(a - b)));
        const reach = closure(
          nodes.map((i) => nodes.map((j) => i === j || has(i, j) || has(j, i))),
        );
        const component = reach.map((row) => row.filter(Boolean).length);
        const density = edges / (n * (n - 1));
        const mutual = sum((i, j) => (has(i, j) && has(j, i) ? 1 : 0)) / edges;
        const got = summariseGraph(graph);
        const close = (a: number, b: number) =>
          Number.isNaN(b) ? expect(a).toBeNaN() : expect(a).toBeCloseTo(b, 12);
        expect(got.edgeCount).toBe(edges);
        expect(got.amountUpt).toBe(amount);
        expect(got.paymentCount).toBe(rows.length - got.selfPayments);
        expect(got.selfPayments).toBe(rows.filter(([from, to]) => from === to).length);
        expect(got.activeCount).toBe(activity.filter((a) => a > 0).length);
        expect(got.largestComponent).toBe(Math.max(...component));
        expect(got.componentCount).toBe(new Set(reach.map((row) => row.join())).size);
        close(got.density, density);
        close(got.reciprocity, mutual);
        // Pearson correlation of the entries of the adjacency matrix with its transpose.
        const cov = sum((i, j) => (i === j ? 0 : (+has(i, j) - density) * (+has(j, i) - density)));
        const varc = sum((i, j) => (i === j ? 0 : (+has(i, j) - density) ** 2));
        if (varc > 0) expect(got.reciprocityCorrelation).toBeCloseTo(cov / varc, 9);
        close(got.weightedReciprocity, sum((i, j) => Math.min(upt(i, j), upt(j, i))) / amount);
        close(got.activityGini, apart.reduce((all, d) => all + d, 0) / (2 * n * busy));
        const activityOf = nodeActivity(graph);
        for (const i of nodes) {
          const out = nodes.filter((j) => has(i, j));
          const into = nodes.filter((j) => has(j, i));
          const add = (all: number, v: number) => all + v;
          expect(activityOf.outDegree[i]).toBe(out.length);
          expect(activityOf.inDegree[i]).toBe(into.length);
          expect(activityOf.outStrengthUpt[i]).toBe(out.map((j) => upt(i, j)).reduce(add, 0));
          expect(activityOf.inStrengthUpt[i]).toBe(into.map((j) => upt(j, i)).reduce(add, 0));
          expect(activityOf.outPayments[i]! + activityOf.inPayments[i]!).toBe(activity[i]);
        }
      }),
      { numRuns: 600, seed: 8 },
    );
  });
});

describe('pruning', () => {
  it('keeps what an age count over all blocks keeps', () => {
    const row = fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 99 }), fc.nat({ max: 9 }));
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 15 }),
        fc.nat({ max: 30 }),
        (rows, h) => {
          const zero = rows.map(() => 0);
          let now = 0;
          const timestampUs = rows.map(([step]) => {
            now += step;
            return now;
          });
          const blocks = {
            timestampUs,
            headerBytes: rows.map(() => 7),
            bodyBytes: rows.map(([, body]) => body),
            transactionCount: zero,
            gasUsed: zero,
            tradeCount: zero,
            liveRecords: rows.map(([, , live]) => live),
            liveCoins: rows.map(([, , live]) => 9 - live),
          };
          const got = pruning(blocks, { recordBytes: 16, coinBytes: 5 }, h);
          rows.forEach(([, , live], n) => {
            const state = 16 * live + 5 * (9 - live);
            const young = rows
              .slice(0, n + 1)
              .filter((_, b) => timestampUs[n]! - timestampUs[b]! <= h);
            const bodies = young.reduce((sum, [, body]) => sum + body, 0);
            expect(got.keptBytes[n]).toBe(7 * (n + 1) + bodies + state);
            const all = rows.slice(0, n + 1).reduce((sum, [, body]) => sum + body, 0);
            expect(got.archiveBytes[n]).toBe(7 * (n + 1) + all + state);
            expect(got.firstKept[n]).toBe(n + 1 - young.length);
          });
          expect(got.archiveRatio).toBeGreaterThanOrEqual(1);
        },
      ),
      { numRuns: 500, seed: 9 },
    );
  });
});
