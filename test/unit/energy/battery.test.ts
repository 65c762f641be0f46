import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BATTERY_OUT,
  BATTERY_OUT_LENGTH,
  dispatchBattery,
  keepFactor,
  SOC_MAX,
  SOC_MIN,
  stepBattery,
} from '../../../src/energy/battery.ts';

const out = new Float64Array(BATTERY_OUT_LENGTH);
const result = () => ({
  charge: out[BATTERY_OUT.charge]!,
  discharge: out[BATTERY_OUT.discharge]!,
  stored: out[BATTERY_OUT.stored]!,
  selfLoss: out[BATTERY_OUT.selfLoss]!,
});

describe('battery step', () => {
  test('a wish within all limits is granted', () => {
    stepBattery(1000, 5000, 10_000, 2000, 0.95, 1, out);
    expect(result()).toEqual({ charge: 1000, discharge: 0, stored: 5950, selfLoss: 0 });
    stepBattery(-950, 5000, 10_000, 2000, 0.95, 1, out);
    expect(result()).toEqual({ charge: 0, discharge: 950, stored: 4000, selfLoss: 0 });
  });

  test('power, the upper and the lower end of the window limit it', () => {
    stepBattery(9000, 5000, 10_000, 2000, 0.95, 1, out);
    expect(result().charge).toBe(2000);
    stepBattery(9000, 9310, 10_000, 2000, 0.95, 1, out);
    expect(result().charge).toBeCloseTo(200, 9);
    expect(result().stored).toBeCloseTo(SOC_MAX * 10_000, 9);
    stepBattery(-9000, 1100, 10_000, 2000, 0.95, 1, out);
    expect(result().discharge).toBeCloseTo(95, 9);
    expect(result().stored).toBeCloseTo(SOC_MIN * 10_000, 9);
  });

  test('below the window it neither discharges nor jumps up', () => {
    stepBattery(-500, 900, 10_000, 2000, 0.95, 0.999, out);
    expect(result()).toMatchObject({ charge: 0, discharge: 0, stored: 900 * 0.999 });
  });

  test('a full cycle returns the square of the efficiency', () => {
    stepBattery(1000, 5000, 10_000, 2000, 0.95, 1, out);
    stepBattery(-9000, 5000 + (result().stored - 5000), 10_000, 902.5, 0.95, 1, out);
    expect(result().discharge).toBe(902.5);
    expect(result().stored).toBeCloseTo(5000, 9);
  });

  test('loses 2 % in a month whatever the step', () => {
    for (const stepS of [60, 300, 3600]) {
      expect(keepFactor(stepS) ** ((30 * 86_400) / stepS)).toBeCloseTo(0.98, 10);
    }
  });

  test('energy closes to 1e-9 kWh, directions exclude each other, the window holds', () => {
    const wh = (max: number) => fc.double({ min: 0, max, noNaN: true });
    fc.assert(
      fc.property(
        wh(50_000),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        wh(5000),
        wh(20_000),
        wh(20_000),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        (capacity, soc, limit, load, pv, efficiency) => {
          const before = soc * capacity;
          dispatchBattery(load, pv, before, capacity, limit, efficiency, keepFactor(300), out);
          const { charge, discharge, stored, selfLoss } = result();
          const balance = before - selfLoss + efficiency * charge - discharge / efficiency;
          expect(Math.abs(stored - balance)).toBeLessThan(1e-6);
          expect(charge * discharge).toBe(0);
          expect(charge).toBeLessThanOrEqual(Math.min(limit, Math.max(0, pv - load)));
          expect(discharge).toBeLessThanOrEqual(Math.min(limit, Math.max(0, load - pv)));
          expect(stored).toBeLessThanOrEqual(SOC_MAX * capacity + 1e-9);
          if (discharge > 0) expect(stored).toBeGreaterThanOrEqual(SOC_MIN * capacity - 1e-9);
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });
});
