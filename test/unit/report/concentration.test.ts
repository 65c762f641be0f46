import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gini, herfindahl } from '../../../src/market/indicators.ts';
import {
  entropyBits,
  entropyNormalised,
  nakamoto,
  theil,
} from '../../../src/report/metrics/concentration.ts';

const path = fileURLToPath(
  new URL('../../../../shared/reference/decentralisation_vectors.json', import.meta.url),
);
if (!existsSync(path)) console.log(`skipped: no reference vectors at ${path}`);

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

describe.skipIf(!existsSync(path))('decentralisation vectors', () => {
  const vectors = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Vector[]) : [];
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

describe('concentration', () => {
  test('two equal holders need both for more than half', () => {
    expect(nakamoto([50, 50], 1, 2)).toBe(2);
    expect(nakamoto([51, 49], 1, 2)).toBe(1);
  });

  test('one of twenty-one holding all is Gini 20/21, entropy 0', () => {
    const shares = Array.from({ length: 21 }, (_, i) => (i === 7 ? 3 : 0));
    expect(gini(shares)).toBeCloseTo(20 / 21, 14);
    expect(entropyBits(shares)).toBe(0);
    expect(herfindahl(shares)).toBe(1);
  });

  test('nothing held is undefined, never 0', () => {
    for (const measure of [gini, entropyBits, herfindahl, theil]) {
      expect(measure([0, 0])).toBeNaN();
      expect(measure([])).toBeNaN();
    }
    expect(nakamoto([], 1, 2)).toBeNaN();
    expect(entropyNormalised([5])).toBeNaN();
  });

  test('measures do not depend on order or scale', () => {
    const shares = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 50 }), (x, factor) => {
        fc.pre(x.some((value) => value > 0));
        const y = [...x].reverse().map((value) => value * factor);
        expect(gini(y)).toBeCloseTo(gini(x), 10);
        expect(entropyBits(y)).toBeCloseTo(entropyBits(x), 10);
        expect(nakamoto(y, 1, 3)).toBe(nakamoto(x, 1, 3));
        expect(gini(x)).toBeGreaterThanOrEqual(0);
        expect(gini(x)).toBeLessThan(1);
      }),
      { numRuns: 200 },
    );
  });
});
