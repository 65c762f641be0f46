import { describe, expect, test } from 'vitest';
import {
  civilFromDays,
  createCalendar,
  daysFromCivil,
  daysInMonth,
  formatInstant,
  parseInstant,
} from '../../../src/base/calendar.ts';
import { DAY_US, HOUR_US, MINUTE_US } from '../../../src/base/units.ts';

/** Month lengths by the rule one learns at school: the slow oracle. */
function schoolDays(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
}

describe('civil dates', () => {
  test('days and dates agree with counting day by day from 1890 to 2310', () => {
    let days = daysFromCivil(1890, 1, 1);
    for (let year = 1890; year <= 2310; year++) {
      for (let month = 1; month <= 12; month++) {
        expect(daysInMonth(year, month)).toBe(schoolDays(year, month));
        for (let day = 1; day <= schoolDays(year, month); day++, days++) {
          if (daysFromCivil(year, month, day) !== days) expect.fail(`${year}-${month}-${day}`);
          const back = civilFromDays(days);
          if (back.year !== year || back.month !== month || back.day !== day) {
            expect.fail(`${days} gave ${JSON.stringify(back)}`);
          }
        }
      }
    }
  });

  test('known days', () => {
    expect(daysFromCivil(1970, 1, 1)).toBe(0);
    expect(daysFromCivil(2000, 3, 1)).toBe(11_017);
    expect(daysFromCivil(1969, 12, 31)).toBe(-1);
  });
});

describe('calendar', () => {
  const { epochS, utcOffsetMin } = parseInstant('2024-06-03T00:00+08:00')!;
  const calendar = createCalendar(epochS, utcOffsetMin);

  test('starts on a Monday at local midnight', () => {
    expect(calendar.at(0)).toEqual({
      year: 2024,
      month: 6,
      day: 3,
      dayOfYear: 155,
      dayOfWeek: 0,
      hour: 0,
      dayIndex: 0,
    });
  });

  test('history has negative day indices and the evening before', () => {
    const before = calendar.at(-15 * MINUTE_US);
    expect(before).toMatchObject({ day: 2, dayOfWeek: 6, dayIndex: -1, hour: 23.75 });
    expect(calendar.at(-7 * DAY_US)).toMatchObject({ month: 5, day: 27, dayIndex: -7 });
  });

  test('counts local days from the start day when the start is not midnight', () => {
    const start = parseInstant('2024-12-31T18:30-05:00')!;
    const evening = createCalendar(start.epochS, start.utcOffsetMin);
    expect(evening.at(0)).toMatchObject({ dayOfYear: 366, hour: 18.5, dayIndex: 0 });
    expect(evening.at(6 * HOUR_US)).toMatchObject({ year: 2025, dayOfYear: 1, hour: 0.5 });
    expect(evening.at(6 * HOUR_US).dayIndex).toBe(1);
  });

  test('the last microsecond of a day belongs to it', () => {
    expect(calendar.at(DAY_US - 1).dayIndex).toBe(0);
    expect(calendar.at(DAY_US - 1).hour).toBeLessThan(24);
  });

  test('refuses what is not whole', () => {
    expect(() => createCalendar(0.5, 0)).toThrow('"startEpochS" expected an integer, got 0.5');
    expect(() => createCalendar(0, 900)).toThrow('"utcOffsetMin" expected an integer');
  });
});

describe('instants as text', () => {
  test('are parsed with their offset', () => {
    expect(parseInstant('1970-01-01T00:00Z')).toEqual({ epochS: 0, utcOffsetMin: 0 });
    expect(parseInstant('2024-06-03T00:00+08:00')).toEqual({
      epochS: 1_717_344_000,
      utcOffsetMin: 480,
    });
    expect(parseInstant('2023-12-31T19:00:05-05:30')).toEqual({
      epochS: 1_704_069_005,
      utcOffsetMin: -330,
    });
  });

  test.each([
    '2024-06-03',
    '2024-06-03T00:00',
    '2024-02-30T00:00Z',
    '2023-02-29T00:00Z',
    '2024-13-01T00:00Z',
    '2024-06-03T24:00Z',
    '2024-06-03T00:60Z',
    '2024-06-03T00:00+15:00',
    '2024-06-03 00:00Z',
    '',
  ])('%j is refused', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test('are written and read back', () => {
    expect(formatInstant(1_717_344_000, 480)).toBe('2024-06-03T00:00:00+08:00');
    expect(formatInstant(0, 0)).toBe('1970-01-01T00:00:00Z');
    for (const utcOffsetMin of [-330, 0, 60, 765]) {
      for (let epochS = -1e9; epochS < 4e9; epochS += 123_456_789) {
        expect(parseInstant(formatInstant(epochS, utcOffsetMin))).toEqual({ epochS, utcOffsetMin });
      }
    }
  });
});
