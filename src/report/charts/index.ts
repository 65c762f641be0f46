/** Every chart, in the order in which a page shows them within a section. */
import type { ChartPlugin } from '../page/chart.ts';
import { RUN_CHARTS } from './run/index.ts';

/** All charts. */
export const CHARTS: readonly ChartPlugin[] = Object.freeze([...RUN_CHARTS]);
