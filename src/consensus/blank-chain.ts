/**
 * A chain of blocks without transactions: the real kernel, links, relay, engine and protocol, and
 * nothing to execute. Laws of consensus are measured on it, a hundred times as fast as on a ledger.
 */
import { defaultsOf } from '../base/options.ts';
import { createRandomSource, type RandomSource } from '../base/random.ts';
import { createKernel } from '../kernel/kernel.ts';
import type { Election } from '../ledger/chain-parameters.ts';
import { createBlockTree } from '../ledger/tree.ts';
import type { Relay } from '../network/relay.ts';
import invGetdata from '../network/relays/inv-getdata.ts';
import type { Links } from '../network/topology.ts';
import { createTraffic } from '../network/traffic.ts';
import { createTransport } from '../network/transport.ts';
import { type ChainNet, createChainNet } from './chain-net.ts';
import type { ConsensusProtocol } from './protocol.ts';

/** What a blank chain is made from. */
export interface BlankChainOptions {
  readonly protocol: ConsensusProtocol;
  /** Options that differ from the protocol's defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly links: Links;
  readonly seed: string | number;
  /** Relay of blocks and options that differ from its defaults; inv-getdata when absent. */
  readonly relay?: Relay;
  readonly relayOptions?: Readonly<Record<string, unknown>>;
  /** Probability that a message is lost, and the wait before it is sent again [µs]. */
  readonly loss?: number;
  readonly retransmitUs?: number;
  /** Size of every block [B]; 0 when absent. */
  readonly blockBytes?: number;
  /** CPU time of checking a block [µs]; 0 when absent. */
  readonly blockCheckUs?: number;
  readonly rewardUptPerDay?: number;
  readonly skewUs?: Float64Array;
  /** Election as of a block; nodes in index order with equal stake when absent. */
  electionAt?(block: number): Election;
  /** Whether a node has something to put into a block; never when absent. */
  hasPending?(node: number): boolean;
  onFinal?(node: number, block: number): void;
  onFold?(block: number): void;
}

/** A blank chain. Blocks are named by their index, so that a hash costs nothing. */
export interface BlankChain extends ChainNet {
  readonly random: RandomSource['sequential'];
  /** Runs up to an instant [µs]; the first call starts the protocol. */
  run(untilUs: number): void;
  /** Puts a block into the tree without giving it to anybody. */
  seal(
    node: number,
    parent: number,
    timestampUs: number,
    fields: readonly number[],
    work: number,
  ): number;
}

const NOTHING: readonly number[] = [];

/** Makes a blank chain; adversaries may take nodes until the first `run`. */
export function createBlankChain(world: BlankChainOptions): BlankChain {
  const { protocol, links } = world;
  const { nodeCount } = links;
  const kernel = createKernel();
  const random = createRandomSource(world.seed);
  const tree = createBlockTree(`genesis/${world.seed}`);
  const options = { ...defaultsOf(protocol.options()), ...world.options };
  const parameters = protocol.parameters(options, nodeCount);
  const rule = protocol.createRule(tree, parameters);
  const transport = createTransport({
    kernel,
    links,
    traffic: createTraffic(nodeCount),
    loss: world.loss ?? 0,
    retransmitUs: world.retransmitUs ?? 200_000,
    draws: random.sequential('chain/loss'),
  });
  const nodes = Array.from({ length: nodeCount }, (_, node) => node);
  const election: Election = { ranking: nodes, stake: nodes.map(() => 1) };
  const relay = world.relay ?? invGetdata;
  const relayOptions = { ...defaultsOf(relay.options()), ...world.relayOptions };

  function seal(
    node: number,
    parent: number,
    timestampUs: number,
    fields: readonly number[],
    work: number,
  ): number {
    const block = tree.add({
      parent,
      producer: node,
      timestampUs,
      producedUs: kernel.nowUs,
      hash: `${world.seed}/${tree.count}`,
      work,
      transactions: NOTHING,
      bytes: world.blockBytes ?? 0,
      gasUsed: 0,
      consensus: fields,
    });
    rule.add(block);
    return block;
  }

  const net = createChainNet({
    kernel,
    tree,
    transport,
    protocol,
    options,
    rule,
    parameters: { electionAt: world.electionAt ?? (() => election) },
    rewardUptPerDay: world.rewardUptPerDay ?? 20_000_000,
    ...(world.skewUs === undefined ? {} : { skewUs: world.skewUs }),
    foldMargin: parameters.foldMargin ?? 0,
    blockCheckUs: world.blockCheckUs ?? 0,
    random: (stream) => random.sequential(stream),
    createRelay: (context) => relay.create(context, relayOptions as never),
    seal,
    hasPending: (node) => world.hasPending?.(node) ?? false,
    onFinal: (node, block) => world.onFinal?.(node, block),
    onFold: (block) => world.onFold?.(block),
  });
  let started = false;
  return {
    ...net,
    seal,
    run(untilUs) {
      if (!started) net.instance.start();
      started = true;
      kernel.run(untilUs);
    },
  };
}
