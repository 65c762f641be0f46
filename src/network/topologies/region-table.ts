import { largestRemainder } from '../../base/integer.ts';
import { pow } from '../../base/math.ts';
import { integer } from '../../base/options.ts';
import { randomRegularPairs } from '../random-graph.ts';
import { defineTopology } from '../topology.ts';

/**
 * Regions of the public Bitcoin network in 2019 as published with SimBlock (Aoki et al., SimBlock: a
 * blockchain network simulator, 2019): share of nodes, mean one-way latency [ms], bandwidth [Mbit/s].
 */
const REGIONS = ['north-america', 'europe', 'south-america', 'asia-pacific', 'japan', 'australia'];
const SHARE = [0.3316, 0.4998, 0.009, 0.1177, 0.0224, 0.0195];
const LATENCY_MS = [
  [32, 124, 184, 198, 151, 189],
  [124, 11, 227, 237, 252, 294],
  [184, 227, 88, 325, 301, 322],
  [198, 237, 325, 85, 58, 198],
  [151, 252, 301, 58, 12, 126],
  [189, 294, 322, 198, 126, 16],
];
const DOWN_MBIT = [52, 40, 18, 22.8, 22.8, 29.9];
const UP_MBIT = [19.2, 20.7, 5.8, 15.7, 10.2, 11.3];

/** Nodes by region quota; one Pareto latency per link around the regional mean; min of up and down. */
export default defineTopology({
  apiVersion: 1,
  name: 'region-table',
  summary: 'Six world regions with measured mean latencies and bandwidths (2019)',
  source: 'Aoki et al. 2019 (SimBlock), region tables of 2019',
  options: () => ({ degree: integer(8, { min: 2, max: 1000, doc: 'Links of a node' }) }),
  create({ nodeCount, random }, options) {
    const quota = largestRemainder(nodeCount, SHARE);
    const region = new Int32Array(nodeCount);
    let node = 0;
    for (let r = 0; r < REGIONS.length; r++) {
      for (let k = 0; k < quota[r]!; k++) region[node++] = r;
    }
    const places = random.addressed('world/regions');
    for (let i = nodeCount - 1; i > 0; i--) {
      const j = Math.floor(places.uniform(i, 0, 0) * (i + 1));
      const held = region[i]!;
      region[i] = region[j]!;
      region[j] = held;
    }
    const draws = random.addressed('world/link-latency');
    const pairs = randomRegularPairs(nodeCount, options.degree, random.addressed('world/links'));
    return {
      regions: Array.from(region, (r) => REGIONS[r]!),
      edges: pairs.map(([a, b]) => {
        const from = region[a]!;
        const to = region[b]!;
        const meanMs = LATENCY_MS[from]![to]!;
        // Pareto with shape 0.2·mean and scale mean − 5 ms has this mean (SimBlock's 2019 rule).
        const latencyMs = (meanMs - 5) / pow(1 - draws.uniform(a, b, 0), 1 / (0.2 * meanMs));
        const megabits = Math.min(UP_MBIT[from]!, DOWN_MBIT[to]!, UP_MBIT[to]!, DOWN_MBIT[from]!);
        return { a, b, latencyUs: latencyMs * 1000, bandwidth: megabits * 1e6 };
      }),
    };
  },
});
