/** Blocks over time, those that did not stay apart. */
import { rectY, ruleY } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { count, counted, duration, percent } from '../../format-value.ts';
import { defineChart } from '../../page/chart.ts';
import { colourScale } from '../../page/theme.ts';
import { HOUR_US, hourAxis } from './support/time.ts';

const COLUMNS = parseColumns(`
from_hour | number  | h | Start of the interval, from the start of the window
to_hour   | number  | h | Its end
canonical | integer |   | Blocks made in it that are on the observer's chain
stale     | integer |   | Blocks made in it that are not
`);

const FATES = ['canonical', 'stale'] as const;
const BARS_MAX = 120;
/** Lengths of an interval that read well [s]. */
const LENGTHS: readonly number[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800, 1_209_600, 2_419_200,
];

export default defineChart({
  apiVersion: 1,
  name: 'block-rate',
  title: 'Blocks over time',
  section: 'chain',
  kinds: ['run'],
  source: '',
  create(results) {
    const blocks = results.table('blocks');
    if (blocks === undefined) return undefined;
    const height = blocks.numbers('height');
    const produced = blocks.numbers('produced_us');
    const canonical = blocks.numbers('canonical');
    const rows = [...height.keys()].filter((block) => height[block]! > 0);
    if (rows.length === 0) return undefined;
    const times = rows.map((block) => produced[block]!);
    const [fromUs, toUs] = [least(times), -least(times.map((us) => -us))];
    const needed = (toUs - fromUs) / 1e6 / BARS_MAX;
    const lengthUs = (LENGTHS.find((seconds) => seconds >= needed) ?? needed) * 1e6;
    const firstBin = Math.floor(fromUs / lengthUs);
    const bins = Array.from({ length: Math.floor(toUs / lengthUs) - firstBin + 1 }, (_, at) => ({
      from: ((firstBin + at) * lengthUs) / HOUR_US,
      to: ((firstBin + at + 1) * lengthUs) / HOUR_US,
      canonical: 0,
      stale: 0,
    }));
    let staleCount = 0;
    for (const block of rows) {
      const bin = bins[Math.floor(produced[block]! / lengthUs) - firstBin]!;
      bin[canonical[block] === 1 ? 'canonical' : 'stale']++;
      if (canonical[block] !== 1) staleCount++;
    }
    const kept = rows
      .filter((block) => canonical[block] === 1)
      .map((block) => produced[block]!)
      .sort((a, b) => a - b);
    const gap = kept.reduce((longest, us, at) => {
      return at === 0 ? 0 : Math.max(longest, us - kept[at - 1]!);
    }, 0);
    const interval = (kept.at(-1)! - kept[0]!) / (kept.length - 1);
    const rate =
      kept.length < 2
        ? ''
        : ` The chain grew by a block every ${duration(interval)} on average; its longest pause ` +
          `was ${duration(gap)}.`;
    const [from, to] = [bins[0]!.from, bins.at(-1)!.to];
    return {
      caption:
        `${counted(rows.length, 'block')}, ${count(staleCount)} of them stale ` +
        `(${percent(staleCount, rows.length)}), counted in intervals of ${duration(lengthUs)}, the first ` +
        `and last in part.${rate}`,
      table: {
        columns: COLUMNS,
        rows: bins.map((bin) => [bin.from, bin.to, bin.canonical, bin.stale]),
      },
      figures: [
        {
          label: '',
          description: 'Canonical and stale blocks against time',
          plot: {
            height: 240,
            color: colourScale(FATES),
            x: hourAxis(from, to),
            y: { label: `↑ blocks in ${duration(lengthUs)}`, grid: true },
            marks: [
              rectY(
                bins
                  .flatMap((bin) => FATES.map((fate) => ({ ...bin, fate, blocks: bin[fate] })))
                  .filter(({ blocks: many }) => many > 0),
                { x1: 'from', x2: 'to', y: 'blocks', fill: 'fate', order: [...FATES], inset: 0.2 },
              ),
              ruleY([0]),
            ],
          },
        },
      ],
    };
  },
});

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
