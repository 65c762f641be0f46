/**
 * A chain without transactions: kernel, links, flood, tree, engine and one protocol. Blocks are empty
 * and cost nothing to check, so that a block reaches a neighbour after three latencies of the link.
 */
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { type ChainEngine, createChainEngine } from '../../../src/consensus/engine.ts';
import type {
  BranchRule,
  ConsensusInstance,
  ConsensusProtocol,
} from '../../../src/consensus/protocol.ts';
import { createKernel, type Kernel } from '../../../src/kernel/kernel.ts';
import type { Election } from '../../../src/ledger/chain-parameters.ts';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import { type BlockTree, createBlockTree } from '../../../src/ledger/tree.ts';
import { createFlood } from '../../../src/network/flood.ts';
import { createLinks, type Edge } from '../../../src/network/topology.ts';
import { createTraffic, MESSAGE } from '../../../src/network/traffic.ts';

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

/** Wires a harness; the protocol is started. */
export function createHarness(world: HarnessOptions): Harness {
  const { protocol, nodeCount } = world;
  const kernel = createKernel();
  const tree = createBlockTree(sha256Hex('genesis'));
  const options = { ...defaultsOf(protocol.options()), ...world.options };
  const parameters = protocol.parameters(options, nodeCount);
  const rule = protocol.createRule(tree, parameters);
  const edges = world.edges ?? meshEdges(nodeCount, world.latencyUs ?? 1_000);
  const regions = Array.from({ length: nodeCount }, () => 'here');
  const random = createRandomSource(world.seed ?? 1);
  const folded: number[] = [];
  const engine = createChainEngine({
    kernel,
    tree,
    nodeCount,
    rule,
    fetchUs: () => 1,
    foldMargin: parameters.foldMargin ?? 0,
    onFinal: (node, block) => world.onFinal?.(node, block, kernel.nowUs),
    onFold: (block) => folded.push(block),
    onHead() {},
  });
  const flood = createFlood({
    kernel,
    links: createLinks({ edges, regions }),
    traffic: createTraffic(nodeCount),
    name: 'network/deliver-block',
    messages: { inv: MESSAGE['block-inv'], getdata: MESSAGE['block-getdata'], body: MESSAGE.block },
    batchUs: 0,
    invBytes: 61,
    entryBytes: 0,
    getdataBytes: 61,
    isUp: (node) => world.offline !== true || engine.up[node] === 1,
    bodyBytes: () => world.blockBytes ?? 0,
    checkUs: () => 0,
    onDeliver: (node, block, from) => engine.receive(node, block, from),
  });
  const ranking = regions.map((_, node) => node);
  const election: Election = { ranking, stake: ranking.map(() => 1) };
  const context = {
    kernel,
    tree,
    nodeCount,
    parameters: { electionAt: world.electionAt ?? (() => election) },
    rule,
    rewardUptPerDay: world.rewardUptPerDay ?? 20e6,
    head: engine.head,
    up: engine.up,
    random: (stream: string) => random.sequential(stream),
    produce(
      node: number,
      parent: number,
      timestampUs: number,
      fields: readonly number[],
      work: number,
    ) {
      const block = add(node, parent, timestampUs, fields, work);
      engine.adoptOwn(node, block);
      return block;
    },
    hasPending: world.hasPending ?? (() => false),
  };
  function add(
    node: number,
    parent: number,
    timestampUs: number,
    fields: readonly number[],
    work = 1,
  ): number {
    const block = tree.add({
      parent,
      producer: node,
      timestampUs,
      producedUs: kernel.nowUs,
      hash: sha256Hex(`${tree.hash(parent)}/${node}/${timestampUs}`),
      work,
      transactions: [],
      bytes: world.blockBytes ?? 0,
      gasUsed: 0,
      consensus: fields,
    });
    rule.add(block);
    return block;
  }
  const instance = protocol.create(context, options);
  engine.connect(flood, instance);
  instance.start();
  return {
    kernel,
    tree,
    engine,
    rule,
    instance,
    folded,
    add,
    producers(node) {
      const list: number[] = [];
      for (let at = engine.head[node]!; at > 0; at = tree.parent[at]!)
        list.push(tree.producer[at]!);
      return list.reverse();
    },
    run: (untilUs) => kernel.run(untilUs),
    setUp(node, up) {
      const wasUp = engine.up[node] === 1;
      engine.up[node] = up;
      const peer = engine.up.findIndex((value, other) => value === 1 && other !== node);
      if (up === 1 && !wasUp && peer >= 0) engine.catchUp(node, peer);
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
