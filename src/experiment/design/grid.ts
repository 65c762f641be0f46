/** Full grid: every combination of the levels. */

/**
 * Yields every combination as level indices; the first factor changes slowest, so that rows of one
 * level stand together. No sizes yield the one empty combination.
 *
 * @param sizes - Levels of each factor, at least 1 each.
 */
export function* gridIndices(sizes: readonly number[]): Generator<readonly number[]> {
  const indices = sizes.map(() => 0);
  for (;;) {
    yield [...indices];
    let factor = sizes.length - 1;
    while (factor >= 0 && ++indices[factor]! >= sizes[factor]!) indices[factor--] = 0;
    if (factor < 0) return;
  }
}
