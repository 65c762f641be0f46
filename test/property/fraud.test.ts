import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchRuns, stronglyConnected } from '../../src/fraud/detectors/trade-graph.ts';
import {
  averagePrecision,
  confusion,
  mcc,
  recallAt,
  rocAuc,
} from '../../src/fraud/scoring/metrics.ts';

const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 1,
  maxLength: 40,
});

describe('screening figures: ', () => {
  it('do not depend on the order of rows', () => {
    fc.assert(
      fc.property(scored, fc.integer(), (rows, seed) => {
        const shuffled = rows
          .map((row, i) => ({ row, key: Math.imul(i + 1, seed | 1) >>> 0, i }))
          .sort((a, b) => a.key - b.key || a.i - b.i)
          .map(({ row }) => row);
        const figures = (list: typeof rows) => {
          const [scores, positive] = [list.map(([s]) => s), list.map(([, p]) => p)];
          return [
            rocAuc(scores, positive),
            averagePrecision(scores, positive),
            recallAt(7, scores, positive),
          ];
        };
        expect(figures(shuffled)).toEqual(figures(rows));
      }),
    );
  });
  it('AUC turns round with the scores and ignores monotone maps', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const positive = rows.map(([, p]) => p);
        const auc = rocAuc(
          rows.map(([s]) => s),
          positive,
        );
        const turned = rocAuc(
          rows.map(([s]) => -s),
          positive,
        );
        expect(
          rocAuc(
            rows.map(([s]) => s ** 3 - 5),
            positive,
          ),
        ).toEqual(auc);
        if (!Number.isNaN(auc)) expect(auc + turned).toBeCloseTo(1, 12);
      }),
    );
  });
  it('MCC lies in [-1, 1] and is 1 for a perfect screening', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const positive = rows.map(([, p]) => p);
        const value = mcc(
          confusion(
            rows.map(([s]) => (s > 3 ? 1 : 0)),
            positive,
          ),
        );
        if (!Number.isNaN(value)) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12);
        const perfect = mcc(confusion(positive, positive));
        if (!Number.isNaN(perfect)) expect(perfect).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe('trade graph: ', () => {
  const edges = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), {
    maxLength: 24,
  });
  it('components are mutual reachability', () => {
    fc.assert(
      fc.property(edges, (list) => {
        const reaches = Array.from({ length: 8 }, (_, i) =>
          Array.from({ length: 8 }, (_, j) => i === j),
        );
        for (const [a, b] of list) reaches[a]![b] = true;
        for (let k = 0; k < 8; k++) {
          for (let i = 0; i < 8; i++) {
            for (let j = 0; j < 8; j++) {
              if (reaches[i]![k] && reaches[k]![j]) reaches[i]![j] = true;
            }
          }
        }
        const component = stronglyConnected(
          8,
          list.map(([a]) => a),
          list.map(([, b]) => b),
        );
        for (let i = 0; i < 8; i++) {
          for (let j = 0; j < 8; j++) {
            expect(component[i] === component[j]).toBe(reaches[i]![j]! && reaches[j]![i]!);
          }
        }
      }),
    );
  });
  it('matched runs are disjoint, in order, and leave everybody near where they began', () => {
    const trades = fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(trades, (list) => {
        const columns = {
          count: list.length,
          slot: list.map((_, i) => i),
          seller: list.map(([a]) => a),
          buyer: list.map(([, b]) => b),
          energyWh: list.map(([, , wh]) => 100 * wh),
          priceUptPerKWh: list.map(() => 300_000),
        };
        const limits = { margin: 0.01, priceSpread: 0.05, tradesMax: 24 };
        const scratch = new Float64Array(4);
        const { runs, visits } = matchRuns(
          columns,
          list.map((_, i) => i),
          limits,
          scratch,
        );
        expect([...scratch]).toEqual([0, 0, 0, 0]);
        const rows = runs.flat();
        expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
        for (const run of runs) {
          const net = [0, 0, 0, 0];
          let volume = 0;
          for (const row of run) {
            const [seller, buyer, wh] = list[row]!;
            net[seller]! -= 100 * wh;
            net[buyer]! += 100 * wh;
            volume += 100 * wh;
          }
          for (const wh of net)
            expect(Math.abs(wh)).toBeLessThanOrEqual((0.01 * volume) / run.length);
        }
        const selfTrades = list.filter(([a, b]) => a === b).length;
        expect(visits + selfTrades).toBeGreaterThanOrEqual(runs.length);
      }),
    );
  });
});
