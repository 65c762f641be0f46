/**
 * Where the nodes are: how far apart any two of them, linked or not, and how fast each is
 * connected. The extension point "placement".
 */
import { largestRemainder } from '../base/integer.ts';
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { RandomSource } from '../base/random.ts';
import type { NetworkContext } from './context.ts';

/** What a placement returns. */
export interface PlacementPlan {
  /** Region of every node, as text. */
  readonly regions: readonly string[];
  /** What a node can send and receive [bit/s], > 0. */
  readonly uploadBps: Float64Array;
  readonly downloadBps: Float64Array;
  /**
   * One-way latency from a node to another [µs], > 0, finite; asked for different nodes only. It is
   * what the latency law is about: its mean, or its median where the law says so.
   */
  latencyUs(from: number, to: number): number;
}

/** A placement plug-in. */
export interface Placement<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** Places the nodes; undefined after at least one issue. */
  create(context: NetworkContext, options: OptionValues<S>): PlacementPlan | undefined;
}

/** Declares a placement plug-in; infers the type of its options. */
export function definePlacement<const S extends OptionSet>(placement: Placement<S>): Placement {
  return Object.freeze(placement) as unknown as Placement;
}

/** Sites at which nodes stand, and the latencies between sites. */
export interface Sites {
  readonly names: readonly string[];
  /** One-way latency from site to site [µs], row by row; on the diagonal, within one site. */
  readonly latencyUs: Float64Array;
  /** Bandwidths of a node at each site [bit/s]. */
  readonly uploadBps: ArrayLike<number>;
  readonly downloadBps: ArrayLike<number>;
}

/** The plan of nodes that stand at sites. @param siteOf - Site of each node. */
export function planOfSites(sites: Sites, siteOf: Int32Array): PlacementPlan {
  const { names, latencyUs } = sites;
  const siteCount = names.length;
  return {
    regions: Array.from(siteOf, (site) => names[site]!),
    uploadBps: Float64Array.from(siteOf, (site) => sites.uploadBps[site]!),
    downloadBps: Float64Array.from(siteOf, (site) => sites.downloadBps[site]!),
    latencyUs: (from, to) => latencyUs[siteOf[from]! * siteCount + siteOf[to]!]!,
  };
}

/**
 * Gives every site its share of the nodes by largest remainder, and shuffles who stands where.
 *
 * @param shares - Non-negative weights of the sites, not all 0.
 * @returns Site of each node; draws come from `world/regions`.
 */
export function sitesByShare(
  nodeCount: number,
  shares: ArrayLike<number>,
  random: RandomSource,
): Int32Array {
  const quota = largestRemainder(nodeCount, shares);
  const siteOf = new Int32Array(nodeCount);
  let node = 0;
  for (let site = 0; site < quota.length; site++) {
    siteOf.fill(site, node, node + quota[site]!);
    node += quota[site]!;
  }
  return shuffle(siteOf, random);
}

/** Shuffles in place (Fisher-Yates) by draws of `world/regions`. */
export function shuffle(values: Int32Array, random: RandomSource): Int32Array {
  const draws = random.addressed('world/regions');
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(draws.uniform(i, 0, 0) * (i + 1));
    const held = values[i]!;
    values[i] = values[j]!;
    values[j] = held;
  }
  return values;
}
