/**
 * Irradiance on a tilted plane. Horizontal irradiance alone accuses honest steep roofs of producing
 * too much in the morning, so geometry is always there.
 */
import { cos, RADIANS_PER_DEGREE, sin } from '../base/math.ts';
import type { Sun } from './sun.ts';

/** Reflectance of the ground around a roof. Source: 0.2 is customary since Liu & Jordan 1963. */
export const ALBEDO = 0.2;

/**
 * Sun heights at which a horizontal measurement stops saying anything about the beam: below a sine
 * of 0.02 (1.1 degree) the beam is divided by this instead.
 */
export const COS_ZENITH_FLOOR = 0.02;

/** A plane by its unit normal. */
export interface Plane {
  readonly east: number;
  readonly north: number;
  /** Cosine of the tilt. */
  readonly up: number;
}

/**
 * The plane of a roof.
 * @param tiltDeg - From horizontal [degree], 0 to 90.
 * @param azimuthDeg - Direction it faces, clockwise from north [degree].
 */
export function planeOf(tiltDeg: number, azimuthDeg: number): Plane {
  const tilt = tiltDeg * RADIANS_PER_DEGREE;
  const azimuth = azimuthDeg * RADIANS_PER_DEGREE;
  return { east: sin(tilt) * sin(azimuth), north: sin(tilt) * cos(azimuth), up: cos(tilt) };
}

/** Cosine of the angle between beam and normal, 0 when the sun is behind the plane. */
export function cosIncidence(plane: Plane, sun: Sun): number {
  const dot = plane.east * sun.east + plane.north * sun.north + plane.up * sun.up;
  return Math.max(dot, 0);
}

/**
 * Isotropic diffuse irradiance on the plane [W/m²] from diffuse horizontal. Source: Liu & Jordan
 * 1963.
 */
export function skyDiffuse(diffuseHorizontal: number, cosTilt: number): number {
  return (diffuseHorizontal * (1 + cosTilt)) / 2;
}

/** Irradiance reflected from the ground onto the plane [W/m²] from global horizontal. */
export function groundReflected(globalHorizontal: number, cosTilt: number, albedo: number): number {
  return (globalHorizontal * albedo * (1 - cosTilt)) / 2;
}

/**
 * Irradiance on the plane [W/m²]: beam · cos(incidence) + isotropic diffuse + ground-reflected.
 *
 * @param globalHorizontal - Global horizontal irradiance [W/m²], >= 0.
 * @param diffuseShare - Diffuse part of it, [0, 1].
 * @returns Exactly 0 when `globalHorizontal` is 0; on a horizontal plane with the sun above the
 *   floor of {@link COS_ZENITH_FLOOR} exactly the global horizontal irradiance up to rounding.
 */
export function planeOfArray(
  plane: Plane,
  sun: Sun,
  globalHorizontal: number,
  diffuseShare: number,
): number {
  const diffuse = diffuseShare * globalHorizontal;
  const beamNormal = (globalHorizontal - diffuse) / Math.max(sun.up, COS_ZENITH_FLOOR);
  return (
    beamNormal * cosIncidence(plane, sun) +
    skyDiffuse(diffuse, plane.up) +
    groundReflected(globalHorizontal, plane.up, ALBEDO)
  );
}
