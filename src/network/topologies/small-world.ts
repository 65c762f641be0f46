import { fraction, integer } from '../../base/options.ts';
import type { AddressedStream } from '../../base/random.ts';
import { createGraphBuilder, type Graph, type GraphBuilder, partsOf } from '../graph.ts';
import { completeGraph } from '../random-graph.ts';
import { defineTopology } from '../topology.ts';

const ATTEMPTS_MAX = 20;
/** Draws of one rewiring after which the nodes that are left are listed instead. */
const MISSES_MAX = 32;
/** Addresses of one attempt, above half of the largest degree. */
const ROUNDS = 1024;

/**
 * A ring in which every node is linked to its `degree` nearest, half on each side; round by round,
 * nearest neighbours first, the far end of a link moves to a node drawn from all with probability
 * `rewiring`. Drawn again until it is connected.
 */
export default defineTopology({
  apiVersion: 1,
  name: 'small-world',
  summary: 'Ring of near neighbours of which some links lead anywhere (Watts-Strogatz)',
  source: 'Watts & Strogatz, Collective dynamics of small-world networks, 1998, DOI 10.1038/30918',
  options: () => ({
    degree: integer(8, { min: 2, max: 1000, doc: 'Mean links of a node, even' }),
    rewiring: fraction('10 %', { doc: 'Probability that a link leads anywhere' }),
  }),
  create({ nodeCount, random, issue }, { degree, rewiring }) {
    if (degree % 2 === 1) {
      const path = 'scenario.network.topology.degree';
      issue({ file: '', path, expected: 'an even degree', got: String(degree) });
      return undefined;
    }
    if (degree >= nodeCount - 1) return completeGraph(nodeCount);
    const draws = random.addressed('world/links');
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const graph = rewired(nodeCount, degree / 2, rewiring, draws, attempt * ROUNDS);
      if (partsOf(graph).count === 1) return graph;
    }
    const path = 'scenario.network.topology';
    const expected = 'a degree and a rewiring that leave the graph connected';
    const got = `several parts in each of ${ATTEMPTS_MAX} draws`;
    issue({ file: '', path, expected, got, hint: 'a higher degree' });
    return undefined;
  },
});

function rewired(
  nodeCount: number,
  reach: number,
  rewiring: number,
  draws: AddressedStream,
  base: number,
): Graph {
  const builder = createGraphBuilder(nodeCount, nodeCount * reach);
  for (let step = 1; step <= reach; step++) {
    for (let node = 0; node < nodeCount; node++) builder.add(node, (node + step) % nodeCount);
  }
  for (let step = 1; step <= reach; step++) {
    for (let node = 0; node < nodeCount; node++) {
      if (draws.uniform(node, base + step, 0) >= rewiring) continue;
      moveEnd(builder, (step - 1) * nodeCount + node, node, (k) =>
        draws.uniform(node, base + step, k),
      );
    }
  }
  return builder.finish();
}

/** Moves the far end of an edge to any node that its near end is not linked to. */
function moveEnd(
  builder: GraphBuilder,
  edge: number,
  node: number,
  uniform: (k: number) => number,
): void {
  const { nodeCount, degree } = builder;
  if (degree[node] === nodeCount - 1) return;
  for (let k = 1; k <= MISSES_MAX; k++) {
    if (builder.move(edge, node, Math.floor(uniform(k) * nodeCount))) return;
  }
  const open: number[] = [];
  for (let peer = 0; peer < nodeCount; peer++) {
    if (peer !== node && !builder.has(node, peer)) open.push(peer);
  }
  builder.move(edge, node, open[Math.floor(uniform(MISSES_MAX + 1) * open.length)]!);
}
