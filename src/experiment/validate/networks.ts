/** Networks of the size of Bitcoin's as two published simulators have them, and blocks that cross them. */
import { exp } from '../../base/math.ts';
import { defaultsOf } from '../../base/options.ts';
import { createRandomSource, type RandomSource } from '../../base/random.ts';
import { type BlankChain, createBlankChain } from '../../consensus/blank-chain.ts';
import pow from '../../consensus/protocols/pow.ts';
import type { NetworkContext } from '../../network/context.ts';
import { createGraphBuilder, type Graph } from '../../network/graph.ts';
import pareto from '../../network/latencies/pareto.ts';
import regionTable from '../../network/placements/region-table.ts';
import { createPropagation, type Propagation } from '../../network/propagation.ts';
import type { Relay } from '../../network/relay.ts';
import compactBlock from '../../network/relays/compact-block.ts';
import degreeDistribution from '../../network/topologies/degree-distribution.ts';
import { createLinks, type Links } from '../../network/topology.ts';
import { NO_RETARGET, SECOND_US } from './chains.ts';

function contextOf(nodeCount: number, random: RandomSource): NetworkContext {
  return {
    nodeCount,
    bandwidth: 20e6,
    random,
    openTable() {
      throw new RangeError('"openTable" expected no file, got one');
    },
    issue({ path, expected, got }) {
      throw new RangeError(`"${path}" expected ${expected}, got ${got}`);
    },
  };
}

/** Options of the relay in the model of SimBlock. */
export const SIMBLOCK_RELAY = {
  bandwidthSharing: 'serial',
  messageOverhead: 10_000,
  blockOverhead: 2_000,
  announceToSource: true,
  compactSize: 18_000,
} as const;

/**
 * SimBlock's network of 2019: six regions by quota, Pareto latency for each message in whole ms,
 * outbound links after the distribution of 2015.
 * Source: Aoki et al., SimBlock: a blockchain network simulator, 2019, with its shipped settings.
 */
export function simblockLinks(nodeCount: number, seed: string): Links {
  const random = createRandomSource(seed);
  const context = contextOf(nodeCount, random);
  const graph = degreeDistribution.create(context, defaultsOf(degreeDistribution.options()));
  const placement = regionTable.create(context, defaultsOf(regionTable.options()));
  const law = pareto.create({ ...defaultsOf(pareto.options()), resolution: 1000 } as never);
  return createLinks(graph!, placement!, law, random);
}

/** SimBlock's chain: every node mines, rates normal, 535 kB blocks, compact where both ends use it. */
export function simblockChain(nodeCount: number, intervalS: number, seed: string): BlankChain {
  return createBlankChain({
    protocol: pow,
    options: {
      blockInterval: intervalS * SECOND_US,
      retargetBlocks: NO_RETARGET,
      hashRates: 'normal',
      hashRateMean: 400_000,
      hashRateDeviation: 100_000,
    },
    links: simblockLinks(nodeCount, seed),
    seed,
    relay: compactBlock,
    relayOptions: SIMBLOCK_RELAY,
    blockBytes: 535_000,
  });
}

/** Hash power of the sixteen pools of 2016, and where they were. */
const POOLS: readonly (readonly [share: number, region: string])[] = [
  [0.289, 'asia-pacific'],
  [0.196, 'asia-pacific'],
  [0.159, 'asia-pacific'],
  [0.133, 'north-america'],
  [0.066, 'asia-pacific'],
  [0.054, 'north-america'],
  [0.029, 'europe'],
  [0.016, 'europe'],
  [0.012, 'north-america'],
  [0.012, 'north-america'],
  [0.012, 'north-america'],
  [0.009, 'europe'],
  [0.005, 'north-america'],
  [0.005, 'north-america'],
  [0.002, 'north-america'],
  [0.002, 'north-america'],
];
/** Hash power of the pools, adding up to 1. */
export const POOL_SHARES: readonly number[] = POOLS.map(([share]) => share);
/** Links of a pool, and its bandwidth both ways [bit/s]. */
const POOL_DEGREE = 715;
const POOL_BPS = 100e6;
/**
 * Standard deviations of the logarithm of the bandwidths of nodes, computed from the histograms of North
 * America in the simulator of Gervais et al., and the slowest node of a histogram [bit/s].
 */
const UPLOAD_SIGMA = 1.3;
const DOWNLOAD_SIGMA = 1.5;
const NODE_BPS_MIN = 1e5;

/**
 * The network of Gervais et al.: sixteen pools (nodes 0 to 15), linked with each other and with some 700
 * others at 100 Mbit/s, and nodes with the measured numbers of links; regions, latencies and bandwidths
 * of 2015, a latency for each link. Differs from it in: bandwidths of nodes are lognormal about the means
 * of their regions, with the spread of its histograms, not the histograms; the links of pools come on top
 * of those of nodes.
 * Source: Gervais et al., On the security and performance of proof of work blockchains, 2016, and the
 * settings of its simulator.
 */
export function poolLinks(nodeCount: number, seed: string): Links {
  const random = createRandomSource(seed);
  const context = contextOf(nodeCount, random);
  const options = { ...defaultsOf(degreeDistribution.options()), table: 'gervais-2016' };
  const graph = withPools(degreeDistribution.create(context, options as never)!, random);
  const placed = { ...defaultsOf(regionTable.options()), year: 2015, shares: 'bitcoin-2015' };
  const placement = regionTable.create(context, placed as never)!;
  const regions = [...placement.regions];
  const speeds = random.addressed('world/bandwidth');
  const spread = (sigma: number, k: number) => (meanBps: number, node: number) => {
    const factor = exp(sigma * speeds.normal(node, 0, k) - (sigma * sigma) / 2);
    return Math.max(NODE_BPS_MIN, meanBps * factor);
  };
  const uploadBps = placement.uploadBps.map(spread(UPLOAD_SIGMA, 0));
  const downloadBps = placement.downloadBps.map(spread(DOWNLOAD_SIGMA, 1));
  // A pool stands where some node of its region stands.
  const site = Int32Array.from(regions, (_, node) => node);
  POOLS.forEach(([, region], pool) => {
    site[pool] = placement.regions.indexOf(region, POOLS.length);
    regions[pool] = region;
    uploadBps[pool] = POOL_BPS;
    downloadBps[pool] = POOL_BPS;
  });
  const latencyUs = (from: number, to: number) => placement.latencyUs(site[from]!, site[to]!);
  const law = pareto.create({ ...defaultsOf(pareto.options()), per: 'link' } as never);
  return createLinks(graph, { regions, uploadBps, downloadBps, latencyUs }, law, random);
}

/** Adds the links of the pools to a graph. */
function withPools(graph: Graph, random: RandomSource): Graph {
  const { nodeCount } = graph;
  const builder = createGraphBuilder(nodeCount, graph.from.length + POOLS.length * POOL_DEGREE);
  for (let edge = 0; edge < graph.from.length; edge++) {
    builder.add(graph.from[edge]!, graph.to[edge]!);
  }
  const draws = random.addressed('world/pool-links');
  for (let pool = 0; pool < POOLS.length; pool++) {
    for (let other = 0; other < pool; other++) builder.add(pool, other);
    const degree = Math.min(POOL_DEGREE, Math.floor(nodeCount / 2));
    for (let draw = 0; builder.degree[pool]! < degree; draw++) {
      builder.add(pool, Math.floor(draws.uniform(pool, draw, 0) * nodeCount));
    }
  }
  return builder.finish();
}

/** A chain of the pools. */
export interface PoolChain {
  readonly links: Links;
  readonly seed: string;
  readonly intervalS: number;
  readonly blockBytes: number;
  readonly relay: Relay;
  readonly relayOptions?: Readonly<Record<string, unknown>>;
}

/** Sixteen pools that mine, in a network in which a node's bytes go through one after the other. */
export function poolChain(input: PoolChain): BlankChain {
  return createBlankChain({
    protocol: pow,
    options: {
      blockInterval: input.intervalS * SECOND_US,
      retargetBlocks: NO_RETARGET,
      hashRates: 'list',
      hashShares: POOL_SHARES,
    },
    links: input.links,
    seed: input.seed,
    relay: input.relay,
    relayOptions: { bandwidthSharing: 'fifo', ...input.relayOptions },
    blockBytes: input.blockBytes,
  });
}

/** What a stretch of blocks did. */
export interface Spread {
  readonly propagation: Propagation;
  /** Share of blocks that no branch kept. */
  readonly staleShare: number;
  /** Heights at which there was more than one block, as a share of heights. */
  readonly forkedShare: number;
}

/**
 * Lets a chain make blocks up to a height and follows all of them.
 *
 * @param weights - Weight of each node in the weighted delay; equal when absent.
 */
export function spreadOf(chain: BlankChain, height: number, weights?: ArrayLike<number>): Spread {
  const { tree, kernel, engine } = chain;
  const { nodeCount } = chain.transport.links;
  const propagation = createPropagation({
    nodeCount,
    ...(weights === undefined ? {} : { weights }),
  });
  engine.observe({
    onMade(_node, block) {
      if (tree.height[block]! > height) kernel.stop();
      else propagation.made(block, kernel.nowUs);
    },
    onBlock(node, block) {
      if (tree.producer[block] !== node) propagation.reached(block, node, kernel.nowUs);
    },
  });
  chain.run(Number.MAX_SAFE_INTEGER);
  const counts = new Int32Array(height + 1);
  let made = 0;
  for (let block = 1; block < tree.count; block++) {
    if (tree.height[block]! > height) continue;
    counts[tree.height[block]!]!++;
    made++;
  }
  const forked = counts.reduce((sum, count) => sum + (count > 1 ? 1 : 0), 0);
  return {
    propagation,
    staleShare: (made - height) / made,
    forkedShare: forked / height,
  };
}
