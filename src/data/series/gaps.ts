/** What stands where a reading is missing, under the policy the user chose. */
import { roundHalfUp } from '../../base/integer.ts';

/**
 * Energies between register readings.
 *
 * @param values - Register [Wh, integer, not falling]; NaN where it was not read.
 * @param maxCount - Longest run of missing reads that is bridged; the known total is shared evenly
 *   over the run, to the watt-hour, with nothing lost.
 * @returns One energy fewer than readings; NaN where unknown.
 */
export function differences(values: Float64Array, maxCount: number): Float64Array {
  const energyWh = new Float64Array(values.length - 1).fill(Number.NaN);
  let last = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const steps = i - last;
    if (last >= 0 && steps - 1 <= maxCount) {
      const totalWh = values[i]! - values[last]!;
      for (let k = 0; k < steps; k++) {
        const [before, after] = [(totalWh * k) / steps, (totalWh * (k + 1)) / steps];
        energyWh[last + k] = Math.floor(after) - Math.floor(before);
      }
    }
    last = i;
  }
  return energyWh;
}

/**
 * Fills gaps of energies in place: runs of NaN of at most `maxCount`, with zero or on the line
 * between their neighbours, rounded half up. A run at an edge has no line and stays.
 *
 * @returns How many intervals were filled.
 */
export function fillGaps(
  energyWh: Float64Array,
  policy: 'interpolate' | 'zero',
  maxCount: number,
): number {
  let filled = 0;
  for (let i = 0; i < energyWh.length; i++) {
    if (!Number.isNaN(energyWh[i]!)) continue;
    let end = i;
    while (end < energyWh.length && Number.isNaN(energyWh[end]!)) end++;
    const [before, after] = [energyWh[i - 1], energyWh[end]];
    const inside = before !== undefined && after !== undefined;
    if (end - i <= maxCount && (policy === 'zero' || inside)) {
      for (let k = i; k < end; k++) {
        const share = (k - i + 1) / (end - i + 1);
        energyWh[k] = policy === 'zero' ? 0 : roundHalfUp(before! + (after! - before!) * share);
        filled++;
      }
    }
    i = end;
  }
  return filled;
}
