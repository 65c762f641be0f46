import { exp } from '../../base/math.ts';
import { duration, integer, number } from '../../base/options.ts';
import { randomRegularPairs } from '../random-graph.ts';
import { defineTopology } from '../topology.ts';

/** Every node has the same degree; one latency per link, lognormal over links (model §6.1). */
export default defineTopology({
  apiVersion: 1,
  name: 'random-regular',
  summary: 'Random graph of equal degree; lognormal latency per link',
  source: 'Steger & Wormald 1999; latency defaults: model section 6.1',
  options: () => ({
    degree: integer(8, { min: 2, max: 1000, doc: 'Links of a node' }),
    latencyMedian: duration('50 ms', { min: 1, doc: 'Median one-way latency of a link' }),
    latencySigma: number(0.4, { min: 0, max: 3, doc: 'Shape of the lognormal over links' }),
  }),
  create({ nodeCount, bandwidth, random }, options) {
    const pairs = randomRegularPairs(nodeCount, options.degree, random.addressed('world/links'));
    const draws = random.addressed('world/link-latency');
    return {
      regions: Array.from({ length: nodeCount }, () => 'local'),
      edges: pairs.map(([a, b]) => ({
        a,
        b,
        latencyUs: options.latencyMedian * exp(options.latencySigma * draws.normal(a, b, 0)),
        bandwidth,
      })),
    };
  },
});
