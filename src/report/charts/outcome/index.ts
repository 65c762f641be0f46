/** Charts of what came out: for whom, and who found out. */
import type { ChartPlugin } from '../../page/chart.ts';
import detectionSurvival from './detection-survival.ts';
import exclusionSurvival from './exclusion-survival.ts';
import householdGains from './household-gains.ts';
import inspectionBudget from './inspection-budget.ts';
import lorenz from './lorenz.ts';
import operatorRevenue from './operator-revenue.ts';

/** Charts of outcomes, in page order. */
export const OUTCOME_CHARTS: readonly ChartPlugin[] = Object.freeze([
  householdGains,
  operatorRevenue,
  lorenz,
  exclusionSurvival,
  detectionSurvival,
  inspectionBudget,
]);
