/** Charts of a sweep. */
import type { ChartPlugin } from '../../page/chart.ts';

/** Charts of a sweep, in page order. */
export const SWEEP_CHARTS: readonly ChartPlugin[] = Object.freeze([]);
