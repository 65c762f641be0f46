/** Time to detection with episodes that were never detected. */
import { productLimit, type SurvivalTime, survivalQuantile } from '../../base/survival.ts';

/** One episode: detected after `timeUs`, or still undetected then. */
export interface Survival {
  readonly timeUs: number;
  readonly detected: boolean;
}

/** Episodes as the curves of survival take them, in order; times [µs]. */
export function survivalTimes(episodes: readonly Survival[]): SurvivalTime[] {
  return episodes.map(({ timeUs, detected }) => ({ time: timeUs, event: detected }));
}

/**
 * Kaplan-Meier median of the time to detection.
 *
 * @param episodes - Times >= 0 [µs]; at one time detections come before censorings.
 * @returns Smallest time at which the estimated share of undetected episodes is at most ½; NaN when
 *   it never falls that low, or without episodes.
 */
export function medianTimeUs(episodes: readonly Survival[]): number {
  return survivalQuantile(productLimit(survivalTimes(episodes)), 0.5);
}
