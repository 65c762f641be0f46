/**
 * Half-open intervals of integers that may overlap, found by what they overlap. Sorted by their start; a
 * search begins as far to the left as the longest interval reaches.
 */

/** An interval with what it stands for. */
export interface Interval<T> {
  readonly from: number;
  /** First integer behind it. */
  readonly to: number;
  readonly value: T;
}

/** Intervals by place. */
export interface IntervalIndex<T> {
  /** Adds an interval, from < to. Cost: O(1) behind all others, else O(count). */
  add(from: number, to: number, value: T): void;
  /**
   * Intervals that share an integer with [from, to), by start and then in the order added. Cost:
   * O(log count + intervals that start within the longest one before).
   */
  overlapping(from: number, to: number): Interval<T>[];
  readonly count: number;
}

/** Creates an empty index. */
export function createIntervalIndex<T>(): IntervalIndex<T> {
  const intervals: Interval<T>[] = [];
  let longest = 0;

  /** Place of the first interval that starts at or behind an integer. */
  function placeOf(start: number): number {
    let [low, high] = [0, intervals.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (intervals[middle]!.from < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(from, to, value) {
      if (!(from < to)) throw new RangeError(`"to" expected above ${from}, got ${to}`);
      longest = Math.max(longest, to - from);
      intervals.splice(placeOf(from + 1), 0, { from, to, value });
    },
    overlapping(from, to) {
      const found: Interval<T>[] = [];
      for (let at = placeOf(from - longest + 1); at < intervals.length; at++) {
        const interval = intervals[at]!;
        if (interval.from >= to) break;
        if (interval.to > from) found.push(interval);
      }
      return found;
    },
    get count() {
      return intervals.length;
    },
  };
}
