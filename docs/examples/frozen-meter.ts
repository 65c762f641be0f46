/**
 * A consumer stops the meter: from one slot to another no register moves. It takes a magnet and no
 * knowledge, which is why it is the first thing a detector should see.
 */
import { attackSlots, chooseActors, commonOptions } from '../../src/fraud/attacks/actors.ts';
import { defineAttack } from '../../src/fraud/attacks/define.ts';

export default defineAttack({
  apiVersion: 1,
  name: 'frozen-meter',
  code: 'F90',
  summary: 'Meters of consumers stand still',
  source: 'the on-off case of consumption under-reporting, model section 8.2, F01',
  options: () => commonOptions(5),
  create(context, options) {
    const isConsumer = (home: { readonly pvAcW: number }) => home.pvAcW === 0;
    const actors = chooseActors(context, 'frozen-meter', options, isConsumer, 'no PV');
    const { startSlot, endSlot } = attackSlots(context, 'frozen-meter', options);
    return {
      actors,
      startSlot,
      endSlot,
      meter(home, slot, values) {
        if (slot < startSlot || slot >= endSlot || !actors.includes(home)) return;
        const deltaWh = Math.max(...values);
        values.fill(0);
        // Ground truth for scoring; no detector can read it.
        if (deltaWh > 0) context.label(home, slot, deltaWh, 0);
      },
    };
  },
});
