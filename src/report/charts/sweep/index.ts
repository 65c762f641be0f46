/** Charts of a sweep. */
import type { ChartPlugin } from '../../page/chart.ts';
import distributionResponse from './distribution-response.ts';
import heatMaps from './heat-maps.ts';
import mainEffects from './main-effects.ts';
import responseCurves from './response-curves.ts';
import runsTable from './runs-table.ts';
import tornado from './tornado.ts';

/** Charts of a sweep, in page order. */
export const SWEEP_CHARTS: readonly ChartPlugin[] = Object.freeze([
  responseCurves,
  tornado,
  mainEffects,
  heatMaps,
  distributionResponse,
  runsTable,
]);
