import { choice, fraction } from '../../base/options.ts';
import { attackSlots, chooseActors, commonOptions } from './actors.ts';
import { entryOf, isAttacked, labelled } from './claims.ts';
import { type AttackHome, defineAttack, type FalseClaim } from './define.ts';

/** Ways to claim twice. */
const MODES = ['period', 'plant', 'registry'] as const;

/**
 * Owners of PV ask twice for the subsidy of the same labels. The honest claim is sent besides.
 *
 * - `period`: the same labels once more, for the period before.
 * - `plant`: the same labels for a second plant, entered under an altered serial for the same meter.
 * - `registry`: the same energy with the fund of a second registry, which the chain does not see; a
 *   share of the entries states an altered serial.
 *
 * The contract refuses the first two; each attempt is labelled, whatever becomes of it. Periods that
 * an owner registers elsewhere anyway are left alone.
 */
export default defineAttack({
  apiVersion: 1,
  name: 'duplicate-subsidy-claim',
  code: 'F09',
  summary: 'Owners of PV claim the subsidy of the same labels twice',
  source: 'model.md §8.2 F09',
  options: () => ({
    ...commonOptions(3),
    mode: choice(MODES, 'registry', 'Where the second claim goes'),
    altered: fraction('50 %', { doc: 'Share of entries with an altered serial, mode registry' }),
  }),
  create(context, options) {
    const name = 'duplicate-subsidy-claim';
    const hasPv = (home: AttackHome) => home.pvAcW > 0;
    const actors = chooseActors(context, name, options, hasPv, 'PV and no other attack');
    const slots = attackSlots(context, name, options);
    const draws = context.random.addressed(`fraud/${name}`);
    const { mode, altered } = options;
    return {
      actors,
      ...slots,
      secondPlants: mode === 'plant' ? actors : [],
      claims(own) {
        if (!actors.includes(own.home) || own.isElsewhere || !isAttacked(own, slots)) return [];
        if (mode === 'registry') {
          return [labelled(context, own, entryOf(own, own.labelKWh, altered, draws))];
        }
        if (mode === 'period' && own.period === 0) return [];
        const claim: FalseClaim = {
          to: 'fund',
          isSecondPlant: mode === 'plant',
          period: mode === 'period' ? own.period - 1 : own.period,
          labels: own.labels,
          energyKWh: own.labelKWh,
          valueUpt: own.rateUptPerKWh * own.labelKWh,
        };
        return [labelled(context, own, claim)];
      },
    };
  },
});
