/**
 * Truth. The world advances every home slot by slot and holds what really flowed. Inside a slot
 * physics is float and per step; at the slot's end it becomes integer Wh once, in such a way that
 * each home's balance holds exactly, so that everything built on it (settlement, certificates) can
 * be checked with `===`. Meters see these columns; markets and detectors never do.
 */
import { invariant } from '../base/errors.ts';
import { divExact, roundHalfUp } from '../base/integer.ts';
import { HOUR_US, SECOND_US } from '../base/units.ts';
import { BATTERY_OUT, BATTERY_OUT_LENGTH, dispatchBattery, keepFactor } from '../energy/battery.ts';
import type { CommunitySource, HomeSpec } from './community.ts';

/** Rules home batteries can follow. */
export type BatteryDispatch = 'self-consumption' | 'idle';

/** State of charge of every battery before the first history slot. */
export const SOC_START = 0.5;

/** Settings of {@link createWorld}. */
export interface WorldOptions {
  /** Physics step [µs]. */
  readonly stepUs: number;
  /** Delivery slot [µs], a multiple of the step. */
  readonly slotUs: number;
  readonly batteryDispatch: BatteryDispatch;
}

/** True energy of the slot advanced last, one integer [Wh, >= 0] per home. */
export interface WorldTruth {
  readonly loadWh: Float64Array;
  readonly generationWh: Float64Array;
  /** Into the battery, AC side. */
  readonly chargeWh: Float64Array;
  /** Out of the battery, AC side. */
  readonly dischargeWh: Float64Array;
  /** Drawn from the feeder; both directions can be non-zero in one slot. */
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  /** Energy in the battery at the slot's end, rounded. */
  readonly storedWh: Float64Array;
}

/** The true state of a community. */
export interface World {
  readonly homes: readonly HomeSpec[];
  readonly count: number;
  readonly truth: WorldTruth;
  /** Net power of every step of the slot [W], `step * count + home`; positive is import. */
  readonly netWByStep: Float64Array;
  /**
   * Advances one slot; slots come in increasing order from `-historySlotCount`, each once.
   * Overwrites the columns. Per home `load + charge - generation - discharge === import - export`.
   * @throws {RangeError} when the slot is not the next one.
   * @throws {InvariantViolation} when a home's balance or store is wrong.
   */
  advance(slot: number): void;
}

/** Float sums of the slot in hand, by home. */
interface SlotSums {
  readonly loadWh: Float64Array;
  readonly pvWh: Float64Array;
  readonly chargeWh: Float64Array;
  readonly dischargeWh: Float64Array;
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
}

/** Static columns and the float store of the batteries. */
interface Batteries {
  readonly capacityWh: Float64Array;
  readonly limitWh: Float64Array;
  readonly efficiency: Float64Array;
  readonly storedWh: Float64Array;
  readonly keep: number;
  /** Results of one battery step. */
  readonly out: Float64Array;
}

/**
 * Creates the world of one run.
 *
 * @param source - Community whose series it consumes; used by this world alone.
 * @throws {RangeError} when the step does not divide the slot into `source.stepsPerSlot` steps.
 * Cost: one pass over the homes per step, no allocation after creation.
 */
export function createWorld(source: CommunitySource, options: WorldOptions): World {
  const { homes, stepsPerSlot } = source;
  const { stepUs, slotUs, batteryDispatch } = options;
  const count = homes.length;
  if (divExact(slotUs, stepUs) !== stepsPerSlot) {
    throw new RangeError(`"stepUs" expected ${slotUs / stepsPerSlot}, got ${stepUs}`);
  }
  const column = () => new Float64Array(count);
  const truth: WorldTruth = {
    loadWh: column(),
    generationWh: column(),
    chargeWh: column(),
    dischargeWh: column(),
    importWh: column(),
    exportWh: column(),
    storedWh: column(),
  };
  const sums: SlotSums = {
    loadWh: column(),
    pvWh: column(),
    chargeWh: column(),
    dischargeWh: column(),
    importWh: column(),
    exportWh: column(),
  };
  const batteries: Batteries = {
    capacityWh: Float64Array.from(homes, (home) => home.batteryWh),
    limitWh: Float64Array.from(homes, (home) => (home.batteryW * stepUs) / HOUR_US),
    efficiency: Float64Array.from(homes, (home) => home.batteryEfficiency),
    storedWh: Float64Array.from(homes, (home) => SOC_START * home.batteryWh),
    keep: keepFactor(stepUs / SECOND_US),
    out: new Float64Array(BATTERY_OUT_LENGTH),
  };
  const [stepLoadWh, stepPvWh] = [column(), column()];
  const netWByStep = new Float64Array(stepsPerSlot * count);
  const idle = batteryDispatch === 'idle';
  let next = -source.historySlotCount;
  return {
    homes,
    count,
    truth,
    netWByStep,
    advance(slot) {
      if (slot !== next) throw new RangeError(`"slot" expected ${next}, got ${slot}`);
      next++;
      clearSums(sums);
      for (let step = 0; step < stepsPerSlot; step++) {
        source.fill(slot * stepsPerSlot + step, stepLoadWh, stepPvWh);
        const netW = netWByStep.subarray(step * count, (step + 1) * count);
        advanceStep(stepLoadWh, stepPvWh, batteries, idle, HOUR_US / stepUs, sums, netW);
      }
      closeSlot(sums, batteries, truth, slot);
    },
  };
}

function clearSums(sums: SlotSums): void {
  sums.loadWh.fill(0);
  sums.pvWh.fill(0);
  sums.chargeWh.fill(0);
  sums.dischargeWh.fill(0);
  sums.importWh.fill(0);
  sums.exportWh.fill(0);
}

/**
 * Reads the step's load and PV; writes the float store, the slot's sums and the step's net power.
 */
function advanceStep(
  loadWh: Float64Array,
  pvWh: Float64Array,
  batteries: Batteries,
  idle: boolean,
  stepsPerHour: number,
  sums: SlotSums,
  netW: Float64Array,
): void {
  const { capacityWh, limitWh, efficiency, storedWh, keep, out } = batteries;
  for (let home = 0; home < loadWh.length; home++) {
    const load = loadWh[home]!;
    const pv = pvWh[home]!;
    let net = load - pv;
    const capacity = capacityWh[home]!;
    if (capacity > 0) {
      const limit = idle ? 0 : limitWh[home]!;
      dispatchBattery(load, pv, storedWh[home]!, capacity, limit, efficiency[home]!, keep, out);
      const charge = out[BATTERY_OUT.charge]!;
      const discharge = out[BATTERY_OUT.discharge]!;
      storedWh[home] = out[BATTERY_OUT.stored]!;
      sums.chargeWh[home]! += charge;
      sums.dischargeWh[home]! += discharge;
      net += charge - discharge;
    }
    sums.loadWh[home]! += load;
    sums.pvWh[home]! += pv;
    if (net > 0) sums.importWh[home]! += net;
    else sums.exportWh[home]! -= net;
    netW[home] = net * stepsPerHour;
  }
}

/**
 * Rounds the slot to integers. Load, generation, charge and discharge are rounded half up each;
 * their balance fixes import minus export, and the energy that passed the connection in both
 * directions is rounded once and added to both, so that no rounding of two meters can disagree with
 * the balance.
 */
function closeSlot(sums: SlotSums, batteries: Batteries, truth: WorldTruth, slot: number): void {
  for (let home = 0; home < sums.loadWh.length; home++) {
    const load = roundHalfUp(sums.loadWh[home]!);
    const generation = roundHalfUp(sums.pvWh[home]!);
    const charge = roundHalfUp(sums.chargeWh[home]!);
    const discharge = roundHalfUp(sums.dischargeWh[home]!);
    const used = load + charge;
    const made = generation + discharge;
    const bothWays = roundHalfUp(Math.min(sums.importWh[home]!, sums.exportWh[home]!));
    const common = Math.min(bothWays, used, made);
    const imported = Math.max(used - made, 0) + common;
    const exported = Math.max(made - used, 0) + common;
    const stored = batteries.storedWh[home]!;
    invariant(
      load + charge - generation - discharge === imported - exported &&
        Number.isSafeInteger(imported + exported) &&
        load >= 0 &&
        generation >= 0 &&
        stored >= 0 &&
        stored <= batteries.capacityWh[home]!,
      'home-balance',
      () =>
        `home ${home}, slot ${slot}: load ${load} + charge ${charge} - generation ${generation}` +
        ` - discharge ${discharge}, import ${imported}, export ${exported}, stored ${stored} Wh`,
    );
    truth.loadWh[home] = load;
    truth.generationWh[home] = generation;
    truth.chargeWh[home] = charge;
    truth.dischargeWh[home] = discharge;
    truth.importWh[home] = imported;
    truth.exportWh[home] = exported;
    truth.storedWh[home] = roundHalfUp(stored);
  }
}
