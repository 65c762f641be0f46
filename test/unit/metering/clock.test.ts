import { describe, expect, test } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { DAY_US, HOUR_US, SECOND_US } from '../../../src/base/units.ts';
import { CLOCK_SYNC_US, createClocks } from '../../../src/metering/clock.ts';

describe('meter clocks', () => {
  const clocks = createClocks(20, 2 * SECOND_US, HOUR_US, createRandomSource(5));
  const week = CLOCK_SYNC_US / HOUR_US;

  test('run off evenly from a weekly setting and repeat, in history too', () => {
    for (let home = 0; home < 20; home++) {
      const errors = Array.from({ length: week }, (_, slot) => clocks.errorUs(home, slot));
      const steps = errors.map((error, slot) => clocks.errorUs(home, slot + 1) - error);
      const even = [...steps].sort((a, b) => a - b)[week >> 1]!;
      // One step of the week is the setting; all others are the same but for rounding.
      expect(steps.filter((step) => Math.abs(step - even) > 1.5).length).toBeLessThanOrEqual(1);
      expect(clocks.errorUs(home, 11 + week)).toBe(errors[11]);
      expect(clocks.errorUs(home, 11 - 3 * week)).toBe(errors[11]);
      expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(
        (Math.abs(even) + 1) * (CLOCK_SYNC_US / HOUR_US),
      );
    }
  });

  test('an exact clock is never off', () => {
    const exact = createClocks(1, 0, DAY_US, createRandomSource(5));
    expect(Object.is(exact.errorUs(0, 3), 0)).toBe(true);
  });
});
