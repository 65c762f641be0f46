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
import type { Transport } from '../network/transport.ts';
import type { ConductBook } from './conduct.ts';
import { createFinalityBook } from './finality.ts';
import type { BranchRule, ConsensusInstance } from './protocol.ts';

/** What the engine is wired to. */
export interface EngineOptions {
  readonly kernel: Kernel;
  readonly tree: BlockTree;
  readonly transport: Transport;
  readonly conduct: ConductBook;
  readonly rule: BranchRule;
  /** Whether finality comes from certificates and not from the head. */
  readonly isExplicit: boolean;
  /** Blocks kept between the last block that is final everywhere and the flat state, for deep reorgs. */
  readonly foldMargin: number;
  /** Time to get blocks from a peer on request [µs, integer >= 1]; counts the messages. */
  fetchUs(node: number, from: number, bytes: number, blocks: number): number;
  /** A block became final at a node; called once per node and block, in order of height. */
  onFinal(node: number, block: BlockIndex): void;
  /** Everything up to this block is final at every node and may be folded. */
  onFold(block: BlockIndex, released: readonly BlockIndex[]): void;
}

/** Watches what nodes do, for adversaries and measures. */
export interface EngineObserver {
  /** A node has made a block. */
  onMade?(node: number, block: BlockIndex): void;
  /** A node has received a valid block whose ancestors it has; its own too. */
  onBlock?(node: number, block: BlockIndex): void;
  /** A node has changed its head. */
  onHead?(node: number, head: BlockIndex, previous: BlockIndex): void;
  /** A block has become final at a node. */
  onFinal?(node: number, block: BlockIndex): void;
  /** A node has refused a block that is not valid. */
  onInvalid?(node: number, block: BlockIndex): void;
}

/** Heads, finality and counters of one run. */
export interface ChainEngine {
  readonly head: Int32Array;
  /** Last block that is final at each node. */
  readonly finalBlock: Int32Array;
  readonly up: Uint8Array;
  readonly reorgCount: Int32Array;
  readonly reorgDepthMax: Int32Array;
  /** Times any node left d blocks at once: entry d − 1 for d up to 5, the last for all deeper ones. */
  readonly reorgDepths: Int32Array;
  /** When 90 % of the nodes had received a block, and held it final [µs]; NaN until then. */
  reach90Us(block: BlockIndex): number;
  final90Us(block: BlockIndex): number;
  /** Heights with two blocks that honest nodes held final: must be 0 within assumptions. */
  readonly divergentFinals: number;
  /** Wires the flood of blocks and the protocol; both need the engine first. */
  connect(flood: Flood, instance: ConsensusInstance): void;
  observe(observer: EngineObserver): void;
  /** A node made a block and adopts it; nobody hears of it yet. */
  adoptOwn(node: number, block: BlockIndex): void;
  /** A node announces a block that it holds. */
  announce(node: number, block: BlockIndex): void;
  /** A node holds a certificate for a block. */
  finalise(node: number, block: BlockIndex): void;
  /** A node compares a block that it holds with its head again, for what it prefers has changed. */
  reconsider(node: number, block: BlockIndex): void;
  /** A node got the whole of a block otherwise than by the relay. */
  adopt(node: number, block: BlockIndex, from: number): void;
  /** A node received a block that passed its checks on the way. */
  receive(node: number, block: BlockIndex, from: number): void;
  /** A node that was down asks a peer for its chain. */
  catchUp(node: number, peer: number): void;
}

/** Depths of reorganisations that are counted apart; the last one is open. */
const REORG_DEPTHS = 6;
const UNCHECKED = 0;
const VALID = 1;
const INVALID = 2;

/** Makes the engine; every node starts with genesis as head and final block. */
export function createChainEngine(options: EngineOptions): ChainEngine {
  const { kernel, tree, transport, conduct, rule } = options;
  const { nodeCount } = transport.links;
  const { up } = transport;
  const head = new Int32Array(nodeCount);
  const reorgCount = new Int32Array(nodeCount);
  const reorgDepthMax = new Int32Array(nodeCount);
  const reorgDepths = new Int32Array(REORG_DEPTHS);
  /** Nodes whose conduct says what they build on; known when the first block is made. */
  let builders: number[] | undefined;
  /** Block that is final for a node with this head; the same for every node, so found once. */
  let finalFor = new Int32Array(1024).fill(-1);
  let validity = new Uint8Array(1024);
  /** Blocks that wait at a node for their parent, by parent. */
  const orphans = new Map<BlockIndex, { node: number; block: BlockIndex; from: number }[]>();
  /** Blocks to be released by height: the last that entered there, and by block the one before it. */
  let lastAt = new Int32Array(1024);
  let enteredBefore = new Int32Array(1024);
  let folded: BlockIndex = 0;
  /** Last block of the tree that the engine has taken in. */
  let entered: BlockIndex = 0;
  const observers: EngineObserver[] = [];
  const finality = createFinalityBook({
    kernel,
    tree,
    conduct,
    nodeCount,
    onFinal(node, block) {
      options.onFinal(node, block);
      for (const observer of observers) observer.onFinal?.(node, block);
    },
  });
  const { finalBlock } = finality;
  let flood: Flood | undefined;
  let instance: ConsensusInstance | undefined;

  function grow(block: BlockIndex): void {
    finality.grow(block);
    if (block < finalFor.length) return;
    const size = Math.max(block + 1, finalFor.length * 2);
    const ints = (from: Int32Array) => {
      const to = new Int32Array(size);
      to.set(from);
      return to;
    };
    const finals = new Int32Array(size).fill(-1);
    finals.set(finalFor);
    finalFor = finals;
    const verdicts = new Uint8Array(size);
    verdicts.set(validity);
    validity = verdicts;
    lastAt = ints(lastAt);
    enteredBefore = ints(enteredBefore);
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
    finality.receive(node, block);
    instance!.onBlock?.(node, block);
    for (const observer of observers) observer.onBlock?.(node, block);
    const current = head[node]!;
    // Growth of the own branch needs no comparison in any protocol.
    if (tree.parent[block] === current) {
      setHead(node, block);
    } else if (instance!.headFor !== undefined) {
      const next = instance!.headFor(node, block, current);
      if (next !== current) setHead(node, next);
    } else if (instance!.prefers(node, block, current)) {
      setHead(node, block);
    }
    const waiting = orphans.get(block);
    if (waiting === undefined) return;
    const mine = waiting.filter((entry) => entry.node === node);
    const others = waiting.filter((entry) => entry.node !== node);
    if (others.length === 0) orphans.delete(block);
    else orphans.set(block, others);
    for (const entry of mine) admit(node, entry.block, entry.from);
  }

  function take(node: number, block: BlockIndex, from: number): void {
    if (conduct.of(node)?.relays?.(node, block) !== false) flood!.relay(node, block, from);
    accept(node, block);
  }

  const early = kernel.event('network/take-early-block', PHASE.network, take);

  /** Takes a block now, or when the node's own rule of reception allows it. */
  function admit(node: number, block: BlockIndex, from: number): void {
    const waitUs = instance!.waitUs?.(node, block) ?? 0;
    if (waitUs > 0) early.after(waitUs, node, block, from);
    else take(node, block, from);
  }

  /** A block and those of its ancestors that a node lacks, oldest first. */
  function lackingUpTo(node: number, block: BlockIndex): BlockIndex[] {
    const lacking: BlockIndex[] = [];
    const foldedHeight = tree.height[folded]!;
    for (let at = block; at > 0 && tree.height[at]! > foldedHeight; at = tree.parent[at]!) {
      // A block that waits for an ancestor is there, but the way to it is not.
      if (!flood!.has(node, at)) lacking.push(at);
      else if (!isWaiting(node, at)) break;
    }
    return lacking.reverse();
  }

  const fetched = kernel.event('network/fetch-blocks', PHASE.network, (node, block, from) => {
    if (!transport.reaches(from, node)) return;
    for (const lacking of lackingUpTo(node, block)) {
      // What one of these blocks set off may have brought the next ones.
      if (flood!.has(node, lacking)) continue;
      if (!isValid(lacking)) return;
      flood!.hold(node, lacking);
      admit(node, lacking, from);
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
        reorgDepths[Math.min(depth, REORG_DEPTHS) - 1]!++;
      }
    }
    head[node] = block;
    for (const observer of observers) observer.onHead?.(node, block, previous);
    instance!.onHead?.(node, block);
    if (!options.isExplicit) advanceFinal(node, block);
  }

  function advanceFinal(node: number, block: BlockIndex): void {
    let final = finalFor[block]!;
    if (final < 0) {
      final = tree.ancestorAt(block, rule.finalHeight(block));
      finalFor[block] = final;
    }
    holdFinal(node, final);
  }

  function holdFinal(node: number, block: BlockIndex): void {
    if (finality.hold(node, block)) maybeFold(block);
  }

  function maybeFold(next: BlockIndex): void {
    // Nodes may come to the same final blocks in different steps, so the last common one is looked for.
    const floor = tree.height[folded]! + options.foldMargin;
    let common = next;
    while (tree.height[common]! > floor && !finality.isFinalEverywhere(common)) {
      common = tree.parent[common]!;
    }
    const target = tree.height[common]! - options.foldMargin;
    if (target <= tree.height[folded]!) return;
    const block = tree.ancestorAt(common, target);
    // Who builds on a branch that left below needs the state there; all of it goes when he is back.
    for (const node of builders ?? []) {
      const at = conduct.of(node)!.parentFor!(node, head[node]!);
      if (!tree.isAncestor(block, at)) return;
    }
    const released: BlockIndex[] = [];
    for (let height = tree.height[folded]! + 1; height <= target; height++) {
      for (let at = lastAt[height]!; at > 0; at = enteredBefore[at]!) released.push(at);
    }
    released.sort((a, b) => a - b);
    folded = block;
    for (const dead of released) flood!.release(dead);
    options.onFold(block, released);
  }

  /** A block that the tree has taken in; called before anybody holds it, and without effect again. */
  function enter(block: BlockIndex): void {
    grow(block);
    if (block <= entered) return;
    if (builders === undefined) {
      finality.countHonest();
      builders = Array.from(head.keys()).filter((other) => conduct.of(other)?.parentFor);
    }
    for (let made = entered + 1; made <= block; made++) {
      // A block on a branch that was folded away goes with the next ones that are.
      const height = Math.max(tree.height[made]!, tree.height[folded]! + 1);
      enteredBefore[made] = lastAt[height]!;
      lastAt[height] = made;
    }
    entered = block;
  }

  function receive(node: number, block: BlockIndex, from: number): void {
    if (!isValid(block)) {
      for (const observer of observers) observer.onInvalid?.(node, block);
      return;
    }
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
    admit(node, block, from);
  }

  // Nodes that could not hear of each other's chains ask for them when they can again.
  transport.onHeal(() => {
    const { start, target } = transport.links;
    for (let node = 0; node < nodeCount; node++) {
      for (let link = start[node]!; link < start[node + 1]!; link++) {
        const peer = target[link]!;
        if (transport.reaches(peer, node) && !flood!.has(node, head[peer]!)) {
          fetch(node, head[peer]!, peer);
        }
      }
    }
  });

  return {
    head,
    finalBlock,
    up,
    reorgCount,
    reorgDepthMax,
    reorgDepths,
    reach90Us: finality.reach90Us,
    final90Us: finality.final90Us,
    get divergentFinals() {
      return finality.divergentCount;
    },
    observe(observer) {
      observers.push(observer);
    },
    connect(blockFlood, protocol) {
      flood = blockFlood;
      instance = protocol;
    },
    adoptOwn(node, block) {
      if (flood === undefined || instance === undefined) {
        throw new InvariantViolation('engine-connected', 'a block was made before connect');
      }
      enter(block);
      flood.hold(node, block);
      for (const observer of observers) observer.onMade?.(node, block);
      accept(node, block);
    },
    announce(node, block) {
      // What is final everywhere already is news to nobody: a chain of one node.
      if (tree.height[block]! > tree.height[folded]!) flood!.relay(node, block, -1);
    },
    finalise(node, block) {
      if (tree.height[block]! > tree.height[finalBlock[node]!]!) holdFinal(node, block);
    },
    reconsider(node, block) {
      const current = head[node]!;
      if (block === current || !flood!.has(node, block)) return;
      if (instance!.prefers(node, block, current)) setHead(node, block);
    },
    adopt(node, block, from) {
      enter(block);
      if (flood!.has(node, block)) return;
      flood!.hold(node, block);
      receive(node, block, from);
    },
    receive,
    catchUp: (node, peer) => fetch(node, head[peer]!, peer),
  };
}
