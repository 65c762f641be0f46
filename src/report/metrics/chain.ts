/** Throughput, fates of transactions, forks and turns (model page, 9.1 and 9.3). */
import { InvariantViolation } from '../../base/errors.ts';
import { REJECT_REASON_TEXT } from '../../ledger/reject-reason.ts';
import { backlogSlopeTps } from './backlog.ts';
import { mean } from './distribution.ts';
import { camelCase, countRows, type Metric, type RunView, ratio, total } from './metric.ts';
import { isMeasured, measuredSeconds } from './span.ts';

/** Number of transactions by fate over the whole run. */
export interface Fates {
  readonly submitted: number;
  readonly final: number;
  readonly rejected: number;
  readonly pending: number;
}

/**
 * Counts transactions by fate.
 *
 * @throws {InvariantViolation} when a transaction has no fate, or one that its times contradict.
 */
export function fatesOf(run: RunView): Fates {
  return run.once('fates', () => {
    const fates = run.texts('transactions', 'fate');
    const finalUs = run.numbers('transactions', 'final_us');
    const counts = { submitted: fates.length, final: 0, rejected: 0, pending: 0 };
    for (let tx = 0; tx < fates.length; tx++) {
      const fate = fates[tx];
      if (fate === 'final') counts.final++;
      else if (fate === 'rejected') counts.rejected++;
      else if (fate === 'pending') counts.pending++;
      if ((fate === 'final') === Number.isNaN(finalUs[tx]!)) {
        throw new InvariantViolation(
          'final-has-time',
          `transaction ${tx} is ${fate} with final_us ${finalUs[tx]}`,
        );
      }
    }
    if (counts.submitted !== counts.final + counts.rejected + counts.pending) {
      throw new InvariantViolation(
        'every-transaction-has-a-fate',
        `${counts.submitted} submitted, ${JSON.stringify(counts)}`,
      );
    }
    return counts;
  });
}

/** Reasons of refusal, and the one fate that is no refusal: a reward whose block went stale. */
const REASONS: Readonly<Record<string, string>> = {
  ...REJECT_REASON_TEXT,
  STALE_BLOCK: 'the block that carried it, and that alone could, is stale',
};

interface BlockCounts {
  readonly canonical: number;
  readonly stale: number;
}

/** Blocks made within the delivery slots, genesis left out. */
function measuredBlocks(run: RunView): BlockCounts {
  return run.once('measuredBlocks', () => {
    const heights = run.numbers('blocks', 'height');
    const producedUs = run.numbers('blocks', 'produced_us');
    const canonical = run.numbers('blocks', 'canonical');
    const drain = run.numbers('blocks', 'drain');
    const counts = { canonical: 0, stale: 0 };
    for (let block = 0; block < heights.length; block++) {
      if (heights[block] === 0 || drain[block] === 1 || !isMeasured(run, producedUs[block]!)) {
        continue;
      }
      if (canonical[block] === 1) counts.canonical++;
      else counts.stale++;
    }
    return counts;
  });
}

/** Rejected transactions by reason. */
function rejectionsOf(run: RunView): ReadonlyMap<string, number> {
  return run.once('rejections', () => {
    const fates = run.texts('transactions', 'fate');
    const reasons = run.texts('transactions', 'reject_reason');
    const counts = new Map<string, number>();
    for (let tx = 0; tx < fates.length; tx++) {
      if (fates[tx] !== 'rejected') continue;
      counts.set(reasons[tx]!, (counts.get(reasons[tx]!) ?? 0) + 1);
    }
    return counts;
  });
}

function rate(run: RunView, column: string, onlyFinal: boolean): number {
  const times = run.numbers('transactions', column);
  const fates = run.texts('transactions', 'fate');
  const within = countRows(
    times.length,
    (tx) => isMeasured(run, times[tx]!) && (!onlyFinal || fates[tx] === 'final'),
  );
  return within / measuredSeconds(run);
}

const count = (
  id: string,
  definition: string,
  direction: Metric['direction'],
  compute: (run: RunView) => number,
): Metric => ({ id, unit: '', definition, direction, compute });

/** Metrics of throughput, fates, forks and turns. */
export const chainMetrics: readonly Metric[] = [
  {
    id: 'tpsFinal',
    unit: '1/s',
    definition:
      'Transactions that became final at their client within the delivery slots, a second',
    direction: 'higher',
    compute: (run) => rate(run, 'final_us', true),
  },
  {
    id: 'offeredTps',
    unit: '1/s',
    definition: 'Transactions submitted within the delivery slots, a second',
    direction: 'neutral',
    compute: (run) => rate(run, 'submitted_us', false),
  },
  {
    id: 'backlogSlopeTps',
    unit: '1/s',
    definition:
      'Growth of the number of transactions submitted and neither final nor refused, by least squares ' +
      'over the second half of the delivery slots',
    direction: 'lower',
    compute: (run) => backlogSlopeTps(run),
  },
  count('submittedCount', 'Transactions submitted in the whole run', 'neutral', (run) => {
    return fatesOf(run).submitted;
  }),
  count('finalCount', 'Of these, final by the end', 'higher', (run) => fatesOf(run).final),
  count('rejectedCount', 'Of these, rejected, expired, evicted or replaced', 'lower', (run) => {
    return fatesOf(run).rejected;
  }),
  count('pendingCount', 'Of these, neither by the end', 'lower', (run) => fatesOf(run).pending),
  count('failedReceiptCount', 'Final transactions whose execution failed', 'lower', (run) => {
    const fates = run.texts('transactions', 'fate');
    const receipts = run.texts('transactions', 'receipt');
    return countRows(fates.length, (tx) => fates[tx] === 'final' && receipts[tx] === 'failed');
  }),
  {
    id: 'txBytesMean',
    unit: 'B',
    definition: 'Mean encoded size of transactions with their signatures',
    direction: 'lower',
    compute: (run) => mean(run.numbers('transactions', 'size_bytes')),
  },
  {
    id: 'txGasMean',
    unit: 'gas',
    definition: 'Mean gas of transactions that a canonical block carries',
    direction: 'lower',
    compute(run) {
      const receipts = run.texts('transactions', 'receipt');
      const gas = Array.from(run.numbers('transactions', 'gas_used'));
      return mean(gas.filter((_, tx) => receipts[tx] !== ''));
    },
  },
  {
    id: 'nodeCount',
    unit: '',
    definition: 'Full nodes',
    direction: 'neutral',
    compute: (run) => run.count('nodes'),
  },
  ...Object.entries(REASONS).map(([reason, text]) =>
    count(
      camelCase(`rejected_${reason}`),
      `Rejected transactions because ${text}`,
      'lower',
      (run) => rejectionsOf(run).get(reason) ?? 0,
    ),
  ),
  count(
    'canonicalBlocks',
    'Blocks on the final chain, made within the delivery slots',
    'neutral',
    (run) => measuredBlocks(run).canonical,
  ),
  count('forkCount', 'Stale blocks made within the delivery slots', 'lower', (run) => {
    return measuredBlocks(run).stale;
  }),
  count('staleRate', 'stale / (stale + canonical) blocks of the same span', 'lower', (run) => {
    const { stale, canonical } = measuredBlocks(run);
    return ratio(stale, stale + canonical);
  }),
  count('reorgDepthMax', 'Most blocks any node ever left at once', 'lower', (run) => {
    let deepest = Number.NaN;
    const depths = run.numbers('nodes', 'reorg_depth_max');
    for (let node = 0; node < depths.length; node++) {
      if (!(depths[node]! <= deepest)) deepest = depths[node]!;
    }
    return deepest;
  }),
  count('reorgCount', 'Times a node left blocks it had adopted, all nodes', 'lower', (run) =>
    total(run.numbers('nodes', 'reorgs')),
  ),
  count(
    'missedTurnRate',
    'Turns that passed without their block / all turns; empty where there are no turns',
    'lower',
    (run) => {
      const missed = run.numbers('nodes', 'turns_missed');
      const made = run.numbers('nodes', 'blocks_produced');
      const hasTurns = (node: number) => !Number.isNaN(missed[node]!);
      const missedTotal = total(missed);
      return ratio(missedTotal, missedTotal + total(made, hasTurns));
    },
  ),
];
