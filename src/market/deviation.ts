/**
 * Fees on deviation from contract. The band is free; what lies beyond it costs a share of the
 * reference price.
 */
import { mulDivFloor, roundHalfUp } from '../base/integer.ts';

const PARTS = 1_000_000;

/** How deviation is charged. */
export type DeviationRule =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'band-penalty';
      /** Free share of the contract, [0, 1]; kept in millionths. */
      readonly band: number;
      /** Fee as a share of the reference price, [0, 1]; kept in millionths. */
      readonly rate: number;
    };

/** No fee. */
export const NO_DEVIATION_FEE: DeviationRule = Object.freeze({ kind: 'none' });

/**
 * Energy that a band rule assesses: the deviation beyond the band.
 *
 * @param contractedWh - [Wh], integer >= 0.
 * @param actualWh - [Wh], integer >= 0.
 * @returns max(0, |actual - contracted| - floor(band · contracted)) [Wh]; 0 without a rule.
 */
export function assessedWh(rule: DeviationRule, contractedWh: number, actualWh: number): number {
  if (rule.kind === 'none') return 0;
  const free = mulDivFloor(roundHalfUp(rule.band * PARTS), contractedWh, PARTS);
  return Math.max(0, Math.abs(actualWh - contractedWh) - free);
}

/**
 * Fee of a deviation, rounded down once.
 *
 * @param referenceUptPerKWh - Reference price [Upt/kWh], integer >= 0.
 * @returns assessed · reference price · rate [Upt], integer >= 0.
 * Source: Fujian medium and long-term market rule (coal ±3 %, other plants -3 %, 5 % of the price;
 * PV, wind and hydro exempt, which is rule `none`), model §4.11 and O12.
 * @example deviationFeeUpt({ kind: 'band-penalty', band: 0.03, rate: 0.05 }, 100e6, 95e6, 450) //
 *   45000
 */
export function deviationFeeUpt(
  rule: DeviationRule,
  contractedWh: number,
  actualWh: number,
  referenceUptPerKWh: number,
): number {
  if (rule.kind === 'none') return 0;
  const assessed = assessedWh(rule, contractedWh, actualWh);
  return mulDivFloor(assessed * referenceUptPerKWh, roundHalfUp(rule.rate * PARTS), 1000 * PARTS);
}
