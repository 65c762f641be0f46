import { roundHalfUp } from '../../base/integer.ts';
import { fraction } from '../../base/options.ts';
import { defineForecast, LAG_SLOTS_MAX } from '../forecast.ts';
import { createLikeDays } from '../like-days.ts';

/**
 * Persistence. Load is the mean of the same slot over the last up to seven like days (weekdays or
 * weekend days). PV is the last clear-sky index times the clear-sky curve; the index is taken from
 * slots in which the sun stands high enough to mean something, and is carried over the night.
 *
 * With short history: load is that of the other kind of day, then the last observed load, then 0;
 * PV of a home that has not seen the sun is 0. A home that generates without a clear-sky curve
 * keeps its last observed generation.
 */
export default defineForecast({
  apiVersion: 1,
  name: 'persistence',
  summary: 'Mean of like days for load, last clear-sky index for PV',
  source: 'R. H. Inman et al., Prog. Energy Combust. Sci. 39 (2013) 535, §3.1; model §3.11',
  needsOracle: false,
  options: () => ({
    minClearSky: fraction('5 %', {
      doc: 'Share of the highest clear-sky output below which no clear-sky index is taken',
    }),
  }),
  create(context, { minClearSky }) {
    const { count, slotsPerDay } = context;
    const loads = createLikeDays(count, slotsPerDay);
    const peak = new Float64Array(count);
    // The last slots stay apart, for a home sends its order before everybody has seen the same
    // slot.
    const indexBySlot = new Float64Array(LAG_SLOTS_MAX * count);
    const loadBySlot = new Float64Array(LAG_SLOTS_MAX * count);
    const generationBySlot = new Float64Array(LAG_SLOTS_MAX * count);
    const rowOf = (slot: number) =>
      (((slot % LAG_SLOTS_MAX) + LAG_SLOTS_MAX) % LAG_SLOTS_MAX) * count;
    let first = Number.NaN;
    let last = Number.NaN;
    return {
      observe(slot, loadWh, generationWh) {
        if (!Number.isNaN(last) && slot !== last + 1) {
          throw new RangeError(`"slot" expected ${last + 1}, got ${slot}`);
        }
        loads.add(slot, context.isWeekend(slot), loadWh);
        const row = rowOf(slot);
        const before = rowOf(slot - 1);
        for (let home = 0; home < count; home++) {
          const clear = context.clearSky(home, slot);
          if (clear > peak[home]!) peak[home] = clear;
          const isHigh = clear > 0 && clear >= minClearSky * peak[home]!;
          indexBySlot[row + home] = isHigh
            ? generationWh[home]! / clear
            : indexBySlot[before + home]!;
          loadBySlot[row + home] = loadWh[home]!;
          generationBySlot[row + home] = generationWh[home]!;
        }
        if (Number.isNaN(first)) first = slot;
        last = slot;
      },
      forecast(home, slot, lastSlot, out) {
        if (slot <= last || lastSlot > last || lastSlot <= last - LAG_SLOTS_MAX) {
          throw new RangeError(
            `"slot" expected after ${last} with lastSlot at most ${LAG_SLOTS_MAX - 1} behind it,` +
              ` got ${slot} and ${lastSlot}`,
          );
        }
        if (Number.isNaN(last) || lastSlot < first) {
          out.loadWh = 0;
          out.generationWh = 0;
          return;
        }
        const row = rowOf(lastSlot) + home;
        const mean = loads.meanWh(home, slot, context.isWeekend(slot));
        out.loadWh = roundHalfUp(mean ?? loadBySlot[row]!);
        out.generationWh =
          peak[home]! > 0
            ? roundHalfUp(indexBySlot[row]! * context.clearSky(home, slot))
            : generationBySlot[row]!;
      },
    };
  },
});
