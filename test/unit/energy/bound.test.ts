import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCalendar, parseInstant } from '../../../src/base/calendar.ts';
import { DAY_US, HOUR_US, MINUTE_US } from '../../../src/base/units.ts';
import {
  BOUND_TOLERANCE,
  isNight,
  LIMIT_TOLERANCE,
  pvBoundOverSkyWh,
  pvBoundWh,
  skyPath,
} from '../../../src/energy/bound.ts';
import { planeOf, planeOfArray } from '../../../src/energy/plane.ts';
import { cellTemperatureC, pvAcW, pvDcW } from '../../../src/energy/pv.ts';
import { haurwitz } from '../../../src/energy/sky.ts';
import { elevationDeg, sunAt } from '../../../src/energy/sun.ts';

const start = parseInstant('2024-06-03T00:00+08:00')!;
const calendar = createCalendar(start.epochS, start.utcOffsetMin);
const beijing = { latitudeDeg: 39.9, longitudeDeg: 116.4 };
const roof = {
  pvDcW: 5000,
  pvAcW: 4348,
  tiltDeg: 30,
  azimuthDeg: 180,
  orientationKnown: true,
};

describe('physical bound of PV', () => {
  test('is 0 at night, the inverter limit where the orientation is unknown', () => {
    const unknown = { ...roof, orientationKnown: false };
    expect(pvBoundWh(0, HOUR_US, calendar, beijing, roof)).toBe(0);
    expect(pvBoundWh(0, HOUR_US, calendar, beijing, unknown)).toBe(0);
    const noon = pvBoundWh(12 * HOUR_US, 13 * HOUR_US, calendar, beijing, unknown);
    expect(noon).toBeCloseTo(4348 * LIMIT_TOLERANCE, 6);
  });

  test('does not depend on how an interval is cut', () => {
    const whole = pvBoundWh(6 * HOUR_US, 8 * HOUR_US, calendar, beijing, roof);
    let cut = 0;
    for (let q = 0; q < 8; q++) {
      const fromUs = 6 * HOUR_US + q * 15 * MINUTE_US;
      cut += pvBoundWh(fromUs, fromUs + 15 * MINUTE_US, calendar, beijing, roof);
    }
    expect(cut).toBeCloseTo(whole, 6);
  });

  test('a steep east roof is allowed its morning and not its evening', () => {
    const east = { ...roof, tiltDeg: 60, azimuthDeg: 90 };
    const morning = pvBoundWh(6 * HOUR_US, 7 * HOUR_US, calendar, beijing, east);
    const flat = { ...roof, tiltDeg: 0 };
    expect(morning).toBeGreaterThan(
      2 * pvBoundWh(6 * HOUR_US, 7 * HOUR_US, calendar, beijing, flat),
    );
    expect(pvBoundWh(18 * HOUR_US, 19 * HOUR_US, calendar, beijing, east)).toBeLessThan(
      morning / 3,
    );
  });

  test('no output under tolerance times clear sky exceeds it, whatever the split', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 365 * 96 - 1 }),
        fc.double({ min: 0, max: 90, noNaN: true }),
        fc.double({ min: 0, max: 360, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.double({ min: -0, max: BOUND_TOLERANCE, noNaN: true }),
        fc.double({ min: -60, max: 60, noNaN: true }),
        (slot, tiltDeg, azimuthDeg, diffuseShare, clearness, latitudeDeg) => {
          const location = { latitudeDeg, longitudeDeg: 116.4 };
          const fromUs = slot * 15 * MINUTE_US;
          const spec = { ...roof, tiltDeg, azimuthDeg };
          const sky = skyPath(fromUs, fromUs + 5 * MINUTE_US, calendar, location);
          const sun = sunAt(calendar.startEpochS + (fromUs + 150e6) / 1e6, location);
          const global = clearness * haurwitz(sun.up);
          const planeW = planeOfArray(planeOf(tiltDeg, azimuthDeg), sun, global, diffuseShare);
          const dcW = pvDcW(spec.pvDcW, planeW, cellTemperatureC(0, planeW));
          const madeWh = pvAcW(dcW, spec.pvAcW, 0) / 12;
          expect(madeWh).toBeLessThanOrEqual(pvBoundOverSkyWh(sky, spec) + 1e-9);
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  test('refuses an empty interval', () => {
    expect(() => skyPath(5, 5, calendar, beijing)).toThrow('"toUs" expected above 5, got 5');
  });
});

describe('night', () => {
  test('is the sun below -6 degree throughout, tolerance included', () => {
    let lastLight = 0;
    for (let minute = 18 * 60; minute < 24 * 60; minute++) {
      const sun = sunAt(calendar.startEpochS + minute * 60, beijing);
      if (elevationDeg(sun) >= -6) lastLight = minute;
    }
    const darkUs = (lastLight + 1) * MINUTE_US;
    const night = (fromUs: number, toleranceUs: number) =>
      isNight(fromUs, fromUs + 15 * MINUTE_US, calendar, beijing, toleranceUs);
    expect(night(darkUs, 0)).toBe(true);
    expect(night(darkUs - 2 * MINUTE_US, 0)).toBe(false);
    expect(night(darkUs, 5 * MINUTE_US)).toBe(false);
    expect(night(darkUs + 6 * MINUTE_US, 5 * MINUTE_US)).toBe(true);
  });

  test('an interval that spans a day is not night although both ends are', () => {
    expect(isNight(0, DAY_US, calendar, beijing)).toBe(false);
  });

  test('there is none in a northern summer and no day in its winter', () => {
    const north = { latitudeDeg: 66, longitudeDeg: 116.4 };
    const midwinterUs = 201 * DAY_US;
    expect(isNight(0, HOUR_US, calendar, north)).toBe(false);
    expect(isNight(midwinterUs, midwinterUs + HOUR_US, calendar, north)).toBe(true);
  });
});
