/**
 * Honest meter faults. A detector that has only met thieves calls every broken meter one; so a
 * share of meters fails by itself. Which and how is a label: it lives in an object of its own that
 * the composition root hands to the meters and to scoring, and that no reported type refers to.
 */
import type { RandomSource } from '../base/random.ts';
import { DAY_US } from '../base/units.ts';

/** How an honest meter fails. */
export const METER_FAULT_KINDS = ['stuck-register', 'drifting-gain', 'dead-generation'] as const;
/** A kind of honest fault. */
export type MeterFaultKind = (typeof METER_FAULT_KINDS)[number];

/** The fault of one meter; it lasts to the end of the run. */
export interface MeterFault {
  readonly kind: MeterFaultKind;
  /** First slot with the fault. */
  readonly fromSlot: number;
  /** Register that stands still (0 import, 1 export); -1 for other kinds. */
  readonly register: number;
  /** Relative change of the gain a day; 0 for other kinds. */
  readonly gainPerDay: number;
}

/** Labels of the honest faults: for the meters and for scoring only. */
export interface MeterFaults {
  /** The fault of a home's meter, or undefined. */
  faultOf(home: number): MeterFault | undefined;
  /** Homes with a fault, ascending. */
  readonly homes: readonly number[];
}

/** What faults are drawn from. */
export interface MeterFaultSpec {
  readonly count: number;
  /** Share of homes that fail, in [0, 1]. */
  readonly share: number;
  readonly random: RandomSource;
  /** Delivery slots of the run; onsets are uniform in [0, slotCount). */
  readonly slotCount: number;
  /** 1 where the home has a generation register; all when absent. */
  readonly prosumer?: ArrayLike<number> | undefined;
}

/** Largest relative error a drifting gain reaches before the meter's own alarm would retire it. */
export const DRIFT_MAX = 0.3;
const DRIFT_PER_DAY_MIN = 0.005;
const DRIFT_PER_DAY_MAX = 0.03;

/**
 * Draws the faults of a run: each home fails with probability `share`, with an onset uniform over
 * the run, by a kind uniform among those its registers allow.
 *
 * @returns Labels; the draw of a home depends on no other home.
 * Source: kinds after the non-malicious faults of model.md §8.1; the daily drift 0.5-3 % is a
 * choice.
 */
export function createMeterFaults(spec: MeterFaultSpec): MeterFaults {
  const draws = spec.random.addressed('world/meter-fault');
  const faults: (MeterFault | undefined)[] = [];
  const homes: number[] = [];
  for (let home = 0; home < spec.count; home++) {
    faults.push(undefined);
    if (draws.uniform(home, 0, 0) >= spec.share) continue;
    const prosumer = (spec.prosumer?.[home] ?? 1) !== 0;
    const kindCount = prosumer ? 3 : 2;
    const kind = METER_FAULT_KINDS[Math.floor(draws.uniform(home, 0, 1) * kindCount)]!;
    const fromSlot = Math.floor(draws.uniform(home, 0, 2) * spec.slotCount);
    const drift =
      DRIFT_PER_DAY_MIN + (DRIFT_PER_DAY_MAX - DRIFT_PER_DAY_MIN) * draws.uniform(home, 0, 3);
    const upward = draws.uniform(home, 0, 4) < 0.5;
    const stuck = prosumer && draws.uniform(home, 0, 5) < 0.5 ? 1 : 0;
    homes.push(home);
    faults[home] = Object.freeze({
      kind,
      fromSlot,
      register: kind === 'stuck-register' ? stuck : -1,
      gainPerDay: kind === 'drifting-gain' ? (upward ? drift : -drift) : 0,
    });
  }
  return { faultOf: (home) => faults[home], homes };
}

/**
 * Applies a fault to the energy a meter is about to register.
 *
 * @param valuesWh - Increments [import, export, generation] of one slot [Wh]; changed in place.
 * @param slotUs - Slot length [µs].
 */
export function applyFault(
  fault: MeterFault,
  slot: number,
  slotUs: number,
  valuesWh: Float64Array,
): void {
  if (slot < fault.fromSlot) return;
  if (fault.kind === 'stuck-register') {
    valuesWh[fault.register] = 0;
  } else if (fault.kind === 'dead-generation') {
    valuesWh[2] = 0;
  } else {
    const days = ((slot - fault.fromSlot + 1) * slotUs) / DAY_US;
    const error = Math.max(-DRIFT_MAX, Math.min(DRIFT_MAX, fault.gainPerDay * days));
    valuesWh[0] = valuesWh[0]! * (1 + error);
    valuesWh[1] = valuesWh[1]! * (1 + error);
  }
}
