/** Points against bills and money: redemption, what it could be asked for, and trade of points. */
import { type Metric, type RunView, ratio, total } from './metric.ts';

/** Whether an offer ended, or stands, in a state. */
function inState(run: RunView, state: string): (row: number) => boolean {
  const states = run.texts('exchange', 'state');
  return (row) => states[row] === state;
}

const neutral = (
  id: string,
  unit: string,
  definition: string,
  compute: Metric['compute'],
): Metric => ({ id, unit, definition, direction: 'neutral', compute });

/** Metrics of runs in which bills are posted. */
export const billMetrics: readonly Metric[] = [
  neutral('pointsBillShare', '', 'Share of posted bills that points covered', (run) =>
    ratio(total(run.numbers('bills', 'credited_upt')), total(run.numbers('bills', 'amount_upt'))),
  ),
  neutral(
    'pointsLiabilityUpt',
    'upt',
    'Worth of points that others hold, at the end',
    (run) => run.numbers('liability', 'liability_upt')[run.count('liability') - 1] ?? Number.NaN,
  ),
  neutral('pointsCoverageMean', '', 'Mean of open bills / liability over the reports', (run) => {
    const defined = Array.from(run.numbers('liability', 'coverage')).filter(
      (value) => !Number.isNaN(value),
    );
    return ratio(total(defined), defined.length);
  }),
  neutral(
    'pointsInflation',
    '',
    'Points outstanding at the end / at the first report, less one',
    (run) => {
      const outstanding = run.numbers('liability', 'outstanding_upt');
      return ratio(outstanding[outstanding.length - 1] ?? 0, outstanding[0] ?? 0) - 1;
    },
  ),
];

/** Metrics of the trade of points. */
export const exchangeMetrics: readonly Metric[] = [
  neutral('pointsExchangedUpt', 'upt', 'Points that were sold for money', (run) =>
    total(run.numbers('exchange', 'amount_upt'), inState(run, 'released')),
  ),
  neutral('pointsPriceMean', '', 'Mean money a point, over points that were sold', (run) => {
    const asks = run.numbers('exchange', 'ask_per_pt');
    const amounts = run.numbers('exchange', 'amount_upt');
    const isSold = inState(run, 'released');
    let [money, sold] = [0, 0];
    for (let row = 0; row < asks.length; row++) {
      if (!isSold(row)) continue;
      money += asks[row]! * amounts[row]!;
      sold += amounts[row]!;
    }
    return ratio(money, sold);
  }),
  neutral(
    'pointsRefundedShare',
    '',
    'Offers given back / offers that were taken and ended',
    (run) => {
      const count = (state: string) =>
        run.texts('exchange', 'state').filter((one) => one === state).length;
      return ratio(count('refunded'), count('refunded') + count('released'));
    },
  ),
];
