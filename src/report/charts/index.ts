/** Every chart, in the order in which a page shows them within a section. */
import type { ChartPlugin } from '../page/chart.ts';
import { COMPARISON_CHARTS } from './comparison/index.ts';
import { OUTCOME_CHARTS } from './outcome/index.ts';
import { RUN_CHARTS } from './run/index.ts';
import { SWEEP_CHARTS } from './sweep/index.ts';

/** All charts. */
export const CHARTS: readonly ChartPlugin[] = Object.freeze([
  ...COMPARISON_CHARTS,
  ...RUN_CHARTS,
  ...OUTCOME_CHARTS,
  ...SWEEP_CHARTS,
]);
