/** What metering needs of the scenario's metering section; the section's values satisfy it. */
export interface MeterOptions {
  /** Accuracy class as a fraction: the gain error is uniform within it. */
  readonly class: number;
  /** Standard deviation of the relative error of one read. */
  readonly readNoise: number;
  /** Class of the feeder-head meter as a fraction. */
  readonly headClass: number;
  /** Register resolution [Wh], integer >= 1. */
  readonly resolution: number;
  /** Probability that a read is lost. */
  readonly loss: number;
  /** Median of the lognormal read delay [µs]. */
  readonly delayMedian: number;
  /** Shape of the lognormal read delay. */
  readonly delaySigma: number;
  /** Standard deviation of clock drift over a day [µs]. */
  readonly clockDrift: number;
  /** Share of homes whose meter develops an honest fault. */
  readonly faults: number;
}
