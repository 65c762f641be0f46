/**
 * What a home with a battery expects to exchange with the feeder: its forecast net after its own
 * dispatch, by the same battery model that physics uses.
 */
import { roundHalfUp } from '../base/integer.ts';
import { BATTERY_OUT, BATTERY_OUT_LENGTH, dispatchBattery } from '../energy/battery.ts';

/** Battery of a home as its owner knows it, for one slot. */
export interface PlannedBattery {
  /** Capacity [Wh]; 0 is none. */
  readonly capacityWh: number;
  /** Most the inverter moves in a slot, AC side [Wh]. */
  readonly limitWh: number;
  /** Efficiency of one way, (0, 1]. */
  readonly efficiency: number;
  /** Share kept over a slot after self-discharge, from `keepFactor`. */
  readonly keep: number;
}

/** A plan; the caller owns and reuses the object. */
export interface Plan {
  /** Energy in the battery: before the slot on entry, after it on return [Wh]. */
  storedWh: number;
  /** Net demand at the connection [Wh], integer: + is what to buy, - is what to sell. */
  netWh: number;
}

const out = new Float64Array(BATTERY_OUT_LENGTH);

/**
 * Plans one slot under self-consumption dispatch: surplus charges first, a deficit discharges
 * first. To reach a delivery slot further ahead, call it for the slots between in order; the store
 * carries over.
 *
 * @param loadWh - Forecast load of the slot [Wh], >= 0.
 * @param generationWh - Forecast generation of the slot [Wh], >= 0.
 * @param plan - Read: `storedWh`. Written: both fields. No allocation.
 */
export function planSlot(
  loadWh: number,
  generationWh: number,
  battery: PlannedBattery,
  plan: Plan,
): void {
  const { capacityWh, limitWh, efficiency, keep } = battery;
  if (capacityWh === 0) {
    plan.netWh = roundHalfUp(loadWh - generationWh);
    return;
  }
  dispatchBattery(loadWh, generationWh, plan.storedWh, capacityWh, limitWh, efficiency, keep, out);
  plan.storedWh = out[BATTERY_OUT.stored]!;
  const net = loadWh - generationWh + out[BATTERY_OUT.charge]! - out[BATTERY_OUT.discharge]!;
  plan.netWh = roundHalfUp(net);
}
