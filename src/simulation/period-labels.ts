/** Labels by home and period as final blocks tell of them, and what of them is still to be claimed. */

/** Ranges of serials [from, to). */
export type Ranges = readonly (readonly [from: number, to: number])[];

/** Labels of all homes. */
export interface PeriodLabels {
  /** Takes labels that were minted of a slot; serials of a home ascend. */
  add(home: number, slot: number, from: number, to: number): void;
  /** Labels of a period. */
  of(home: number, period: number): Ranges;
  /** Labels of a period that nobody has taken yet; they count as taken from then on. */
  take(home: number, period: number): Ranges;
  /** Period that a label was minted in; -1 for one that is not known. */
  periodOf(home: number, serial: number): number;
}

/** Number of serials in ranges. */
export const countOf = (ranges: Ranges): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from, 0);

/** Creates an empty collection. @param periodSlots - Slots of a period. */
export function createPeriodLabels(homeCount: number, periodSlots: number): PeriodLabels {
  const all = Array.from({ length: homeCount }, () => new Map<number, [number, number][]>());
  const open = Array.from({ length: homeCount }, () => new Map<number, [number, number][]>());

  function append(rows: Map<number, [number, number][]>, period: number, from: number, to: number) {
    const ranges = rows.get(period) ?? [];
    const last = ranges.at(-1);
    if (last?.[1] === from) last[1] = to;
    else ranges.push([from, to]);
    rows.set(period, ranges);
  }

  return {
    add(home, slot, from, to) {
      if (from >= to) return;
      const period = Math.floor(slot / periodSlots);
      append(all[home]!, period, from, to);
      append(open[home]!, period, from, to);
    },
    of: (home, period) => all[home]!.get(period) ?? [],
    take(home, period) {
      const ranges = open[home]!.get(period) ?? [];
      open[home]!.delete(period);
      return ranges;
    },
    periodOf(home, serial) {
      for (const [period, ranges] of all[home]!) {
        if (ranges.some(([from, to]) => serial >= from && serial < to)) return period;
      }
      return -1;
    },
  };
}
