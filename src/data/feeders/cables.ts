/** Cables and transformers that low-voltage feeders are built from. */
import { sqrt } from '../../base/math.ts';

/** A four-core aluminium cable, 0.6/1 kV. */
export interface CableType {
  readonly name: string;
  /** Resistance at 20 °C [ohm/km]. */
  readonly rOhmPerKm: number;
  /** Reactance at 50 Hz [ohm/km]. */
  readonly xOhmPerKm: number;
  /** Continuous current in ground [A]. */
  readonly ampacityA: number;
}

const cable = (areaMm2: number, rOhmPerKm: number, xOhmPerKm: number, ampacityA: number) =>
  Object.freeze({ name: `Al 4x${areaMm2}`, rOhmPerKm, xOhmPerKm, ampacityA });

/**
 * Standard sizes, thinnest first. Resistance: IEC 60228, class 2 aluminium. Reactance and ampacity:
 * typical of NAYY cables (DIN VDE 0276-603); 50, 120 and 150 mm2 agree with pandapower's standard
 * types.
 */
export const CABLES: readonly CableType[] = [
  cable(16, 1.91, 0.09, 75),
  cable(25, 1.2, 0.086, 99),
  cable(35, 0.868, 0.084, 118),
  cable(50, 0.641, 0.083, 142),
  cable(70, 0.443, 0.082, 176),
  cable(95, 0.32, 0.081, 211),
  cable(120, 0.253, 0.08, 242),
  cable(150, 0.206, 0.08, 270),
  cable(185, 0.164, 0.08, 308),
  cable(240, 0.125, 0.079, 363),
];

/** A distribution transformer, MV to 0.4 kV. */
export interface TransformerType {
  readonly ratedVA: number;
  /** Load loss at rated current [W]. */
  readonly loadLossW: number;
  /** Short-circuit voltage, fraction. */
  readonly shortCircuit: number;
}

const transformer = (ratedKVA: number, loadLossW: number, shortCircuit: number) =>
  Object.freeze({ ratedVA: ratedKVA * 1000, loadLossW, shortCircuit });

/**
 * Standard ratings, smallest first. Load loss: Commission Regulation (EU) 548/2014, Annex I table
 * I.1, tier 2. Short-circuit voltage: 4 % up to 630 kVA, 6 % above (EN 50588-1).
 */
export const TRANSFORMERS: readonly TransformerType[] = [
  transformer(25, 600, 0.04),
  transformer(50, 750, 0.04),
  transformer(100, 1250, 0.04),
  transformer(160, 1750, 0.04),
  transformer(250, 2350, 0.04),
  transformer(400, 3250, 0.04),
  transformer(630, 4600, 0.04),
  transformer(1000, 7600, 0.06),
];

/** Series impedance [ohm] and rated current [A] of one branch. */
export interface Impedance {
  readonly rOhm: number;
  readonly xOhm: number;
  readonly ampacityA: number;
}

/**
 * The smallest transformer bank that carries an apparent power, referred to a line-to-line voltage.
 * @param loadVA - Apparent power to carry [VA], >= 0; above the largest rating equal units run in
 *   parallel.
 * @param voltageV - Secondary line-to-line voltage [V].
 */
export function transformerImpedance(loadVA: number, voltageV: number): Impedance {
  const largest = TRANSFORMERS.at(-1)!;
  const units = Math.max(1, Math.ceil(loadVA / largest.ratedVA));
  const type = TRANSFORMERS.find(({ ratedVA }) => ratedVA * units >= loadVA) ?? largest;
  const rOhm = (type.loadLossW * voltageV * voltageV) / (type.ratedVA * type.ratedVA);
  const zOhm = (type.shortCircuit * voltageV * voltageV) / type.ratedVA;
  return {
    rOhm: rOhm / units,
    xOhm: sqrt(zOhm * zOhm - rOhm * rOhm) / units,
    ampacityA: (units * type.ratedVA) / (sqrt(3) * voltageV),
  };
}

/**
 * The thinnest cable, or parallel cables of the thickest size, for a current.
 * @param currentA - Design current [A], >= 0.
 * @param gradientVPerKm - Largest resistive voltage drop along it [V/km]; ampacity binds where this
 *   does not.
 * @returns Impedance of `lengthM` metres of it.
 */
export function cableImpedance(
  currentA: number,
  gradientVPerKm: number,
  lengthM: number,
): Impedance {
  const largest = CABLES.at(-1)!;
  const units = Math.max(
    1,
    Math.ceil(currentA / largest.ampacityA),
    Math.ceil((largest.rOhmPerKm * currentA) / gradientVPerKm),
  );
  const type =
    CABLES.find(
      ({ ampacityA, rOhmPerKm }) =>
        ampacityA * units >= currentA && (rOhmPerKm * currentA) / units <= gradientVPerKm,
    ) ?? largest;
  return {
    rOhm: (type.rOhmPerKm * lengthM) / (1000 * units),
    xOhm: (type.xOhmPerKm * lengthM) / (1000 * units),
    ampacityA: type.ampacityA * units,
  };
}
