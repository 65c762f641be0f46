/**
 * Who is linked to whom, at what distance and how fast. Links belong to the world, not to
 * consensus: every arm of a comparison gets the same graph, latencies and bandwidths, drawn from
 * addressed streams. Three plug-ins make them: a topology (the graph), a placement (where nodes
 * are), and a law of latency (what a message takes).
 */
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import { createRandomSource, type RandomSource } from '../base/random.ts';
import type { NetworkContext } from './context.ts';
import { type Graph, partsOf } from './graph.ts';
import { createLinkLatency, type LatencyLaw, type LinkLatency } from './latency.ts';
import type { PlacementPlan } from './placement.ts';

export type { Graph } from './graph.ts';
export type { LinkLatency } from './latency.ts';

/** Directed links in compressed rows: those of node n are `start[n]` to `start[n + 1]`. */
export interface Links {
  readonly nodeCount: number;
  readonly linkCount: number;
  readonly start: Int32Array;
  /** Node a link leads to; ascending within a row. */
  readonly target: Int32Array;
  /** Index of the same link in the other direction. */
  readonly reverse: Int32Array;
  /** Region of each node, as text. */
  readonly regions: readonly string[];
  /** Each directed link's one-way latency, or its mean where messages draw [µs], integer >= 1. */
  readonly latencyUs: Float64Array;
  /** Bandwidth of each directed link [bit/s]: the sender's upload or, if less, the download. */
  readonly bandwidth: Float64Array;
  /** What each node can send and receive [bit/s]. */
  readonly uploadBps: Float64Array;
  readonly downloadBps: Float64Array;
  readonly latency: LinkLatency;
}

/** A topology plug-in. */
export interface Topology<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** Makes a connected simple graph over all nodes; undefined after at least one issue. */
  create(context: NetworkContext, options: OptionValues<S>): Graph | undefined;
}

/** Declares a topology plug-in; infers the type of its options. */
export function defineTopology<const S extends OptionSet>(topology: Topology<S>): Topology {
  return Object.freeze(topology) as unknown as Topology;
}

/**
 * Builds the links of a graph between placed nodes.
 *
 * @param placement - As many nodes as the graph has.
 * @param random - Source of `world/link-latency` or `chain/message-latency`, as the law draws.
 * @throws {RangeError} when an edge is a loop, stands twice or leads nowhere, when the graph is not
 *   connected, or when a latency is not above 0.
 */
export function createLinks(
  graph: Graph,
  placement: PlacementPlan,
  law: LatencyLaw,
  random: RandomSource,
): Links {
  const { nodeCount } = graph;
  const { regions, uploadBps, downloadBps } = placement;
  const rows = rowsOf(graph);
  const { start, source, target, edge } = rows;
  const parts = partsOf(graph);
  if (parts.count > 1) {
    throw new RangeError(
      `"graph" expected one part, got ${parts.count}; node ${parts.stray} is off`,
    );
  }
  const linkCount = target.length;
  const placementUs = new Float64Array(linkCount);
  const bandwidth = new Float64Array(linkCount);
  for (let link = 0; link < linkCount; link++) {
    const [from, to] = [source[link]!, target[link]!];
    const ownUs = graph.latencyUs?.[edge[link]!] ?? Number.NaN;
    const aboutUs = Number.isNaN(ownUs) ? placement.latencyUs(from, to) : ownUs;
    if (!(aboutUs > 0 && aboutUs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`"latencyUs" expected above 0 from ${from} to ${to}, got ${aboutUs}`);
    }
    placementUs[link] = aboutUs;
    bandwidth[link] = Math.min(uploadBps[from]!, downloadBps[to]!);
  }
  const hasOwn = graph.latencyUs !== undefined;
  const { latency, latencyUs } = createLinkLatency({
    law,
    random,
    source,
    target,
    placementUs,
    betweenUs(from, to) {
      const link = hasOwn ? linkBetween(start, target, from, to) : -1;
      return link < 0 ? placement.latencyUs(from, to) : placementUs[link]!;
    },
  });
  return {
    nodeCount,
    linkCount,
    start,
    target,
    reverse: rows.reverse,
    regions,
    latencyUs,
    bandwidth,
    uploadBps,
    downloadBps,
    latency,
  };
}

/** Both directions of every edge in rows with ascending targets, in O(nodes + edges). */
function rowsOf({ nodeCount, from, to }: Graph) {
  const edgeCount = from.length;
  const start = new Int32Array(nodeCount + 1);
  for (let edge = 0; edge < edgeCount; edge++) {
    const [a, b] = [from[edge]!, to[edge]!];
    if (a === b || a < 0 || b < 0 || a >= nodeCount || b >= nodeCount) {
      throw new RangeError(`"edges" expected two of ${nodeCount} nodes, got ${a}-${b}`);
    }
    start[a + 1]!++;
    start[b + 1]!++;
  }
  for (let node = 0; node < nodeCount; node++) start[node + 1]! += start[node]!;
  // Filing the links by one end, then by the other, leaves every row in order.
  const filed = new Int32Array(2 * edgeCount);
  let next = start.slice(0, nodeCount);
  for (let edge = 0; edge < edgeCount; edge++) {
    filed[next[from[edge]!]!++] = edge;
    filed[next[to[edge]!]!++] = edge;
  }
  const source = new Int32Array(2 * edgeCount);
  const target = new Int32Array(2 * edgeCount);
  const edgeOf = new Int32Array(2 * edgeCount);
  const reverse = new Int32Array(2 * edgeCount);
  const firstLink = new Int32Array(edgeCount).fill(-1);
  next = start.slice(0, nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    for (let at = start[node]!; at < start[node + 1]!; at++) {
      const edge = filed[at]!;
      const row = from[edge] === node ? to[edge]! : from[edge]!;
      const link = next[row]!++;
      if (link > start[row]! && target[link - 1] === node) {
        throw new RangeError(`"edges" expected a simple graph, got ${row}-${node} twice`);
      }
      source[link] = row;
      target[link] = node;
      edgeOf[link] = edge;
      const other = firstLink[edge]!;
      if (other < 0) {
        firstLink[edge] = link;
      } else {
        reverse[link] = other;
        reverse[other] = link;
      }
    }
  }
  return { start, source, target, edge: edgeOf, reverse };
}

/** The directed link between two nodes, or -1. */
function linkBetween(start: Int32Array, target: Int32Array, from: number, to: number): number {
  let low = start[from]!;
  let high = start[from + 1]! - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (target[middle] === to) return middle;
    if (target[middle]! < to) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** One undirected link with everything it needs. */
export interface Edge {
  readonly a: number;
  readonly b: number;
  /** One-way latency, the same both ways [µs]; rounded to an integer >= 1. */
  readonly latencyUs: number;
  /** Bandwidth from a to b and from b to a [bit/s]. */
  readonly bandwidth: number;
}

/**
 * Links as listed, for networks that are written down instead of drawn. Two nodes without a link
 * talk along the path of least latency; a node's upload and download are the most of its links.
 *
 * @param regions - Region of every node; its length is the number of nodes.
 * @throws {RangeError} as {@link createLinks}.
 */
export function linksFromEdges(edges: readonly Edge[], regions: readonly string[]): Links {
  const nodeCount = regions.length;
  const bps = new Float64Array(nodeCount);
  for (const { a, b, bandwidth } of edges) {
    bps[a] = Math.max(bps[a] ?? 0, bandwidth);
    bps[b] = Math.max(bps[b] ?? 0, bandwidth);
  }
  const graph: Graph = {
    nodeCount,
    from: Int32Array.from(edges, ({ a }) => a),
    to: Int32Array.from(edges, ({ b }) => b),
    latencyUs: Float64Array.from(edges, ({ latencyUs }) =>
      Math.max(1, Math.floor(latencyUs + 0.5)),
    ),
  };
  const asGiven: LatencyLaw = {
    isPerMessage: false,
    sampleUs: (placementUs) => placementUs,
    meanUs: (placementUs) => placementUs,
    leastUs: (placementUs) => placementUs,
  };
  const paths = new Map<number, Float64Array>();
  const placement: PlacementPlan = {
    regions,
    uploadBps: bps,
    downloadBps: bps,
    latencyUs(from, to) {
      let row = paths.get(from);
      if (row === undefined) {
        row = leastPathsFrom(links, from);
        paths.set(from, row);
      }
      return row[to]!;
    },
  };
  const links = createLinks(graph, placement, asGiven, createRandomSource('edges'));
  for (const { a, b, bandwidth } of edges) {
    const link = linkBetween(links.start, links.target, a, b);
    links.bandwidth[link] = bandwidth;
    links.bandwidth[links.reverse[link]!] = bandwidth;
  }
  return links;
}

/** Least latency from a node to every other along links (Bellman-Ford with a queue). */
function leastPathsFrom(links: Links, origin: number): Float64Array {
  const { nodeCount, start, target, latencyUs } = links;
  const leastUs = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
  const isWaiting = new Uint8Array(nodeCount);
  const queue = [origin];
  leastUs[origin] = 0;
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!;
    isWaiting[node] = 0;
    for (let link = start[node]!; link < start[node + 1]!; link++) {
      const peer = target[link]!;
      const viaUs = leastUs[node]! + latencyUs[link]!;
      if (viaUs >= leastUs[peer]!) continue;
      leastUs[peer] = viaUs;
      if (isWaiting[peer] === 0) queue.push(peer);
      isWaiting[peer] = 1;
    }
  }
  return leastUs;
}
