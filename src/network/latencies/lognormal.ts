import { exp } from '../../base/math.ts';
import { choice, number } from '../../base/options.ts';
import { defineLatency } from '../latency.ts';

/** Standard normal draws of `base/random.ts` are within this. */
const NORMAL_MAX = 6.8;

/** Lognormal about the placement's latency, which is its median (or its mean). */
export default defineLatency({
  apiVersion: 1,
  name: 'lognormal',
  summary: 'Lognormal about the latency of the placement, drawn for each link or each message',
  source: 'model section 6.1 (sigma 0.4)',
  options: () => ({
    sigma: number(0.4, { min: 0, max: 3, doc: 'Standard deviation of the logarithm' }),
    centre: choice(['median', 'mean'], 'median', 'What the latency of the placement is'),
    per: choice(['link', 'message'], 'link', 'What draws: a link once, or every message'),
  }),
  create({ sigma, centre, per }) {
    const meanPerMedian = exp((sigma * sigma) / 2);
    const scale = centre === 'median' ? 1 : 1 / meanPerMedian;
    const least = scale * exp(-sigma * NORMAL_MAX);
    return {
      isPerMessage: per === 'message',
      sampleUs: (placementUs, draws) => scale * placementUs * exp(sigma * draws.normal()),
      meanUs: (placementUs) => scale * meanPerMedian * placementUs,
      leastUs: (placementUs) => least * placementUs,
    };
  },
});
