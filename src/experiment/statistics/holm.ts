/**
 * Many metrics, one family: a study that reports forty p values finds two below 5 % in pure noise.
 */

/**
 * Holm's step-down adjustment. The i-th smallest of m p values becomes the largest (m − j +
 * 1)·p_(j) of j ≤ i, at most 1. Rejecting what stays at or below α keeps the chance of any false
 * rejection in the family at or below α, whatever the dependence between the metrics.
 *
 * @param pValues - In [0, 1]; NaN, a test that could not be made, is no member of the family.
 * @returns Adjusted values in the same order: never below the raw ones, in the same order of size,
 *   NaN where it was NaN.
 * @throws {RangeError} when a value is outside [0, 1].
 * Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
 * Statistics 6(2), 1979; adjusted values as in S. P. Wright, Biometrics 48(4), 1992.
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) {
    if (p < 0 || p > 1) throw new RangeError(`"pValues" expected numbers in [0, 1], got ${p}`);
  }
  const adjusted = pValues.map(() => Number.NaN);
  const order = pValues
    .map((p, index) => ({ p, index }))
    .filter(({ p }) => !Number.isNaN(p))
    .sort((left, right) => left.p - right.p || left.index - right.index);
  let largest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}
