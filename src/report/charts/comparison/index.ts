/** Charts of several arms. */
import type { ChartPlugin } from '../../page/chart.ts';
import latency from './latency.ts';
import pairedDifferences from './paired-differences.ts';
import pareto from './pareto.ts';
import throughputLatency from './throughput-latency.ts';
import verdict from './verdict.ts';

/** Charts of comparisons, in page order; some are for runs and sweeps, too. */
export const COMPARISON_CHARTS: readonly ChartPlugin[] = Object.freeze([
  verdict,
  pairedDifferences,
  pareto,
  throughputLatency,
  latency,
]);
