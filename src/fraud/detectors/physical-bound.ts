import { createSlotDays } from '../../base/days.ts';
import { duration, number } from '../../base/options.ts';
import { MINUTE_US } from '../../base/units.ts';
import {
  BOUND_TOLERANCE,
  isNight,
  LIMIT_TOLERANCE,
  pvBoundOverSkyWh,
  type SkyPath,
  skyPath,
} from '../../energy/bound.ts';
import { type DetectorContext, defineDetector, type ReadingEvent } from './define.ts';

/** Sun over one read interval; `sky` is undefined when it is night throughout. */
interface Interval {
  readonly sky: SkyPath | undefined;
}

const CACHE_LIMIT = 4_096;

/**
 * Accuses generation that the sun or the inverter cannot deliver. A read is judged on its whole
 * span, so a read that merges lost neighbours is judged on its sum. By day the limit is 1.25 × the
 * plane-of-array bound with registered tilt and azimuth, capped at the inverter's rating; where the
 * orientation is not on file, the rating alone. When the sun stays below -6° from the start of the
 * interval to its end, widened by clock error and stamp tolerance, the limit is 0. Every limit is
 * raised by one register unit, and the rating by twice the meter class. A reading is always a
 * difference of registers, so merged ones (quality E) are judged like the others.
 *
 * The daily score of a home is the largest ratio of generation to limit; it alarms above 1, once a
 * home and day. A home without a registered PV system may not generate at all. Blind to anything
 * below the bound, e.g. a scaled cloudy day. Cost: O(1) a read.
 */
export default defineDetector({
  apiVersion: 1,
  name: 'physical-bound',
  code: 'D05',
  unit: 'home',
  summary: 'Generation above what the plane of the array, the inverter or the night allow',
  source: 'model.md §8.4 D05; decision 27; bound: src/energy/bound.ts (Haurwitz 1945)',
  options: () => ({
    tolerance: number(BOUND_TOLERANCE, { min: 1, doc: 'Irradiance over clear sky still honest' }),
    stampTolerance: duration('5 min', { doc: 'How far a time stamp may be off, for night' }),
  }),
  create(context, options) {
    const { count, homes, slotUs, resolutionWh } = context;
    const days = createSlotDays(context.calendar, slotUs);
    const ratingFactor = Math.max(1, (1 + 2 * context.meterClass) / LIMIT_TOLERANCE);
    const intervalOf = createIntervals(context, options.stampTolerance);
    const best = new Map<number, Float64Array>();
    const alarmed = new Map<number, Uint8Array>();
    let lastDayEnded = Number.NEGATIVE_INFINITY;

    function limitWh(reading: ReadingEvent): number {
      const home = homes[reading.home]!;
      const { sky } = intervalOf(reading);
      if (sky === undefined || home.pvAcW === 0) return resolutionWh;
      const spec = { ...home, pvAcW: home.pvAcW * ratingFactor };
      return resolutionWh + pvBoundOverSkyWh(sky, spec, options.tolerance);
    }

    return {
      threshold: 1,
      onReading(reading) {
        if (reading.generationWh <= 0) return;
        const limit = Math.max(1, limitWh(reading));
        const ratio = reading.generationWh / limit;
        const day = days.dayOf(reading.slot);
        const scores = rowOf(best, day, () => new Float64Array(count));
        if (ratio > scores[reading.home]!) {
          scores[reading.home] = ratio;
          if (day <= lastDayEnded) context.score(reading.home, day, ratio);
        }
        if (ratio <= 1) return;
        const seen = rowOf(alarmed, day, () => new Uint8Array(count));
        if (seen[reading.home] === 1) return;
        seen[reading.home] = 1;
        const { home, slot, fromSlot, generationWh } = reading;
        const night = intervalOf(reading).sky === undefined ? ' at night' : '';
        context.alarm({
          entity: home,
          slot,
          score: ratio,
          evidence:
            `generated ${generationWh} Wh${night} in slots ${fromSlot} to ${slot}, ` +
            `at most ${Math.floor(limit)} Wh possible`,
        });
      },
      onDayEnd(day) {
        const scores = rowOf(best, day, () => new Float64Array(count));
        for (let home = 0; home < count; home++) context.score(home, day, scores[home]!);
        lastDayEnded = day;
        // Late reads reach at most a few days back; older rows are history nobody adds to.
        for (const rows of [best, alarmed]) rows.delete(day - 14);
      },
    };
  },
});

function rowOf<T>(rows: Map<number, T>, day: number, make: () => T): T {
  const found = rows.get(day);
  if (found !== undefined) return found;
  const made = make();
  rows.set(day, made);
  return made;
}

/** Sky of read intervals, shared by all homes: clock errors are rounded up to whole minutes. */
function createIntervals(context: DetectorContext, stampToleranceUs: number) {
  const { calendar, slotUs } = context;
  const cache = new Map<string, Interval>();
  return (reading: ReadingEvent): Interval => {
    const clockMin = Math.ceil(Math.abs(reading.clockErrorUs) / MINUTE_US);
    const key = `${reading.fromSlot}/${reading.slot}/${clockMin}`;
    const found = cache.get(key);
    if (found !== undefined) return found;
    const clockUs = clockMin * MINUTE_US;
    const fromUs = reading.fromSlot * slotUs;
    const toUs = (reading.slot + 1) * slotUs;
    const night = isNight(fromUs, toUs, calendar, context, clockUs + stampToleranceUs);
    const sky = night ? undefined : skyPath(fromUs - clockUs, toUs + clockUs, calendar, context);
    if (cache.size >= CACHE_LIMIT) cache.clear();
    const made = { sky };
    cache.set(key, made);
    return made;
  };
}
