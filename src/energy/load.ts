/**
 * Pieces a load curve is made of: a shape through the day, a thermostat that cycles, and what heat
 * does to cooling.
 */

/**
 * A daily shape at an hour, linear between the middles of its hours and closed over midnight.
 * @param hourly - 24 values, the first for 00-01 h.
 * @param hour - Any real; wrapped into the day.
 */
export function shapeAt(hourly: readonly number[], hour: number): number {
  const place = hour - 0.5 - 24 * Math.floor((hour - 0.5) / 24);
  const before = Math.floor(place) % 24;
  const share = place - Math.floor(place);
  return hourly[before]! * (1 - share) + hourly[(before + 1) % 24]! * share;
}

/**
 * Share of an interval during which a thermostat is on [0, 1]; exact for any length.
 *
 * @param from - Start in periods (whole numbers are where it switches on); `to` > `from`.
 * @param duty - Share of a period it is on, (0, 1].
 */
export function cycleShare(from: number, to: number, duty: number): number {
  return (onTime(to, duty) - onTime(from, duty)) / (to - from);
}

function onTime(at: number, duty: number): number {
  const whole = Math.floor(at);
  return whole * duty + Math.min(at - whole, duty);
}

/**
 * Use of air conditioning on a day relative to a hot one [0, 1.5]: none up to 22 degC, 1 at 30
 * degC.
 */
export function coolingDemand(dayMeanC: number): number {
  return Math.min(1.5, Math.max(0, (dayMeanC - 22) / 8));
}
