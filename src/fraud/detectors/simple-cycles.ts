/** Short circles of a directed graph, listed one by one. */

/** Most steps of one search; a graph that needs more is not a trade ring but a market. */
const STEP_LIMIT = 200_000;

/**
 * Simple cycles of 2 to `lengthMax` nodes, each once, as its nodes from the smallest one on.
 *
 * @param nodes - Nodes to search, ascending; edges to other nodes are ignored.
 * @param edgesOf - Targets of the edges of a node, ascending, without repetition.
 * @returns Cycles in lexicographic order; cut off after 200 000 steps, so that a dense graph costs
 *   bounded time: circles of the smallest nodes come first then.
 * Source: the search of R. Tiernan, Comm. ACM 13(12), 1970, with a bound on the length.
 */
export function simpleCycles(
  nodes: readonly number[],
  edgesOf: (node: number) => readonly number[],
  lengthMax: number,
): number[][] {
  const inside = new Set(nodes);
  const cycles: number[][] = [];
  let steps = 0;

  function extend(path: number[], root: number): void {
    for (const next of edgesOf(path.at(-1)!)) {
      if (++steps > STEP_LIMIT) return;
      if (next === root) {
        if (path.length >= 2) cycles.push([...path]);
      } else if (next > root && path.length < lengthMax && inside.has(next)) {
        if (path.includes(next)) continue;
        path.push(next);
        extend(path, root);
        path.pop();
      }
    }
  }
  for (const root of nodes) extend([root], root);
  return cycles;
}
