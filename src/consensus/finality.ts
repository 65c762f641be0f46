/**
 * What is final at whom: the last final block of every node, how many nodes have received a block and hold
 * it final, and at which heights honest nodes came to hold two.
 */
import type { Kernel } from '../kernel/kernel.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { ConductBook } from './conduct.ts';

/** What the book is made from. */
export interface FinalityOptions {
  readonly kernel: Kernel;
  readonly tree: BlockTree;
  readonly conduct: ConductBook;
  readonly nodeCount: number;
  /** A block became final at a node; once for each node and block, in order of height. */
  onFinal(node: number, block: BlockIndex): void;
}

/** Finality at every node. */
export interface FinalityBook {
  /** Last final block of each node. */
  readonly finalBlock: Int32Array;
  /** Heights at which honest nodes have held two blocks final. */
  readonly divergentCount: number;
  /** Fixes how many honest nodes are 90 %; once, when the conducts are known. */
  countHonest(): void;
  /** Makes room for a block; before anything else is said of it. */
  grow(block: BlockIndex): void;
  /** A node has received a block. */
  receive(node: number, block: BlockIndex): void;
  /** A node holds a block final, and its ancestors. False when it holds a higher one already. */
  hold(node: number, block: BlockIndex): boolean;
  /** Whether a block is final at every node. */
  isFinalEverywhere(block: BlockIndex): boolean;
  /** When 90 % of the honest nodes had received a block, and held it final [µs]; NaN until then. */
  reach90Us(block: BlockIndex): number;
  final90Us(block: BlockIndex): number;
}

/** Makes the book; genesis is final everywhere. */
export function createFinalityBook(options: FinalityOptions): FinalityBook {
  const { kernel, tree, conduct, nodeCount } = options;
  const finalBlock = new Int32Array(nodeCount);
  let quorum90 = 0;
  let reachCount = new Int32Array(1024);
  let finalCount = new Int32Array(1024);
  let honestFinalCount = new Int32Array(1024);
  let reach90 = new Float64Array(1024).fill(Number.NaN);
  let final90 = new Float64Array(1024).fill(Number.NaN);
  /** By height: 1 + the block that an honest node first held final there. */
  let firstFinal = new Int32Array(1024);
  const divergentHeights = new Set<number>();
  const path: number[] = [];

  function grow(block: BlockIndex): void {
    if (block < reachCount.length) return;
    const size = Math.max(block + 1, reachCount.length * 2);
    const ints = (from: Int32Array) => {
      const to = new Int32Array(size);
      to.set(from);
      return to;
    };
    const floats = (from: Float64Array) => {
      const to = new Float64Array(size).fill(Number.NaN);
      to.set(from);
      return to;
    };
    reachCount = ints(reachCount);
    finalCount = ints(finalCount);
    honestFinalCount = ints(honestFinalCount);
    firstFinal = ints(firstFinal);
    reach90 = floats(reach90);
    final90 = floats(final90);
  }

  /** Notes a block that an honest node holds final, and whether another already stood at its height. */
  function watch(block: BlockIndex): void {
    honestFinalCount[block]!++;
    if (honestFinalCount[block] === quorum90 && Number.isNaN(final90[block]!)) {
      final90[block] = kernel.nowUs;
    }
    const height = tree.height[block]!;
    if (firstFinal[height] === 0) firstFinal[height] = block + 1;
    else if (firstFinal[height] !== block + 1) divergentHeights.add(height);
  }

  return {
    finalBlock,
    get divergentCount() {
      return divergentHeights.size;
    },
    countHonest() {
      let honest = 0;
      for (let node = 0; node < nodeCount; node++) if (conduct.isHonest(node)) honest++;
      quorum90 = Math.max(1, Math.ceil(0.9 * honest));
    },
    grow,
    receive(node, block) {
      if (conduct.isHonest(node) && ++reachCount[block]! === quorum90) {
        reach90[block] = kernel.nowUs;
      }
    },
    hold(node, next) {
      let at = next;
      const known = finalBlock[node]!;
      const knownHeight = tree.height[known]!;
      if (tree.height[next]! <= knownHeight) return false;
      const isHonest = conduct.isHonest(node);
      path.length = 0;
      while (tree.height[at]! > knownHeight) {
        path.push(at);
        at = tree.parent[at]!;
      }
      if (at !== known) {
        // What was final here is not on this branch: count again from where the branches part.
        const fork = tree.commonAncestor(at, known);
        for (; at !== fork; at = tree.parent[at]!) path.push(at);
        for (let gone = known; gone !== fork; gone = tree.parent[gone]!) {
          finalCount[gone]!--;
          if (isHonest) honestFinalCount[gone]!--;
        }
      }
      finalBlock[node] = next;
      for (let i = path.length - 1; i >= 0; i--) {
        const newly = path[i]!;
        finalCount[newly]!++;
        if (isHonest) watch(newly);
        options.onFinal(node, newly);
      }
      return true;
    },
    isFinalEverywhere: (block) => finalCount[block]! === nodeCount,
    reach90Us: (block) => reach90[block] ?? Number.NaN,
    final90Us: (block) => final90[block] ?? Number.NaN,
  };
}
