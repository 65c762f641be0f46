import { completeGraph } from '../random-graph.ts';
import { defineTopology } from '../topology.ts';

/** Above this, links no longer fit into the memory of a run (4 million, 150 MB). */
const NODES_MAX = 2_000;

/** Every node is linked to every other. */
export default defineTopology({
  apiVersion: 1,
  name: 'full-mesh',
  summary: 'Every node is linked to every other; at most 2 000 nodes',
  source: 'complete graph; the network that PBFT and Raft are stated for',
  options: () => ({}),
  create({ nodeCount, issue }) {
    if (nodeCount <= NODES_MAX) return completeGraph(nodeCount);
    const expected = `at most ${NODES_MAX} nodes for full-mesh`;
    issue({ file: '', path: 'scenario.network.nodes', expected, got: String(nodeCount) });
    return undefined;
  },
});
