/** Who makes the blocks, and whose blocks do not stay. */
import { barX, ruleX, tickX } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { count, percent } from '../../format-value.ts';
import { defineChart } from '../../page/chart.ts';
import { colourScale } from '../../page/theme.ts';

const COLUMNS = parseColumns(`
node      | text    |  | Full node
canonical | integer |  | Blocks of it on the observer's chain
stale     | integer |  | Blocks of it that are not
expected  | number  |  | Canonical blocks by its share of hashing power; empty without one
`);

const FATES = ['canonical', 'stale'] as const;
const SHOWN_MAX = 40;

export default defineChart({
  apiVersion: 1,
  name: 'producer-shares',
  title: 'Blocks by producer',
  section: 'chain',
  kinds: ['run'],
  source: '',
  create(results) {
    const nodes = results.table('nodes');
    if (nodes === undefined) return undefined;
    const names = nodes.texts('node');
    const produced = nodes.numbers('blocks_produced');
    const canonical = nodes.numbers('blocks_canonical');
    const hash = nodes.numbers('hash_share');
    const sum = (column: Float64Array) => column.reduce((total, blocks) => total + blocks, 0);
    const [madeCount, keptCount] = [sum(produced), sum(canonical)];
    if (madeCount === 0) return undefined;
    const order = [...names.keys()].sort((a, b) => {
      return canonical[b]! - canonical[a]! || produced[b]! - produced[a]! || a - b;
    });
    const shown = order.slice(0, SHOWN_MAX).map((node) => ({
      node: names[node]!,
      canonical: canonical[node]!,
      stale: produced[node]! - canonical[node]!,
      expected: Number.isNaN(hash[node]!) ? undefined : hash[node]! * keptCount,
    }));
    const rest = order.slice(SHOWN_MAX);
    const restBlocks = rest.reduce((total, node) => total + produced[node]!, 0);
    const bars = shown.flatMap(({ node, ...blocks }) =>
      FATES.map((fate) => ({ node, fate, blocks: blocks[fate] })),
    );
    const expected = shown.filter((row) => row.expected !== undefined);
    const third = leading(order, canonical, keptCount / 3);
    return {
      caption:
        `${count(madeCount)} blocks, of which ${percent(madeCount - keptCount, madeCount)} are stale. ` +
        `${shown[0]!.node} made the most, ${percent(shown[0]!.canonical, keptCount)} of those that ` +
        `stayed; the first ${third} together made more than a third.` +
        `${expected.length > 0 ? ' Ticks: what the share of hashing power would give.' : ''}` +
        `${rest.length > 0 ? ` ${count(rest.length)} more nodes made ${count(restBlocks)}.` : ''}`,
      table: {
        columns: COLUMNS,
        rows: shown.map((row) => [row.node, row.canonical, row.stale, row.expected]),
      },
      figures: [
        {
          label: '',
          description: 'Canonical and stale blocks of each producer, most first',
          plot: {
            height: 70 + 15 * shown.length,
            marginLeft: 80,
            color: colourScale(FATES),
            x: { label: 'blocks →', grid: true },
            y: { label: null, type: 'band', domain: shown.map(({ node }) => node) },
            marks: [
              barX(bars, { y: 'node', x: 'blocks', fill: 'fate', order: [...FATES] }),
              tickX(expected, { y: 'node', x: 'expected', stroke: 'var(--ink)', strokeWidth: 1.5 }),
              ruleX([0]),
            ],
          },
        },
      ],
    };
  },
});

/** Fewest producers whose canonical blocks exceed a limit. */
function leading(order: readonly number[], canonical: Float64Array, limit: number): number {
  let sum = 0;
  let taken = 0;
  while (taken < order.length && sum <= limit) sum += canonical[order[taken++]!]!;
  return taken;
}
