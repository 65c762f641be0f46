/** The extension point "attack": what meters and agents say instead of the truth. */
import type { Calendar } from '../../base/calendar.ts';
import type { OptionSet, OptionValues } from '../../base/options.ts';
import type { PluginHead } from '../../base/plugin.ts';
import type { RandomSource } from '../../base/random.ts';

/** What an attacker knows about a home. */
export interface AttackHome {
  /** External id, e.g. `home-017`. */
  readonly id: string;
  /** Inverter limit [W]; 0 is no PV. */
  readonly pvAcW: number;
  /** Module power [W]. */
  readonly pvDcW: number;
  /** Battery capacity [Wh]; 0 is none. */
  readonly batteryWh: number;
}

/** What an attack is given when a run is wired. */
export interface AttackContext {
  /** The homes in dense order. */
  readonly homes: readonly AttackHome[];
  /** Number of homes. */
  readonly count: number;
  /** Delivery slot [µs]; divides an hour. */
  readonly slotUs: number;
  /** Delivery slots of the run, from 0. */
  readonly slotCount: number;
  readonly calendar: Calendar;
  /** Only addressed streams may be opened, so that arms stay paired. */
  readonly random: RandomSource;
  /** Homes that other attacks of the run use already. `create` adds its own. */
  readonly actorsTaken: Set<number>;
  /**
   * Writes ground truth; only scoring reads it. Called at most once per home and slot by `meter`,
   * once per party of each order by `orders`, and once for each false claim by `claims`.
   *
   * @param deltaWh - Absolute difference of true and reported energy [Wh], >= 0.
   * @param deltaUpt - Value moved by a false trade or asked for by a false claim [Upt], integer >= 0;
   *   0 for meter attacks.
   */
  label(home: number, slot: number, deltaWh: number, deltaUpt: number): void;
}

/** Places of the registers in the array given to {@link AttackInstance.meter}. */
export const REGISTER = { import: 0, export: 1, generation: 2 } as const;

/** An order between two named parties, outside the pool. */
export interface WashOrder {
  readonly buyer: number;
  readonly seller: number;
  /** [Wh], integer > 0. */
  readonly quantityWh: number;
  /** [Upt/kWh], integer >= 0. */
  readonly priceUptPerKWh: number;
}

/** A period of a plant as its owner sees it: what its own meter registered and what labels there are. */
export interface OwnPeriod {
  readonly home: number;
  /** Number of the period. */
  readonly period: number;
  readonly fromSlot: number;
  /** First slot behind the period. */
  readonly toSlot: number;
  /** Serial of its device. */
  readonly serial: number;
  /** Labels minted in the period, as ranges of serials [from, to). */
  readonly labels: readonly (readonly [from: number, to: number])[];
  readonly labelKWh: number;
  /** Generation in the period [Wh]. */
  readonly generationWh: number;
  /** Of that, what it consumed itself [Wh]. */
  readonly selfWh: number;
  /** What the subsidy gives for a kWh [Upt]. */
  readonly rateUptPerKWh: number;
  /** Whether it registers this period with the second registry, and claims nothing at home. */
  readonly isElsewhere: boolean;
}

/** A false claim of a subsidy. */
export interface FalseClaim {
  readonly to: 'fund';
  /** Whether it is made for the second plant that the owner has entered for the same meter. */
  readonly isSecondPlant: boolean;
  readonly period: number;
  readonly labels: OwnPeriod['labels'];
  readonly energyKWh: number;
  /** [Upt], integer >= 0. */
  readonly valueUpt: number;
}

/** A false entry of the second registry, beside what is true there. */
export interface FalseEntry {
  readonly to: 'registry';
  /** Serial of the device as stated. */
  readonly serial: number;
  readonly fromSlot: number;
  readonly toSlot: number;
  readonly energyKWh: number;
  /** [Upt], integer >= 0. */
  readonly valueUpt: number;
}

/** An attack wired into one run. */
export interface AttackInstance {
  /** Homes that take part, ascending. */
  readonly actors: readonly number[];
  /** First slot of the attack. */
  readonly startSlot: number;
  /** First slot after the attack. */
  readonly endSlot: number;
  /**
   * What a meter registers instead. Called for every home in every slot, slots in increasing order
   * and from the first slot of history; leaves the values of other homes and of other slots alone.
   *
   * @param values - Increments [importWh, exportWh, generationWh] of the slot, floats >= 0 as the
   *   meter measured them; changed in place to others >= 0. Registers do the rounding.
   */
  meter?(home: number, slot: number, values: Float64Array): void;
  /** False orders for the delivery slot; called once per slot in increasing order. */
  orders?(slot: number): readonly WashOrder[];
  /** Actors that enter a second plant for their meter, under an altered serial; before the run. */
  readonly secondPlants?: readonly number[];
  /**
   * False claims about a period that is over, beside the honest claim or entry; called once per home
   * and period in which the plant has labels. Labels each with its last slot, energy and value.
   */
  claims?(own: OwnPeriod): readonly (FalseClaim | FalseEntry)[];
}

/** An attack. */
export interface Attack<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /**
   * Chooses the actors and wires the attack; deterministic in (context, options).
   *
   * @throws {ScenarioError} when the actors do not exist, are taken, or cannot carry the attack.
   */
  create(context: AttackContext, options: OptionValues<S>): AttackInstance;
}

/** Declares an attack; infers the type of its options and freezes it. */
export function defineAttack<const S extends OptionSet>(attack: Attack<S>): Attack {
  return Object.freeze(attack) as unknown as Attack;
}
