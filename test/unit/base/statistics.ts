/** Small statistics for the tests of random streams and distributions. */

/** Largest distance between the empirical and the uniform distribution function on [0, 1). */
export function ksUniform(values: Float64Array): number {
  const sorted = values.slice().sort();
  let distance = 0;
  for (let i = 0; i < sorted.length; i++) {
    const x = sorted[i]!;
    distance = Math.max(distance, x - i / sorted.length, (i + 1) / sorted.length - x);
  }
  return distance;
}

/** Chi-square of counts against equal expectations, in standard deviations from its mean. */
export function chiSquareScore(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  const expected = total / counts.length;
  let chi = 0;
  for (let i = 0; i < counts.length; i++) chi += (counts[i]! - expected) ** 2 / expected;
  const freedom = counts.length - 1;
  return (chi - freedom) / Math.sqrt(2 * freedom);
}

/** Pearson correlation of two equally long series. */
export function correlation(xs: Float64Array, ys: Float64Array): number {
  const [mx, my] = [mean(xs), mean(ys)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < xs.length; i++) {
    xx += (xs[i]! - mx) ** 2;
    yy += (ys[i]! - my) ** 2;
    xy += (xs[i]! - mx) * (ys[i]! - my);
  }
  return xy / Math.sqrt(xx * yy);
}

/** Arithmetic mean. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Mean and standard error of the mean over independent replications. */
export function estimate(values: readonly number[]): { mean: number; se: number } {
  const centre = mean(values);
  const square = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return { mean: centre, se: Math.sqrt(square / (values.length - 1) / values.length) };
}
