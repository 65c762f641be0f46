/**
 * Nodes, links, the way of blocks and a protocol wired into one chain. What a block carries is the
 * caller's matter: `seal` puts it into the tree. The market's chain and the blank chain of laws are
 * both made here, so that what is measured on one holds for the other.
 */
import type { SequentialStream } from '../base/random.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ChainParameters } from '../ledger/chain-parameters.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { Flood } from '../network/flood.ts';
import type { RelayContext } from '../network/relay.ts';
import { MESSAGE } from '../network/traffic.ts';
import type { Transport } from '../network/transport.ts';
import { type ConductBook, createConductBook } from './conduct.ts';
import { type ChainEngine, createChainEngine } from './engine.ts';
import type { BranchRule, ConsensusInstance, ConsensusProtocol } from './protocol.ts';

/** What a chain is made from. */
export interface ChainNetOptions {
  readonly kernel: Kernel;
  readonly tree: BlockTree;
  readonly transport: Transport;
  readonly protocol: ConsensusProtocol;
  /** Resolved options of the protocol. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly rule: BranchRule;
  readonly parameters: ChainParameters;
  readonly rewardUptPerDay: number;
  /** Constant offset of each node's clock [µs]; none when absent. */
  readonly skewUs?: Float64Array;
  /** Blocks kept between the last block final everywhere and what may be folded. */
  readonly foldMargin: number;
  /** CPU time of checking a block [µs], integer. */
  readonly blockCheckUs: number;
  /** Opens a stream whose name begins with `chain/`. */
  random(stream: string): SequentialStream;
  /** Makes the relay of blocks. */
  createRelay(context: RelayContext): Flood;
  /** Puts a block into the tree and the rule. */
  seal(
    node: number,
    parent: BlockIndex,
    timestampUs: number,
    fields: readonly number[],
    work: number,
  ): BlockIndex;
  /** Whether a node knows a transaction that its branch does not carry. */
  hasPending(node: number): boolean;
  onFinal(node: number, block: BlockIndex): void;
  onFold(block: BlockIndex, released: readonly BlockIndex[]): void;
}

/** A chain at work, before and after `start`. */
export interface ChainNet {
  readonly kernel: Kernel;
  readonly tree: BlockTree;
  readonly transport: Transport;
  readonly rule: BranchRule;
  readonly engine: ChainEngine;
  readonly conduct: ConductBook;
  readonly instance: ConsensusInstance;
  readonly relay: Flood;
  /** Seals a block that nobody has. */
  build(
    node: number,
    parent: BlockIndex,
    timestampUs: number,
    fields: readonly number[],
    work: number,
  ): BlockIndex;
  /** A node adopts its block, if it has not, and announces it or hands it to the named nodes. */
  publish(node: number, block: BlockIndex, to?: readonly number[]): void;
  random(stream: string): SequentialStream;
}

const GETDATA_BYTES = 61;

/** Wires a chain; conducts may be set until `instance.start()` is called. */
export function createChainNet(options: ChainNetOptions): ChainNet {
  const { kernel, tree, transport, protocol, rule } = options;
  const { links, traffic } = transport;
  const conduct = createConductBook(links.nodeCount);

  /** A request for blocks and its answer, between two nodes that need no link. */
  function fetchUs(node: number, from: number, bytes: number, blocks: number): number {
    for (let k = 0; k < blocks; k++) {
      const share = Math.floor(((k + 1) * bytes) / blocks) - Math.floor((k * bytes) / blocks);
      traffic.count(MESSAGE['block-getdata'], node, from, GETDATA_BYTES);
      traffic.count(MESSAGE.block, from, node, share);
    }
    const askUs = transport.directUs(node, from, GETDATA_BYTES);
    return askUs + transport.directUs(from, node, bytes) + blocks * options.blockCheckUs;
  }

  const engine = createChainEngine({
    kernel,
    tree,
    transport,
    conduct,
    rule,
    isExplicit: protocol.finality?.(options.options as never) === 'explicit',
    foldMargin: options.foldMargin,
    fetchUs,
    onFinal: options.onFinal,
    onFold: options.onFold,
  });
  /** A decided block travels with the proof of its decision. */
  const bodyBytes = (block: BlockIndex): number =>
    tree.bytes[block]! + (instance.certificateBytes?.(block) ?? 0);
  const relay = options.createRelay({
    kernel,
    transport,
    bodyBytes,
    transactionCount: (block) => tree.transactionCount[block]!,
    checkUs: () => options.blockCheckUs,
    onDeliver: engine.receive,
    random: options.random,
  });
  const hand = transport.channel('block', (to, from, block) => engine.adopt(to, block, from));

  function publish(node: number, block: BlockIndex, to?: readonly number[]): void {
    if (!relay.has(node, block)) engine.adoptOwn(node, block);
    if (to === undefined) engine.announce(node, block);
    else hand.broadcast(node, to, bodyBytes(block), block, 0);
  }

  const context = {
    kernel,
    tree,
    transport,
    conduct,
    rule,
    nodeCount: links.nodeCount,
    parameters: options.parameters,
    rewardUptPerDay: options.rewardUptPerDay,
    head: engine.head,
    finalBlock: engine.finalBlock,
    up: transport.up,
    skewUs: options.skewUs ?? new Float64Array(links.nodeCount),
    random: options.random,
    build: options.seal,
    publish,
    produce(
      node: number,
      parent: BlockIndex,
      timestampUs: number,
      fields: readonly number[],
      work: number,
    ): BlockIndex {
      const block = options.seal(node, parent, timestampUs, fields, work);
      engine.adoptOwn(node, block);
      if (conduct.of(node)?.announces?.(node, block) !== false) engine.announce(node, block);
      return block;
    },
    adopt: engine.adopt,
    finalise: engine.finalise,
    reconsider: engine.reconsider,
    hasPending: options.hasPending,
  };
  const instance: ConsensusInstance = protocol.create(context, options.options as never);
  engine.connect(relay, instance);
  return {
    kernel,
    tree,
    transport,
    rule,
    engine,
    conduct,
    instance,
    relay,
    build: options.seal,
    publish,
    random: options.random,
  };
}
