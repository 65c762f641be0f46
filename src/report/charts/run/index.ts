/** Charts of one run. */
import type { ChartPlugin } from '../../page/chart.ts';
import alarms from './alarms.ts';
import blockRate from './block-rate.ts';
import certificatesFlow from './certificates-flow.ts';
import detectorCurves from './detector-curves.ts';
import energyBalance from './energy-balance.ts';
import feeder from './feeder.ts';
import forks from './forks.ts';
import latency from './latency.ts';
import latencyParts from './latency-parts.ts';
import orderFate from './order-fate.ts';
import pointsFlow from './points-flow.ts';
import producerShares from './producer-shares.ts';
import tradeFate from './trade-fate.ts';

/** Charts of one run, in page order. */
export const RUN_CHARTS: readonly ChartPlugin[] = Object.freeze([
  latency,
  latencyParts,
  blockRate,
  forks,
  producerShares,
  energyBalance,
  orderFate,
  tradeFate,
  feeder,
  alarms,
  detectorCurves,
  pointsFlow,
  certificatesFlow,
]);
