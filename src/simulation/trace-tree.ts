/** What a trace found, as a tree: printed for people, or as rows of a table. */
import { formatInstant } from '../base/calendar.ts';
import { divFloor } from '../base/integer.ts';
import type { TracedLedger, TracedTransaction } from './trace-ledger.ts';

/** One thing that a trace found, and what it rests on. */
export interface TraceNode {
  /** What kind of thing it is, one word or two, e.g. `order`, `meter batch`. */
  readonly kind: string;
  /** What is known of it, in words. */
  readonly text: string;
  /** Transaction that shows it. */
  readonly tx?: Pick<TracedTransaction, 'block' | 'id' | 'timestampUs'>;
  readonly children?: readonly TraceNode[];
}

/** Local time of an instant of chain time, e.g. `2024-06-03T10:15:00+08:00`. */
export function chainInstant(ledger: TracedLedger, timestampUs: number): string {
  const { startEpochS, utcOffsetMin } = ledger.genesis;
  const sinceUs = timestampUs - ledger.state.rules.openingUs;
  return formatInstant(startEpochS + divFloor(sinceUs, 1_000_000), utcOffsetMin);
}

/** Local time at which the delivery of a slot starts. */
export const slotInstant = (ledger: TracedLedger, slot: number): string => {
  const { openingUs, slotUs } = ledger.state.rules;
  return chainInstant(ledger, openingUs + slot * slotUs);
};

/** A tree as lines of text, one a node. */
export function traceText(ledger: TracedLedger, root: TraceNode): string[] {
  const lines: string[] = [];
  const visit = (node: TraceNode, lead: string, branch: string): void => {
    lines.push(`${lead}${branch}${node.kind}: ${node.text}${proofText(ledger, node)}`);
    const below = branch === '' ? '' : `${lead}${branch === '└─ ' ? '   ' : '│  '}`;
    const children = node.children ?? [];
    children.forEach((child, k) => {
      visit(child, below, k === children.length - 1 ? '└─ ' : '├─ ');
    });
  };
  visit(root, '', '');
  return lines;
}

function proofText(ledger: TracedLedger, { tx }: TraceNode): string {
  if (tx === undefined) return '';
  const when = chainInstant(ledger, tx.timestampUs);
  return ` [block ${tx.block}, ${when}, transaction ${tx.id.slice(0, 16)}]`;
}

/** Columns of a trace as a table. */
export const TRACE_COLUMNS = ['level', 'kind', 'text', 'block', 'time', 'transaction'] as const;

/** A tree as rows in the order of its lines; cells that do not apply are undefined. */
export function traceRows(
  ledger: TracedLedger,
  root: TraceNode,
): readonly (readonly (string | number | undefined)[])[] {
  const rows: (readonly (string | number | undefined)[])[] = [];
  const visit = (node: TraceNode, level: number): void => {
    const { tx } = node;
    const time = tx === undefined ? undefined : chainInstant(ledger, tx.timestampUs);
    rows.push([level, node.kind, node.text, tx?.block, time, tx?.id]);
    for (const child of node.children ?? []) visit(child, level + 1);
  };
  visit(root, 0);
  return rows;
}

/** Micro-points as points, exact, e.g. `12.5 pt`. */
export function pointsText(amountUpt: number): string {
  const sign = amountUpt < 0 ? '-' : '';
  const size = Math.abs(amountUpt);
  const fraction = String(size % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(size / 1_000_000);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`} pt`;
}
