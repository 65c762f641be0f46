/** The deepest forks of a run, block by block. */
import { dot, link } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { counted, percent, shortNumber } from '../../format-value.ts';
import { defineChart } from '../../page/chart.ts';
import { colourScale } from '../../page/theme.ts';
import { forksOf } from './support/fork-windows.ts';

const COLUMNS = parseColumns(`
fork      | integer |   | Height of the last block that the branches share
block     | integer |   | Index of the block
height    | integer |   | Its height
producer  | text    |   | Node that made it
seconds   | number  | s | Time since the last shared block was made
branch    | integer |   | 0 the chain, from 1 on branches that did not stay
`);

const FATES = ['canonical', 'stale'] as const;
const FORKS_MAX = 8;
const BLOCKS_MAX = 50;

export default defineChart({
  apiVersion: 1,
  name: 'forks',
  title: 'Deepest forks',
  section: 'chain',
  kinds: ['run'],
  source: '',
  create(results) {
    const table = results.table('blocks');
    if (table === undefined) return undefined;
    const forks = forksOf(table, FORKS_MAX, BLOCKS_MAX);
    if (forks.length === 0) return undefined;
    const producers = table.texts('producer');
    const heights = table.numbers('height');
    const shown = forks.slice(0, FORKS_MAX);
    const points = shown.flatMap((fork) =>
      fork.blocks.map((block) => {
        const from = block.parent === undefined ? undefined : fork.blocks[block.parent];
        return {
          ...block,
          fork: `after ${heights[fork.root]!}`,
          at: heights[fork.root]!,
          producer: producers[block.block]!,
          fate: block.lane === 0 ? FATES[0] : FATES[1],
          from,
        };
      }),
    );
    const links = points.flatMap((point) =>
      point.from === undefined
        ? []
        : [{ ...point, fromSeconds: point.from.seconds, fromLane: point.from.lane }],
    );
    const lanes = Math.max(...points.map(({ lane }) => lane));
    const isCut = shown.some(({ blocks, depth, root }) => {
      return blocks.every(({ height }) => height < heights[root]! + depth);
    });
    const single = forks.filter(({ depth }) => depth === 1).length;
    return {
      caption:
        `${counted(forks.length, 'fork')}, ${percent(single, forks.length)} of them one block deep; ` +
        `the deepest made ${counted(shown[0]!.depth, 'block')} stale in a row. ` +
        `${forks.length > shown.length ? `The ${shown.length} deepest are drawn` : 'All are drawn'}, ` +
        'each from the height after which it began: squares did not stay, lines lead from parent ' +
        `to child.${isCut ? ` A very deep one is cut after ${BLOCKS_MAX} blocks.` : ''}`,
      table: {
        columns: COLUMNS,
        rows: points.map((point) => [
          point.at,
          point.block,
          point.height,
          point.producer,
          point.seconds,
          point.lane,
        ]),
      },
      figures: [
        {
          label: '',
          description: 'Blocks of each fork against the time since the last shared block',
          plot: {
            height: 70 + shown.length * (24 + 12 * lanes),
            marginLeft: 80,
            color: colourScale(FATES),
            x: {
              label: 'time since the last shared block [s] →',
              grid: true,
              tickFormat: shortNumber,
            },
            y: { axis: null, domain: [lanes + 0.4, -0.4] },
            fy: { label: null, domain: [...new Set(points.map(({ fork }) => fork))] },
            marks: [
              link(links, {
                x1: 'fromSeconds',
                x2: 'seconds',
                y1: 'fromLane',
                y2: 'lane',
                fy: 'fork',
                stroke: 'var(--faint)',
              }),
              ...FATES.map((fate, at) =>
                dot(
                  points.filter((point) => point.fate === fate),
                  {
                    x: 'seconds',
                    y: 'lane',
                    fy: 'fork',
                    fill: 'fate',
                    symbol: at === 0 ? 'circle' : 'square',
                    r: 4,
                    title: ({ producer, height }) => `${producer}, height ${height}`,
                  },
                ),
              ),
            ],
          },
        },
      ],
    };
  },
});
