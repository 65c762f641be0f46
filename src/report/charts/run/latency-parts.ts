/** Where each second of a transaction's life goes, by type of transaction. */
import { barX, ruleX } from '@observablehq/plot';
import { fsum } from '../../../base/sum.ts';
import { parseColumns } from '../../column.ts';
import { count, duration } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results } from '../../page/results.ts';
import { colourScale } from '../../page/theme.ts';
import { isMeasured, spanOf } from './support/span.ts';

const COLUMNS = parseColumns(`
type         | text    |   | Type of transaction
fate         | text    |   | final, or pending when the run ended
transactions | integer |   | How many
to_node_s    | number  | s | Mean time from submission to the client's node
to_block_s   | number  | s | Mean time from there to the block that carries it
to_final_s   | number  | s | Mean time from there to finality at the client's node
waiting_s    | number  | s | Mean time from what a pending one reached last to the end of the run
whole_s      | number  | s | Mean time from submission to finality, or to the end of the run; the sum of the parts
`);

const PARTS = ['to the node', 'to a block', 'to finality', 'waiting at the end'] as const;
const TYPES_MAX = 24;
const OTHER = 'all other types';

/** Transactions of one type and fate. */
interface Life {
  /** Final ones whose block did not stay. */
  readonly unkept: number;
  readonly type: string;
  readonly fate: string;
  readonly count: number;
  /** Mean length of each part [s]. */
  readonly parts: readonly number[];
  readonly whole: number;
}

/**
 * Lengths of the parts of one life [µs]. A part begins where the one before ended; what was not reached
 * ends with the run and is waiting, so that the parts sum to the whole for all.
 */
function partsOf(instants: readonly number[], endUs: number): number[] {
  const parts = PARTS.map(() => 0);
  let fromUs = instants[0]!;
  for (let part = 0; part < 3; part++) {
    const reached = instants[part + 1]!;
    // A copy may reach a block without a record of the node's own receipt: the next part takes it all.
    if (Number.isNaN(reached)) continue;
    parts[part] = reached - fromUs;
    fromUs = reached;
  }
  if (Number.isNaN(instants[3]!)) parts[3] = Math.max(0, endUs - fromUs);
  return parts;
}

function livesOf(results: Results): Life[] {
  const table = results.table('transactions');
  if (table === undefined) return [];
  const span = spanOf(results);
  const [types, fates] = [table.texts('type'), table.texts('fate')];
  const columns = ['submitted_us', 'received_us', 'included_us', 'final_us'].map((column) => {
    return table.numbers(column);
  });
  const rows = [...types.keys()].filter((tx) => {
    return fates[tx] !== 'rejected' && isMeasured(span, columns[0]![tx]!);
  });
  const named = frequentTypes(rows.map((tx) => types[tx]!));
  const groups = new Map<string, Life & { readonly lives: number[][] }>();
  for (const tx of rows) {
    const type = named.has(types[tx]!) ? types[tx]! : OTHER;
    const instants = columns.map((column) => column[tx]!);
    const fate = Number.isNaN(instants[3]!) ? 'pending' : 'final';
    const key = `${fate} ${type}`;
    const group = groups.get(key) ?? {
      type,
      fate,
      count: 0,
      unkept: 0,
      parts: [],
      whole: 0,
      lives: [],
    };
    group.lives.push(partsOf(instants, span.endUs));
    const isUnkept = fate === 'final' && Number.isNaN(instants[2]!);
    groups.set(key, { ...group, unkept: group.unkept + Number(isUnkept) });
  }
  return [...groups.values()].map(({ lives, ...group }) => {
    const mean = (of: (life: number[]) => number) => fsum(lives.map(of)) / lives.length / 1e6;
    const parts = PARTS.map((_, part) => mean((life) => life[part]!));
    return { ...group, count: lives.length, parts, whole: mean((life) => fsum(life)) };
  });
}

/** All types, or the most frequent ones that leave room for one bar of all others. */
function frequentTypes(types: readonly string[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const kept = byCount.length > TYPES_MAX ? byCount.slice(0, TYPES_MAX - 1) : byCount;
  return new Set(kept.map(([type]) => type));
}

export default defineChart({
  apiVersion: 1,
  name: 'latency-parts',
  title: 'Where the time of a transaction goes',
  section: 'chain',
  kinds: ['run'],
  source: '',
  create(results) {
    const lives = livesOf(results).sort((a, b) => {
      const byFate = Number(a.fate === 'pending') - Number(b.fate === 'pending');
      return byFate || b.whole - a.whole || (a.type < b.type ? -1 : 1);
    });
    if (lives.length === 0) return undefined;
    const final = lives.filter(({ fate }) => fate === 'final');
    const pending = lives.filter(({ fate }) => fate === 'pending');
    const finalCount = final.reduce((sum, life) => sum + life.count, 0);
    const pendingCount = pending.reduce((sum, life) => sum + life.count, 0);
    const mean = (value: (life: Life) => number) =>
      fsum(final.map((life) => value(life) * life.count)) / finalCount;
    const means = PARTS.slice(0, 3).map((_, part) => mean(({ parts }) => parts[part]!) * 1e6);
    const ofFinal =
      finalCount === 0
        ? 'No transaction became final'
        : `A final transaction took ${duration(mean(({ whole }) => whole) * 1e6)} on average: ` +
          `${duration(means[0]!)} to its node, ${duration(means[1]!)} from there to a block and ` +
          `${duration(means[2]!)} from the block to finality (${count(finalCount)} transactions)`;
    const ofPending =
      pendingCount === 0
        ? 'None was pending at the end.'
        : `${count(pendingCount)} pending at the end stand apart, with their wait until then.`;
    const unkept = final.reduce((sum, life) => sum + life.unkept, 0);
    const ofUnkept =
      unkept === 0
        ? ''
        : ` ${count(unkept)} were final in a block that did not stay: all of their time after the ` +
          'node counts to finality.';
    return {
      caption: `${ofFinal}. ${ofPending}${ofUnkept}`,
      table: {
        columns: COLUMNS,
        rows: lives.map((life) => [life.type, life.fate, life.count, ...life.parts, life.whole]),
      },
      figures: [
        ...(final.length > 0 ? [figure('final', final, pending.length > 0)] : []),
        ...(pending.length > 0 ? [figure('pending', pending, final.length > 0)] : []),
      ],
    };
  },
});

function figure(fate: string, lives: readonly Life[], isOneOfTwo: boolean): ChartFigure {
  const bars = lives.flatMap(({ type, count: many, parts }) =>
    parts.map((time, at) => ({ type: `${type} (${count(many)})`, part: PARTS[at]!, time })),
  );
  const there = PARTS.filter((_, at) => fate === 'pending' || at < 3);
  return {
    label: isOneOfTwo ? fate : '',
    description: `Mean time of ${fate} transactions in each stage, by type`,
    plot: {
      height: 80 + 17 * lives.length,
      marginLeft: 190,
      color: colourScale(PARTS.slice(0, there.length)),
      x: { label: 'mean time [s] →', grid: true },
      y: { label: null, type: 'band', domain: [...new Set(bars.map(({ type }) => type))] },
      marks: [
        barX(
          bars.filter(({ time }) => time !== 0),
          { y: 'type', x: 'time', fill: 'part', order: [...PARTS] },
        ),
        ruleX([0]),
      ],
    },
  };
}
