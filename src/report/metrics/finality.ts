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

/** One kind of delay. */
export interface Delay {
  /** Name without unit; its metrics begin with it. */
  readonly id: string;
  /** In words, completing "Mean of ...". */
  readonly what: string;
  /** Tables it is read from beside those that every run has. */
  readonly tables: readonly string[];
  /** Observed values [us] and the number of those still open at the end. */
  read(run: RunView): Distribution;
}

/** Every delay that is measured. */
export const DELAYS: readonly Delay[] = [
  {
    id: 'inclusionLatency',
    what: 'delays from submission to the block that stays canonical (rejected ones left out)',
    tables: [],
    read: (run) => transactionDelays(run, 'included_us'),
  },
  {
    id: 'finalityLatency',
    what: "delays from submission to finality at the client's node (rejected ones left out)",
    tables: [],
    read: (run) => transactionDelays(run, 'final_us'),
  },
  {
    id: 'inclusionLatency90',
    what: 'delays from submission to the arrival of the block that stays canonical at 90 % of honest full nodes (rejected ones left out)',
    tables: [],
    read: (run) => carrierDelays(run, 'reach90_us'),
  },
  {
    id: 'finalityLatency90',
    what: 'delays from submission to finality at 90 % of honest full nodes (rejected ones left out)',
    tables: [],
    read: (run) => carrierDelays(run, 'final90_us'),
  },
  {
    id: 'consensusLatency',
    what: 'delays of canonical blocks from production to finality at 90 % of honest full nodes',
    tables: [],
    read: (run) => blockDelays(run, 'final90_us'),
  },
  {
    id: 'propagation90',
    what: 'delays of canonical blocks from production to arrival at 90 % of honest full nodes',
    tables: [],
    read: (run) => blockDelays(run, 'reach90_us'),
  },
  {
    id: 'settlementLag',
    what: 'delays from the end of delivery to the final settlement of the slot',
    tables: ['slots'],
    read: settlementLags,
  },
];

/** Metrics of delay, each a family of mean, quantiles, largest and censored count. */
export const finalityMetrics: readonly Metric[] = DELAYS.flatMap((delay) =>
  requiring(delay.tables, delayMetrics(delay)),
);
