import { createSlotDays } from '../../base/days.ts';
import { choice, duration, fraction, optional, power } from '../../base/options.ts';
import { HOUR_US } from '../../base/units.ts';
import { attackSlots, chooseActors, commonOptions } from './actors.ts';
import { defineAttack, REGISTER } from './define.ts';
import { createPattern, IMPORT_PATTERNS, type PatternOfHome } from './import-patterns.ts';

/**
 * A consumer's meter reports less than was imported. Only the import register is touched. Patterns
 * and their causality: see `import-patterns.ts`; `mean` and `reversed` steal no energy and only
 * defeat time-of-use tariffs.
 */
export default defineAttack({
  apiVersion: 1,
  name: 'under-reporting',
  code: 'F01',
  summary: 'Consumption meters report less than was imported',
  source: 'model.md §8.2 F01; Jokar, Arianpoo, Leung, IEEE Trans. Smart Grid 7(1), 2016, §III',
  options: () => ({
    ...commonOptions(5),
    mode: choice(IMPORT_PATTERNS, 'constant', 'How the register lies'),
    alpha: optional(fraction(undefined, { doc: 'Reported share; drawn when absent' })),
    alphaMin: fraction('0.1', { doc: 'Least drawn share' }),
    alphaMax: fraction('0.8', { doc: 'Largest drawn share' }),
    windowFrom: optional(duration(undefined, { doc: 'Since midnight; drawn when absent' })),
    windowTo: optional(duration(undefined, { doc: 'Since midnight; drawn when absent' })),
    capShare: fraction('0.6', { doc: 'Of the highest slot so far, mode cap' }),
    subtract: power('300 W', { doc: 'Hidden constant power, mode subtract' }),
  }),
  create(context, options) {
    const { count, slotUs } = context;
    const actors = chooseActors(context, 'under-reporting', options);
    const { startSlot, endSlot } = attackSlots(context, 'under-reporting', options);
    const days = createSlotDays(context.calendar, slotUs);
    const draws = context.random.addressed('fraud/under-reporting');
    const settings = { ...options, subtractWh: (options.subtract * slotUs) / HOUR_US };
    const patterns: (PatternOfHome | undefined)[] = Array.from({ length: count });
    for (const home of actors) patterns[home] = createPattern(home, settings, days, draws);
    return {
      actors,
      startSlot,
      endSlot,
      meter(home, slot, values) {
        const pattern = patterns[home];
        if (pattern === undefined) return;
        const active = slot >= startSlot && slot < endSlot;
        const trueWh = values[REGISTER.import]!;
        const reportedWh = pattern(slot, trueWh, active);
        if (!active) return;
        values[REGISTER.import] = reportedWh;
        const deltaWh = Math.abs(trueWh - reportedWh);
        if (deltaWh > 0) context.label(home, slot, deltaWh, 0);
      },
    };
  },
});
