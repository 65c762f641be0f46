/** Orders, prices, volumes and what is lost between contract and use (model page, 9.8). */
import { sqrt } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';
import { herfindahl } from '../../market/indicators.ts';
import { mean } from './distribution.ts';
import { countRows, type Metric, type RunView, ratio, total } from './metric.ts';
import { measuredSeconds } from './span.ts';

const sumOf = (run: RunView, column: string) => total(run.numbers('slots', column));

/** Contracted energy of trades that stood, in slots that were settled [Wh]. */
function stoodWh(run: RunView): number {
  const contractedWh = run.numbers('slots', 'contracted_wh');
  const voidWh = run.numbers('slots', 'void_wh');
  const deliveredWh = run.numbers('slots', 'delivered_wh');
  const isSettled = (slot: number) => !Number.isNaN(deliveredWh[slot]!);
  return total(contractedWh, isSettled) - total(voidWh, isSettled);
}

/** Clearing prices of slots that cleared [upt/kWh]. */
function prices(run: RunView): Float64Array {
  return run.once('prices', () => {
    const all = Float64Array.from(run.numbers('slots', 'price_upt_per_kwh'));
    return all.filter((price) => !Number.isNaN(price));
  });
}

function sampleDeviation(values: Float64Array): number {
  const average = mean(values);
  const squares = values.map((x) => (x - average) * (x - average));
  return values.length < 2 ? Number.NaN : sqrt(fsum(squares) / (values.length - 1));
}

const isVoid = (run: RunView) => {
  const states = run.texts('trades', 'state');
  return (trade: number) => states[trade] === 'VOID';
};

const energyMetric = (
  id: string,
  definition: string,
  direction: Metric['direction'],
  compute: (run: RunView) => number,
): Metric => ({ id, unit: 'Wh', definition, direction, compute });

const shareMetric = (
  id: string,
  definition: string,
  direction: Metric['direction'],
  compute: (run: RunView) => number,
): Metric => ({ id, unit: '', definition, direction, compute });

/** Metrics of the market. */
export const marketMetrics: readonly Metric[] = [
  shareMetric('ordersSent', 'Orders sent by agents', 'neutral', (run) => sumOf(run, 'orders_sent')),
  shareMetric(
    'lateOrderShare',
    'Orders not included by gate closure / orders sent',
    'lower',
    (run) => ratio(sumOf(run, 'orders_late'), sumOf(run, 'orders_sent')),
  ),
  shareMetric('rejectedOrderShare', 'Orders refused / orders sent', 'lower', (run) =>
    ratio(sumOf(run, 'orders_rejected'), sumOf(run, 'orders_sent')),
  ),
  shareMetric('liquidity', '2 · energy cleared in the pool / (bids + offers)', 'higher', (run) =>
    ratio(2 * sumOf(run, 'cleared_wh'), sumOf(run, 'bid_wh') + sumOf(run, 'offer_wh')),
  ),
  {
    id: 'mcpMeanUptPerKWh',
    unit: 'upt/kWh',
    definition: 'Mean clearing price over slots that cleared',
    direction: 'neutral',
    compute: (run) => mean(prices(run)),
  },
  {
    id: 'mcpStdUptPerKWh',
    unit: 'upt/kWh',
    definition: 'Sample standard deviation of the clearing price over slots that cleared',
    direction: 'neutral',
    compute: (run) => sampleDeviation(prices(run)),
  },
  shareMetric('tradeCount', 'Trades, void ones too', 'higher', (run) => run.count('trades')),
  shareMetric('voidTradeShare', 'Void trades / trades', 'lower', (run) =>
    ratio(countRows(run.count('trades'), isVoid(run)), run.count('trades')),
  ),
  {
    id: 'tradeGoodputPerS',
    unit: '1/s',
    definition: 'Trades that stood / length of the delivery slots',
    direction: 'higher',
    compute(run) {
      const gone = isVoid(run);
      const stood = countRows(run.count('trades'), (trade) => !gone(trade));
      return ratio(stood, measuredSeconds(run));
    },
  },
  energyMetric('contractedWh', 'Energy of all trades', 'higher', (run) =>
    sumOf(run, 'contracted_wh'),
  ),
  energyMetric('voidWh', 'Contracted energy of void trades', 'lower', (run) =>
    sumOf(run, 'void_wh'),
  ),
  energyMetric(
    'tradedWh',
    'Energy that trades brought from seller to buyer: fulfilled energy',
    'higher',
    (run) => sumOf(run, 'fulfilled_wh'),
  ),
  shareMetric('tradedShare', 'Fulfilled energy / true import of all homes', 'higher', (run) =>
    ratio(sumOf(run, 'fulfilled_wh'), sumOf(run, 'import_wh')),
  ),
  shareMetric(
    'sellerHerfindahl',
    'Sum of squared shares of sellers in fulfilled energy; 1 is a monopoly',
    'lower',
    (run) => {
      const fulfilledWh = run.numbers('trades', 'fulfilled_wh');
      const bySeller = new Map<string, number>();
      run.texts('trades', 'seller').forEach((seller, trade) => {
        const energyWh = fulfilledWh[trade]! || 0;
        bySeller.set(seller, (bySeller.get(seller) ?? 0) + energyWh);
      });
      return herfindahl([...bySeller.values()]);
    },
  ),
  energyMetric(
    'sellerShortfallWh',
    'Contracted energy of trades that stood less what their sellers delivered',
    'lower',
    (run) => stoodWh(run) - sumOf(run, 'delivered_wh'),
  ),
  energyMetric('tradeLossWh', 'Network loss allocated to trades', 'lower', (run) =>
    total(run.numbers('trades', 'allocated_loss_wh')),
  ),
  energyMetric(
    'buyerShortfallWh',
    'Received energy that the buyers did not take up',
    'lower',
    (run) => sumOf(run, 'received_wh') - sumOf(run, 'fulfilled_wh'),
  ),
  shareMetric(
    'deviationShare',
    '1 - fulfilled / contracted energy of trades that stood',
    'lower',
    (run) => {
      const stood = stoodWh(run);
      return ratio(stood - sumOf(run, 'fulfilled_wh'), stood);
    },
  ),
  {
    id: 'marketSurplusUpt',
    unit: 'upt',
    definition: "Buyers' value less sellers' cost of settled trades, at reservation prices",
    direction: 'higher',
    compute: (run) => sumOf(run, 'surplus_upt'),
  },
  {
    id: 'lateOrderCostUpt',
    unit: 'upt',
    definition:
      'Largest surplus of all orders sent less that of the orders in the book at gate closure',
    direction: 'lower',
    compute: (run) => sumOf(run, 'welfare_max_upt') - sumOf(run, 'welfare_in_time_upt'),
  },
  shareMetric(
    'allocativeEfficiency',
    'Surplus of contracted trades / largest surplus any clearing of the orders could reach',
    'higher',
    (run) => ratio(sumOf(run, 'contracted_surplus_upt'), sumOf(run, 'welfare_max_upt')),
  ),
  shareMetric(
    'efficiency',
    'Surplus of settled trades / largest surplus any clearing of the orders could reach',
    'higher',
    (run) => ratio(sumOf(run, 'surplus_upt'), sumOf(run, 'welfare_max_upt')),
  ),
];
