/** What the trading centre and the authority did to members (model page, 2.2, 7.8, 9.5). */
import { type Metric, type RunView, ratio } from './metric.ts';

/** Acts of an office on somebody else's account. */
const INTERVENTIONS: readonly string[] = ['SUSPEND', 'REINSTATE', 'REVOKE', 'FREEZE'];

/** Interventions that succeeded on the observer's chain; NaN without the table of calls. */
export function centralInterventions(run: RunView): number {
  if (!run.hasTable('calls')) return Number.NaN;
  const types = run.texts('calls', 'type');
  const succeeded = run.numbers('calls', 'succeeded');
  let count = 0;
  types.forEach((type, row) => {
    if (INTERVENTIONS.includes(type)) count += succeeded[row]!;
  });
  return count;
}

/** Canonical blocks but genesis. */
function canonicalBlocks(run: RunView): number {
  const heights = run.numbers('blocks', 'height');
  const canonical = run.numbers('blocks', 'canonical');
  let count = 0;
  for (let block = 0; block < heights.length; block++) {
    if (heights[block]! > 0 && canonical[block] === 1) count++;
  }
  return count;
}

/**
 * Share of the decisions on the chain that an office took by itself: interventions over interventions and
 * canonical blocks, each of which is a decision of its producer.
 *
 * @returns In [0, 1]; NaN without the table of calls, or when nothing was decided.
 */
export function centralInterventionShare(run: RunView): number {
  const interventions = centralInterventions(run);
  return ratio(interventions, interventions + canonicalBlocks(run));
}

/** Metrics of interventions. */
export const interventionMetrics: readonly Metric[] = [
  {
    id: 'centralInterventions',
    unit: '',
    definition:
      'Suspensions, reinstatements, revocations and freezes by the centre or the authority',
    direction: 'lower',
    compute: centralInterventions,
  },
  {
    id: 'centralInterventionShare',
    unit: '',
    definition: 'Interventions / (interventions + canonical blocks)',
    direction: 'lower',
    compute: centralInterventionShare,
  },
];
