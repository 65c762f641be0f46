/**
 * Load of the same slot on the last days of the same kind, kept as running sums so that a forecast
 * is one division whatever the history.
 */

/** Days a mean reaches back. */
export const LIKE_DAYS = 7;

/** Mean load by home, kind of day and slot of day. */
export interface LikeDays {
  /** Adds one observed slot of every home [Wh, integers]; `slot` may be negative. O(homes). */
  add(slot: number, isWeekend: boolean, loadWh: ArrayLike<number>): void;
  /**
   * Mean of the last up to {@link LIKE_DAYS} like days [Wh]; of the other kind of day while none of
   * this kind has been seen; undefined while neither has. O(1).
   */
  meanWh(home: number, slot: number, isWeekend: boolean): number | undefined;
}

/** Makes an empty store for `count` homes: 2 · slotsPerDay · (7 + 1) · count numbers. */
export function createLikeDays(count: number, slotsPerDay: number): LikeDays {
  const cells = 2 * slotsPerDay;
  const ringWh = new Float64Array(cells * LIKE_DAYS * count);
  const sumWh = new Float64Array(cells * count);
  const seen = new Int32Array(cells);
  // Slots a day apart are the same slot of day wherever in the day slot 0 lies.
  const cellOf = (slot: number, isWeekend: boolean) =>
    (isWeekend ? slotsPerDay : 0) + (((slot % slotsPerDay) + slotsPerDay) % slotsPerDay);
  return {
    add(slot, isWeekend, loadWh) {
      const cell = cellOf(slot, isWeekend);
      const ring = (cell * LIKE_DAYS + (seen[cell]! % LIKE_DAYS)) * count;
      const sums = cell * count;
      for (let home = 0; home < count; home++) {
        // The place still holds the value of seven like days ago, or 0, so the sum of integers is
        // exact.
        sumWh[sums + home]! += loadWh[home]! - ringWh[ring + home]!;
        ringWh[ring + home] = loadWh[home]!;
      }
      seen[cell]!++;
    },
    meanWh(home, slot, isWeekend) {
      let cell = cellOf(slot, isWeekend);
      if (seen[cell]! === 0) cell = cellOf(slot, !isWeekend);
      const days = Math.min(seen[cell]!, LIKE_DAYS);
      return days === 0 ? undefined : sumWh[cell * count + home]! / days;
    },
  };
}
