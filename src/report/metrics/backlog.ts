/** How the number of open transactions grows: the sign of an overloaded chain (model page, 9.1). */
import { SECOND_US } from '../../base/units.ts';
import type { RunView } from './metric.ts';
import { measuredSpan } from './span.ts';

/** Instants at which the backlog is read. */
const SAMPLES = 128;

/**
 * Slope of a series by least squares.
 *
 * @param times - Instants in any unit, not all equal.
 * @param values - The series at them; same length.
 * @returns Units of `values` a unit of `times`; NaN below two instants.
 */
export function leastSquaresSlope(times: ArrayLike<number>, values: ArrayLike<number>): number {
  const count = times.length;
  let [meanTime, meanValue] = [0, 0];
  for (let k = 0; k < count; k++) {
    meanTime += times[k]! / count;
    meanValue += values[k]! / count;
  }
  let [cross, squares] = [0, 0];
  for (let k = 0; k < count; k++) {
    cross += (times[k]! - meanTime) * (values[k]! - meanValue);
    squares += (times[k]! - meanTime) * (times[k]! - meanTime);
  }
  return squares > 0 ? cross / squares : Number.NaN;
}

/** Number of sorted instants up to and including a time. */
function countUpTo(sorted: Float64Array, timeUs: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Growth of the backlog over the second half of the delivery slots [1/s]: what was submitted and is
 * neither final nor expired. The first half is left to filling up, since a chain that keeps pace holds a
 * backlog of offered load x latency. What a node refused never enters; what is pending never leaves.
 *
 * @returns NaN without delivery slots.
 */
export function backlogSlopeTps(run: RunView): number {
  const [fromUs, toUs] = measuredSpan(run);
  if (!(toUs > fromUs)) return Number.NaN;
  const fates = run.texts('transactions', 'fate');
  const reasons = run.texts('transactions', 'reject_reason');
  const submittedUs = run.numbers('transactions', 'submitted_us');
  const finalUs = run.numbers('transactions', 'final_us');
  const expiryUs = run.numbers('transactions', 'expiry_us');
  const [enters, leaves]: [number[], number[]] = [[], []];
  for (let tx = 0; tx < fates.length; tx++) {
    if (fates[tx] === 'rejected' && reasons[tx] !== 'EXPIRED') continue;
    enters.push(submittedUs[tx]!);
    if (fates[tx] === 'final') leaves.push(finalUs[tx]!);
    else if (fates[tx] === 'rejected') leaves.push(Math.max(submittedUs[tx]!, expiryUs[tx]!));
  }
  const [entered, left] = [Float64Array.from(enters).sort(), Float64Array.from(leaves).sort()];
  const halfUs = (toUs - fromUs) / 2;
  const times = new Float64Array(SAMPLES);
  const open = new Float64Array(SAMPLES);
  for (let k = 0; k < SAMPLES; k++) {
    const atUs = fromUs + halfUs + (halfUs * (k + 1)) / SAMPLES;
    times[k] = (atUs - fromUs) / SECOND_US;
    open[k] = countUpTo(entered, atUs) - countUpTo(left, atUs);
  }
  return leastSquaresSlope(times, open);
}
