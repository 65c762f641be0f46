/** Where the curve of latencies of an arm comes from: merged sketches, or the transactions of kept runs. */
import type { Results, RunResults } from '../../page/results.ts';
import { numberOf, partOf } from './study-tables.ts';

/** Points of P(delay > x), falling. */
export interface LatencyCurve {
  readonly arm: string;
  /** Delays [us], rising, and the share above each. */
  readonly points: readonly { readonly delayUs: number; readonly above: number }[];
}

const DISTRIBUTION = 'finalityLatency';
/** Points of a curve; more cannot be seen. */
const POINTS = 240;
/** Rows read at most for an arm where there are no sketches. */
const ROWS_MAX = 300_000;

function fromSketches({ table, arms }: Results): readonly LatencyCurve[] {
  const ccdf = table('ccdf');
  if (ccdf === undefined) return [];
  const [distributions, names] = [ccdf.texts('distribution'), ccdf.texts('arm')];
  const [values, above] = ['value', 'share_above'].map((name) => ccdf.numbers(name));
  return arms.flatMap((arm) => {
    const points = names.flatMap((name, row) =>
      name === arm && distributions[row] === DISTRIBUTION
        ? [{ delayUs: values![row]!, above: above![row]! }]
        : [],
    );
    return points.length === 0 ? [] : [{ arm, points }];
  });
}

/** First and last instant of submission that counts: the delivery slots, or the span of the chain alone. */
function spanOf(run: RunResults): readonly [fromUs: number, toUs: number] {
  const starts = run.table('slots')?.numbers('start_us');
  const horizon = partOf(run.scenario, 'horizon');
  if (starts !== undefined && starts.length > 0) {
    return [starts[0]!, starts.at(-1)! + numberOf(horizon, 'interval')];
  }
  const span = numberOf(horizon, 'span');
  return [0, Number.isNaN(span) ? Number.POSITIVE_INFINITY : span];
}

/** Delays to finality of a run's transactions that were not refused; NaN where one had not come. */
function delaysOf(run: RunResults): readonly number[] {
  const transactions = run.table('transactions');
  if (transactions === undefined) return [];
  const [fromUs, toUs] = spanOf(run);
  const fates = transactions.texts('fate');
  const [submitted, final] = ['submitted_us', 'final_us'].map((name) => transactions.numbers(name));
  return fates.flatMap((fate, tx) => {
    const isCounted = fate !== 'rejected' && submitted![tx]! >= fromUs && submitted![tx]! < toUs;
    return isCounted ? [final![tx]! - submitted![tx]!] : [];
  });
}

/** Thins a sorted sample to a curve whose points are evenly spaced in rank, the tail kept whole. */
function curveOf(arm: string, delays: readonly number[]): LatencyCurve | undefined {
  const observed = Float64Array.from(delays.filter((delay) => !Number.isNaN(delay))).sort();
  const count = delays.length;
  if (observed.length < 2) return undefined;
  const step = Math.max(1, Math.ceil(observed.length / POINTS));
  const tail = observed.length - 40;
  const points: LatencyCurve['points'][number][] = [{ delayUs: observed[0]!, above: 1 }];
  for (let rank = 0; rank < observed.length; rank++) {
    const isKept = rank % step === 0 || rank >= tail;
    if (isKept) points.push({ delayUs: observed[rank]!, above: (count - rank - 1) / count });
  }
  return { arm, points };
}

function fromRuns({ arms, runs }: Results): readonly LatencyCurve[] {
  return arms.flatMap((arm) => {
    const delays: number[] = [];
    for (const run of runs) {
      if (run.arm !== arm) continue;
      for (const delay of delaysOf(run)) delays.push(delay);
      if (delays.length > ROWS_MAX) break;
    }
    return curveOf(arm, delays) ?? [];
  });
}

/** Curves of the arms of a comparison in study order; those without any delay are left out. */
export function latencyCurves(results: Results): readonly LatencyCurve[] {
  const merged = fromSketches(results);
  return merged.length > 0 ? merged : fromRuns(results);
}
