/** Over which transactions and blocks a chart speaks: those the metrics measure. */
import type { Results } from '../../../page/results.ts';

/** Times of a run [µs]. */
export interface Span {
  /** Start of the first delivery slot. */
  readonly fromUs: number;
  /** End of the last. */
  readonly toUs: number;
  /** Last event on record: what had not happened by then is open. */
  readonly endUs: number;
}

const DAY_US = 86.4e9;

function largest(values: Float64Array, least: number): number {
  let found = least;
  for (const value of values) if (value > found) found = value;
  return found;
}

/** End of the measured span of a chain without a market: its window, or its last block if it ends early. */
function chainEndUs(results: Results): number {
  const horizon = results.runs[0]?.scenario?.['horizon'] as
    | { readonly span?: number; readonly blocks?: number }
    | undefined;
  const window = results.manifest['window'] as { readonly days?: number } | undefined;
  const none = Number.POSITIVE_INFINITY;
  const windowUs = Math.min(horizon?.span ?? none, (window?.days ?? none) * DAY_US);
  if (horizon !== undefined && horizon.blocks === undefined && windowUs < none) return windowUs;
  const blocks = results.table('blocks');
  if (blocks === undefined) return windowUs;
  const drain = blocks.numbers('drain');
  const produced = blocks.numbers('produced_us').filter((_, block) => drain[block] !== 1);
  return Math.min(windowUs, largest(produced, 0));
}

/** The measured span of a run: from its first delivery slot to the end of its last one. */
export function spanOf(results: Results): Span {
  const start = results.table('slots')?.numbers('start_us');
  let toUs: number;
  if (start === undefined || start.length < 2) toUs = chainEndUs(results);
  else toUs = start[start.length - 1]! + start[1]! - start[0]!;
  let endUs = 0;
  for (const column of ['produced_us', 'final_us']) {
    endUs = largest(results.table('blocks')?.numbers(column) ?? new Float64Array(), endUs);
  }
  for (const column of ['submitted_us', 'received_us', 'included_us', 'final_us']) {
    endUs = largest(results.table('transactions')?.numbers(column) ?? new Float64Array(), endUs);
  }
  return { fromUs: start?.[0] ?? 0, toUs, endUs };
}

/** Whether an instant is in the measured span. */
export function isMeasured({ fromUs, toUs }: Span, timeUs: number): boolean {
  return timeUs >= fromUs && timeUs < toUs;
}
