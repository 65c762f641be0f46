/** Cumulative registers: what a meter shows, and how two readings differ. */

/** A register shows energy modulo this [Wh]: eight decimal digits. */
export const REGISTER_MODULUS_WH = 100_000_000;

/** The three registers of a home, in the order of every increment triple. */
export const REGISTER_NAMES = ['import', 'export', 'generation'] as const;

/** Readings of all homes [Wh], integers in [0, 1e8), one column a register. */
export interface Registers {
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  readonly generationWh: Float64Array;
}

/** Energy of all homes over an interval [Wh], integers >= 0, one column a register. */
export interface Intervals {
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  readonly generationWh: Float64Array;
}

/**
 * Energy between two readings of a register that only runs forward.
 *
 * @param earlierWh - Earlier reading [Wh], in [0, 1e8).
 * @param laterWh - Later reading [Wh], in [0, 1e8).
 * @returns The difference [Wh], in [0, 1e8); right across one rollover, as less than 100 MWh passes
 *   between two reads.
 */
export function registerDifferenceWh(earlierWh: number, laterWh: number): number {
  return laterWh >= earlierWh ? laterWh - earlierWh : laterWh + REGISTER_MODULUS_WH - earlierWh;
}

/** Makes the three columns for a number of homes, all zero. */
export function createRegisters(count: number): Registers {
  return {
    importWh: new Float64Array(count),
    exportWh: new Float64Array(count),
    generationWh: new Float64Array(count),
  };
}
