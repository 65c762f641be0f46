import { createSlotDays } from '../../base/days.ts';
import { choice, duration, number, optional, power } from '../../base/options.ts';
import { DAY_US, HOUR_US } from '../../base/units.ts';
import { attackSlots, chooseActors, commonOptions } from './actors.ts';
import { createDayBuffer, type DayBuffer } from './day-buffer.ts';
import { type AttackHome, defineAttack, REGISTER } from './define.ts';

/** Ways to over-report generation. */
const MODES = ['scale', 'clipped', 'night', 'replay'] as const;

/** Slot sums of the best complete day a meter has seen. */
interface BestDay {
  readonly buffer: DayBuffer;
  seen: Float64Array | undefined;
  bestWh: number;
  readonly profile: Float64Array;
}

/**
 * A generation meter reports more than was generated: false data for subsidies and certificates.
 * What is added to the generation register is added to the export register too, so that the
 * registers of one connection stay consistent and the false energy can be sold.
 *
 * - `scale`: true · (1 + gain); may pass the inverter's rating, which the physical bound sees.
 * - `clipped`: the same, but never above the rating unless the truth is; hides from a rating check.
 * - `night`: a constant power inside a window of the night.
 * - `replay`: each slot reports the best complete day seen so far where that is above the truth.
 */
export default defineAttack({
  apiVersion: 1,
  name: 'generation-over-reporting',
  code: 'F02',
  summary: 'PV meters report more than was generated',
  source: 'model.md §8.2 F02; Shaaban et al., IEEE Systems Journal 16(2), 2021 (false PV data)',
  options: () => ({
    ...commonOptions(3),
    mode: choice(MODES, 'clipped', 'How the register lies'),
    gain: optional(number(undefined, { min: 0, max: 100, doc: 'Added share; drawn when absent' })),
    gainMin: number(0.2, { min: 0, max: 100, doc: 'Least drawn share' }),
    gainMax: number(1, { min: 0, max: 100, doc: 'Largest drawn share' }),
    night: power('500 W', { doc: 'Added power, mode night' }),
    nightFrom: duration('22 h', { max: DAY_US, doc: 'Since midnight, mode night' }),
    nightTo: duration('4 h', { max: DAY_US, doc: 'Since midnight, mode night' }),
  }),
  create(context, options) {
    const { homes, count, slotUs } = context;
    const name = 'generation-over-reporting';
    const hasPv = (home: AttackHome) => home.pvAcW > 0;
    const actors = chooseActors(context, name, options, hasPv, 'PV and no other attack');
    const { startSlot, endSlot } = attackSlots(context, name, options);
    const days = createSlotDays(context.calendar, slotUs);
    const draws = context.random.addressed(`fraud/${name}`);
    const { mode, gainMin, gainMax, nightFrom, nightTo } = options;
    const slotHours = slotUs / HOUR_US;
    const isActor = new Uint8Array(count);
    const gains = new Float64Array(count);
    const bests: (BestDay | undefined)[] = Array.from({ length: count });
    for (const home of actors) {
      isActor[home] = 1;
      gains[home] = options.gain ?? gainMin + (gainMax - gainMin) * draws.uniform(home, 0, 0);
      const profile = new Float64Array(days.slotsPerDay);
      bests[home] = { buffer: createDayBuffer(days), seen: undefined, bestWh: 0, profile };
    }

    function isDark(slot: number): boolean {
      const timeUs = days.timeOfDayUs(slot);
      return nightFrom <= nightTo
        ? timeUs >= nightFrom && timeUs < nightTo
        : timeUs >= nightFrom || timeUs < nightTo;
    }
    function extraWh(home: number, slot: number, trueWh: number): number {
      if (mode === 'night') return isDark(slot) ? options.night * slotHours : 0;
      if (mode === 'replay') return bests[home]!.profile[days.slotOfDay(slot)]! - trueWh;
      const extra = gains[home]! * trueWh;
      return mode === 'scale' ? extra : Math.min(extra, homes[home]!.pvAcW * slotHours - trueWh);
    }
    return {
      actors,
      startSlot,
      endSlot,
      meter(home, slot, values) {
        if (isActor[home] === 0) return;
        const trueWh = values[REGISTER.generation]!;
        if (mode === 'replay') remember(bests[home]!, slot, trueWh);
        if (slot < startSlot || slot >= endSlot) return;
        const addedWh = extraWh(home, slot, trueWh);
        if (addedWh <= 0) return;
        values[REGISTER.generation]! += addedWh;
        values[REGISTER.export]! += addedWh;
        context.label(home, slot, addedWh, 0);
      },
    };
  },
});

/** Records the true slot and keeps the best complete day. */
function remember(best: BestDay, slot: number, trueWh: number): void {
  best.buffer.record(slot, trueWh);
  const day = best.buffer.previous();
  if (day === undefined || day === best.seen) return;
  best.seen = day;
  let sumWh = 0;
  for (let i = 0; i < day.length; i++) sumWh += day[i]!;
  if (sumWh > best.bestWh) {
    best.bestWh = sumWh;
    best.profile.set(day);
  }
}
