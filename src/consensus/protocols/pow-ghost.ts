/**
 * Heaviest subtree (GHOST): from genesis on, a node follows the child below which it has seen most work.
 * A node counts only blocks that it has received, so weights differ between nodes. They are not kept
 * up to date along every branch: a block that extends the head makes its own side heavier everywhere and
 * changes no choice, and any other block can change only the choices between it and the place where
 * its branch leaves the head's; those are weighed when it comes.
 * Source: Y. Sompolinsky, A. Zohar, Secure High-Rate Transaction Processing in Bitcoin, 2015, section 4.
 */
import type { SequentialStream } from '../../base/random.ts';
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';

/** Choices of all nodes. */
export interface HeaviestSubtree {
  /** A node has received a block and all its ancestors. */
  received(node: number, block: BlockIndex): void;
  /** Head after a block that was received and does not extend the head. */
  headFor(node: number, block: BlockIndex, head: BlockIndex): BlockIndex;
}

/** What is known to all nodes needs no bits. */
const ALL = new Uint8Array(0);
/** Forks kept before those below the finality of every node are looked for. */
const FORKS_MIN = 64;

/**
 * Makes the choices; every node knows genesis.
 *
 * @param finalBlock - Last final block of each node: forks below all of them are forgotten.
 * @param ties - Draws between subtrees of equal weight; the one chosen first stays when absent.
 * Cost: O(1) for a block that extends the head, else the size of the subtrees that compete.
 */
export function createHeaviestSubtree(
  tree: BlockTree,
  finalBlock: Int32Array,
  ties?: SequentialStream,
): HeaviestSubtree {
  const nodeCount = finalBlock.length;
  /** By block: a bit a node. */
  const known: (Uint8Array | undefined)[] = [ALL];
  const knownCount: number[] = [nodeCount];
  /** By block with several children that some node knows: the child each node follows, or 0. */
  const choices = new Map<BlockIndex, Int32Array>();
  let forksMax = FORKS_MIN;

  function knows(node: number, block: BlockIndex): boolean {
    const bits = known[block];
    if (bits === undefined) return false;
    return bits === ALL || (bits[node >> 3]! & (1 << (node & 7))) !== 0;
  }

  /** Work a node has seen in a subtree. */
  function weight(node: number, root: BlockIndex): number {
    let sum = 0;
    const open = [root];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      sum += tree.work[at]! - tree.work[tree.parent[at]!]!;
      for (let child = tree.firstChild[at]!; child >= 0; child = tree.nextSibling[child]!) {
        if (knows(node, child)) open.push(child);
      }
    }
    return sum;
  }

  function knownChildren(node: number, block: BlockIndex): BlockIndex[] {
    const children: BlockIndex[] = [];
    for (let child = tree.firstChild[block]!; child >= 0; child = tree.nextSibling[child]!) {
      if (knows(node, child)) children.push(child);
    }
    return children;
  }

  /** Whether the challenger, which has just grown, takes the place of the child followed so far. */
  function overtakes(node: number, challenger: BlockIndex, followed: BlockIndex): boolean {
    const [mine, theirs] = [weight(node, challenger), weight(node, followed)];
    if (mine !== theirs) return mine > theirs;
    if (ties === undefined) return false;
    // The k-th to come level is taken with probability 1 / k, which makes all k equally likely.
    const children = knownChildren(node, tree.parent[challenger]!);
    const level = children.filter((child) => weight(node, child) === mine).length;
    return ties.uniform() * level < 1;
  }

  function follow(node: number, parent: BlockIndex, child: BlockIndex): void {
    let row = choices.get(parent);
    if (row === undefined) {
      if (choices.size >= forksMax) forget();
      row = new Int32Array(nodeCount);
      choices.set(parent, row);
    }
    row[node] = child;
  }

  function forget(): void {
    let floor = Number.POSITIVE_INFINITY;
    for (const block of finalBlock) floor = Math.min(floor, tree.height[block]!);
    for (const parent of [...choices.keys()]) {
      if (tree.height[parent]! < floor) choices.delete(parent);
    }
    forksMax = Math.max(FORKS_MIN, 2 * choices.size);
  }

  /** Leaf that a node comes to from a block. */
  function leafBelow(node: number, block: BlockIndex): BlockIndex {
    let at = block;
    for (;;) {
      const children = knownChildren(node, at);
      if (children.length === 0) return at;
      const chosen = children.length === 1 ? children[0]! : (choices.get(at)?.[node] ?? 0);
      // A fork forgotten below finality is weighed again; ties go to the older block.
      at = chosen > 0 ? chosen : heaviest(node, children);
    }
  }

  function heaviest(node: number, children: readonly BlockIndex[]): BlockIndex {
    let best = children[0]!;
    for (const child of children) {
      const difference = weight(node, child) - weight(node, best);
      if (difference > 0 || (difference === 0 && child < best)) best = child;
    }
    return best;
  }

  return {
    received(node, block) {
      let bits = known[block];
      if (bits === ALL) return;
      if (bits === undefined) {
        bits = new Uint8Array((nodeCount + 7) >> 3);
        known[block] = bits;
        knownCount[block] = 0;
      }
      const bit = 1 << (node & 7);
      if ((bits[node >> 3]! & bit) !== 0) return;
      bits[node >> 3]! |= bit;
      const count = knownCount[block]! + 1;
      knownCount[block] = count;
      if (count === nodeCount) known[block] = ALL;
      const parent = tree.parent[block]!;
      if (tree.nextSibling[block]! < 0 && tree.firstChild[parent] === block) return;
      const others = knownChildren(node, parent).filter((child) => child !== block);
      // With one other child the node followed that one; with more its choice stands already.
      if (others.length === 1) follow(node, parent, others[0]!);
    },
    headFor(node, block, head) {
      const fork = tree.commonAncestor(block, head);
      if (fork === head) return block;
      if (fork === block) return head;
      let side = block;
      for (let at = tree.parent[side]!; at !== fork; at = tree.parent[at]!) {
        const followed = choices.get(at)?.[node] ?? 0;
        if (followed > 0 && followed !== side && overtakes(node, side, followed)) {
          follow(node, at, side);
        }
        side = at;
      }
      const followed = tree.ancestorAt(head, tree.height[fork]! + 1);
      if (!overtakes(node, side, followed)) return head;
      follow(node, fork, side);
      return leafBelow(node, side);
    },
  };
}
