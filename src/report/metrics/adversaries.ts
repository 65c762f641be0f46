/** What adversaries of the chain achieved, from the optional table `adversaries` (model page, 9.7). */
import { wilsonInterval } from '../../base/proportion.ts';
import { camelCase, type Metric, type RunView, ratio, total } from './metric.ts';

/** Which rows of the table a metric is about. */
type Rows = (run: RunView) => (row: number) => boolean;

/** Sum of a column over rows; NaN where the table is missing or no row that is meant has a value. */
function sumOf(run: RunView, column: string, rows: Rows): number {
  if (!run.hasRows('adversaries')) return Number.NaN;
  const keep = rows(run);
  const values = run.numbers('adversaries', column);
  const has = (row: number) => keep(row) && !Number.isNaN(values[row]!);
  return Array.from(values).some((_, row) => has(row)) ? total(values, has) : Number.NaN;
}

function successInterval(run: RunView, rows: Rows) {
  const attempts = sumOf(run, 'attempts', rows);
  if (Number.isNaN(attempts)) return { low: Number.NaN, high: Number.NaN };
  return wilsonInterval(sumOf(run, 'successes', rows), attempts);
}

/** Longest time from the end of an attack to recovery [µs]; NaN where none recovered. */
function longestRecoveryUs(run: RunView, rows: Rows): number {
  if (!run.hasRows('adversaries')) return Number.NaN;
  const keep = rows(run);
  const endedUs = run.numbers('adversaries', 'ended_us');
  const recoveredUs = run.numbers('adversaries', 'recovered_us');
  let longest = Number.NaN;
  for (let row = 0; row < endedUs.length; row++) {
    const spanUs = recoveredUs[row]! - endedUs[row]!;
    if (keep(row) && !Number.isNaN(spanUs) && !(spanUs <= longest)) longest = spanUs;
  }
  return longest;
}

function unrecovered(run: RunView, rows: Rows): number {
  if (!run.hasRows('adversaries')) return Number.NaN;
  const keep = rows(run);
  const startedUs = Array.from(run.numbers('adversaries', 'started_us'));
  const recoveredUs = run.numbers('adversaries', 'recovered_us');
  const isOpen = (row: number) => Number.isNaN(recoveredUs[row]!);
  return startedUs.filter((atUs, row) => keep(row) && !Number.isNaN(atUs) && isOpen(row)).length;
}

/** Names of the family's members: of all adversaries together, or of one. */
type Naming = (whole: string, suffix: string) => string;

function family(name: Naming, whose: string, rows: Rows): readonly Metric[] {
  const metric = (
    id: string,
    unit: string,
    definition: string,
    direction: Metric['direction'],
    compute: (run: RunView) => number,
  ): Metric => ({ id, unit, definition: `${definition}, ${whose}`, direction, compute });
  const sum = (column: string) => (run: RunView) => sumOf(run, column, rows);
  return [
    metric(name('attackAttempts', 'Attempts'), '', 'Attempts', 'neutral', sum('attempts')),
    metric(
      name('attackSuccessShare', 'SuccessShare'),
      '',
      'Successful attempts / attempts',
      'lower',
      (run) => ratio(sumOf(run, 'successes', rows), sumOf(run, 'attempts', rows)),
    ),
    metric(
      name('attackSuccessLow', 'SuccessLow'),
      '',
      'Lower end of the 95 % Wilson interval of the success share',
      'lower',
      (run) => successInterval(run, rows).low,
    ),
    metric(
      name('attackSuccessHigh', 'SuccessHigh'),
      '',
      'Upper end of the 95 % Wilson interval of the success share',
      'lower',
      (run) => successInterval(run, rows).high,
    ),
    metric(
      name('costOfAttackUpt', 'CostUpt'),
      'upt',
      'Hash rental, bond, bribe or certificates the attack needed',
      'higher',
      sum('cost_upt'),
    ),
    metric(
      name('attackProfitUpt', 'ProfitUpt'),
      'upt',
      'What the attack earned less its cost',
      'lower',
      sum('profit_upt'),
    ),
    metric(
      name('valueRevertedUpt', 'ValueRevertedUpt'),
      'upt',
      'Value of accepted transactions that the attack reverted',
      'lower',
      sum('value_reverted_upt'),
    ),
    metric(
      name('timeToRecoverUs', 'TimeToRecoverUs'),
      'us',
      'Longest time from the end of an attack to recovery',
      'lower',
      (run) => longestRecoveryUs(run, rows),
    ),
    metric(
      name('attacksUnrecovered', 'Unrecovered'),
      '',
      'Attacks that began and from which the chain had not recovered by the end of the run',
      'lower',
      (run) => unrecovered(run, rows),
    ),
  ];
}

const isDoubleSpend: Rows = (run) => {
  const codes = run.texts('adversaries', 'code');
  return (row) => codes[row] === 'A01';
};

/** Metrics of all adversaries of a run together. */
export const attackResultMetrics: readonly Metric[] = [
  ...family(
    (whole) => whole,
    'all adversaries of the chain',
    () => () => true,
  ),
  {
    id: 'doubleSpendLossUpt',
    unit: 'upt',
    definition: 'Value of accepted payments that double spending (A01) reverted',
    direction: 'lower',
    compute: (run) => sumOf(run, 'value_reverted_upt', isDoubleSpend),
  },
];

/**
 * Metrics of one adversary.
 *
 * @param adversary - Kebab name; `private-branch` gives `privateBranchSuccessShare` and so on.
 */
export function adversaryMetrics(adversary: string): readonly Metric[] {
  return family(
    (_, suffix) => `${camelCase(adversary)}${suffix}`,
    `adversary ${adversary}`,
    (run) => {
      const names = run.texts('adversaries', 'adversary');
      return (row) => names[row] === adversary;
    },
  );
}
