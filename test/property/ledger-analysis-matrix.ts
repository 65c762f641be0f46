/** Small helpers of the slow oracles: lists as offsets, and what reaches what in a matrix. */

export type Matrix = boolean[][];

/** Where each list starts in the concatenation of all, and the end. */
export function offsets(lists: readonly (readonly unknown[])[]): number[] {
  const offset = [0];
  for (const list of lists) offset.push(offset.at(-1)! + list.length);
  return offset;
}

/** Transitive closure (Warshall). */
export function closure(edges: Matrix): Matrix {
  const reach = edges.map((row) => row.slice());
  for (let k = 0; k < reach.length; k++) {
    for (let i = 0; i < reach.length; i++) {
      for (let j = 0; j < reach.length; j++) {
        if (reach[i]![k]! && reach[k]![j]!) reach[i]![j] = true;
      }
    }
  }
  return reach;
}
