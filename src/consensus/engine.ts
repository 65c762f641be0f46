/**
 * What all protocols share: nodes that hold a head in one fork tree, blocks that travel, reorganisations,
 * finality at each node, and the moment when a block is final everywhere and can be folded away. The
 * protocol decides, the engine carries out and counts.
 */
import { InvariantViolation } from '../base/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { Flood } from '../network/flood.ts';
import type { BranchRule, ConsensusInstance } from './protocol.ts';

/** What the engine is wired to. */
export interface EngineOptions {
  readonly kernel: Kernel;
  readonly tree: BlockTree;
  readonly nodeCount: number;
  readonly rule: BranchRule;
  /** Blocks kept between the last block that is final everywhere and the flat state, for deep reorgs. */
  readonly foldMargin: number;
  /** Time to get blocks from a peer on request [µs, integer >= 1]; counts the messages. */
  fetchUs(node: number, from: number, bytes: number, blocks: number): number;
  /** A block became final at a node; called once per node and block, in order of height. */
  onFinal(node: number, block: BlockIndex): void;
  /** Everything up to this block is final at every node and may be folded. */
  onFold(block: BlockIndex, released: readonly BlockIndex[]): void;
  /** A block left the branch of a node (deepest first in a reorganisation). */
  onHead(node: number, head: BlockIndex, previous: BlockIndex): void;
}

/** Heads, finality and counters of one run. */
export interface ChainEngine {
  readonly head: Int32Array;
  /** Last block that is final at each node. */
  readonly finalBlock: Int32Array;
  readonly up: Uint8Array;
  readonly reorgCount: Int32Array;
  readonly reorgDepthMax: Int32Array;
  /** When 90 % of the nodes had received a block, and held it final [µs]; NaN until then. */
  reach90Us(block: BlockIndex): number;
  final90Us(block: BlockIndex): number;
  /** Heights at which a node's final block was replaced: must be 0 within assumptions. */
  readonly divergentFinals: number;
  /** Wires the flood of blocks and the protocol; both need the engine first. */
  connect(flood: Flood, instance: ConsensusInstance): void;
  /** A node made a block. */
  adoptOwn(node: number, block: BlockIndex): void;
  /** A node received a block that passed its checks on the way. */
  receive(node: number, block: BlockIndex, from: number): void;
  /** A node that was down asks a peer for its chain. */
  catchUp(node: number, peer: number): void;
}

const UNCHECKED = 0;
const VALID = 1;
const INVALID = 2;

/** Makes the engine; every node starts with genesis as head and final block. */
export function createChainEngine(options: EngineOptions): ChainEngine {
  const { kernel, tree, nodeCount, rule } = options;
  const head = new Int32Array(nodeCount);
  const finalBlock = new Int32Array(nodeCount);
  const up = new Uint8Array(nodeCount).fill(1);
  const reorgCount = new Int32Array(nodeCount);
  const reorgDepthMax = new Int32Array(nodeCount);
  const quorum90 = Math.ceil(0.9 * nodeCount);
  /** Block that is final for a node with this head; the same for every node, so found once. */
  let finalFor = new Int32Array(1024).fill(-1);
  let validity = new Uint8Array(1024);
  let reachCount = new Int32Array(1024);
  let finalCount = new Int32Array(1024);
  let reach90 = new Float64Array(1024).fill(Number.NaN);
  let final90 = new Float64Array(1024).fill(Number.NaN);
  /** Blocks that wait at a node for their parent, by parent. */
  const orphans = new Map<BlockIndex, { node: number; block: BlockIndex; from: number }[]>();
  /** Blocks above the folded one, in order of creation. */
  const live: BlockIndex[] = [];
  let folded: BlockIndex = 0;
  let divergentFinals = 0;
  let flood: Flood | undefined;
  let instance: ConsensusInstance | undefined;
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
    const finals = new Int32Array(size).fill(-1);
    finals.set(finalFor);
    finalFor = finals;
    const verdicts = new Uint8Array(size);
    verdicts.set(validity);
    validity = verdicts;
    reachCount = ints(reachCount);
    finalCount = ints(finalCount);
    reach90 = floats(reach90);
    final90 = floats(final90);
  }

  /** Validity follows from the block and its branch, the same at every node. */
  function isValid(block: BlockIndex): boolean {
    if (block === 0) return true;
    if (validity[block] === UNCHECKED) {
      const isSound = isValid(tree.parent[block]!) && instance!.isValid(block);
      validity[block] = isSound ? VALID : INVALID;
    }
    return validity[block] === VALID;
  }

  /** Whether a block has come to a node that still lacks an ancestor of it. */
  function isWaiting(node: number, block: BlockIndex): boolean {
    const waiting = orphans.get(tree.parent[block]!) ?? [];
    return waiting.some((entry) => entry.node === node && entry.block === block);
  }

  function accept(node: number, block: BlockIndex): void {
    reachCount[block]!++;
    if (reachCount[block] === quorum90) reach90[block] = kernel.nowUs;
    const current = head[node]!;
    // Growth of the own branch needs no comparison in any protocol.
    if (tree.parent[block] === current || instance!.prefers(node, block, current)) {
      setHead(node, block);
    }
    const waiting = orphans.get(block);
    if (waiting === undefined) return;
    const mine = waiting.filter((entry) => entry.node === node);
    const others = waiting.filter((entry) => entry.node !== node);
    if (others.length === 0) orphans.delete(block);
    else orphans.set(block, others);
    for (const entry of mine) take(node, entry.block, entry.from);
  }

  function take(node: number, block: BlockIndex, from: number): void {
    flood!.relay(node, block, from);
    accept(node, block);
  }

  /** A block and those of its ancestors that a node lacks, oldest first. */
  function lackingUpTo(node: number, block: BlockIndex): BlockIndex[] {
    const lacking: BlockIndex[] = [];
    const foldedHeight = tree.height[folded]!;
    for (
      let at = block;
      at > 0 && tree.height[at]! > foldedHeight && !flood!.has(node, at);
      at = tree.parent[at]!
    ) {
      lacking.push(at);
    }
    return lacking.reverse();
  }

  const fetched = kernel.event('network/fetch-blocks', PHASE.network, (node, block, from) => {
    if (up[node] === 0) return;
    for (const lacking of lackingUpTo(node, block)) {
      if (!isValid(lacking)) return;
      flood!.hold(node, lacking);
      take(node, lacking, from);
    }
  });

  /** Asks a peer for a block and for all ancestors of it that the node lacks. */
  function fetch(node: number, block: BlockIndex, from: number): void {
    const lacking = lackingUpTo(node, block);
    if (lacking.length === 0) return;
    const bytes = lacking.reduce((sum, at) => sum + tree.bytes[at]!, 0);
    fetched.after(options.fetchUs(node, from, bytes, lacking.length), node, block, from);
  }

  function setHead(node: number, block: BlockIndex): void {
    const previous = head[node]!;
    if (tree.parent[block] !== previous) {
      const fork = tree.commonAncestor(previous, block);
      const depth = tree.height[previous]! - tree.height[fork]!;
      if (depth > 0) {
        reorgCount[node]!++;
        reorgDepthMax[node] = Math.max(reorgDepthMax[node]!, depth);
      }
    }
    head[node] = block;
    options.onHead(node, block, previous);
    instance!.onHead?.(node, block);
    advanceFinal(node, block);
  }

  function advanceFinal(node: number, block: BlockIndex): void {
    let at = finalFor[block]!;
    if (at < 0) {
      at = tree.ancestorAt(block, rule.finalHeight(block));
      finalFor[block] = at;
    }
    const next = at;
    const known = finalBlock[node]!;
    const knownHeight = tree.height[known]!;
    if (tree.height[next]! <= knownHeight) return;
    path.length = 0;
    while (tree.height[at]! > knownHeight) {
      path.push(at);
      at = tree.parent[at]!;
    }
    if (at !== known) {
      divergentFinals++;
      // What was final here is not on this branch: count again from where the branches part.
      const fork = tree.commonAncestor(at, known);
      for (; at !== fork; at = tree.parent[at]!) path.push(at);
      for (let gone = known; gone !== fork; gone = tree.parent[gone]!) finalCount[gone]!--;
    }
    finalBlock[node] = next;
    for (let i = path.length - 1; i >= 0; i--) {
      const newly = path[i]!;
      finalCount[newly]!++;
      if (finalCount[newly] === quorum90 && Number.isNaN(final90[newly]!)) {
        final90[newly] = kernel.nowUs;
      }
      options.onFinal(node, newly);
    }
    maybeFold(next);
  }

  function maybeFold(next: BlockIndex): void {
    // Nodes may come to the same final blocks in different steps, so the last common one is looked for.
    const floor = tree.height[folded]! + options.foldMargin;
    let common = next;
    while (tree.height[common]! > floor && finalCount[common]! < nodeCount) {
      common = tree.parent[common]!;
    }
    const target = tree.height[common]! - options.foldMargin;
    if (target <= tree.height[folded]!) return;
    const block = tree.ancestorAt(common, target);
    folded = block;
    const released: BlockIndex[] = [];
    let kept = 0;
    for (const candidate of live) {
      if (tree.height[candidate]! <= target) released.push(candidate);
      else live[kept++] = candidate;
    }
    live.length = kept;
    for (const dead of released) flood!.release(dead);
    options.onFold(block, released);
  }

  return {
    head,
    finalBlock,
    up,
    reorgCount,
    reorgDepthMax,
    reach90Us: (block) => reach90[block] ?? Number.NaN,
    final90Us: (block) => final90[block] ?? Number.NaN,
    get divergentFinals() {
      return divergentFinals;
    },
    connect(blockFlood, protocol) {
      flood = blockFlood;
      instance = protocol;
    },
    adoptOwn(node, block) {
      if (flood === undefined || instance === undefined) {
        throw new InvariantViolation('engine-connected', 'a block was made before connect');
      }
      grow(block);
      live.push(block);
      flood.originate(node, block);
      accept(node, block);
    },
    receive(node, block, from) {
      if (!isValid(block)) return;
      const parent = tree.parent[block]!;
      if (
        parent !== 0 &&
        tree.height[parent]! > tree.height[folded]! &&
        (!flood!.has(node, parent) || isWaiting(node, parent))
      ) {
        const entry = { node, block, from };
        const waiting = orphans.get(parent);
        if (waiting === undefined) orphans.set(parent, [entry]);
        else waiting.push(entry);
        // The announcement of the parent may have come while the node was down, and never again.
        fetch(node, parent, from);
        return;
      }
      take(node, block, from);
    },
    catchUp: (node, peer) => fetch(node, head[peer]!, peer),
  };
}
