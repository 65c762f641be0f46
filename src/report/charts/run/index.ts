/** Charts of one run. */
import type { ChartPlugin } from '../../page/chart.ts';
import energyBalance from './energy-balance.ts';

/** Charts of one run, in page order. */
export const RUN_CHARTS: readonly ChartPlugin[] = Object.freeze([energyBalance]);
