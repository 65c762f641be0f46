/**
 * Irradiance on the horizontal: under a clear sky, and its split into beam and diffuse under any
 * sky.
 */
import { exp } from '../base/math.ts';

/**
 * Mean irradiance above the atmosphere, normal to the beam [W/m²]. Source: Gueymard 2018 rounds to
 * 1361.1.
 */
export const SOLAR_CONSTANT_W_PER_M2 = 1361;

/**
 * Global horizontal irradiance under a clear sky [W/m²].
 *
 * @param cosZenith - Cosine of the zenith angle; exactly 0 is returned for a sun at or below 0.
 * Source: B. Haurwitz, J. Meteorology 2, 1945 and 3, 1946.
 */
export function haurwitz(cosZenith: number): number {
  return cosZenith > 0 ? 1098 * cosZenith * exp(-0.059 / cosZenith) : 0;
}

/** Irradiance above the atmosphere on the horizontal [W/m²]; 0 at night. */
export function extraterrestrial(cosZenith: number, distanceFactor: number): number {
  return cosZenith > 0 ? SOLAR_CONSTANT_W_PER_M2 * distanceFactor * cosZenith : 0;
}

/** Smallest diffuse share of {@link erbsDiffuseShare}. */
export const ERBS_DIFFUSE_MIN = 0.165;

/**
 * Share of global horizontal irradiance that is diffuse [0.165, 1].
 *
 * @param clearness - Global over extraterrestrial irradiance, >= 0.
 * Source: D. G. Erbs, S. A. Klein, J. A. Duffie, Solar Energy 28(4), 1982, eq. 1.
 */
export function erbsDiffuseShare(clearness: number): number {
  const k = clearness;
  if (k <= 0.22) return 1 - 0.09 * k;
  if (k <= 0.8) return 0.9511 + k * (-0.1604 + k * (4.388 + k * (-16.638 + k * 12.336)));
  return ERBS_DIFFUSE_MIN;
}
