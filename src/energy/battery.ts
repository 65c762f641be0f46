/**
 * A home battery over one step, seen from its AC terminals. Losses of both ways, the usable window
 * and self-discharge are applied here and nowhere else, so that planning agents and physics agree.
 */
import { pow } from '../base/math.ts';

/** Lowest state of charge a battery discharges to. Source: model.md §3.5. */
export const SOC_MIN = 0.1;
/** Highest state of charge a battery charges to. */
export const SOC_MAX = 0.95;
/** Self-discharge in a month of 30 days. */
export const SELF_DISCHARGE_PER_MONTH = 0.02;

const MONTH_S = 30 * 86_400;

/** Places of the results in the `out` array of {@link stepBattery}; all in Wh. */
export const BATTERY_OUT = { charge: 0, discharge: 1, stored: 2, selfLoss: 3 } as const;
/** Length of the `out` array. */
export const BATTERY_OUT_LENGTH = 4;

/** Share of the stored energy that is left after a step [0, 1]. `stepS` >= 0. */
export function keepFactor(stepS: number): number {
  return pow(1 - SELF_DISCHARGE_PER_MONTH, stepS / MONTH_S);
}

/**
 * Advances one battery by one step towards a wish.
 *
 * @param wishWh - Energy wanted at the AC terminals [Wh]: positive charges, negative discharges.
 * @param storedWh - Energy in the cells before the step [Wh], >= 0.
 * @param capacityWh - Capacity [Wh], >= 0; 0 does nothing.
 * @param limitWh - Most the inverter moves in the step, AC side [Wh], >= 0.
 * @param efficiency - Efficiency of one way, (0, 1].
 * @param keep - Share kept after self-discharge, from {@link keepFactor}.
 * @param out - Receives charge, discharge, stored, selfLoss (see {@link BATTERY_OUT}).
 * @remarks Guarantees `charge * discharge = 0`, both >= 0, and in exact arithmetic `stored =
 *   storedWh - selfLoss + efficiency * charge - discharge / efficiency`. Charging stops at
 *   `SOC_MAX`, discharging at `SOC_MIN`; only self-discharge goes below. Source: model.md §3.5.
 */
export function stepBattery(
  wishWh: number,
  storedWh: number,
  capacityWh: number,
  limitWh: number,
  efficiency: number,
  keep: number,
  out: Float64Array,
): void {
  const kept = storedWh * keep;
  let charge = 0;
  let discharge = 0;
  let stored = kept;
  if (wishWh > 0) {
    const room = SOC_MAX * capacityWh - kept;
    if (room > 0) {
      charge = Math.min(wishWh, limitWh, room / efficiency);
      stored = kept + efficiency * charge;
    }
  } else if (wishWh < 0) {
    const usable = kept - SOC_MIN * capacityWh;
    if (usable > 0) {
      discharge = Math.min(-wishWh, limitWh, usable * efficiency);
      stored = kept - discharge / efficiency;
    }
  }
  out[BATTERY_OUT.charge] = charge;
  out[BATTERY_OUT.discharge] = discharge;
  out[BATTERY_OUT.stored] = stored;
  out[BATTERY_OUT.selfLoss] = storedWh - kept;
}

/**
 * Self-consumption dispatch of one step: PV surplus charges, a deficit discharges, the grid is
 * never charged from nor discharged to.
 *
 * @param loadWh - Load of the step [Wh], >= 0.
 * @param pvWh - PV output of the step [Wh], >= 0.
 * @remarks The other arguments and the guarantees are those of {@link stepBattery}; besides,
 *   charge <= max(0, pv - load) and discharge <= max(0, load - pv). Allocates nothing.
 */
export function dispatchBattery(
  loadWh: number,
  pvWh: number,
  storedWh: number,
  capacityWh: number,
  limitWh: number,
  efficiency: number,
  keep: number,
  out: Float64Array,
): void {
  stepBattery(pvWh - loadWh, storedWh, capacityWh, limitWh, efficiency, keep, out);
}
