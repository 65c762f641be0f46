/**
 * Concentration over time: the table `decentralisation`, computed from the blocks and nodes tables when
 * results are written. Over a whole run two producers in turn and two that each ruled for half of it
 * look the same; by window they do not.
 */
import { createTable, type Table } from '../../base/table.ts';
import { DAY_US } from '../../base/units.ts';
import { BASES, byOrganisation, MEASURES, measuredChain, production } from './decentralisation.ts';
import type { RunView } from './metric.ts';
import { measuredSpan } from './span.ts';

/** Canonical blocks in a window of kind `blocks`. */
export const WINDOW_BLOCKS = 100;

/** One window of blocks. */
interface BlockWindow {
  readonly kind: 'day' | 'blocks';
  readonly startUs: number;
  readonly blocks: readonly number[];
}

interface Row {
  readonly window: 'run' | BlockWindow['kind'];
  readonly startUs: number;
  readonly basis: string;
  readonly measure: string;
  readonly value: number;
}

/** Days from the first delivery slot on, then stretches of blocks; a last short stretch is left out. */
function windowsOf(run: RunView): readonly BlockWindow[] {
  const chain = measuredChain(run);
  const producedUs = run.numbers('blocks', 'produced_us');
  const [fromUs, toUs] = measuredSpan(run);
  const windows: BlockWindow[] = [];
  const dayCount = Number.isNaN(fromUs) ? 0 : Math.ceil((toUs - fromUs) / DAY_US);
  const days: number[][] = Array.from({ length: dayCount }, () => []);
  for (const block of chain) days[Math.floor((producedUs[block]! - fromUs) / DAY_US)]!.push(block);
  days.forEach((blocks, day) => {
    windows.push({ kind: 'day', startUs: fromUs + day * DAY_US, blocks });
  });
  for (let at = 0; at + WINDOW_BLOCKS <= chain.length; at += WINDOW_BLOCKS) {
    const blocks = chain.slice(at, at + WINDOW_BLOCKS);
    windows.push({ kind: 'blocks', startUs: producedUs[blocks[0]!]!, blocks });
  }
  return windows;
}

/** Share of a window's producers that made no block in the window before it. */
function turnover(now: ReadonlySet<string>, before: ReadonlySet<string>): number {
  if (now.size === 0) return Number.NaN;
  return [...now].filter((producer) => !before.has(producer)).length / now.size;
}

/**
 * Measures concentration over the whole run (production, stake, hashing power) and of production by
 * day and by every hundred canonical blocks, with the turnover of producers from window to window.
 *
 * @returns Table of the schema `decentralisation`; undefined values are NaN.
 */
export function decentralisationTable(run: RunView): Table {
  const [fromUs] = measuredSpan(run);
  const rows: Row[] = Number.isNaN(fromUs) ? [] : wholeRun(run, fromUs);
  const producers = run.texts('blocks', 'producer');
  let last: { readonly kind: string; readonly names: ReadonlySet<string> } | undefined;
  for (const { kind, startUs, blocks } of windowsOf(run)) {
    const made = byOrganisation(run, production(run, blocks));
    const row = (measure: string, value: number): Row => {
      return { window: kind, startUs, basis: 'producer', measure, value };
    };
    for (const { name, of } of MEASURES) rows.push(row(name, of(made)));
    const names = new Set(blocks.map((block) => producers[block]!));
    const before = last?.kind === kind ? last.names : undefined;
    rows.push(row('turnover', before === undefined ? Number.NaN : turnover(names, before)));
    last = { kind, names };
  }
  return createTable('decentralisation', {
    window: rows.map((row) => row.window),
    start_us: Float64Array.from(rows, (row) => row.startUs),
    basis: rows.map((row) => row.basis),
    measure: rows.map((row) => row.measure),
    value: Float64Array.from(rows, (row) => row.value),
  });
}

function wholeRun(run: RunView, startUs: number): Row[] {
  return BASES.flatMap(({ name: basis, read }) =>
    MEASURES.map(({ name: measure, of }) => {
      return { window: 'run' as const, startUs, basis, measure, value: of(read(run)) };
    }),
  );
}
