import { describe, expect, test } from 'vitest';
import {
  cosIncidence,
  groundReflected,
  planeOf,
  planeOfArray,
  skyDiffuse,
} from '../../../src/energy/plane.ts';
import {
  cellTemperatureC,
  combinedLoss,
  pvAcW,
  pvDcW,
  pvwattsInverterW,
} from '../../../src/energy/pv.ts';
import { erbsDiffuseShare, extraterrestrial, haurwitz } from '../../../src/energy/sky.ts';
import type { Sun } from '../../../src/energy/sun.ts';

const radians = (degrees: number) => (degrees * Math.PI) / 180;

function sunFrom(zenithDeg: number, azimuthDeg: number): Sun {
  const [z, a] = [radians(zenithDeg), radians(azimuthDeg)];
  return {
    east: Math.sin(z) * Math.sin(a),
    north: Math.sin(z) * Math.cos(a),
    up: Math.cos(z),
    distanceFactor: 1,
    equationOfTimeMin: 0,
  };
}

describe('clear sky', () => {
  test.each([
    [0, 1035.1],
    [30, 888.3],
    [60, 487.9],
    [75, 226.3],
    [85, 48.6],
  ])('Haurwitz at zenith %d degree is %d W/m² (model O14)', (zenith, expected) => {
    expect(haurwitz(Math.cos(radians(zenith)))).toBeCloseTo(expected, 1);
  });

  test.each([
    [5, 48.62987],
    [10, 135.74175],
    [30, 487.89413],
    [50, 778.76669],
    [90, 1035.09203],
  ])('Haurwitz at elevation %d degree is %d W/m² (pvlib)', (elevation, expected) => {
    expect(haurwitz(Math.sin(radians(elevation)))).toBeCloseTo(expected, 4);
  });

  test('is exactly 0 below the horizon', () => {
    expect(haurwitz(0)).toBe(0);
    expect(haurwitz(-0.3)).toBe(0);
    expect(extraterrestrial(-0.1, 1)).toBe(0);
  });

  test('the Erbs split is continuous, within [0.165, 1], and as published', () => {
    expect(erbsDiffuseShare(0)).toBe(1);
    expect(erbsDiffuseShare(0.5)).toBeCloseTo(0.65915, 9);
    expect(erbsDiffuseShare(0.9)).toBe(0.165);
    for (const knee of [0.22, 0.8]) {
      const step = erbsDiffuseShare(knee - 1e-9) - erbsDiffuseShare(knee + 1e-9);
      expect(Math.abs(step)).toBeLessThan(0.003);
    }
  });
});

describe('plane of array', () => {
  test('parts as in the pvlib reference', () => {
    const cosTilt = Math.cos(radians(40));
    expect(skyDiffuse(100, cosTilt)).toBeCloseTo(88.30222215594891, 10);
    expect(groundReflected(900, cosTilt, 0.25)).toBeCloseTo(26.32000014911496, 10);
  });

  test('a horizontal plane sees the horizontal irradiance', () => {
    const flat = planeOf(0, 180);
    expect(planeOfArray(flat, sunFrom(40, 130), 600, 0.3)).toBeCloseTo(600, 9);
  });

  test('a plane that faces the sun sees the normal beam', () => {
    const sun = sunFrom(60, 120);
    expect(cosIncidence(planeOf(60, 120), sun)).toBeCloseTo(1, 12);
    expect(planeOfArray(planeOf(60, 120), sun, 400, 0)).toBeCloseTo(800 + 400 * 0.2 * 0.25, 9);
  });

  test('a plane with the sun behind it gets no beam', () => {
    expect(cosIncidence(planeOf(90, 0), sunFrom(60, 180))).toBe(0);
    expect(planeOfArray(planeOf(90, 0), sunFrom(60, 180), 400, 0.25)).toBeCloseTo(50 + 40, 9);
    expect(planeOfArray(planeOf(30, 0), sunFrom(60, 180), 0, 1)).toBe(0);
  });
});

describe('PV chain', () => {
  test('10 kW at 800 W/m² and 25 degC gives 50 degC, 7.2 kW DC, 5.944 kW AC (model O14)', () => {
    const cellC = cellTemperatureC(25, 800);
    expect(cellC).toBe(50);
    const dcW = pvDcW(10_000, 800, cellC);
    expect(dcW).toBeCloseTo(7200, 9);
    expect(pvAcW(dcW, 8696)).toBeCloseTo(5944.32, 9);
    expect(pvAcW(dcW, 5000)).toBe(5000);
  });

  test('PVWatts DC and inverter as published', () => {
    expect(pvDcW(100, 900, 30, -0.003)).toBeCloseTo(88.65, 10);
    expect(pvwattsInverterW(90, 100, 0.95)).toBeCloseTo(85.58556604752516, 10);
    expect(pvwattsInverterW(50, 100, 0.95)).toBeCloseTo(47.60843623534295, 10);
    expect(pvwattsInverterW(50, 100, 0.96)).toBeCloseTo(48.10957766939919, 10);
    expect(pvwattsInverterW(10, 100, 0.96)).toBeCloseTo(9.216278924976653, 10);
    expect(pvwattsInverterW(120, 100, 0.96)).toBe(96);
    expect(pvwattsInverterW(0, 100)).toBe(0);
    expect(pvwattsInverterW(0.001, 1)).toBe(0);
  });

  test('default losses of PVWatts combine to 14.0757 %', () => {
    const losses = [0.02, 0.03, 0, 0.02, 0.02, 0.005, 0.015, 0.01, 0, 0.03];
    expect(100 * combinedLoss(losses)).toBeCloseTo(14.075660688264469, 10);
  });

  test('cells that are absurdly hot give 0, not less', () => {
    expect(pvDcW(100, 900, 300)).toBe(0);
  });
});
