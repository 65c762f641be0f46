/**
 * Delivery slots seen as days. Screening, profiles and day windows ask "which local day, which slot
 * of it" millions of times; this answers with two integer divisions instead of a civil date.
 */
import type { Calendar } from './calendar.ts';
import { DAY_US, HOUR_US } from './units.ts';

/** Local days of the slots of one run. */
export interface SlotDays {
  /** Slots in a full day, at least 1. */
  readonly slotsPerDay: number;
  /** Local days since the start day of the slot's beginning; negative in history. */
  dayOf(slot: number): number;
  /** Place of the slot in its local day, 0 to `slotsPerDay - 1`. */
  slotOfDay(slot: number): number;
  /** Local time of day at the slot's beginning [µs], in [0, one day). */
  timeOfDayUs(slot: number): number;
  /** First slot that begins in the local day; may be negative. */
  firstSlotOf(day: number): number;
}

/**
 * Creates the view. `slotUs` is the delivery slot [µs], a positive integer that divides a day.
 *
 * @throws {RangeError} when it does not.
 */
export function createSlotDays(calendar: Calendar, slotUs: number): SlotDays {
  if (!(Number.isSafeInteger(slotUs) && slotUs > 0 && DAY_US % slotUs === 0)) {
    throw new RangeError(`"slotUs" expected a divisor of a day, got ${slotUs}`);
  }
  const slotsPerDay = DAY_US / slotUs;
  // The hour is a float; the start is whole seconds, so the rounding restores it exactly.
  const startUs = Math.round(calendar.at(0).hour * HOUR_US);
  const dayOf = (slot: number) => Math.floor((startUs + slot * slotUs) / DAY_US);
  const timeOfDayUs = (slot: number) => startUs + slot * slotUs - dayOf(slot) * DAY_US;
  return {
    slotsPerDay,
    dayOf,
    timeOfDayUs,
    slotOfDay: (slot) => Math.floor(timeOfDayUs(slot) / slotUs),
    firstSlotOf: (day) => Math.ceil((day * DAY_US - startUs) / slotUs),
  };
}
