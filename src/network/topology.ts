/**
 * Who is linked to whom and at what distance. Links belong to the world, not to consensus: every arm of
 * a comparison gets the same graph, latencies and bandwidths, drawn from addressed streams.
 */
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { RandomSource } from '../base/random.ts';

/** Directed links in compressed rows: those of node n are `start[n]` to `start[n + 1]`. */
export interface Links {
  readonly nodeCount: number;
  readonly linkCount: number;
  readonly start: Int32Array;
  readonly target: Int32Array;
  /** One-way latency of each directed link [µs], integer >= 1; the same both ways. */
  readonly latencyUs: Float64Array;
  /** Bandwidth of each directed link [bit/s]. */
  readonly bandwidth: Float64Array;
  /** Index of the same link in the other direction. */
  readonly reverse: Int32Array;
  /** Region of each node, as text. */
  readonly regions: readonly string[];
}

/** One undirected link as a topology lists it. */
export interface Edge {
  readonly a: number;
  readonly b: number;
  readonly latencyUs: number;
  /** Bandwidth from a to b and from b to a [bit/s]. */
  readonly bandwidth: number;
}

/** What a topology is given. */
export interface TopologyContext {
  readonly nodeCount: number;
  /** Bandwidth of a link where the topology has none of its own [bit/s]. */
  readonly bandwidth: number;
  readonly random: RandomSource;
}

/** What a topology returns: a connected simple graph and the region of every node. */
export interface TopologyPlan {
  readonly edges: readonly Edge[];
  readonly regions: readonly string[];
}

/** A topology plug-in. */
export interface Topology<S extends OptionSet = OptionSet> extends PluginHead<S> {
  create(context: TopologyContext, options: OptionValues<S>): TopologyPlan;
}

/** Declares a topology plug-in. */
export function defineTopology<const S extends OptionSet>(topology: Topology<S>): Topology {
  return Object.freeze(topology) as unknown as Topology;
}

/**
 * Builds link columns from a plan.
 *
 * @throws {RangeError} when an edge is a loop, stands twice, or the graph is not connected.
 */
export function createLinks(plan: TopologyPlan): Links {
  const nodeCount = plan.regions.length;
  const degree = new Int32Array(nodeCount + 1);
  const seen = new Set<number>();
  for (const { a, b } of plan.edges) {
    const key = Math.min(a, b) * nodeCount + Math.max(a, b);
    if (a === b || seen.has(key))
      throw new RangeError(`"edges" expected a simple graph, got ${a}-${b}`);
    seen.add(key);
    degree[a]!++;
    degree[b]!++;
  }
  const start = new Int32Array(nodeCount + 1);
  for (let node = 0; node < nodeCount; node++) start[node + 1] = start[node]! + degree[node]!;
  const linkCount = start[nodeCount]!;
  const target = new Int32Array(linkCount);
  const latencyUs = new Float64Array(linkCount);
  const bandwidth = new Float64Array(linkCount);
  const reverse = new Int32Array(linkCount);
  const next = start.slice(0, nodeCount);
  for (const edge of plan.edges) {
    const forward = next[edge.a]!++;
    const backward = next[edge.b]!++;
    target[forward] = edge.b;
    target[backward] = edge.a;
    latencyUs[forward] = latencyUs[backward] = Math.max(1, Math.floor(edge.latencyUs + 0.5));
    bandwidth[forward] = bandwidth[backward] = edge.bandwidth;
    reverse[forward] = backward;
    reverse[backward] = forward;
  }
  const links = {
    nodeCount,
    linkCount,
    start,
    target,
    latencyUs,
    bandwidth,
    reverse,
    regions: plan.regions,
  };
  const reached = reachableFrom(links, 0);
  if (reached < nodeCount) {
    throw new RangeError(
      `"edges" expected a connected graph, got ${reached} of ${nodeCount} nodes`,
    );
  }
  return links;
}

function reachableFrom(links: Links, origin: number): number {
  const seen = new Uint8Array(links.nodeCount);
  const queue = [origin];
  seen[origin] = 1;
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!;
    for (let link = links.start[node]!; link < links.start[node + 1]!; link++) {
      const peer = links.target[link]!;
      if (seen[peer] === 0) {
        seen[peer] = 1;
        queue.push(peer);
      }
    }
  }
  return queue.length;
}
