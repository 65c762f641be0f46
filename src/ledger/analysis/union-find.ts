/**
 * Disjoint sets. Union by lower root keeps the representative of a set at its lowest member, so
 * that numbering sets does not depend on the order in which links arrive; path halving keeps it
 * fast.
 */

/** Disjoint sets over `0..count−1`. */
export interface UnionFind {
  /** Lowest member of the set that holds `member`. */
  find(member: number): number;
  /** Joins two sets. @returns True when they were apart. */
  union(a: number, b: number): boolean;
}

/** Sets of a partition, numbered by their lowest member. */
export interface Partition {
  /** Number of sets. */
  readonly count: number;
  /** Set of each member, `0..count−1`. */
  readonly setOf: Uint32Array;
  /** Members of each set, ≥ 1. */
  readonly size: Uint32Array;
}

/**
 * Makes `count` sets of one member. Cost: O(log n) amortised a call, in practice a few steps.
 * Source: R. E. Tarjan, J. van Leeuwen, Worst-case analysis of set union algorithms, J. ACM 31(2),
 * 1984, §2 (path halving). Differs in: the lower index wins instead of the higher rank.
 */
export function createUnionFind(count: number): UnionFind {
  const parent = new Uint32Array(count);
  for (let member = 0; member < count; member++) parent[member] = member;
  function find(member: number): number {
    let at = member;
    while (parent[at]! !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }
  function union(a: number, b: number): boolean {
    const rootA = find(a);
    const rootB = find(b);
    if (rootA === rootB) return false;
    if (rootA < rootB) parent[rootB] = rootA;
    else parent[rootA] = rootB;
    return true;
  }
  return { find, union };
}

/** Numbers the sets by their lowest member. Cost: O(n). */
export function partitionOf(sets: UnionFind, count: number): Partition {
  const setOf = new Uint32Array(count);
  const size = new Uint32Array(count);
  let found = 0;
  for (let member = 0; member < count; member++) {
    const root = sets.find(member);
    // A root is the lowest member of its set, so it is numbered before the others ask for it.
    const set = root === member ? found++ : setOf[root]!;
    setOf[member] = set;
    size[set]!++;
  }
  return { count: found, setOf, size: size.slice(0, found) };
}
