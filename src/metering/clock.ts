/** Clocks of meters: each drifts at its own steady rate and is set right once a week. */
import type { RandomSource } from '../base/random.ts';
import { DAY_US, SECOND_US } from '../base/units.ts';

/** Reads whose clock is off by more than this are flagged [µs]. Source: model.md §3.10. */
export const CLOCK_ERROR_MAX_US = 30 * SECOND_US;
/** Time between two settings of a meter's clock by the head-end [µs]. */
export const CLOCK_SYNC_US = 7 * DAY_US;

/** Clock errors of all meters. */
export interface Clocks {
  /** Error of a meter's clock at the end of a slot [µs], integer; + = the meter is ahead. */
  errorUs(home: number, slot: number): number;
}

/**
 * Creates the clocks.
 * @param driftUs - Standard deviation over meters of the drift in a day [µs].
 * @returns Errors that grow linearly from each setting; the weekly settings of meters are out of
 *   step.
 */
export function createClocks(
  count: number,
  driftUs: number,
  slotUs: number,
  random: RandomSource,
): Clocks {
  const draws = random.addressed('world/meter-clock');
  const driftPerDayUs = new Float64Array(count);
  const phaseUs = new Float64Array(count);
  for (let home = 0; home < count; home++) {
    driftPerDayUs[home] = driftUs * draws.normal(home, 0, 0);
    phaseUs[home] = CLOCK_SYNC_US * draws.uniform(home, 0, 1);
  }
  return {
    errorUs(home, slot) {
      const sinceUs = (slot + 1) * slotUs - phaseUs[home]!;
      const runUs = sinceUs - Math.floor(sinceUs / CLOCK_SYNC_US) * CLOCK_SYNC_US;
      return Math.round(driftPerDayUs[home]! * (runUs / DAY_US)) + 0;
    },
  };
}
