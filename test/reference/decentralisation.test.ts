/** Measures of concentration against published vectors (validation B5) and real mining pools. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { gini, herfindahl } from '../../src/market/indicators.ts';
import {
  entropyBits,
  entropyNormalised,
  nakamoto,
  theil,
} from '../../src/report/metrics/concentration.ts';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const vectorPath = `${shared}reference/decentralisation_vectors.json`;
const oraclePath = `${shared}data/consensus/metric_oracles.json`;
const poolPath = `${shared}data/consensus/mining_pools.csv`;
const poolMetricPath = `${shared}data/consensus/mining_pools_metrics.json`;
for (const path of [vectorPath, oraclePath, poolPath, poolMetricPath]) {
  if (!existsSync(path)) console.log(`skipped: no reference data at ${path}`);
}
const read = <T>(path: string, otherwise: T): T =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : otherwise;

interface Vector {
  readonly x: readonly number[];
  readonly gini: number;
  readonly entropy_bits: number;
  readonly norm_entropy: number;
  readonly hhi: number;
  readonly nakamoto_gt33: number;
  readonly nakamoto_gt50: number;
  readonly nakamoto_gt67: number;
  readonly theil: number;
}

describe.skipIf(!existsSync(vectorPath))('decentralisation vectors', () => {
  const vectors = read<Vector[]>(vectorPath, []);
  test.each(vectors.map((vector) => [JSON.stringify(vector.x).slice(0, 40), vector] as const))(
    '%s',
    (_, vector) => {
      expect(gini(vector.x)).toBeCloseTo(vector.gini, 12);
      expect(entropyBits(vector.x)).toBeCloseTo(vector.entropy_bits, 12);
      expect(entropyNormalised(vector.x)).toBeCloseTo(vector.norm_entropy, 12);
      expect(10_000 * herfindahl(vector.x)).toBeCloseTo(vector.hhi, 8);
      expect(theil(vector.x)).toBeCloseTo(vector.theil, 12);
      expect(nakamoto(vector.x, 1, 3)).toBe(vector.nakamoto_gt33);
      expect(nakamoto(vector.x, 1, 2)).toBe(vector.nakamoto_gt50);
      expect(nakamoto(vector.x, 2, 3)).toBe(vector.nakamoto_gt67);
    },
  );
});

describe('figures printed in validation B5 and model O4b', () => {
  const equal = (count: number) => new Array<number>(count).fill(1);

  test.each([
    [21, 4.392317, 11, 8, 15],
    [101, 6.658211, 51, 34, 68],
    [10, 3.321928, 6, 4, 7],
  ])('%i equal producers', (count, bits, half, third, twoThirds) => {
    const shares = equal(count);
    expect(gini(shares)).toBeCloseTo(0, 14);
    expect(entropyBits(shares)).toBeCloseTo(bits, 6);
    expect(entropyNormalised(shares)).toBeCloseTo(1, 14);
    expect(10_000 * herfindahl(shares)).toBeCloseTo(10_000 / count, 9);
    expect([nakamoto(shares, 1, 2), nakamoto(shares, 1, 3), nakamoto(shares, 2, 3)]).toEqual([
      half,
      third,
      twoThirds,
    ]);
  });

  test('unequal holdings', () => {
    expect(entropyBits([3, 2, 1])).toBeCloseTo(1.459, 3);
    expect(gini([5, 4, 3, 2, 1])).toBeCloseTo(0.26667, 5);
    expect(gini([368, 156, 20, 7, 10, 49, 22, 1])).toBeCloseTo(0.67792, 5);
    expect(gini([1, 1, 3, 0, 0])).toBeCloseTo(0.56, 12);
    expect(10_000 * herfindahl([8, 6, 3, 3])).toBeCloseTo(2950, 9);
    expect(theil([3, 2, 1])).toBeCloseTo(0.087, 3);
    expect(gini([10, 5, 3, 1, 1])).toBeCloseTo(0.44, 12);
    expect(entropyBits([10, 5, 3, 1, 1])).toBeCloseTo(1.8427, 4);
  });

  test('a Nakamoto coefficient takes strictly more than the share', () => {
    // The published suite counts [3, 2, 1] as 1, at least half; more than half needs two.
    expect(nakamoto([3, 2, 1], 1, 2)).toBe(2);
    expect(nakamoto([3, 2, 1, 1, 1, 1], 1, 2)).toBe(2);
    expect(nakamoto([51, 49], 1, 2)).toBe(1);
    expect(nakamoto([50, 50], 1, 2)).toBe(2);
    expect(nakamoto([10, 5, 3, 1, 1], 1, 2)).toBe(2);
    expect(nakamoto([10, 5, 3, 1, 1], 1, 3)).toBe(1);
  });
});

type Oracles = Readonly<Record<string, readonly (readonly [readonly number[], number | null])[]>>;

describe.skipIf(!existsSync(oraclePath))('a published suite of metrics', () => {
  const oracles = read<Oracles>(oraclePath, {});
  const measures: Readonly<Record<string, (x: readonly number[]) => number>> = {
    gini,
    hhi: (x) => 10_000 * herfindahl(x),
    shannon_bits: entropyBits,
    theil_nats: theil,
  };
  test.each(Object.entries(measures))('%s', (name, measure) => {
    expect(oracles[name]!.length).toBeGreaterThan(0);
    for (const [shares, expected] of oracles[name]!) {
      if (expected === null) expect(measure(shares), JSON.stringify(shares)).toBeNaN();
      else expect(measure(shares), JSON.stringify(shares)).toBeCloseTo(expected, 3);
    }
  });
});

type PoolMetrics = Readonly<Record<string, Readonly<Record<string, number>>>>;

describe.skipIf(!existsSync(poolPath) || !existsSync(poolMetricPath))('mining pools', () => {
  const metrics = read<PoolMetrics>(poolMetricPath, {});
  const lines = existsSync(poolPath) ? readFileSync(poolPath, 'utf8').trim().split('\n') : [];
  test.each(Object.keys(metrics))('%s', (chain) => {
    const cells = lines.map((line) => line.split(','));
    const shares = cells.filter(([name]) => name === chain).map((row) => Number(row[2]));
    const expected = metrics[chain]!;
    expect(shares).toHaveLength(expected.n!);
    expect(gini(shares)).toBeCloseTo(expected.gini!, 6);
    expect(10_000 * herfindahl(shares)).toBeCloseTo(expected.hhi!, 3);
    expect(entropyBits(shares)).toBeCloseTo(expected.shannon_bits!, 6);
    expect(theil(shares)).toBeCloseTo(expected.theil_nats!, 6);
    expect(nakamoto(shares, 1, 2)).toBe(expected.nakamoto_gt50);
  });
});
