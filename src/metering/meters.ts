/**
 * The homes' meters: the step from truth to reported. A meter integrates energy with a gain error
 * of its own into cumulative registers, shows them in whole steps of its resolution, and sends the
 * reading over a line that delays and loses. Every later figure is a difference of registers, so an
 * error of one read corrects itself, and what is lost is the shape of a span, never its sum.
 */
import { exp } from '../base/math.ts';
import type { RandomSource } from '../base/random.ts';
import { CLOCK_ERROR_MAX_US, createClocks } from './clock.ts';
import { applyFault, type MeterFaults } from './faults.ts';
import type { MeterOptions } from './options.ts';
import { createOutages } from './outages.ts';
import {
  createRegisters,
  type Intervals,
  REGISTER_MODULUS_WH,
  type Registers,
  registerDifferenceWh,
} from './register.ts';

/**
 * A surface for attacks: changes what one meter is about to register.
 * `values` holds the increments [import, export, generation] of the slot [Wh, float >= 0] as the
 * meter measured them; it is changed in place. Negative results count as 0: registers only run
 * forward. Called once a home and slot, history (negative slots) included; it reaches no other
 * home's meter.
 */
export type MeterTamper = (home: number, slot: number, values: Float64Array) => void;

/** What meters are made from. */
export interface MeterSpec {
  readonly count: number;
  readonly options: MeterOptions;
  readonly random: RandomSource;
  readonly slotUs: number;
  /** 1 where the home has a generation register, else 0; all have one when absent. */
  readonly prosumer?: ArrayLike<number> | undefined;
  /** Honest faults; none when absent. */
  readonly faults?: MeterFaults | undefined;
  readonly tamper?: MeterTamper | undefined;
  /**
   * Readings before the first slot [Wh]; drawn uniform in [0, 1e8) when absent: meters differ in
   * age.
   */
  readonly initial?: Registers | undefined;
}

/** The meters of a population. Columns are updated in place by `read`. */
export interface Meters {
  readonly count: number;
  /** Readings as shown after the last read [Wh]. */
  readonly registers: Registers;
  /** Each home's own display of the last slot: differences of its registers [Wh], never lost. */
  readonly local: Intervals;
  /** Delay from the slot end to the arrival at the head-end [µs], integer; Infinity when lost. */
  readonly arrivalDelayUs: Float64Array;
  /** Error of the meter's clock at the read [µs]; + = ahead. */
  readonly clockErrorUs: Float64Array;
  /** 1 where the clock is off by more than 30 s. */
  readonly clockFlagged: Uint8Array;
  /**
   * Reads all meters at the end of a slot.
   *
   * @param slot - Slots in increasing order without gaps; negative in history.
   * @param truthImportWh - True import of each home in the slot [Wh], >= 0; likewise the others.
   * @throws {RangeError} when slots come out of order, or a true or tampered value is not finite.
   */
  read(
    slot: number,
    truthImportWh: ArrayLike<number>,
    truthExportWh: ArrayLike<number>,
    truthGenerationWh: ArrayLike<number>,
  ): void;
}

/**
 * Creates the meters. The gain error is uniform within the class and fixed: one for import and
 * export, which one device measures, one for generation (standard deviation class/sqrt(3)). Each
 * read adds a relative normal error to its increment. All draws are addressed: no home's draws
 * depend on another's.
 *
 * Source: model.md §3.10; decision 27.
 */
export function createMeters(spec: MeterSpec): Meters {
  const { count, options, random, slotUs, prosumer, faults, tamper } = spec;
  const { resolution } = options;
  if (!(Number.isInteger(resolution) && resolution >= 1)) {
    throw new RangeError(`"resolution" expected an integer >= 1 Wh, got ${resolution}`);
  }
  const gain = drawGains(count, options.class, random);
  const noise = random.addressed('world/meter-noise');
  const line = random.addressed('world/meter-line');
  const clocks = createClocks(count, options.clockDrift, slotUs, random);
  const outages = createOutages(count, options.loss, slotUs, random);
  const accumulators = createAccumulators(count, spec.initial, random);
  const registers = createRegisters(count);
  const local = createRegisters(count);
  const arrivalDelayUs = new Float64Array(count);
  const clockErrorUs = new Float64Array(count);
  const clockFlagged = new Uint8Array(count);
  const values = new Float64Array(3);
  const shown = [registers.importWh, registers.exportWh, registers.generationWh] as const;
  const displayed = [local.importWh, local.exportWh, local.generationWh] as const;
  let lastSlot: number | undefined;

  /** Adds the increments to a home's accumulators and updates what its registers show. */
  function register(home: number): void {
    for (let channel = 0; channel < 3; channel++) {
      const wh = values[channel]!;
      if (!Number.isFinite(wh)) {
        throw new RangeError(`"values" expected finite Wh at home ${home}, got ${wh}`);
      }
      const at = 3 * home + channel;
      let total = accumulators[at]! + Math.max(0, wh);
      if (total >= REGISTER_MODULUS_WH) total %= REGISTER_MODULUS_WH;
      accumulators[at] = total;
      const reading = Math.floor(total / resolution) * resolution;
      displayed[channel]![home] = registerDifferenceWh(shown[channel]![home]!, reading);
      shown[channel]![home] = reading;
    }
  }

  function send(home: number, slot: number): void {
    const errorUs = clocks.errorUs(home, slot);
    clockErrorUs[home] = errorUs;
    clockFlagged[home] = Math.abs(errorUs) > CLOCK_ERROR_MAX_US ? 1 : 0;
    const lost = line.uniform(home, slot, 0) < options.loss || outages.cutOff(home);
    arrivalDelayUs[home] = lost
      ? Number.POSITIVE_INFINITY
      : Math.max(
          1,
          Math.round(options.delayMedian * exp(options.delaySigma * line.normal(home, slot, 1))),
        );
  }

  for (let home = 0; home < count; home++) {
    for (let channel = 0; channel < 3; channel++) {
      shown[channel]![home] =
        Math.floor(accumulators[3 * home + channel]! / resolution) * resolution;
    }
  }

  return {
    count,
    registers,
    local,
    arrivalDelayUs,
    clockErrorUs,
    clockFlagged,
    read(slot, truthImportWh, truthExportWh, truthGenerationWh) {
      if (lastSlot !== undefined && slot !== lastSlot + 1) {
        throw new RangeError(`"slot" expected ${lastSlot + 1}, got ${slot}`);
      }
      lastSlot = slot;
      outages.advance(slot);
      for (let home = 0; home < count; home++) {
        values[0] = truthImportWh[home]!;
        values[1] = truthExportWh[home]!;
        values[2] = truthGenerationWh[home]!;
        for (let channel = 0; channel < 3; channel++) {
          // Draws are addressed, so that skipping those of zero energy shifts no other.
          if (values[channel] === 0) continue;
          const error = options.readNoise * noise.normal(home, slot, channel);
          const factor = gain[2 * home + (channel === 2 ? 1 : 0)]! * (1 + error);
          values[channel] = Math.max(0, values[channel]! * factor);
        }
        const fault = faults?.faultOf(home);
        if (fault !== undefined) applyFault(fault, slot, slotUs, values);
        tamper?.(home, slot, values);
        if (prosumer !== undefined && prosumer[home] === 0) values[2] = 0;
        register(home);
        send(home, slot);
      }
    },
  };
}

/** Gain of the grid meter and of the generation meter of each home. */
function drawGains(count: number, meterClass: number, random: RandomSource): Float64Array {
  const draws = random.addressed('world/meter-gain');
  const gain = new Float64Array(2 * count);
  for (let home = 0; home < count; home++) {
    gain[2 * home] = 1 + meterClass * (2 * draws.uniform(home, 0, 0) - 1);
    gain[2 * home + 1] = 1 + meterClass * (2 * draws.uniform(home, 0, 1) - 1);
  }
  return gain;
}

/** Energy in each register before the first slot [Wh, float], three a home. */
function createAccumulators(
  count: number,
  initial: Registers | undefined,
  random: RandomSource,
): Float64Array {
  const draws = random.addressed('world/meter-initial');
  const accumulators = new Float64Array(3 * count);
  for (let home = 0; home < count; home++) {
    for (let channel = 0; channel < 3; channel++) {
      accumulators[3 * home + channel] =
        initial === undefined
          ? REGISTER_MODULUS_WH * draws.uniform(home, 0, channel)
          : [initial.importWh, initial.exportWh, initial.generationWh][channel]![home]!;
    }
  }
  return accumulators;
}
