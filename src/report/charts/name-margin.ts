/** Room left of a figure for names on its vertical axis, which are whatever their authors typed. */

/** Width of a character of the page's figures [px], about, and of a tick with its gap. */
const [CHARACTER_PX, TICK_PX] = [6.8, 14];
/** Least and most room [px]: longer names are cut rather than leave no figure. */
const [LEAST_PX, MOST_PX] = [60, 220];

/** Left margin that the longest of some names fits in [px]. */
export function nameMargin(names: readonly string[]): number {
  const longest = Math.max(0, ...names.map((name) => [...name].length));
  return Math.min(MOST_PX, Math.max(LEAST_PX, Math.ceil(TICK_PX + CHARACTER_PX * longest)));
}
