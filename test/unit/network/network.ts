/** Contexts of network plug-ins in memory, and what graphs are measured by. */
import type { InputIssue } from '../../../src/base/errors.ts';
import { defaultsOf, type OptionSet } from '../../../src/base/options.ts';
import { createRandomSource, type RandomSource } from '../../../src/base/random.ts';
import { parseCsv } from '../../../src/data/series/csv.ts';
import type { NetworkContext } from '../../../src/network/context.ts';
import type { Graph } from '../../../src/network/graph.ts';
import { latencies } from '../../../src/network/latencies/index.ts';
import { placements } from '../../../src/network/placements/index.ts';
import { topologies } from '../../../src/network/topologies/index.ts';

/** A context whose files are texts. */
export interface TestContext extends NetworkContext {
  readonly issues: InputIssue[];
}

export function contextOf(
  nodeCount: number,
  seed: string | number = 1,
  files: Readonly<Record<string, string>> = {},
  random: RandomSource = createRandomSource(seed),
): TestContext {
  const issues: InputIssue[] = [];
  const issue = (found: InputIssue) => issues.push(found);
  return {
    nodeCount,
    bandwidth: 20e6,
    random,
    issues,
    issue,
    openTable(path, layout, optionPath) {
      const text = files[path];
      if (text === undefined) {
        issue({ file: '', path: optionPath, expected: `the file ${path}`, got: 'no such file' });
        return undefined;
      }
      return parseCsv({ path, text, sha256: '' }, layout, issue);
    },
  };
}

interface Configurable {
  readonly options: () => OptionSet;
}

/** The defaults of a plug-in with some of them changed. */
export function optionsOf(plugin: Configurable, changes: object = {}): never {
  return { ...defaultsOf(plugin.options()), ...changes } as never;
}

/** The graph of a topology; undefined after an issue in the context. */
export function graphOf(name: string, context: NetworkContext, changes: object = {}) {
  const topology = topologies.get(name);
  return topology.create(context, optionsOf(topology, changes));
}

/** The plan of a placement; undefined after an issue in the context. */
export function placed(name: string, context: NetworkContext, changes: object = {}) {
  const placement = placements.get(name);
  return placement.create(context, optionsOf(placement, changes));
}

/** A law of latency. */
export function lawOf(name: string, changes: object = {}) {
  const latency = latencies.get(name);
  return latency.create(optionsOf(latency, changes));
}

/** Neighbours of every node, ascending. */
export function neighboursOf({ nodeCount, from, to }: Graph): number[][] {
  const lists: number[][] = Array.from({ length: nodeCount }, () => []);
  from.forEach((a, edge) => {
    lists[a]!.push(to[edge]!);
    lists[to[edge]!]!.push(a);
  });
  return lists.map((list) => list.sort((a, b) => a - b));
}

/** Number of neighbours of every node. */
export const degreesOf = (graph: Graph): number[] => neighboursOf(graph).map((list) => list.length);

/** Links between neighbours of each node: triangles that it is a corner of. */
export function trianglesOf(graph: Graph): number[] {
  const neighbours = neighboursOf(graph);
  const sets = neighbours.map((list) => new Set(list));
  return neighbours.map((list) => {
    let count = 0;
    list.forEach((a, i) => {
      for (const b of list.slice(i + 1)) if (sets[a]!.has(b)) count++;
    });
    return count;
  });
}

/** Chi-square of counts against probabilities, in standard deviations from its mean. */
export function chiSquareAgainst(counts: readonly number[], chances: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let chi = 0;
  let classes = 0;
  counts.forEach((count, i) => {
    if (chances[i] === 0) {
      if (count > 0) chi = Number.POSITIVE_INFINITY;
      return;
    }
    const expected = total * chances[i]!;
    chi += ((count - expected) * (count - expected)) / expected;
    classes++;
  });
  return (chi - (classes - 1)) / Math.sqrt(2 * (classes - 1));
}

/** Student's t at two-sided 6.3e-5 for 30 replications. */
export const T30 = 4.67;
