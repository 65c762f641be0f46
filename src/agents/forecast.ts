/**
 * What a forecaster is. A home orders before delivery, so its quantity is a forecast made from its
 * own display and public information (the clear-sky curve of its roof), never from truth; only
 * `perfect` and `noisy` look ahead, through a callback that the simulation hands them.
 */
import type { OptionSet, OptionValues } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
import type { RandomSource } from '../base/random.ts';

/** What a forecaster is made from. */
export interface ForecastContext {
  /** Number of homes. */
  readonly count: number;
  /** Delivery slots in a day. */
  readonly slotsPerDay: number;
  /** Slots observed before slot 0, which come as -historySlots ... -1. */
  readonly historySlots: number;
  /** Delivery slot [µs]. */
  readonly slotUs: number;
  /** Whether a slot lies on a local Saturday or Sunday. */
  isWeekend(slot: number): boolean;
  /**
   * Clear-sky output of a home in a slot, >= 0, on any scale that is the same for all slots of the
   * home; 0 throughout for a home without PV.
   */
  clearSky(home: number, slot: number): number;
  readonly random: RandomSource;
}

/** A forecast; the caller owns and reuses the object. */
export interface ForecastOut {
  /** Load [Wh], integer >= 0. */
  loadWh: number;
  /** Generation [Wh], integer >= 0. */
  generationWh: number;
}

/**
 * The future of one home and slot, for forecasters that are given it: writes true Wh into `out`.
 */
export type ForecastOracle = (home: number, slot: number, out: ForecastOut) => void;

/** A forecaster of one run. */
export interface Forecaster {
  /**
   * Takes note of a finished slot. Slots come in increasing order, each once, history first.
   *
   * @param loadWh - Load of each home [Wh], see `observedLoadWh`.
   * @param generationWh - Generation of each home [Wh] as its own display shows it.
   */
  observe(slot: number, loadWh: ArrayLike<number>, generationWh: ArrayLike<number>): void;
  /**
   * Forecasts a home's delivery slot.
   *
   * @param slot - Delivery slot, after `lastSlot` and not yet observed.
   * @param lastSlot - Last slot the home had seen at the time of sending; at most the last observed
   *   one, at least {@link LAG_SLOTS_MAX} - 1 slots behind it.
   * @param out - Receives the forecast. No allocation; O(1) amortised.
   * @param oracle - The future; only `perfect` and `noisy` call it.
   * @throws {RangeError} when the slots contradict each other.
   */
  forecast(
    home: number,
    slot: number,
    lastSlot: number,
    out: ForecastOut,
    oracle?: ForecastOracle,
  ): void;
}

/** How many slots back from the last observed one `lastSlot` may lie, plus one. */
export const LAG_SLOTS_MAX = 8;

/** A forecast plug-in. */
export interface ForecastPlugin<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** Whether `forecast` needs the oracle. */
  readonly needsOracle: boolean;
  create(context: ForecastContext, options: OptionValues<S>): Forecaster;
}

/** Defines a forecast plug-in; infers the type of its options and freezes it. */
export function defineForecast<const S extends OptionSet>(
  plugin: ForecastPlugin<S>,
): ForecastPlugin<S> {
  return Object.freeze(plugin);
}

/**
 * Load of a home from what it can see: its display shows import, export and generation of the slot,
 * and its battery's inverter shows charge and discharge; load is the rest of the balance.
 *
 * @returns import - export + generation + discharge - charge [Wh], at least 0 (display errors of
 *   the four figures can leave a few Wh below).
 */
export function observedLoadWh(
  importWh: number,
  exportWh: number,
  generationWh: number,
  chargeWh: number,
  dischargeWh: number,
): number {
  return Math.max(0, importWh - exportWh + generationWh + dischargeWh - chargeWh);
}
