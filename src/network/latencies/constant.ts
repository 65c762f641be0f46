import { defineLatency } from '../latency.ts';

/** A message takes what the placement says. */
export default defineLatency({
  apiVersion: 1,
  name: 'constant',
  summary: 'Every message takes the latency of the placement',
  source: 'definition',
  options: () => ({}),
  create: () => ({
    isPerMessage: false,
    sampleUs: (placementUs) => placementUs,
    meanUs: (placementUs) => placementUs,
    leastUs: (placementUs) => placementUs,
  }),
});
