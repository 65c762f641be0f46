/**
 * Civil dates of simulated time. The run's clock is integer microseconds from the start; people,
 * tariffs and the sun follow a local calendar with a fixed offset from UTC. The platform's date
 * functions depend on the machine's zone and are banned, so dates are integer arithmetic here.
 */
import { DAY_US, HOUR_US, SECOND_US } from './units.ts';

const DAY_S = 86_400;

/** A local date and time of day. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** Day of the month, 1 to 31. */
  readonly day: number;
  /** 1 to 366. */
  readonly dayOfYear: number;
  /** 0 is Monday, 6 is Sunday. */
  readonly dayOfWeek: number;
  /** Fractional hour of the local day, [0, 24). */
  readonly hour: number;
  /** Local days since the start day; negative before it. */
  readonly dayIndex: number;
}

/** Civil time of one run. */
export interface Calendar {
  /** Start of the run, seconds since 1970-01-01T00:00Z. */
  readonly startEpochS: number;
  /** Local time minus UTC [min]. */
  readonly utcOffsetMin: number;
  /** Local time at a simulated instant [µs, any integer]. */
  at(timeUs: number): LocalTime;
}

/** A civil date without time of day. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * Days from 1970-01-01 to a date of the proleptic Gregorian calendar; exact for all integers.
 * Source: the 400-year era algorithm, see H. Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", 2013.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfShiftedYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfShiftedYear - 719_468;
}

/** The civil date a number of days after 1970-01-01; inverse of {@link daysFromCivil}. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const corrected =
    dayOfEra -
    Math.floor(dayOfEra / 1_460) +
    Math.floor(dayOfEra / 36_524) -
    Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor(corrected / 365);
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfShiftedYear = dayOfEra - (365 * yearOfEra + leapDays);
  const shiftedMonth = Math.floor((5 * dayOfShiftedYear + 2) / 153);
  const day = dayOfShiftedYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Days in a month of the Gregorian calendar. `month` 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  const next = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1);
  return next - daysFromCivil(year, month, 1);
}

/**
 * Creates the calendar of a run.
 *
 * @param startEpochS - Start, integer seconds since 1970-01-01T00:00Z.
 * @param utcOffsetMin - Local time minus UTC, integer minutes in [-840, 840].
 * @throws {RangeError} when an argument is not such an integer.
 */
export function createCalendar(startEpochS: number, utcOffsetMin: number): Calendar {
  if (!Number.isSafeInteger(startEpochS)) {
    throw new RangeError(`"startEpochS" expected an integer, got ${startEpochS}`);
  }
  if (!Number.isInteger(utcOffsetMin) || Math.abs(utcOffsetMin) > 840) {
    throw new RangeError(`"utcOffsetMin" expected an integer in [-840, 840], got ${utcOffsetMin}`);
  }
  const startLocalS = startEpochS + utcOffsetMin * 60;
  const startDay = Math.floor(startLocalS / DAY_S);
  const startOfDayUs = (startLocalS - startDay * DAY_S) * SECOND_US;
  return {
    startEpochS,
    utcOffsetMin,
    at(timeUs) {
      const sinceMidnightUs = startOfDayUs + timeUs;
      const dayIndex = Math.floor(sinceMidnightUs / DAY_US);
      const days = startDay + dayIndex;
      const { year, month, day } = civilFromDays(days);
      return {
        year,
        month,
        day,
        dayOfYear: days - daysFromCivil(year, 1, 1) + 1,
        // 1970-01-01 was a Thursday, three days after a Monday.
        dayOfWeek: (((days + 3) % 7) + 7) % 7,
        hour: (sinceMidnightUs - dayIndex * DAY_US) / HOUR_US,
        dayIndex,
      };
    },
  };
}

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** An instant with the offset it was written in. */
export interface Instant {
  readonly epochS: number;
  readonly utcOffsetMin: number;
}

/**
 * Parses `2024-06-03T00:00+08:00` or `...Z`, seconds optional.
 *
 * @returns The instant and its offset; undefined when the text has no offset, another layout, or
 *   names a date or time that does not exist (30 February, 24:00).
 */
export function parseInstant(text: string): Instant | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  const [hour, minute, second] = [part(4), part(5), part(6)];
  const [offsetHour, offsetMinute] = [part(8), part(9)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const magnitudeMin = offsetHour * 60 + offsetMinute;
  if (offsetMinute > 59 || magnitudeMin > 840) return undefined;
  const utcOffsetMin = match[7] === '-' ? 0 - magnitudeMin : magnitudeMin;
  const localS = daysFromCivil(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second;
  return { epochS: localS - utcOffsetMin * 60, utcOffsetMin };
}

/**
 * Writes an instant in local time with its offset, e.g. `2024-06-03T00:00:00+08:00`; offset 0 is
 * `Z`. `parseInstant` reads it back to the same values.
 */
export function formatInstant(epochS: number, utcOffsetMin: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const localS = epochS + utcOffsetMin * 60;
  const days = Math.floor(localS / DAY_S);
  const secondOfDay = localS - days * DAY_S;
  const { year, month, day } = civilFromDays(days);
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const [hour, minute] = [Math.floor(secondOfDay / 3600), Math.floor(secondOfDay / 60) % 60];
  const time = `${two(hour)}:${two(minute)}:${two(secondOfDay % 60)}`;
  if (utcOffsetMin === 0) return `${date}T${time}Z`;
  const magnitudeMin = Math.abs(utcOffsetMin);
  const sign = utcOffsetMin < 0 ? '-' : '+';
  return `${date}T${time}${sign}${two(Math.floor(magnitudeMin / 60))}:${two(magnitudeMin % 60)}`;
}
