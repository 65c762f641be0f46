/**
 * Simple undirected graphs while they are made: columns of edges, and a hash set of the pairs
 * already joined. A `Set` of numbers does the same at four times the time and eight times the
 * memory, which is seconds at 20 000 nodes.
 */

/** An undirected graph over nodes 0 to `nodeCount` − 1, as columns of equal length. */
export interface Graph {
  readonly nodeCount: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Latency of an edge's own [µs], > 0; NaN, or no column, leaves it to the placement. */
  readonly latencyUs?: Float64Array;
}

/** A simple graph that grows. */
export interface GraphBuilder {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Number of neighbours of each node. */
  readonly degree: Int32Array;
  /** Ends of an edge, in the order they were given. */
  from(edge: number): number;
  to(edge: number): number;
  has(a: number, b: number): boolean;
  /** Joins two nodes. @returns False, and does nothing, for a loop or a pair already joined. */
  add(a: number, b: number): boolean;
  /** Moves an edge to another pair. @returns False, and does nothing, as {@link add}. */
  move(edge: number, a: number, b: number): boolean;
  finish(): Graph;
}

/**
 * Begins a graph without edges.
 *
 * @param expected - Edges that will probably be added; the columns grow beyond it.
 */
export function createGraphBuilder(nodeCount: number, expected: number): GraphBuilder {
  let from = new Int32Array(Math.max(16, expected));
  let to = new Int32Array(from.length);
  let edgeCount = 0;
  const degree = new Int32Array(nodeCount);
  const pairs = createPairSet(nodeCount, expected);
  function isNew(a: number, b: number): boolean {
    return a !== b && pairs.add(a, b);
  }
  return {
    nodeCount,
    degree,
    get edgeCount() {
      return edgeCount;
    },
    from: (edge) => from[edge]!,
    to: (edge) => to[edge]!,
    has: pairs.has,
    add(a, b) {
      if (!isNew(a, b)) return false;
      if (edgeCount === from.length) {
        from = widened(from);
        to = widened(to);
      }
      from[edgeCount] = a;
      to[edgeCount] = b;
      edgeCount++;
      degree[a]!++;
      degree[b]!++;
      return true;
    },
    move(edge, a, b) {
      if (!isNew(a, b)) return false;
      const [oldA, oldB] = [from[edge]!, to[edge]!];
      pairs.remove(oldA, oldB);
      degree[oldA]!--;
      degree[oldB]!--;
      from[edge] = a;
      to[edge] = b;
      degree[a]!++;
      degree[b]!++;
      return true;
    },
    finish: () => ({ nodeCount, from: from.slice(0, edgeCount), to: to.slice(0, edgeCount) }),
  };
}

function widened(column: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(2 * column.length);
  wider.set(column);
  return wider;
}

/**
 * Parts a graph falls into: union by path halving.
 *
 * @returns Number of connected components, and the lowest node outside node 0's (-1 if none).
 */
export function partsOf(graph: Graph): { readonly count: number; readonly stray: number } {
  const { nodeCount, from, to } = graph;
  const root = Int32Array.from({ length: nodeCount }, (_, node) => node);
  const find = (node: number): number => {
    let at = node;
    while (root[at] !== at) {
      root[at] = root[root[at]!]!;
      at = root[at]!;
    }
    return at;
  };
  let count = nodeCount;
  for (let edge = 0; edge < from.length; edge++) {
    const a = find(from[edge]!);
    const b = find(to[edge]!);
    if (a === b) continue;
    // The smaller index stays root, so that node 0 is the root of its part.
    root[Math.max(a, b)] = Math.min(a, b);
    count--;
  }
  let stray = -1;
  for (let node = 1; count > 1 && stray < 0 && node < nodeCount; node++) {
    if (find(node) !== 0) stray = node;
  }
  return { count, stray };
}

interface PairSet {
  has(a: number, b: number): boolean;
  add(a: number, b: number): boolean;
  remove(a: number, b: number): void;
}

/** Unordered pairs of nodes by open addressing, at most half full. */
function createPairSet(nodeCount: number, expected: number): PairSet {
  let capacity = 32;
  while (capacity < 2 * expected) capacity *= 2;
  /** Key plus one; 0 is an empty place. */
  let keys = new Float64Array(capacity);
  let count = 0;
  const keyOf = (a: number, b: number) => (a < b ? a * nodeCount + b : b * nodeCount + a) + 1;
  function homeOf(key: number): number {
    const high = (key - 1) % nodeCount;
    return homeOfPair((key - 1 - high) / nodeCount, high);
  }
  function homeOfPair(low: number, high: number): number {
    let mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    return (mixed ^ (mixed >>> 13)) & (capacity - 1);
  }
  /** Place of a key, or the empty place where it belongs. */
  function placeOf(a: number, b: number, key: number): number {
    let at = a < b ? homeOfPair(a, b) : homeOfPair(b, a);
    while (keys[at] !== 0 && keys[at] !== key) at = (at + 1) & (capacity - 1);
    return at;
  }
  function grow(): void {
    const old = keys;
    capacity *= 2;
    keys = new Float64Array(capacity);
    for (let i = 0; i < old.length; i++) {
      const key = old[i]!;
      if (key === 0) continue;
      let at = homeOf(key);
      while (keys[at] !== 0) at = (at + 1) & (capacity - 1);
      keys[at] = key;
    }
  }
  return {
    has(a, b) {
      return keys[placeOf(a, b, keyOf(a, b))] !== 0;
    },
    add(a, b) {
      const key = keyOf(a, b);
      const at = placeOf(a, b, key);
      if (keys[at] !== 0) return false;
      keys[at] = key;
      if (2 * ++count > capacity) grow();
      return true;
    },
    remove(a, b) {
      let hole = placeOf(a, b, keyOf(a, b));
      if (keys[hole] === 0) return;
      count--;
      keys[hole] = 0;
      // What stands behind a hole moves into it unless its home lies between the two.
      for (let at = (hole + 1) & (capacity - 1); keys[at] !== 0; at = (at + 1) & (capacity - 1)) {
        const distance = (at - homeOf(keys[at]!)) & (capacity - 1);
        if (distance < ((at - hole) & (capacity - 1))) continue;
        keys[hole] = keys[at]!;
        keys[at] = 0;
        hole = at;
      }
    },
  };
}
