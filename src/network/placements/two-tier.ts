import { bandwidth, duration, integer, optional } from '../../base/options.ts';
import { definePlacement, planOfSites, sitesByShare } from '../placement.ts';

/** Regions of equal size: near within, far between (model section 6.1). */
export default definePlacement({
  apiVersion: 1,
  name: 'two-tier',
  summary: 'Regions of equal size: one latency within a region, a longer one between two',
  source: 'model section 6.1 (50 ms within, 120 ms between)',
  options: () => ({
    regions: integer(1, { min: 1, max: 1000, doc: 'Number of regions' }),
    intra: duration('50 ms', { min: 1, doc: 'One way, within a region' }),
    inter: duration('120 ms', { min: 1, doc: 'One way, between two regions' }),
    bandwidth: optional(bandwidth(undefined, { doc: 'Of a node; network.bandwidth when absent' })),
  }),
  create({ nodeCount, bandwidth: usual, random }, options) {
    const { regions: count, intra, inter } = options;
    const bps = new Float64Array(count).fill(options.bandwidth ?? usual);
    const names = Array.from({ length: count }, (_, region) => `region-${region + 1}`);
    const sites = {
      names: count === 1 ? ['local'] : names,
      latencyUs: Float64Array.from({ length: count * count }, (_, pair) =>
        pair % (count + 1) === 0 ? intra : inter,
      ),
      uploadBps: bps,
      downloadBps: bps,
    };
    return planOfSites(sites, sitesByShare(nodeCount, new Float64Array(count).fill(1), random));
  },
});
