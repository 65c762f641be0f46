/**
 * The unit that suits the size of a number. Result files keep microseconds, watt-hours and micro-points,
 * whose numbers nobody can compare at a glance.
 */
import { DAY_US, HOUR_US, MILLISECOND_US, MINUTE_US, SECOND_US } from '../base/units.ts';

/** A unit and how many of the file's unit make one of it. */
export interface HumanUnit {
  /** Empty for counts and indices. */
  readonly unit: string;
  /** Value shown = value in the file / divisor. */
  readonly divisor: number;
}

/** How many of the file's unit make one of a larger, and from how many of it on it is used; default 1. */
export type UnitSize = readonly [divisor: number, unit: string, from?: number];

/** Sizes by unit of the file, largest first; `%` is of shares in [0, 1]. */
export const UNIT_SIZES: Readonly<Record<string, readonly UnitSize[]>> = {
  us: [
    [DAY_US, 'd', 3],
    [HOUR_US, 'h', 2],
    [MINUTE_US, 'min', 3],
    [SECOND_US, 's'],
    [MILLISECOND_US, 'ms'],
    [1, 'µs'],
  ],
  Wh: [
    [1e6, 'MWh'],
    [1e3, 'kWh'],
    [1, 'Wh'],
    [1e-3, 'mWh'],
  ],
  W: [
    [1e6, 'MW'],
    [1e3, 'kW'],
    [1, 'W'],
  ],
  B: [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
    [1, 'B'],
  ],
  'B/d': [
    [1e6, 'MB/d'],
    [1e3, 'kB/d'],
    [1, 'B/d'],
  ],
  'bit/s': [
    [1e9, 'Gbit/s'],
    [1e6, 'Mbit/s'],
    [1e3, 'kbit/s'],
    [1, 'bit/s'],
  ],
  kg: [
    [1e3, 't'],
    [1, 'kg'],
  ],
  upt: [[1e6, 'pt']],
  'upt/kWh': [[1e6, 'pt/kWh']],
  '%': [[0.01, '%']],
};

/**
 * The unit for numbers of a size.
 *
 * @param unit - Unit in the file, or `%` for shares in [0, 1].
 * @param values - Values to show, in that unit; the median of their sizes decides, so that one outlier
 *   does not turn seconds into days. NaN and 0 do not count.
 */
export function humanUnit(unit: string, values: ArrayLike<number>): HumanUnit {
  const sizes = UNIT_SIZES[unit];
  if (sizes === undefined) return { unit, divisor: 1 };
  const present = Float64Array.from(values, Math.abs).filter((size) => size > 0);
  const size = present.sort()[present.length >> 1] ?? Number.NaN;
  const fits = sizes.find(([divisor, , from = 1]) => size >= from * divisor);
  const fallback = sizes.find(([divisor]) => divisor === 1) ?? sizes.at(-1)!;
  const [divisor, shown] = fits ?? (Number.isNaN(size) ? fallback : sizes.at(-1)!);
  return { unit: shown, divisor };
}
