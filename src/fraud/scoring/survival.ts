/** Time to detection with episodes that were never detected. */

/** One episode: detected after `timeUs`, or still undetected then. */
export interface Survival {
  readonly timeUs: number;
  readonly detected: boolean;
}

/**
 * Kaplan-Meier median of the time to detection.
 *
 * @param episodes - Times >= 0 [µs]; at one time detections come before censorings.
 * @returns Smallest time at which the estimated share of undetected episodes is at most ½; NaN when
 *   it never falls that low, or without episodes.
 * Source: E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53(282), 1958.
 */
export function medianTimeUs(episodes: readonly Survival[]): number {
  const sorted = episodes
    .map((episode, index) => ({ ...episode, index }))
    .sort(
      (a, b) => a.timeUs - b.timeUs || Number(b.detected) - Number(a.detected) || a.index - b.index,
    );
  let undetected = 1;
  for (let i = 0; i < sorted.length; i++) {
    if (!sorted[i]!.detected) continue;
    undetected *= 1 - 1 / (sorted.length - i);
    if (undetected <= 0.5 + 1e-12) return sorted[i]!.timeUs;
  }
  return Number.NaN;
}
