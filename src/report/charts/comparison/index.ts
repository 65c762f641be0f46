/** Charts of several arms. */
import type { ChartPlugin } from '../../page/chart.ts';
import chainEnergy from './chain-energy.ts';
import pairedDifferences from './paired-differences.ts';
import parameters from './parameters.ts';
import pareto from './pareto.ts';
import staleShare from './stale-share.ts';
import throughputLatency from './throughput-latency.ts';
import timeToFinality from './time-to-finality.ts';
import verdict from './verdict.ts';
import welfareGate from './welfare-gate.ts';

/** Charts of comparisons, in page order; some are for runs and sweeps, too. */
export const COMPARISON_CHARTS: readonly ChartPlugin[] = Object.freeze([
  verdict,
  pairedDifferences,
  pareto,
  throughputLatency,
  timeToFinality,
  staleShare,
  welfareGate,
  chainEnergy,
  parameters,
]);
