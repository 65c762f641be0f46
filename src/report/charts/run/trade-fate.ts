/** Where contracted energy went: taken up, not taken up, lost, not delivered, void or not settled. */
import { barY, ruleY } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { percent, shortNumber } from '../../format-value.ts';
import { defineChart } from '../../page/chart.ts';
import type { ResultTable } from '../../page/results.ts';
import { colourScale } from '../../page/theme.ts';
import { HOUR_US, startHourOf } from './support/time.ts';

const COLUMNS = parseColumns(`
hour       | integer | h   | Local hour of the day at which delivery starts
fate       | text    |     | What became of the energy
energy_kwh | number  | kWh | Contracted energy of all days
`);

const FATES = [
  'taken up',
  'void',
  'not delivered',
  'lost on the way',
  'not taken up',
  'not settled',
] as const;

/** Contracted energy of each slot by fate [Wh]; the parts of a slot sum to the contract exactly. */
function partsOf(slots: ResultTable): readonly Float64Array[] {
  const [contracted, voided, delivered, received, fulfilled] = [
    'contracted_wh',
    'void_wh',
    'delivered_wh',
    'received_wh',
    'fulfilled_wh',
  ].map((column) => slots.numbers(column));
  const parts = FATES.map(() => new Float64Array(slots.count));
  for (let slot = 0; slot < slots.count; slot++) {
    const stood = contracted![slot]! - voided![slot]!;
    parts[1]![slot] = voided![slot]!;
    if (Number.isNaN(delivered![slot]!)) parts[5]![slot] = stood;
    else {
      parts[0]![slot] = fulfilled![slot]!;
      parts[2]![slot] = stood - delivered![slot]!;
      parts[3]![slot] = delivered![slot]! - received![slot]!;
      parts[4]![slot] = received![slot]! - fulfilled![slot]!;
    }
  }
  return parts;
}

export default defineChart({
  apiVersion: 1,
  name: 'trade-fate',
  title: 'What became of the energy traded',
  section: 'market',
  kinds: ['run'],
  source: '',
  create(results) {
    const slots = results.table('slots');
    if (slots === undefined || slots.count === 0) return undefined;
    const opening = startHourOf(results);
    const hours = Array.from(slots.numbers('start_us'), (us) => {
      return Math.floor(opening + us / HOUR_US) % 24;
    });
    const tally = partsOf(slots).map((part) => {
      const perHour = new Float64Array(24);
      part.forEach((wh, slot) => {
        perHour[hours[slot]!]! += wh;
      });
      return perHour;
    });
    const totals = tally.map((perHour) => perHour.reduce((sum, wh) => sum + wh, 0));
    const contracted = totals.reduce((sum, wh) => sum + wh, 0);
    if (contracted === 0) return undefined;
    const there = FATES.filter((_, at) => totals[at] !== 0);
    const shown = [...new Set(hours)].sort((a, b) => a - b);
    const rows = shown.flatMap((hour) =>
      there.map((fate) => ({ hour, fate, energy: tally[FATES.indexOf(fate)]![hour]! / 1000 })),
    );
    const parts = there
      .map((fate) => `${percent(totals[FATES.indexOf(fate)]!, contracted)} ${fate}`)
      .join(', ');
    const isVoid = totals[1]! > 0;
    return {
      caption:
        `Of ${shortNumber(contracted / 1000)} kWh contracted: ${parts}. ` +
        `${isVoid ? 'Void is what was not final by the deadline of settlement. ' : ''}` +
        'What is not delivered or not taken up was forecast or told wrongly; the grid makes it good.',
      table: { columns: COLUMNS, rows: rows.map(({ hour, fate, energy }) => [hour, fate, energy]) },
      figures: [
        {
          label: '',
          description: 'Contracted energy by hour of the day, stacked by what became of it',
          plot: {
            color: colourScale(there),
            x: { label: 'local hour of delivery [h] →', type: 'band', domain: shown },
            y: { label: '↑ contracted energy [kWh]', grid: true },
            marks: [
              barY(rows, { x: 'hour', y: 'energy', fill: 'fate', order: [...there] }),
              ruleY([0]),
            ],
          },
        },
      ],
    };
  },
});
