/** Forks of a block tree: where blocks that did not stay leave the chain, and what hangs there. */
import type { ResultTable } from '../../../page/results.ts';

/** A block near a fork. */
export interface ForkBlock {
  /** Row of the table of blocks. */
  readonly block: number;
  readonly height: number;
  /** Time since the block at which the fork begins was made [s]. */
  readonly seconds: number;
  /** 0 on the chain; stale branches count from 1. */
  readonly lane: number;
  /** Place of its parent in the window; undefined for the first one. */
  readonly parent: number | undefined;
}

/** One fork with the blocks around it. */
export interface Fork {
  /** Last block that all branches share. */
  readonly root: number;
  readonly staleCount: number;
  /** Blocks of the longest stale branch. */
  readonly depth: number;
  /** The root, the chain to one block past the longest stale branch, the stale blocks. */
  readonly blocks: readonly ForkBlock[];
}

interface Tree {
  readonly height: Float64Array;
  readonly produced: Float64Array;
  readonly isStale: Uint8Array;
  /** Row of the parent; -1 without one. */
  readonly parent: Int32Array;
  /** Canonical block by height. */
  readonly chain: ReadonlyMap<number, number>;
}

function treeOf(blocks: ResultTable): Tree {
  const height = blocks.numbers('height');
  const canonical = blocks.numbers('canonical');
  const byHash = new Map(blocks.texts('hash').map((hash, block) => [hash, block]));
  const parents = blocks.texts('parent_hash');
  const chain = new Map<number, number>();
  canonical.forEach((is, block) => {
    if (is === 1) chain.set(height[block]!, block);
  });
  return {
    height,
    produced: blocks.numbers('produced_us'),
    isStale: Uint8Array.from(canonical, (is) => (is === 1 ? 0 : 1)),
    parent: Int32Array.from(parents, (hash) => byHash.get(hash) ?? -1),
    chain,
  };
}

/**
 * All forks of a run, deepest first, then those with most stale blocks, then by height. Blocks that the
 * observer had not adopted when the run ended, and that no other block displaced, are no fork.
 *
 * @param shown - How many forks get their blocks; the others have none.
 * @param blocksMax - Most blocks of one fork; what is above is left out.
 */
export function forksOf(blocks: ResultTable, shown: number, blocksMax: number): Fork[] {
  if (!blocks.numbers('canonical').includes(0)) return [];
  const tree = treeOf(blocks);
  const roots = new Int32Array(blocks.count).fill(-1);
  const groups = new Map<number, number[]>();
  for (let block = 0; block < blocks.count; block++) {
    if (tree.isStale[block] === 0) continue;
    // Parents come before their children, so that theirs is known.
    const parent = tree.parent[block]!;
    const root = parent < 0 ? -1 : tree.isStale[parent] === 1 ? roots[parent]! : parent;
    if (root < 0) continue;
    roots[block] = root;
    const group = groups.get(root) ?? [];
    group.push(block);
    groups.set(root, group);
  }
  const depthOf = (root: number, group: readonly number[]) =>
    group.reduce((deepest, block) => Math.max(deepest, tree.height[block]!), 0) -
    tree.height[root]!;
  return [...groups]
    .filter(([root]) => tree.chain.has(tree.height[root]! + 1))
    .map(([root, group]) => ({ root, group, depth: depthOf(root, group) }))
    .sort(
      (a, b) =>
        b.depth - a.depth ||
        b.group.length - a.group.length ||
        tree.height[a.root]! - tree.height[b.root]! ||
        a.root - b.root,
    )
    .map(({ root, group, depth }, place) => ({
      root,
      depth,
      staleCount: group.length,
      blocks: place < shown ? windowOf(tree, root, group, depth, blocksMax) : [],
    }));
}

/** Blocks of a fork; where there are more than `blocksMax`, those of the first heights. */
function windowOf(
  tree: Tree,
  root: number,
  stale: readonly number[],
  depth: number,
  blocksMax: number,
): ForkBlock[] {
  const above = (block: number) => tree.height[block]! - tree.height[root]!;
  const perHeight = new Uint32Array(depth + 2);
  for (const block of stale) perHeight[above(block)]!++;
  let last = 0;
  let total = 1;
  while (last <= depth && total + perHeight[last + 1]! + 1 <= blocksMax) {
    last++;
    total += perHeight[last]! + 1;
  }
  const kept: ForkBlock[] = [];
  const placeOf = new Map<number, number>();
  const add = (block: number, lane: number) => {
    placeOf.set(block, kept.length);
    kept.push({
      block,
      height: tree.height[block]!,
      seconds: (tree.produced[block]! - tree.produced[root]!) / 1e6,
      lane,
      parent: placeOf.get(tree.parent[block]!),
    });
  };
  for (let step = 0; step <= last; step++) {
    const block = step === 0 ? root : tree.chain.get(tree.height[root]! + step);
    if (block !== undefined) add(block, 0);
  }
  const tips = new Map<number, number>();
  let lanes = 0;
  for (const block of stale) {
    if (above(block) > last) continue;
    const parent = tree.parent[block]!;
    // The first child of a branch's tip goes on in its lane, any other one opens a lane.
    const lane = tips.get(parent) ?? ++lanes;
    tips.delete(parent);
    tips.set(block, lane);
    add(block, lane);
  }
  return kept;
}
