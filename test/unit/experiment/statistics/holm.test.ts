import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holm } from '../../../../src/experiment/statistics/holm.ts';

/** Closed testing: the largest Bonferroni p, |I|·min p, of all intersections I that contain i. */
function closedTesting(pValues: readonly number[]): number[] {
  const adjusted = pValues.map(() => 0);
  for (let set = 1; set < 1 << pValues.length; set++) {
    const members = pValues.flatMap((_, i) => ((set >> i) & 1 ? [i] : []));
    const p = Math.min(1, members.length * Math.min(...members.map((i) => pValues[i]!)));
    for (const i of members) adjusted[i] = Math.max(adjusted[i]!, p);
  }
  return adjusted;
}

const probability = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, 0.01, 0.02, 0.05, 1),
);

test('equals closed testing with Bonferroni over all intersections, ties included', () => {
  fc.assert(
    fc.property(fc.array(probability, { maxLength: 9 }), (pValues) => {
      expect(holm(pValues)).toEqual(closedTesting(pValues));
    }),
    { numRuns: 300 },
  );
});

test('by hand: 0.01, 0.04, 0.03, 0.005', () => {
  // Sorted 0.005·4, 0.01·3, 0.03·2, 0.04·1 raised to 0.06.
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
});

test('a test that could not be made is no member of the family', () => {
  const nan = Number.NaN;
  expect(holm([nan, 0.02, nan, 0.03])).toEqual([nan, 0.04, nan, 0.04]);
  expect(holm([nan])).toEqual([nan]);
  expect(holm([])).toEqual([]);
  expect(() => holm([0.5, 1.2])).toThrow('"pValues" expected numbers in [0, 1], got 1.2');
});

test('adjusted values keep the order of the raw ones and stay within [p, 1]', () => {
  fc.assert(
    fc.property(fc.array(probability, { minLength: 1, maxLength: 60 }), (pValues) => {
      const adjusted = holm(pValues);
      const order = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]! || i - j);
      for (const [rank, i] of order.entries()) {
        expect(adjusted[i]).toBeGreaterThanOrEqual(pValues[i]!);
        expect(adjusted[i]).toBeLessThanOrEqual(1);
        if (rank > 0) expect(adjusted[i]).toBeGreaterThanOrEqual(adjusted[order[rank - 1]!]!);
      }
    }),
  );
});
