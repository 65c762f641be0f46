/** What the ledger model does for payments: parallel width, privacy, upkeep (model page, 5.7). */
import { type Metric, type RunView, ratio, total } from './metric.ts';

const OBSERVER = 'common-input';

/** Value of the observer of common inputs, or of the one observer of accounts. */
function seen(run: RunView, column: string): number {
  if (!run.hasRows('privacy')) return Number.NaN;
  const row = Math.max(0, run.texts('privacy', 'observer').indexOf(OBSERVER));
  return run.numbers('privacy', column)[row]!;
}

function perPath(run: RunView, column: string): number {
  if (!run.hasRows('parallelism')) return Number.NaN;
  const paths = total(run.numbers('parallelism', column));
  return ratio(total(run.numbers('parallelism', 'payments')), paths);
}

function upkeep(run: RunView, measure: string): number {
  if (!run.hasRows('upkeep')) return Number.NaN;
  return run.numbers('upkeep', 'value')[run.texts('upkeep', 'measure').indexOf(measure)]!;
}

/** Metrics of ledger models; undefined in runs that do not study their ledger. */
export const ledgerModelMetrics: readonly Metric[] = [
  {
    id: 'parallelWidth',
    unit: '',
    definition: 'Payments / sum of the longest paths of dependent payments of blocks',
    direction: 'higher',
    compute: (run) => perPath(run, 'longest_path'),
  },
  {
    id: 'parallelWidthCommuting',
    unit: '',
    definition: 'The same where credits of one balance commute',
    direction: 'higher',
    compute: (run) => perPath(run, 'longest_path_commuting'),
  },
  {
    id: 'clusterPrecision',
    unit: '',
    definition: 'Pairs of addresses clustered by common inputs that have one owner',
    direction: 'lower',
    compute: (run) => seen(run, 'precision'),
  },
  {
    id: 'clusterRecall',
    unit: '',
    definition: 'Pairs of addresses of one owner that common inputs cluster',
    direction: 'lower',
    compute: (run) => seen(run, 'recall'),
  },
  {
    id: 'senderEntropyBits',
    unit: 'bit',
    definition: 'Mean entropy of who may have sent a payment, after clustering by common inputs',
    direction: 'higher',
    compute: (run) => seen(run, 'entropy_bits'),
  },
  {
    id: 'identifiedShare',
    unit: '',
    definition: 'Payments whose sender is told right after clustering by common inputs',
    direction: 'lower',
    compute: (run) => seen(run, 'identified_share'),
  },
  {
    id: 'stateCells',
    unit: '',
    definition: 'Cells of the state that are not zero at the end',
    direction: 'lower',
    compute: (run) => upkeep(run, 'stateCells'),
  },
  {
    id: 'ledgerBytesPerPayment',
    unit: 'B',
    definition: 'Bytes of the exported ledger / payments on it',
    direction: 'lower',
    compute: (run) => ratio(upkeep(run, 'ledgerBytes'), upkeep(run, 'payments')),
  },
];
