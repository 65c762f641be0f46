import { integer } from '../../base/options.ts';
import { randomRegularGraph } from '../random-graph.ts';
import { defineTopology } from '../topology.ts';

/** Every node has the same degree (model section 6.1). */
export default defineTopology({
  apiVersion: 1,
  name: 'random-regular',
  summary: 'Connected random graph in which every node has the same degree',
  source: 'Steger & Wormald 1999; McKay & Wormald 1990',
  options: () => ({ degree: integer(8, { min: 2, max: 1000, doc: 'Links of a node' }) }),
  create: ({ nodeCount, random }, options) =>
    randomRegularGraph(nodeCount, options.degree, random.addressed('world/links')),
});
