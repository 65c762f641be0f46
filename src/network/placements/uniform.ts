import { bandwidth, duration, optional } from '../../base/options.ts';
import { definePlacement } from '../placement.ts';

/** All nodes are equally far apart and equally fast. */
export default definePlacement({
  apiVersion: 1,
  name: 'uniform',
  summary: 'One latency between any two nodes, one bandwidth',
  source: 'definition',
  options: () => ({
    latency: duration('50 ms', { min: 1, doc: 'One way, between any two nodes' }),
    bandwidth: optional(bandwidth(undefined, { doc: 'Of a node; network.bandwidth when absent' })),
  }),
  create({ nodeCount, bandwidth: usual }, options) {
    const bps = new Float64Array(nodeCount).fill(options.bandwidth ?? usual);
    return {
      regions: Array.from({ length: nodeCount }, () => 'local'),
      uploadBps: bps,
      downloadBps: bps,
      latencyUs: () => options.latency,
    };
  },
});
