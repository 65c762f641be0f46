/**
 * Where the sun stands. Spencer's Fourier series for declination and equation of time, evaluated at
 * the instant in UTC and corrected for longitude; within 0.3 degree of the NREL SPA between 2000
 * and 2050, which is about a minute of time and far below what clouds do. Refraction is apart,
 * since geometry of beams wants the true position.
 */
import { acos, asin, atan2, cos, PI, RADIANS_PER_DEGREE, sin, tan } from '../base/math.ts';

/** A place on earth [degree], north and east positive. */
export interface Location {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

/** The sun at one instant and place. */
export interface Sun {
  /** Unit vector towards the sun. `up` is the cosine of the true (unrefracted) zenith. */
  readonly east: number;
  readonly north: number;
  readonly up: number;
  /** Squared ratio of mean to actual distance of the earth, 0.967 to 1.035. */
  readonly distanceFactor: number;
  /** Apparent minus mean solar time [min]. */
  readonly equationOfTimeMin: number;
}

/** Mean tropical year [day], and days from 1970 to 1 January 2000. */
const TROPICAL_YEAR_DAYS = 365.2422;
const EPOCH_2000_DAYS = 10_957;

/**
 * Angle of the year [rad], 0 at the instant that corresponds to 2000-01-01T00:00Z in every tropical
 * year. Counting from each calendar year's 1 January, as the series is often used, lets leap days
 * push the declination off by up to 0.41 degree; counting tropical years keeps it within 0.05 (2000
 * to 2050).
 * @param epochS - Seconds since 1970-01-01T00:00Z, any real.
 */
export function dayAngle(epochS: number): number {
  return (2 * PI * (epochS / 86_400 - EPOCH_2000_DAYS)) / TROPICAL_YEAR_DAYS;
}

/** Declination of the sun [rad]. Source: J. W. Spencer, Search 2(5), 1971, p. 172. */
export function declination(angle: number): number {
  return (
    0.006918 -
    0.399912 * cos(angle) +
    0.070257 * sin(angle) -
    0.006758 * cos(2 * angle) +
    0.000907 * sin(2 * angle) -
    0.002697 * cos(3 * angle) +
    0.00148 * sin(3 * angle)
  );
}

/** Apparent minus mean solar time [min]. Source: as {@link declination}. */
export function equationOfTimeMin(angle: number): number {
  return (
    (720 / PI) *
    (0.0000075 +
      0.001868 * cos(angle) -
      0.032077 * sin(angle) -
      0.014615 * cos(2 * angle) -
      0.040849 * sin(2 * angle))
  );
}

/** Squared ratio of mean to actual earth-sun distance. Source: as {@link declination}. */
export function distanceFactor(angle: number): number {
  return (
    1.00011 +
    0.034221 * cos(angle) +
    0.00128 * sin(angle) +
    0.000719 * cos(2 * angle) +
    0.000077 * sin(2 * angle)
  );
}

/**
 * Position of the sun.
 *
 * @param epochS - Instant, seconds since 1970-01-01T00:00Z, any real.
 * @returns A unit vector; zenith and azimuth are within 0.3 degree of SPA wherever azimuth is
 *   defined (it is not when the sun stands within a few degrees of the zenith).
 */
export function sunAt(epochS: number, location: Location): Sun {
  const angle = dayAngle(epochS);
  const delta = declination(angle);
  const equationMin = equationOfTimeMin(angle);
  const utcMin = (epochS - Math.floor(epochS / 86_400) * 86_400) / 60;
  const solarMin = utcMin + 4 * location.longitudeDeg + equationMin;
  const hourAngle = (solarMin / 4 - 180) * RADIANS_PER_DEGREE;
  const latitude = location.latitudeDeg * RADIANS_PER_DEGREE;
  const [sinLatitude, cosLatitude] = [sin(latitude), cos(latitude)];
  const [sinDelta, cosDelta] = [sin(delta), cos(delta)];
  const cosHour = cos(hourAngle);
  return {
    east: -cosDelta * sin(hourAngle),
    north: cosLatitude * sinDelta - sinLatitude * cosDelta * cosHour,
    up: sinLatitude * sinDelta + cosLatitude * cosDelta * cosHour,
    distanceFactor: distanceFactor(angle),
    equationOfTimeMin: equationMin,
  };
}

/** True zenith angle [degree], 0 to 180. */
export function zenithDeg(sun: Sun): number {
  return acos(Math.max(-1, Math.min(1, sun.up))) / RADIANS_PER_DEGREE;
}

/** True elevation above the horizon [degree], -90 to 90. */
export function elevationDeg(sun: Sun): number {
  return asin(Math.max(-1, Math.min(1, sun.up))) / RADIANS_PER_DEGREE;
}

/** Azimuth clockwise from north [degree], [0, 360). */
export function azimuthDeg(sun: Sun): number {
  const degrees = atan2(sun.east, sun.north) / RADIANS_PER_DEGREE;
  return degrees < 0 ? degrees + 360 : degrees;
}

/**
 * How much the air lifts the sun [degree] at 1010 hPa and 10 degC, for a true elevation [degree].
 * Zero below -1 degree, where nothing of the disc is visible.
 * Source: T. Saemundsson, Sky & Telescope 72, 1986, p. 70.
 */
export function refractionDeg(trueElevationDeg: number): number {
  if (trueElevationDeg < -1 || trueElevationDeg > 89.9) return 0;
  const argument = trueElevationDeg + 10.3 / (trueElevationDeg + 5.11);
  return 1.02 / (60 * tan(argument * RADIANS_PER_DEGREE));
}
