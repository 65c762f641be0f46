/**
 * What a tampered meter remembers: its own true day so far and the day before. A meter cannot know
 * how the running day will end, so a pattern that needs a whole day (mean, reversed, replay) uses
 * the last complete one; the papers apply it to the same day in hindsight. Over many days the
 * energy is the same.
 */
import type { SlotDays } from '../../base/days.ts';

/** Memory of one meter. */
export interface DayBuffer {
  /** Records the true value of a slot; slots in increasing order. */
  record(slot: number, wh: number): void;
  /**
   * The last complete day before the recorded slot [Wh per slot of the day]; undefined before one.
   */
  previous(): Float64Array | undefined;
}

/** Creates an empty memory. A day counts as complete when each of its slots was recorded. */
export function createDayBuffer(days: SlotDays): DayBuffer {
  let current: Float64Array = new Float64Array(days.slotsPerDay);
  let previous: Float64Array | undefined;
  let day = Number.NaN;
  let recorded = 0;
  return {
    record(slot, wh) {
      const today = days.dayOf(slot);
      if (today !== day) {
        if (recorded === days.slotsPerDay) {
          const free = previous ?? new Float64Array(days.slotsPerDay);
          previous = current;
          current = free;
        }
        day = today;
        recorded = 0;
      }
      current[days.slotOfDay(slot)] = wh;
      recorded++;
    },
    previous: () => previous,
  };
}
