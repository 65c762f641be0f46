/**
 * A chain without transactions, as tests want it: a full mesh unless links are given, and nodes that can
 * be kept from making blocks. Blocks are empty and cost nothing to check, so that a block reaches a
 * neighbour after three latencies of the link.
 */
import { type BlankChain, createBlankChain } from '../../../src/consensus/blank-chain.ts';
import type { ChainEngine } from '../../../src/consensus/engine.ts';
import type {
  BranchRule,
  ConsensusInstance,
  ConsensusProtocol,
} from '../../../src/consensus/protocol.ts';
import type { Kernel } from '../../../src/kernel/kernel.ts';
import type { Election } from '../../../src/ledger/chain-parameters.ts';
import type { BlockTree } from '../../../src/ledger/tree.ts';
import { type Edge, linksFromEdges } from '../../../src/network/topology.ts';

/** What a harness is made from. */
export interface HarnessOptions {
  readonly protocol: ConsensusProtocol;
  /** Options that differ from the defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly nodeCount: number;
  /** Links; a full mesh of `latencyUs` when absent. */
  readonly edges?: readonly Edge[];
  readonly latencyUs?: number;
  readonly seed?: string | number;
  readonly blockBytes?: number;
  readonly rewardUptPerDay?: number;
  /** Election as of a block; nodes in index order when absent. */
  readonly electionAt?: (block: number) => Election;
  readonly hasPending?: (node: number) => boolean;
  /** Whether nodes that are down also hear nothing; else they only make no blocks. */
  readonly offline?: boolean;
  readonly onFinal?: (node: number, block: number, timeUs: number) => void;
}

/** A chain at work. */
export interface Harness {
  /** The chain itself, for adversaries and direct messages. */
  readonly chain: BlankChain;
  readonly kernel: Kernel;
  readonly tree: BlockTree;
  readonly engine: ChainEngine;
  readonly rule: BranchRule;
  readonly instance: ConsensusInstance;
  /** Blocks that were folded away, in order. */
  readonly folded: number[];
  /** Adds a block to the tree without giving it to anybody. */
  add(node: number, parent: number, timestampUs: number, fields: readonly number[]): number;
  /** Producers from height 1 to the head of a node. */
  producers(node: number): number[];
  /** Runs up to an instant; the first call starts the protocol. */
  run(untilUs: number): void;
  /** Takes a node down, or up again: it then asks the first node that is up for its chain. */
  setUp(node: number, up: number): void;
}

/** Links between all pairs. */
export function meshEdges(nodeCount: number, latencyUs: number): Edge[] {
  const edges: Edge[] = [];
  for (let a = 0; a < nodeCount; a++) {
    for (let b = a + 1; b < nodeCount; b++) edges.push({ a, b, latencyUs, bandwidth: 1e12 });
  }
  return edges;
}

/** Wires a harness. */
export function createHarness(world: HarnessOptions): Harness {
  const { protocol, nodeCount } = world;
  const edges = world.edges ?? meshEdges(nodeCount, world.latencyUs ?? 1_000);
  const folded: number[] = [];
  // The protocol sees this column; messages see the transport's.
  const atWork = new Uint8Array(nodeCount).fill(1);
  const watched: ConsensusProtocol =
    world.offline === true
      ? protocol
      : {
          ...protocol,
          create: (context, options) => protocol.create({ ...context, up: atWork }, options),
        };
  const chain: BlankChain = createBlankChain({
    protocol: watched,
    options: world.options ?? {},
    links: linksFromEdges(
      edges,
      Array.from({ length: nodeCount }, () => 'here'),
    ),
    seed: world.seed ?? 1,
    blockBytes: world.blockBytes ?? 0,
    ...(world.rewardUptPerDay === undefined ? {} : { rewardUptPerDay: world.rewardUptPerDay }),
    ...(world.electionAt === undefined ? {} : { electionAt: world.electionAt }),
    ...(world.hasPending === undefined ? {} : { hasPending: world.hasPending }),
    onFinal: (node, block) => world.onFinal?.(node, block, chain.kernel.nowUs),
    onFold: (block) => folded.push(block),
  });
  const up = world.offline === true ? chain.transport.up : atWork;
  const engine: ChainEngine = Object.create(chain.engine, { up: { value: up, enumerable: true } });
  const { kernel, tree, rule, instance } = chain;
  return {
    chain,
    kernel,
    tree,
    engine,
    rule,
    instance,
    folded,
    add: (node, parent, timestampUs, fields) => chain.seal(node, parent, timestampUs, fields, 1),
    producers(node) {
      const list: number[] = [];
      for (let at = engine.head[node]!; at > 0; at = tree.parent[at]!)
        list.push(tree.producer[at]!);
      return list.reverse();
    },
    run: chain.run,
    setUp(node, isUp) {
      const wasUp = up[node] === 1;
      up[node] = isUp;
      const peer = up.findIndex((value, other) => value === 1 && other !== node);
      if (isUp === 1 && !wasUp && peer >= 0) engine.catchUp(node, peer);
    },
  };
}

/** Mean and its standard error over replications. */
export function estimate(values: readonly number[]): { mean: number; se: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, se: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Student's t at two-sided 6.3e-5 for 30 and for 10 replications. */
export const T30 = 4.67;
/** See {@link T30}. */
export const T10 = 7;
