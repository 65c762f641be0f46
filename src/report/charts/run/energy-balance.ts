/** Load, generation and trade over the window, and the price at which it was traded. */
import { areaY, dot, lineY, ruleY } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { percent, shortNumber } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';
import { hourAxis, type SlotAxis, slotAxis } from './support/time.ts';

const COLUMNS = parseColumns(`
hour             | number | h      | Time from the start of the window
load_kw          | number | kW     | Consumption of all homes
pv_kw            | number | kW     | Generation of all homes
traded_kw        | number | kW     | Energy of trades, as power over the slot
price_pt_per_kwh | number | pt/kWh | Clearing price of the pool, weighted by energy; empty when nothing cleared
retail_pt_per_kwh | number | pt/kWh | Price of import without a trade
feed_in_pt_per_kwh | number | pt/kWh | Price paid for export without a trade
`);

const POWERS = ['load', 'PV', 'traded'] as const;
const PRICES = ['retail', 'feed-in', 'clearing price'] as const;

/** What is drawn at one instant. */
interface Point {
  readonly hour: number;
  /** Load, PV, traded [kW]. */
  readonly powers: readonly number[];
  readonly clearedWh: number;
  /** Clearing price, retail, feed-in [pt/kWh]; the first NaN where nothing cleared. */
  readonly prices: readonly [number, number, number];
}

export default defineChart({
  apiVersion: 1,
  name: 'energy-balance',
  title: 'Energy and price over the window',
  section: 'market',
  kinds: ['run'],
  source: '',
  create(results) {
    const slots = results.table('slots');
    const axis = slots === undefined ? undefined : slotAxis(slots);
    if (slots === undefined || axis === undefined) return undefined;
    const numbers = (column: string) => slots.numbers(column);
    const points = pointsOf(axis, slots.count, numbers);
    const rows = points.map(({ hour, powers, prices: [price, ...limits] }) => {
      return [hour, ...powers, Number.isNaN(price) ? undefined : price, ...limits];
    });
    const end = points.at(-1)!.hour + axis.pointHours;
    const total = (column: string) => numbers(column).reduce((sum, wh) => sum + wh, 0);
    const [load, pv, traded] = ['load_wh', 'pv_wh', 'contracted_wh'].map(total);
    const cleared = points.filter(({ clearedWh }) => clearedWh > 0);
    const clearedWh = cleared.reduce((sum, point) => sum + point.clearedWh, 0);
    const cost = cleared.reduce((sum, point) => sum + point.prices[0] * point.clearedWh, 0);
    const price =
      clearedWh === 0
        ? 'The pool never cleared'
        : `The pool cleared at ${shortNumber(cost / clearedWh)} pt/kWh on average`;
    return {
      caption:
        `${shortNumber(traded! / 1000)} kWh were traded, ${percent(traded!, load!)} of the load and ` +
        `${percent(traded!, pv!)} of the PV; trade can fill at most the smaller of the two. ` +
        `${price}: a trade pays where the price lies between feed-in and retail.${axis.note}`,
      table: { columns: COLUMNS, rows },
      figures: [powerFigure(points, end), priceFigure(points, end)],
    };
  },
});

function pointsOf(
  axis: SlotAxis,
  slotCount: number,
  numbers: (column: string) => Float64Array,
): Point[] {
  const [load, pv, traded, cleared] = ['load_wh', 'pv_wh', 'contracted_wh', 'cleared_wh'].map(
    numbers,
  );
  const price = numbers('price_upt_per_kwh');
  const value = price.map((upt, slot) => upt * cleared![slot]!);
  const [retail, feedIn] = ['retail_upt_per_kwh', 'feed_in_upt_per_kwh'].map(numbers);
  return axis.hours.map((hour, point) => {
    const slotsHere = Math.min(slotCount, (point + 1) * axis.step) - point * axis.step;
    const power = (column: Float64Array) =>
      axis.sum(column, point) / 1000 / (slotsHere * axis.slotHours);
    const mean = (column: Float64Array) => axis.sum(column, point) / slotsHere / 1e6;
    const clearedWh = axis.sum(cleared!, point);
    const cost = clearedWh === 0 ? Number.NaN : axis.sum(value, point) / clearedWh / 1e6;
    return {
      hour,
      powers: [load!, pv!, traded!].map(power),
      clearedWh,
      prices: [cost, mean(retail!), mean(feedIn!)],
    };
  });
}

function powerFigure(points: readonly Point[], end: number): ChartFigure {
  const of = (series: number) =>
    points.map(({ hour, powers }) => ({ hour, power: powers[series]!, series: POWERS[series]! }));
  const channels = { x: 'hour', y: 'power' } as const;
  return {
    label: 'energy',
    description: 'Load, generation and traded power against time',
    plot: {
      height: 280,
      color: colourScale(POWERS),
      x: hourAxis(0, end),
      y: { label: '↑ mean power [kW]', grid: true },
      marks: [
        areaY(of(2), { ...channels, fill: 'series', fillOpacity: 0.35 }),
        lineY(of(2), { ...channels, stroke: 'series', strokeDasharray: seriesStyle(2).dash }),
        lineY(of(0), { ...channels, stroke: 'series' }),
        lineY(of(1), { ...channels, stroke: 'series', strokeDasharray: seriesStyle(1).dash }),
        ruleY([0]),
      ],
    },
  };
}

function priceFigure(points: readonly Point[], end: number): ChartFigure {
  const limit = (at: 1 | 2, series: string) => [
    ...points.map(({ hour, prices }) => ({ hour, price: prices[at], series })),
    { hour: end, price: points.at(-1)!.prices[at], series },
  ];
  const cleared = points
    .filter(({ prices }) => !Number.isNaN(prices[0]))
    .map(({ hour, prices }) => ({ hour, price: prices[0], series: PRICES[2] }));
  const line = { x: 'hour', y: 'price', stroke: 'series', curve: 'step-after' } as const;
  return {
    label: 'price',
    description: 'Clearing price of each slot between the feed-in and the retail price',
    plot: {
      height: 220,
      color: colourScale(PRICES),
      x: hourAxis(0, end),
      y: { label: '↑ price [pt/kWh]', grid: true, zero: true },
      marks: [
        lineY(limit(1, PRICES[0]), line),
        lineY(limit(2, PRICES[1]), { ...line, strokeDasharray: seriesStyle(1).dash }),
        dot(cleared, { x: 'hour', y: 'price', fill: 'series', symbol: 'triangle', r: 2 }),
      ],
    },
  };
}
