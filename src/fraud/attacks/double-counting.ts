import { choice, energy, fraction } from '../../base/options.ts';
import { attackSlots, chooseActors, commonOptions } from './actors.ts';
import { entryOf, isAttacked, labelled } from './claims.ts';
import { type AttackHome, defineAttack } from './define.ts';

/** Ways to count energy twice, or energy that is not clean. */
const MODES = ['registry', 'self-consumption', 'storage'] as const;

/**
 * Owners of PV let a second registry certify energy that has its certificate here, or none anywhere.
 *
 * - `registry`: the labels of a period once more.
 * - `self-consumption`: what the home consumed itself, as if it had been delivered.
 * - `storage`: energy that a battery took from the grid and gave back, on top of what the period has
 *   here or there. What is claimed is modelled, not the work of the battery; the labels of the chain
 *   are immune, since they are minted of the lesser of export and generation.
 *
 * Fossil generation sold as clean needs a plant that burns something; no home has one.
 */
export default defineAttack({
  apiVersion: 1,
  name: 'double-counting',
  code: 'F10',
  summary: 'Owners of PV let a second registry certify energy that is counted already or not clean',
  source: 'model.md §8.2 F10',
  options: () => ({
    ...commonOptions(3),
    mode: choice(MODES, 'registry', 'What is certified'),
    altered: fraction('50 %', { doc: 'Share of entries with an altered serial' }),
    recycled: energy('5 kWh', { min: 1000, doc: 'Energy of storage in a period, mode storage' }),
  }),
  create(context, options) {
    const name = 'double-counting';
    const hasPv = (home: AttackHome) => home.pvAcW > 0;
    const actors = chooseActors(context, name, options, hasPv, 'PV and no other attack');
    const slots = attackSlots(context, name, options);
    const draws = context.random.addressed(`fraud/${name}`);
    const { mode, altered } = options;
    const recycledKWh = Math.floor(options.recycled / 1000);
    const energyKWh = (labelKWh: number, selfWh: number) => {
      if (mode === 'storage') return recycledKWh;
      return mode === 'registry' ? labelKWh : Math.floor(selfWh / 1000);
    };
    return {
      actors,
      ...slots,
      claims(own) {
        if (!actors.includes(own.home) || !isAttacked(own, slots)) return [];
        if (own.isElsewhere && mode !== 'storage') return [];
        const falseKWh = energyKWh(own.labelKWh, own.selfWh);
        if (falseKWh === 0) return [];
        return [labelled(context, own, entryOf(own, falseKWh, altered, draws))];
      },
    };
  },
});
