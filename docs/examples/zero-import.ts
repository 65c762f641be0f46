/**
 * Accuses consumers whose import register stands still. Something always runs in a home that is lived
 * in, and a register step is 10 Wh; hours without one mean a stopped meter or an empty house. Homes
 * with PV are left alone: their battery may carry the night. Blind to any meter that still moves.
 */
import { createSlotDays } from '../../src/base/days.ts';
import { duration } from '../../src/base/options.ts';
import { defineDetector } from '../../src/fraud/detectors/define.ts';

export default defineDetector({
  apiVersion: 1,
  name: 'zero-import',
  code: 'D90',
  unit: 'home',
  summary: 'Import registers of consumers that stand still',
  source: 'rule V6 (frozen register) of model section 3.10, on import alone',
  options: () => ({
    still: duration('6 h', { min: 1, doc: 'Longest honest time without a register step' }),
  }),
  create({ count, homes, slotUs, calendar, alarm, score }, { still }) {
    const days = createSlotDays(calendar, slotUs);
    /** Time each register has stood still, and the longest of the day [µs]. */
    const runUs = new Float64Array(count);
    const longestUs = new Float64Array(count);
    const alarmedDay = new Float64Array(count).fill(Number.NaN);
    return {
      threshold: 1,
      onReading({ home, fromSlot, slot, importWh }) {
        if (homes[home]!.pvAcW > 0) return;
        runUs[home] = importWh > 0 ? 0 : runUs[home]! + (slot - fromSlot + 1) * slotUs;
        longestUs[home] = Math.max(longestUs[home]!, runUs[home]!);
        const ratio = runUs[home]! / still;
        const day = days.dayOf(slot);
        if (ratio < 1 || alarmedDay[home] === day) return;
        alarmedDay[home] = day;
        const hours = runUs[home]! / 3.6e9;
        alarm({ entity: home, slot, score: ratio, evidence: `no import for ${hours} h` });
      },
      onDayEnd(day) {
        for (let home = 0; home < count; home++) score(home, day, longestUs[home]! / still);
        longestUs.set(runUs);
      },
    };
  },
});
