/** The network of a run: its three plug-ins put together. */
import { type InputIssue, ScenarioError } from '../base/errors.ts';
import type { RandomSource } from '../base/random.ts';
import { createInputReader, parseCsv } from '../data/series/csv.ts';
import type { NetworkContext } from '../network/context.ts';
import { latencies } from '../network/latencies/index.ts';
import { placements } from '../network/placements/index.ts';
import { topologies } from '../network/topologies/index.ts';
import { createLinks, type Links } from '../network/topology.ts';
import type { PluginChoice } from '../scenario/sections.ts';

/** What of a scenario's `network` makes its links. */
export interface NetworkChoice {
  /** Number of full nodes. */
  readonly nodes: number;
  /** Link speed of a node whose placement has none [bit/s]. */
  readonly bandwidth: number;
  readonly topology: PluginChoice;
  readonly placement: PluginChoice;
  readonly latency: PluginChoice;
}

/** Links, and the files they were made from. */
export interface NetworkLinks extends Links {
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
}

/**
 * Makes the links between full nodes.
 *
 * @param random - World draws: the same in every arm of a comparison.
 * @param folder - Folder of the scenario, where relative paths start.
 * @throws {ScenarioError} with every problem of the user's tables and of options taken together.
 */
export function createNetworkLinks(
  network: NetworkChoice,
  random: RandomSource,
  folder: string,
): NetworkLinks {
  const issues: InputIssue[] = [];
  const issue = (found: InputIssue) => {
    issues.push(found);
  };
  const reader = createInputReader(folder, issue);
  const context: NetworkContext = {
    nodeCount: network.nodes,
    bandwidth: network.bandwidth,
    random,
    openTable(path, layout, optionPath) {
      const file = reader.read(path, optionPath);
      return file && parseCsv(file, layout, issue);
    },
    issue,
  };
  const { topology, placement, latency } = network;
  const graph = topologies.get(topology.name).create(context, topology.options);
  const plan = placements.get(placement.name).create(context, placement.options);
  if (graph === undefined || plan === undefined || issues.length > 0) {
    throw new ScenarioError(issues);
  }
  const law = latencies.get(latency.name).create(latency.options);
  return { ...createLinks(graph, plan, law, random), inputs: reader.inputs };
}
