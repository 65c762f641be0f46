/**
 * Units of the model as branded numbers. Conserved quantities are integers held in a double
 * (exact to 2^53): time in microseconds, energy in watt-hours, value in micro-points.
 * Inside hot loops a plain number carries the unit in its name; the brands stand at module borders.
 */

declare const unit: unique symbol;

/** A span or instant of simulated time [µs], integer; instants count from the start of the run. */
export type Us = number & { readonly [unit]?: 'us' };
/** Energy [Wh], integer. */
export type Wh = number & { readonly [unit]?: 'wh' };
/** Value [micro-point], integer; 1e6 make one point. A price is in Upt per kWh. */
export type Upt = number & { readonly [unit]?: 'upt' };

/** One millisecond [µs]. */
export const MILLISECOND_US = 1_000;
/** One second [µs]. */
export const SECOND_US = 1_000_000;
/** One minute [µs]. */
export const MINUTE_US = 60 * SECOND_US;
/** One hour [µs]. */
export const HOUR_US = 60 * MINUTE_US;
/** One day of 24 hours [µs]. */
export const DAY_US = 24 * HOUR_US;
/** Micro-points in one point. */
export const UPT_PER_POINT = 1_000_000;
