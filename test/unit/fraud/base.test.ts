import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../../src/base/calendar.ts';
import { createSlotDays } from '../../../src/base/days.ts';
import { cholesky, choleskySolve } from '../../../src/base/gaussian.ts';
import { MINUTE_US } from '../../../src/base/units.ts';

describe('slot days', () => {
  it('agree with the calendar, also before the start and off the grid of the day', () => {
    const calendar = createCalendar(1_717_344_000 + 7 * 60 + 5 * 3600, 480);
    const days = createSlotDays(calendar, 15 * MINUTE_US);
    for (let slot = -300; slot < 300; slot++) {
      const local = calendar.at(slot * 15 * MINUTE_US);
      expect(days.dayOf(slot)).toBe(local.dayIndex);
      expect(days.slotOfDay(slot)).toBe(Math.floor((local.hour * 60 + 1e-6) / 15));
      const first = days.firstSlotOf(local.dayIndex);
      expect(days.dayOf(first)).toBe(local.dayIndex);
      expect(days.dayOf(first - 1)).toBe(local.dayIndex - 1);
    }
  });
  it('refuse a slot that does not divide a day', () => {
    expect(() => createSlotDays(createCalendar(0, 0), 7 * MINUTE_US)).toThrow('divisor of a day');
  });
});

describe('cholesky', () => {
  it('solves a system by hand', () => {
    const factor = cholesky([4, 0, 2, 5], 2);
    expect([...factor]).toEqual([2, 0, 1, 2]);
    expect([...choleskySolve(factor, [8, 14], 2)]).toEqual([0.75, 2.5]);
  });
  it('refuses an indefinite matrix', () => {
    expect(() => cholesky([1, 0, 2, 1], 2)).toThrow('positive definite');
  });
});
