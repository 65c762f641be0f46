/** What became of orders by hour of the day: in the book at gate closure, late, or refused. */
import { barY, ruleY } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { count, percent } from '../../format-value.ts';
import { defineChart } from '../../page/chart.ts';
import { colourScale } from '../../page/theme.ts';
import { HOUR_US, startHourOf } from './support/time.ts';

const COLUMNS = parseColumns(`
hour   | integer | h | Local hour of the day at which delivery starts
fate   | text    |   | accepted, late (not in a block by gate closure) or refused
orders | integer |   | Orders of all days
`);

const FATES = ['accepted', 'late', 'refused'] as const;
const SOURCES = ['orders_accepted', 'orders_late', 'orders_rejected'] as const;

export default defineChart({
  apiVersion: 1,
  name: 'order-fate',
  title: 'What became of the orders',
  section: 'market',
  kinds: ['run'],
  source: '',
  create(results) {
    const slots = results.table('slots');
    if (slots === undefined || slots.count === 0) return undefined;
    const start = slots.numbers('start_us');
    const opening = startHourOf(results);
    const hours = Array.from(start, (us) => Math.floor(opening + us / HOUR_US) % 24);
    const tally = FATES.map(() => new Float64Array(24));
    SOURCES.forEach((column, fate) => {
      slots.numbers(column).forEach((orders, slot) => {
        tally[fate]![hours[slot]!]! += orders;
      });
    });
    const totals = tally.map((perHour) => perHour.reduce((sum, orders) => sum + orders, 0));
    const sent = totals.reduce((sum, orders) => sum + orders, 0);
    if (sent === 0) return undefined;
    const shown = [...new Set(hours)].sort((a, b) => a - b);
    const rows = shown.flatMap((hour) =>
      FATES.map((fate, at) => ({ hour, fate, orders: tally[at]![hour]! })),
    );
    const sentIn = (hour: number) => tally.reduce((sum, perHour) => sum + perHour[hour]!, 0);
    const lateShare = (hour: number) => tally[1]![hour]! / Math.max(1, sentIn(hour));
    const worst = shown.reduce((a, b) => (lateShare(b) > lateShare(a) ? b : a), shown[0]!);
    const when =
      totals[1] === 0
        ? ''
        : ` Most were late for delivery from ${worst}:00, ` +
          `${percent(tally[1]![worst]!, sentIn(worst))} of the orders for that hour.`;
    return {
      caption:
        `Of ${count(sent)} orders sent, ${percent(totals[0]!, sent)} were in the book at gate ` +
        `closure, ${percent(totals[1]!, sent)} came late (${count(totals[1]!)}) and ` +
        `${percent(totals[2]!, sent)} were refused (${count(totals[2]!)}).${when}`,
      table: { columns: COLUMNS, rows: rows.map(({ hour, fate, orders }) => [hour, fate, orders]) },
      figures: [
        {
          label: '',
          description: 'Orders by hour of the day, stacked by what became of them',
          plot: {
            color: colourScale(FATES),
            x: { label: 'local hour of delivery [h] →', type: 'band', domain: shown },
            y: { label: '↑ orders', grid: true },
            marks: [
              barY(rows, { x: 'hour', y: 'orders', fill: 'fate', order: [...FATES] }),
              ruleY([0]),
            ],
          },
        },
      ],
    };
  },
});
