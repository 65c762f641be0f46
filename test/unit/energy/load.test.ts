import { describe, expect, test } from 'vitest';
import { coolingDemand, cycleShare, shapeAt } from '../../../src/energy/load.ts';

describe('pieces of a load curve', () => {
  const hourly = Array.from({ length: 24 }, (_, hour) => hour);

  test('a shape passes through the middles of its hours and closes over midnight', () => {
    expect(shapeAt(hourly, 7.5)).toBe(7);
    expect(shapeAt(hourly, 8)).toBe(7.5);
    expect(shapeAt(hourly, 0)).toBe(11.5);
    expect(shapeAt(hourly, 24)).toBe(11.5);
    expect(shapeAt(hourly, -0.25)).toBe(shapeAt(hourly, 23.75));
  });

  test('a thermostat spends its duty over whole periods and cuts exactly', () => {
    expect(cycleShare(0, 3, 0.4)).toBeCloseTo(0.4, 12);
    expect(cycleShare(0, 0.4, 0.4)).toBe(1);
    expect(cycleShare(0.5, 1, 0.4)).toBe(0);
    expect(cycleShare(-0.8, -0.3, 0.4)).toBeCloseTo(0.4, 12);
  });

  test('cooling begins at 22 degC and saturates', () => {
    expect(coolingDemand(20)).toBe(0);
    expect(coolingDemand(30)).toBe(1);
    expect(coolingDemand(50)).toBe(1.5);
  });
});
