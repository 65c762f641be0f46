import { choice, integer, list, number, type OptionValues, optional } from '../../base/options.ts';
import type { AddressedStream, RandomSource } from '../../base/random.ts';
import type { NetworkContext } from '../context.ts';
import { DEGREE_TABLE_NAMES, DEGREE_TABLES, type DegreeTable } from '../degree-tables.ts';
import { createGraphBuilder, type Graph, type GraphBuilder, partsOf } from '../graph.ts';
import { joinStubs } from '../random-graph.ts';
import { defineTopology } from '../topology.ts';

const ATTEMPTS_MAX = 100;
/** Draws that find no peer after which the peers that are left are listed instead. */
const MISSES_MAX = 32;

const OPTIONS = {
  table: choice(DEGREE_TABLE_NAMES, 'bitcoin-2015', 'Published distribution of degrees'),
  cdf: optional(
    list(number(undefined, { min: 0, max: 1 }), undefined, {
      min: 1,
      doc: 'Instead of a table: probability of at most 1, 2, 3, … links; the last is 1',
    }),
  ),
  counts: optional(
    choice(['outbound', 'total'], undefined, 'What the degrees count; as in the table when absent'),
  ),
  maxDegree: optional(
    integer(undefined, {
      min: 1,
      doc: 'Links, inbound ones with them, beyond which none is added',
    }),
  ),
};

/**
 * Every node draws a degree. Outbound: each node in turn links to others drawn from all, passing
 * over itself and its neighbours in either direction, until it has opened that many; neighbours are
 * those it opened and those that were opened to it, and an edge runs from the node that opened it.
 * Total: that many in all, by joining stubs. A degree that cannot be had (too few others) is
 * missed. Drawn again until it is connected.
 */
export default defineTopology({
  apiVersion: 1,
  name: 'degree-distribution',
  summary: 'Random graph with measured numbers of links (Bitcoin, Litecoin, Dogecoin, or your own)',
  source: 'Aoki et al. 2019 (SimBlock); Gervais et al. 2016, DOI 10.1145/2976749.2978341',
  options: () => OPTIONS,
  create(context, options) {
    const table = tableOf(context, options);
    if (table === undefined) return undefined;
    const { nodeCount, random } = context;
    const maxDegree = options.maxDegree ?? nodeCount;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const targets = drawTargets(nodeCount, table.cdf, random, attempt);
      const draws = random.addressed('world/links');
      const graph =
        table.counts === 'total'
          ? joinStubs(
              clamped(targets, Math.min(maxDegree, nodeCount - 1)),
              draws,
              attempt,
            ).builder.finish()
          : openOutbound(targets, maxDegree, draws, attempt);
      if (partsOf(graph).count === 1) return graph;
    }
    const path = 'scenario.network.topology';
    const expected = 'degrees that make a connected graph';
    const got = `several parts in each of ${ATTEMPTS_MAX} draws`;
    context.issue({ file: '', path, expected, got, hint: 'fewer nodes with a single link' });
    return undefined;
  },
});

function tableOf(
  context: NetworkContext,
  options: OptionValues<typeof OPTIONS>,
): DegreeTable | undefined {
  const table: DegreeTable = DEGREE_TABLES[options.table];
  const { cdf } = options;
  if (cdf === undefined) return { ...table, counts: options.counts ?? table.counts };
  const path = (index: number) => `scenario.network.topology.cdf[${index}]`;
  for (let i = 1; i < cdf.length; i++) {
    if (cdf[i]! >= cdf[i - 1]!) continue;
    const expected = `at least ${cdf[i - 1]}, the probability before it`;
    context.issue({ file: '', path: path(i), expected, got: String(cdf[i]) });
    return undefined;
  }
  const last = cdf.length - 1;
  if (cdf[last] !== 1) {
    const expected = '1 as the last probability';
    context.issue({ file: '', path: path(last), expected, got: String(cdf[last]) });
    return undefined;
  }
  return { counts: options.counts ?? 'outbound', cdf };
}

/** Degree of each node: the first whose cumulative probability is above the draw. */
function drawTargets(
  nodeCount: number,
  cdf: readonly number[],
  random: RandomSource,
  attempt: number,
): Int32Array {
  const draws = random.addressed('world/degrees');
  const targets = new Int32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const u = draws.uniform(node, attempt, 0);
    let index = 0;
    while (cdf[index]! <= u) index++;
    targets[node] = index + 1;
  }
  return targets;
}

function clamped(targets: Int32Array, most: number): Int32Array {
  return targets.map((target) => Math.min(target, most));
}

/**
 * Opens the outbound links of every node. Drawing peers until one fits gives the same law as
 * walking a shuffled list of all nodes, without shuffling it.
 */
function openOutbound(
  targets: Int32Array,
  maxDegree: number,
  draws: AddressedStream,
  attempt: number,
): Graph {
  const nodeCount = targets.length;
  const builder = createGraphBuilder(nodeCount, 9 * nodeCount);
  const { degree } = builder;
  for (let node = 0; node < nodeCount; node++) {
    let missing = Math.min(targets[node]!, maxDegree - degree[node]!);
    let draw = 0;
    for (let misses = 0; missing > 0 && misses < MISSES_MAX; ) {
      const peer = Math.floor(draws.uniform(node, attempt, draw++) * nodeCount);
      if (degree[peer]! < maxDegree && builder.add(node, peer)) missing--;
      else misses++;
    }
    if (missing <= 0) continue;
    const open = openPeers(builder, node, maxDegree);
    for (; missing > 0 && open.length > 0; missing--) {
      const at = Math.floor(draws.uniform(node, attempt, draw++) * open.length);
      builder.add(node, open[at]!);
      open[at] = open[open.length - 1]!;
      open.pop();
    }
  }
  return builder.finish();
}

function openPeers(builder: GraphBuilder, node: number, maxDegree: number): number[] {
  const open: number[] = [];
  for (let peer = 0; peer < builder.nodeCount; peer++) {
    if (peer === node || builder.degree[peer]! >= maxDegree) continue;
    if (!builder.has(node, peer)) open.push(peer);
  }
  return open;
}
