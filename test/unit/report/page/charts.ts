/** Charts made by hand for tests of the page: every kind of figure, legend and cell. */
import { areaY, cell, dot, lineY } from '@observablehq/plot';
import { parseColumns } from '../../../../src/report/column.ts';
import type { Cell } from '../../../../src/report/csv.ts';
import {
  type ChartContent,
  type ChartPlugin,
  defineChart,
} from '../../../../src/report/page/chart.ts';
import { colourScale } from '../../../../src/report/page/theme.ts';

/** What an author with bad intentions calls an arm. */
export const NASTY = [
  '<script>alert(1)</script>',
  `"' onmouseover="alert(2)`,
  ']]><!-- </script><img src=x onerror=alert(3)>',
  '=HYPERLINK("http://example.org","a, b")',
  '-1+1',
  '@SUM(1)\n\u0001',
  '\uFF1D1',
] as const;

const COLUMNS = parseColumns(`
name   | text    |    | A "name" <of> an arm
count  | integer |    | How many
energy | number  | Wh | How much
`);

/** Rows with names, and numbers of every size. */
export const ROWS: readonly (readonly Cell[])[] = [
  ...NASTY.map((name, index): Cell[] => [name, index, index * 1234.5678 - 2000]),
  ['', undefined, Number.NaN],
  ['tiny', 0, 1.234567e-7],
  ['huge', 9_007_199_254_740_991, -1.5e300],
  ['negative', -20_240_601, -0],
  ['infinite', 1_234_567, Number.POSITIVE_INFINITY],
];

/** A chart with given parts. */
export function chartOf(about: Partial<ChartPlugin> & { content?: Partial<ChartContent> }) {
  const { content, ...rest } = about;
  return defineChart({
    apiVersion: 1,
    name: 'by-hand',
    title: 'By hand',
    section: 'answer',
    kinds: ['run', 'comparison', 'sweep'],
    source: '',
    create: () => ({
      caption: 'What to see.',
      figures: [],
      table: { columns: COLUMNS, rows: ROWS },
      ...content,
    }),
    ...rest,
  });
}

const points = NASTY.flatMap((name, index) => [
  { name, x: 1, y: index },
  { name, x: 2, y: index * 2 },
]);
const channels = { x: 'x', y: 'y' } as const;

/** Names everywhere a name can stand, lines, symbols, and a scale of colours without steps. */
export const NASTY_CHART = chartOf({
  name: 'nasty',
  title: `Names ${NASTY[0]} ${NASTY[2]}`,
  source: NASTY[2],
  content: {
    caption: NASTY.join(' '),
    heads: [NASTY[0], NASTY[1], 'energy'],
    showsTable: true,
    figures: [
      {
        label: NASTY[2],
        description: NASTY[1],
        plot: {
          color: colourScale(NASTY),
          x: { label: NASTY[0] },
          marks: [
            areaY(points, { ...channels, fill: 'name', clip: true, fillOpacity: 0.1 }),
            lineY(points, { ...channels, stroke: 'name', strokeDasharray: '6 3' }),
            dot(points, { ...channels, stroke: 'name', symbol: 'name', title: 'name', tip: false }),
          ],
        },
      },
      {
        label: 'ramp',
        description: 'a ramp',
        plot: {
          color: { legend: true, scheme: 'viridis', label: 'share [%]' },
          fx: { label: null },
          marks: [cell(points, { x: 'x', y: 'name', fill: 'y', fx: 'x' })],
        },
      },
    ],
  },
});
