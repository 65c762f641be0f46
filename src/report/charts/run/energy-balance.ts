/** Load, generation and trade over the window. */
import { areaY, lineY, ruleY } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { defineChart } from '../../page/chart.ts';
import { colourScale } from '../../page/theme.ts';

const COLUMNS = parseColumns(`
hour       | number | h   | Time from the start of the window
load_kw    | number | kW  | Consumption of all homes
pv_kw      | number | kW  | Generation of all homes
traded_kw  | number | kW  | Energy of trades, as power over the slot
`);

const SERIES = ['load', 'PV', 'traded'] as const;

export default defineChart({
  apiVersion: 1,
  name: 'energy-balance',
  title: 'Energy over the window',
  section: 'market',
  kinds: ['run'],
  source: '',
  create(results) {
    const slots = results.table('slots');
    if (slots === undefined || slots.count < 2) return undefined;
    const start = slots.numbers('start_us');
    const hours = (start[1]! - start[0]!) / 3.6e9;
    const kilowatts = (column: string) => slots.numbers(column).map((wh) => wh / 1000 / hours);
    const [load, pv, traded] = ['load_wh', 'pv_wh', 'contracted_wh'].map(kilowatts);
    const rows = Array.from(start, (us, slot) => {
      return [us / 3.6e9, load![slot]!, pv![slot]!, traded![slot]!];
    });
    const points = rows.flatMap(([hour, ...values]) =>
      values.map((power, at) => ({ hour, power, series: SERIES[at]! })),
    );
    const of = (name: string) => points.filter(({ series }) => series === name);
    const channels = { x: 'hour', y: 'power' } as const;
    return {
      caption:
        'Mean power of each delivery slot [kW]. Trade can fill at most the smaller of load and PV; ' +
        'what is left of PV is stored or sold to the grid.',
      table: { columns: COLUMNS, rows },
      figures: [
        {
          label: '',
          description: 'Load, generation and traded power against time',
          plot: {
            color: colourScale(SERIES),
            x: { label: 'hour →' },
            y: { label: '↑ kW', grid: true },
            marks: [
              areaY(of('traded'), { ...channels, fill: 'series', fillOpacity: 0.3 }),
              lineY(of('load'), { ...channels, stroke: 'series' }),
              lineY(of('PV'), { ...channels, stroke: 'series', strokeDasharray: '6 3' }),
              ruleY([0]),
            ],
          },
        },
      ],
    };
  },
});
