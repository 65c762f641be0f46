/**
 * From irradiance on the modules to power at the AC terminals.
 */

/**
 * Temperature coefficient of module power [1/K]. Source: PVWatts v5 premium to thin film, -0.002
 * to -0.005.
 */
export const GAMMA_PER_K = -0.004;
/** Nominal operating cell temperature [degC]: at 800 W/m², 20 degC air. */
export const NOCT_C = 45;
/** Nominal inverter efficiency. Source: PVWatts v5 default. */
export const INVERTER_EFFICIENCY = 0.96;
/**
 * Soiling, wiring, mismatch and the like. Source: PVWatts v5 default 14.08 %, rounded in model.md
 * §3.2.
 */
export const SYSTEM_LOSS = 0.14;
/** Module power over inverter power of a usual roof. */
export const DC_TO_AC_RATIO = 1.15;
/** Temperature at which modules are rated [degC]. */
const STANDARD_C = 25;

/**
 * Cell temperature [degC].
 * @param airC - Air temperature [degC].
 * @param planeWPerM2 - Irradiance on the plane [W/m²], >= 0.
 * @param noctC - Nominal operating cell temperature [degC].
 * Source: R. G. Ross, 14th IEEE PVSC, 1980.
 */
export function cellTemperatureC(airC: number, planeWPerM2: number, noctC = NOCT_C): number {
  return airC + ((noctC - 20) / 800) * planeWPerM2;
}

/**
 * Power of the modules [W]: rated power · irradiance/1000 · (1 + gamma·(cell - 25)), never below 0.
 * Source: A. P. Dobos, PVWatts Version 5 Manual, NREL/TP-6A20-62641, 2014, eq. 8.
 */
export function pvDcW(
  ratedW: number,
  planeWPerM2: number,
  cellC: number,
  gammaPerK = GAMMA_PER_K,
): number {
  const power = ratedW * (planeWPerM2 / 1000) * (1 + gammaPerK * (cellC - STANDARD_C));
  return Math.max(power, 0);
}

/**
 * AC power [W] with a constant inverter efficiency: min(limit, efficiency · dc · (1 - loss)).
 * Source: model.md §3.2.
 */
export function pvAcW(
  dcW: number,
  limitW: number,
  loss = SYSTEM_LOSS,
  efficiency = INVERTER_EFFICIENCY,
): number {
  return Math.min(limitW, efficiency * dcW * (1 - loss));
}

/**
 * AC power [W] with the part-load curve of PVWatts, clipped at `efficiency · ratedDcW`.
 *
 * @param dcW - Power into the inverter [W], >= 0; 0 gives 0, and so does less than the curve's own
 *   loss.
 * @param ratedDcW - DC power at which the inverter reaches its AC rating [W], > 0.
 * Source: Dobos 2014, eq. 11-12; reference efficiency 0.9637.
 */
export function pvwattsInverterW(
  dcW: number,
  ratedDcW: number,
  efficiency = INVERTER_EFFICIENCY,
): number {
  if (dcW <= 0) return 0;
  const part = dcW / ratedDcW;
  const eta = (efficiency / 0.9637) * (-0.0162 * part - 0.0059 / part + 0.9858);
  return Math.max(0, Math.min(efficiency * ratedDcW, eta * dcW));
}

/** Product of independent losses: 1 - Π(1 - loss). Shares in [0, 1]. Source: Dobos 2014, §8. */
export function combinedLoss(losses: readonly number[]): number {
  let kept = 1;
  for (const loss of losses) kept *= 1 - loss;
  return 1 - kept;
}
