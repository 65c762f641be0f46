/** Simulated time on an axis: hours from the start, whole days where there are many, the local clock. */
import type { Results, ResultTable } from '../../../page/results.ts';

/** Microseconds of an hour. */
export const HOUR_US = 3.6e9;

const STEPS: readonly number[] = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672, 1344, 2688, 5376];
const TICKS_MAX = 13;

/** Ticks of an axis of hours: multiples of 1, 2, 3, 6, 12 or 24 h and so on, at most fourteen. */
export function hourTicks(from: number, to: number): number[] {
  const step = STEPS.find((hours) => (to - from) / hours <= TICKS_MAX) ?? (to - from) / TICKS_MAX;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step); at * step <= to; at++) ticks.push(at * step);
  return ticks;
}

/** Axis of hours from the start of the window; its ticks are whole hours where it is long enough. */
export function hourAxis(from: number, to: number) {
  const label = 'hours from the start of the window →';
  return to - from > 6 ? { label, ticks: hourTicks(from, to) } : { label };
}

/** Local time of day at the start of the window [h]; 0 where the manifest does not say. */
export function startHourOf(results: Results): number {
  const window = results.manifest['window'] as
    | { readonly startEpochS?: number; readonly utcOffsetMin?: number }
    | undefined;
  const seconds = (window?.startEpochS ?? 0) + (window?.utcOffsetMin ?? 0) * 60;
  return (((seconds % 86_400) + 86_400) % 86_400) / 3600;
}

/** Delivery slots of a run as an axis. */
export interface SlotAxis {
  /** Length of a slot [h]. */
  readonly slotHours: number;
  /** Slots that share one point of the chart. */
  readonly step: number;
  /** First slot of each point, in order. */
  readonly first: readonly number[];
  /** Start of each point [h]. */
  readonly hours: readonly number[];
  /** How long one point lasts [h]. */
  readonly pointHours: number;
  /** Sum of a column over a point's slots, cells without a value as 0. */
  sum(column: Float64Array, point: number): number;
  /** Words for the caption about what a point is; empty where it is one slot. */
  readonly note: string;
}

const POINTS_MAX = 700;

/**
 * The slots in at most 700 points, each of one length: every slot of a week in quarter hours, groups of
 * neighbours of anything longer.
 *
 * @returns Undefined where there are fewer than two slots and hence no length of one.
 */
export function slotAxis(slots: ResultTable): SlotAxis | undefined {
  if (slots.count < 2) return undefined;
  const start = slots.numbers('start_us');
  const slotHours = (start[1]! - start[0]!) / HOUR_US;
  const step = Math.ceil(slots.count / POINTS_MAX);
  const first: number[] = [];
  for (let slot = 0; slot < slots.count; slot += step) first.push(slot);
  return {
    slotHours,
    step,
    first,
    hours: first.map((slot) => start[slot]! / HOUR_US),
    pointHours: step * slotHours,
    note: step === 1 ? '' : ` Each point stands for ${step} slots.`,
    sum(column, point) {
      let total = 0;
      const end = Math.min(slots.count, (point + 1) * step);
      for (let slot = point * step; slot < end; slot++) {
        if (!Number.isNaN(column[slot]!)) total += column[slot]!;
      }
      return total;
    },
  };
}
