/** The feeder over the window: its lowest voltage, and what its lines lose. */
import { lineY, ruleY } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { percent, shortNumber } from '../../format-value.ts';
import { defineChart } from '../../page/chart.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';
import { hourAxis, slotAxis } from './support/time.ts';

const COLUMNS = parseColumns(`
hour              | number | h  | Time from the start of the window
voltage_min_pu    | number | pu | Lowest bus voltage
loss_kw           | number | kW | Loss of lines and transformer by the power flow
published_loss_kw | number | kW | Loss that the network operator published for settlement
`);

const LOSSES = ['by the power flow', 'published'] as const;
/** EN 50160: 10 minute means of the supply voltage are within ±10 % of the nominal. */
const LOWEST_PU = 0.9;

export default defineChart({
  apiVersion: 1,
  name: 'feeder',
  title: 'Voltage and losses of the feeder',
  section: 'grid',
  kinds: ['run'],
  source: 'band of the supply voltage: EN 50160',
  create(results) {
    const slots = results.table('slots');
    const axis = slots === undefined ? undefined : slotAxis(slots);
    if (slots === undefined || axis === undefined) return undefined;
    const voltage = slots.numbers('voltage_min_pu');
    const loss = slots.numbers('feeder_loss_wh');
    const published = slots.numbers('published_loss_wh');
    const points = axis.hours.map((hour, point) => {
      const end = Math.min(slots.count, (point + 1) * axis.step);
      const hoursHere = (end - point * axis.step) * axis.slotHours;
      const here = voltage.subarray(point * axis.step, end).filter((pu) => !Number.isNaN(pu));
      return {
        hour,
        voltage: here.length === 0 ? Number.NaN : Math.min(...here),
        losses: [loss, published].map((wh) => {
          const isKnown = wh.subarray(point * axis.step, end).some((value) => !Number.isNaN(value));
          return isKnown ? axis.sum(wh, point) / 1000 / hoursHere : Number.NaN;
        }),
      };
    });
    const known = points.filter((point) => !Number.isNaN(point.voltage));
    if (known.length === 0) return undefined;
    const lowest = known.reduce((a, b) => (b.voltage < a.voltage ? b : a));
    const total = (column: string) => {
      return slots.numbers(column).reduce((sum, wh) => (Number.isNaN(wh) ? sum : sum + wh), 0);
    };
    const isLow = lowest.voltage < LOWEST_PU;
    const end = axis.hours.at(-1)! + axis.pointHours;
    const losses = points.flatMap(({ hour, losses: values }) =>
      values.map((kw, at) => ({ hour, kw, series: LOSSES[at]! })),
    );
    const of = (series: string) => losses.filter((point) => point.series === series);
    const line = { x: 'hour', y: 'kw', stroke: 'series' } as const;
    return {
      caption:
        `The lowest voltage is ${lowest.voltage.toFixed(3)} pu at hour ${shortNumber(lowest.hour)}` +
        `${isLow ? ', below' : ', within'} the −10 % of EN 50160. Lines and transformer lost ` +
        `${shortNumber(total('feeder_loss_wh') / 1000)} kWh, ` +
        `${percent(total('feeder_loss_wh'), total('load_wh'))} of the load; ` +
        `${shortNumber(total('published_loss_wh') / 1000)} kWh were published for settlement.${axis.note}`,
      table: {
        columns: COLUMNS,
        rows: points.map((point) => [
          point.hour,
          ...[point.voltage, ...point.losses].map((value) => {
            return Number.isNaN(value) ? undefined : value;
          }),
        ]),
      },
      figures: [
        {
          label: 'voltage',
          description: 'Lowest bus voltage against time',
          plot: {
            height: 220,
            x: hourAxis(0, end),
            y: { label: '↑ lowest voltage [pu]', grid: true },
            marks: [
              ...(isLow ? [ruleY([LOWEST_PU], { stroke: 'var(--bad)' })] : []),
              lineY(points, { x: 'hour', y: 'voltage', stroke: seriesStyle(0).colour }),
            ],
          },
        },
        {
          label: 'losses',
          description: 'Loss of the feeder against time, true and published',
          plot: {
            height: 220,
            color: colourScale(LOSSES),
            x: hourAxis(0, end),
            y: { label: '↑ mean loss [kW]', grid: true },
            marks: [
              lineY(of(LOSSES[0]), line),
              lineY(of(LOSSES[1]), { ...line, strokeDasharray: seriesStyle(1).dash }),
              ruleY([0]),
            ],
          },
        },
      ],
    };
  },
});
