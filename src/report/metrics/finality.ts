/** Delays from submission to finality and from delivery to settlement (model page, 9.2). */

import { createDistribution, type Distribution, delayMetrics } from './distribution.ts';
import { type Metric, type RunView, requiring } from './metric.ts';
import { isMeasured } from './span.ts';

/** Delays of transactions submitted within the delivery slots that were not rejected. */
function transactionDelays(run: RunView, column: string): Distribution {
  const fates = run.texts('transactions', 'fate');
  const submittedUs = run.numbers('transactions', 'submitted_us');
  const reachedUs = run.numbers('transactions', column);
  const delays: number[] = [];
  for (let tx = 0; tx < fates.length; tx++) {
    if (fates[tx] === 'rejected' || !isMeasured(run, submittedUs[tx]!)) continue;
    delays.push(reachedUs[tx]! - submittedUs[tx]!);
  }
  return createDistribution(delays);
}

/** Delays of the same transactions to an instant of the canonical block that carries them. */
function carrierDelays(run: RunView, column: string): Distribution {
  const carriers = run.once('canonicalByHeight', () => {
    const heights = run.numbers('blocks', 'height');
    const canonical = run.numbers('blocks', 'canonical');
    const byHeight = new Map<number, number>();
    for (let block = 0; block < heights.length; block++) {
      if (canonical[block] === 1) byHeight.set(heights[block]!, block);
    }
    return byHeight;
  });
  const fates = run.texts('transactions', 'fate');
  const submittedUs = run.numbers('transactions', 'submitted_us');
  const heights = run.numbers('transactions', 'height');
  const reachedUs = run.numbers('blocks', column);
  const delays: number[] = [];
  for (let tx = 0; tx < fates.length; tx++) {
    if (fates[tx] === 'rejected' || !isMeasured(run, submittedUs[tx]!)) continue;
    const block = carriers.get(heights[tx]!);
    delays.push(block === undefined ? Number.NaN : reachedUs[block]! - submittedUs[tx]!);
  }
  return createDistribution(delays);
}

/** Delays of canonical blocks made within the delivery slots. */
function blockDelays(run: RunView, column: string): Distribution {
  const heights = run.numbers('blocks', 'height');
  const canonical = run.numbers('blocks', 'canonical');
  const producedUs = run.numbers('blocks', 'produced_us');
  const reachedUs = run.numbers('blocks', column);
  const delays: number[] = [];
  for (let block = 0; block < heights.length; block++) {
    if (heights[block] === 0 || canonical[block] !== 1) continue;
    if (isMeasured(run, producedUs[block]!)) delays.push(reachedUs[block]! - producedUs[block]!);
  }
  return createDistribution(delays);
}

function settlementLags(run: RunView): Distribution {
  const startUs = run.numbers('slots', 'start_us');
  const finalUs = run.numbers('slots', 'settle_final_us');
  return createDistribution(
    Array.from(startUs, (start, slot) => finalUs[slot]! - (start + run.facts.slotUs)),
  );
}

/** Metrics of delay, each a family of mean, quantiles, largest and censored count. */
export const finalityMetrics: readonly Metric[] = [
  ...delayMetrics(
    'inclusionLatency',
    'delays from submission to the block that stays canonical (rejected ones left out)',
    (run) => transactionDelays(run, 'included_us'),
  ),
  ...delayMetrics(
    'finalityLatency',
    "delays from submission to finality at the client's node (rejected ones left out)",
    (run) => transactionDelays(run, 'final_us'),
  ),
  ...delayMetrics(
    'inclusionLatency90',
    'delays from submission to the arrival of the block that stays canonical at 90 % of honest full nodes (rejected ones left out)',
    (run) => carrierDelays(run, 'reach90_us'),
  ),
  ...delayMetrics(
    'finalityLatency90',
    'delays from submission to finality at 90 % of honest full nodes (rejected ones left out)',
    (run) => carrierDelays(run, 'final90_us'),
  ),
  ...delayMetrics(
    'consensusLatency',
    'delays of canonical blocks from production to finality at 90 % of honest full nodes',
    (run) => blockDelays(run, 'final90_us'),
  ),
  ...delayMetrics(
    'propagation90',
    'delays of canonical blocks from production to arrival at 90 % of honest full nodes',
    (run) => blockDelays(run, 'reach90_us'),
  ),
  ...requiring(
    ['slots'],
    delayMetrics(
      'settlementLag',
      'delays from the end of delivery to the final settlement of the slot',
      settlementLags,
    ),
  ),
];
