/**
 * The most a PV system can produce, from what is registered about it and where the sun stands. A
 * detector that accuses above this bound must be right about honest roofs: it therefore takes the
 * plane of the array, the split of light that favours the plane most, cold cells, and cloud edges.
 */
import type { Calendar } from '../base/calendar.ts';
import { RADIANS_PER_DEGREE, sin } from '../base/math.ts';
import { HOUR_US, MINUTE_US, SECOND_US } from '../base/units.ts';
import {
  ALBEDO,
  COS_ZENITH_FLOOR,
  cosIncidence,
  groundReflected,
  planeOf,
  skyDiffuse,
} from './plane.ts';
import { GAMMA_PER_K, INVERTER_EFFICIENCY } from './pv.ts';
import { haurwitz } from './sky.ts';
import { elevationDeg, type Location, refractionDeg, type Sun, sunAt } from './sun.ts';

/**
 * Elevation below which it is night [degree]: the end of civil twilight. Source: decisions.md 27.
 */
export const NIGHT_ELEVATION_DEG = -6;
/** Light of the sky between night and sunrise [W/m²]; 400 lx at sunrise are about 4 W/m². */
export const TWILIGHT_W_PER_M2 = 5;
/**
 * Irradiance over clear sky that is still honest: cloud edges and sharp air. Source: detector D05.
 */
export const BOUND_TOLERANCE = 1.25;
/**
 * Output over the registered AC limit that is still honest: overload of inverters, class of
 * meters.
 */
export const LIMIT_TOLERANCE = 1.05;
/** Gain of cold cells (0 degC) over rated ones. Source: model.md §3.2. */
export const COLD_GAIN = 1 - GAMMA_PER_K * 25;
/** Smallest diffuse share of clear skies; below that of any split model in use. */
const DIFFUSE_SHARE_MIN = 0.1;
const SAMPLE_US = 5 * MINUTE_US;

/** What a system's registration says. A home's specification fits. */
export interface PvRegistration {
  readonly pvDcW: number;
  readonly pvAcW: number;
  readonly tiltDeg: number;
  readonly azimuthDeg: number;
  readonly orientationKnown: boolean;
}

/** The sun over one interval in samples of equal length; shared by all homes of a place. */
export interface SkyPath {
  /** Length of one sample [h]. */
  readonly sampleHours: number;
  /** Suns at the middle of each sample. */
  readonly suns: readonly Sun[];
  /**
   * Clear-sky global horizontal irradiance with refraction and twilight [W/m²]; 0 exactly at
   * night.
   */
  readonly clearWPerM2: Float64Array;
}

/**
 * Samples the sun over [fromUs, toUs) every 5 minutes or finer.
 *
 * @param fromUs - Start [µs since the start of the run]; `toUs` > `fromUs`.
 * @throws {RangeError} when the interval is empty.
 */
export function skyPath(
  fromUs: number,
  toUs: number,
  calendar: Calendar,
  location: Location,
): SkyPath {
  if (!(toUs > fromUs)) throw new RangeError(`"toUs" expected above ${fromUs}, got ${toUs}`);
  const count = Math.ceil((toUs - fromUs) / SAMPLE_US);
  const sampleUs = (toUs - fromUs) / count;
  const suns: Sun[] = [];
  const clearWPerM2 = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const sun = sunAt(calendar.startEpochS + (fromUs + (i + 0.5) * sampleUs) / SECOND_US, location);
    suns.push(sun);
    clearWPerM2[i] = clearest(sun);
  }
  return { sampleHours: sampleUs / HOUR_US, suns, clearWPerM2 };
}

function clearest(sun: Sun): number {
  const elevation = elevationDeg(sun);
  if (elevation < NIGHT_ELEVATION_DEG) return 0;
  const apparentUp = sin((elevation + refractionDeg(elevation)) * RADIANS_PER_DEGREE);
  return haurwitz(apparentUp) + TWILIGHT_W_PER_M2;
}

/**
 * Most energy a registered system can deliver over a sampled interval [Wh, float].
 *
 * @param tolerance - Multiplies the clear-sky irradiance on the plane; the limit of the inverter
 *   has its own, {@link LIMIT_TOLERANCE}, so do not multiply the result again.
 * @returns Σ min(limit, efficiency · rated · plane/1000 · cold gain); the limit alone by day where
 *   the orientation is unknown; 0 when it is night throughout. Light is split into beam and diffuse
 *   in the way that favours the plane most, so that any output from `GHI <= tolerance · clear sky`
 *   through `planeOfArray` stays below it whatever the split, as long as cells are not below 0
 *   degC.
 */
export function pvBoundOverSkyWh(
  sky: SkyPath,
  spec: PvRegistration,
  tolerance = BOUND_TOLERANCE,
): number {
  const limitW = spec.pvAcW * LIMIT_TOLERANCE;
  const plane = planeOf(spec.tiltDeg, spec.azimuthDeg);
  const wattPerPlane = (INVERTER_EFFICIENCY * spec.pvDcW * COLD_GAIN * tolerance) / 1000;
  let boundWh = 0;
  for (let i = 0; i < sky.suns.length; i++) {
    const clear = sky.clearWPerM2[i]!;
    if (clear === 0) continue;
    let powerW = limitW;
    if (spec.orientationKnown) {
      const sun = sky.suns[i]!;
      const beamPerGlobal = cosIncidence(plane, sun) / Math.max(sun.up, COS_ZENITH_FLOOR);
      const skyPerDiffuse = skyDiffuse(1, plane.up);
      const mixed = beamPerGlobal + DIFFUSE_SHARE_MIN * (skyPerDiffuse - beamPerGlobal);
      const sunward = Math.max(mixed, skyPerDiffuse);
      const planeWPerM2 = clear * (sunward + groundReflected(1, plane.up, ALBEDO));
      powerW = Math.min(limitW, wattPerPlane * planeWPerM2);
    }
    boundWh += powerW * sky.sampleHours;
  }
  return boundWh;
}

/**
 * Most energy a registered system can deliver in [fromUs, toUs) [Wh, float]. Samples the sun for
 * one home; over many homes call {@link skyPath} once and {@link pvBoundOverSkyWh} per home.
 */
export function pvBoundWh(
  fromUs: number,
  toUs: number,
  calendar: Calendar,
  location: Location,
  spec: PvRegistration,
  tolerance = BOUND_TOLERANCE,
): number {
  return pvBoundOverSkyWh(skyPath(fromUs, toUs, calendar, location), spec, tolerance);
}

/**
 * Whether the sun is below -6 degree through the whole of [fromUs - toleranceUs, toUs +
 * toleranceUs].
 *
 * @param toleranceUs - Clock and stamp tolerance [µs], >= 0.
 * Looks at both ends and every 5 minutes between; a crest between two looks is missed by at most
 * 0.003 degree. Source: decisions.md 27.
 */
export function isNight(
  fromUs: number,
  toUs: number,
  calendar: Calendar,
  location: Location,
  toleranceUs = 0,
): boolean {
  const firstUs = fromUs - toleranceUs;
  const spanUs = toUs + toleranceUs - firstUs;
  const count = Math.max(1, Math.ceil(spanUs / SAMPLE_US));
  for (let i = 0; i <= count; i++) {
    const epochS = calendar.startEpochS + (firstUs + (i / count) * spanUs) / SECOND_US;
    if (elevationDeg(sunAt(epochS, location)) >= NIGHT_ELEVATION_DEG) return false;
  }
  return true;
}
