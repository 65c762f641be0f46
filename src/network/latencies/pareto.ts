import { exp, log } from '../../base/math.ts';
import { choice, duration } from '../../base/options.ts';
import { defineLatency } from '../latency.ts';

/**
 * Least shape. The rule has a mean only where the placement's is above `spread`, and its published
 * means are whole ms: from 6 ms (shape 1.2) on it is kept to the letter. Below, shape and so the
 * form of the distribution stay, and the scale follows the mean down to 0.
 */
const SHAPE_MIN = 1.2;

/**
 * Pareto whose mean m is the placement's latency: scale m − spread, shape m / spread. With the
 * default spread of 5 ms these are SimBlock's m − 5 ms and 0.2 · m.
 */
export default defineLatency({
  apiVersion: 1,
  name: 'pareto',
  summary: 'Pareto with the mean of the placement, drawn for each message or each link (SimBlock)',
  source: 'Aoki et al. 2019 (SimBlock); Gervais et al. 2016: shape = mean / 5 ms',
  options: () => ({
    per: choice(['message', 'link'], 'message', 'What draws: every message, or a link once'),
    spread: duration('5 ms', { min: 1, doc: 'From the least latency to the mean' }),
    resolution: duration('0 ms', { doc: 'Latencies are multiples of it; SimBlock: 1 ms' }),
  }),
  create({ per, spread, resolution }) {
    const shapeOf = (meanUs: number) => Math.max(SHAPE_MIN, meanUs / spread);
    const rounded = (latencyUs: number) =>
      resolution === 0 ? latencyUs : Math.floor(latencyUs / resolution + 0.5) * resolution;
    return {
      isPerMessage: per === 'message',
      sampleUs(meanUs, draws) {
        const shape = shapeOf(meanUs);
        const scaleUs = meanUs * (1 - 1 / shape);
        // e^(-log(u) / shape) takes half the time of u^(-1 / shape).
        return rounded(scaleUs * exp(-log(1 - draws.uniform()) / shape));
      },
      meanUs: (meanUs) => meanUs,
      leastUs(meanUs) {
        return rounded(meanUs * (1 - 1 / shapeOf(meanUs)));
      },
    };
  },
});
