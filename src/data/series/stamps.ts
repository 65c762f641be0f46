/**
 * Time stamps of foreign files. A stamp is an instant only with its offset from UTC; a zone name is
 * refused, because an hour that a clock repeats in autumn cannot be told apart by any rule.
 */
import { daysFromCivil, daysInMonth } from '../../base/calendar.ts';

/** Layouts of stamps. The last two have no date and describe a profile that repeats. */
export const STAMP_FORMATS = [
  'iso',
  'epoch',
  'day-first',
  'month-first',
  'time-of-day',
  'hour-of-year',
] as const;

/** One of {@link STAMP_FORMATS}. */
export type StampFormat = (typeof STAMP_FORMATS)[number];

/** A parsed stamp: an instant, or a place in the day or year. */
export interface Stamp {
  /**
   * Seconds since 1970-01-01T00:00Z; for `time-of-day` seconds since midnight, for `hour-of-year`
   * 3600 times the hour.
   */
  readonly valueS: number;
  /** Offset the stamp itself carries [min]; undefined when it carries none. */
  readonly offsetMin: number | undefined;
}

const TIME = '(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.\\d*)?)?';
const OFFSET = '(Z|[+-]\\d{2}:?\\d{2})?';
const ISO = new RegExp(`^(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})[T ]${TIME}\\s*${OFFSET}$`);
const DATED = new RegExp(`^(\\d{1,2})[./-](\\d{1,2})[./-](\\d{4})[T ]${TIME}\\s*${OFFSET}$`);
const CLOCK = new RegExp(`^${TIME}$`);

/** A fixed offset as minutes: `+08:00`, `-0330`, `Z` or `UTC`; undefined for anything else. */
export function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'UTC') return 0;
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (Number(match[3]) > 59 || minutes > 840) return undefined;
  return match[1] === '-' ? 0 - minutes : minutes;
}

function secondsOf(parts: readonly (string | undefined)[]): number | undefined {
  const [hour, minute, second] = parts.map((part) => Number(part ?? 0)) as [number, number, number];
  const valid = minute < 60 && second < 60 && (hour < 24 || (hour === 24 && minute + second === 0));
  return valid ? hour * 3600 + minute * 60 + second : undefined;
}

function civil(
  year: number,
  month: number,
  day: number,
  time: readonly (string | undefined)[],
  offset: string | undefined,
  zoneMin: number | undefined,
): Stamp | undefined {
  const seconds = secondsOf(time);
  if (seconds === undefined || month < 1 || month > 12) return undefined;
  if (day < 1 || day > daysInMonth(year, month)) return undefined;
  const offsetMin = offset === undefined ? undefined : parseOffset(offset);
  if (offset !== undefined && offsetMin === undefined) return undefined;
  const localS = daysFromCivil(year, month, day) * 86_400 + seconds;
  return { valueS: localS - (offsetMin ?? zoneMin ?? 0) * 60, offsetMin };
}

/**
 * Parses one stamp.
 *
 * @param zoneMin - Offset of stamps that carry none [min].
 * @returns Undefined when the text has another layout or names no time that exists. `24:00` is the
 *   end of the day. Fractions of a second are dropped.
 */
export function parseStamp(
  text: string,
  format: StampFormat,
  zoneMin: number | undefined,
): Stamp | undefined {
  switch (format) {
    case 'iso': {
      const m = ISO.exec(text);
      return m === null
        ? undefined
        : civil(Number(m[1]), Number(m[2]), Number(m[3]), m.slice(4, 7), m[7], zoneMin);
    }
    case 'day-first':
    case 'month-first': {
      const m = DATED.exec(text);
      if (m === null) return undefined;
      const [day, month] = format === 'day-first' ? [m[1], m[2]] : [m[2], m[1]];
      return civil(Number(m[3]), Number(month), Number(day), m.slice(4, 7), m[7], zoneMin);
    }
    case 'epoch': {
      const m = /^(-?\d{1,11})(?:\.0*)?$/.exec(text);
      return m === null ? undefined : { valueS: Number(m[1]), offsetMin: 0 };
    }
    case 'time-of-day': {
      const m = CLOCK.exec(text);
      const seconds = m === null ? undefined : secondsOf(m.slice(1, 4));
      return seconds === undefined ? undefined : { valueS: seconds, offsetMin: undefined };
    }
    case 'hour-of-year': {
      const m = /^(\d{1,4})(?:\.0*)?$/.exec(text);
      return m === null ? undefined : { valueS: Number(m[1]) * 3600, offsetMin: undefined };
    }
  }
}
