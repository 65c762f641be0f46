/**
 * Readings of one column as integer watt-hours on the run's own intervals. A reading is rounded
 * once, here; what is missing is filled by the policy the user chose or refused with its line.
 */
import type { Calendar } from '../../base/calendar.ts';
import { roundHalfUp } from '../../base/integer.ts';
import { type Axis, ISSUE_LIMIT, instantText } from './axis.ts';
import type { CsvTable, IssueSink } from './csv.ts';
import { type Decimal, type Fraction, parseDecimal, roundScaled } from './decimal.ts';
import { differences, fillGaps } from './gaps.ts';

/** What the numbers of a column are. */
export const READING_UNITS = [
  'W',
  'kW',
  'Wh',
  'kWh',
  'cumulative-Wh',
  'cumulative-kWh',
  'pu',
] as const;

/**
 * One of {@link READING_UNITS}: mean power, energy of the interval, a register, or W per W of PV.
 */
export type ReadingUnit = (typeof READING_UNITS)[number];

/** How readings become watt-hours. */
export interface ReadingSpec {
  readonly unit: ReadingUnit;
  /** PV module power that a per-unit reading is multiplied by [W]. */
  readonly ratedW: number;
  readonly decimal: 'point' | 'comma';
  readonly gapPolicy: 'refuse' | 'interpolate' | 'zero';
  /** Longest run of missing intervals that is filled [s]. */
  readonly gapMaxS: number;
}

/** The stretch of the run that is wanted. */
export interface WantedSpan {
  readonly calendar: Calendar;
  /** Length of the window [s]. */
  readonly lengthS: number;
  /** History before the start that would be used if it is there [s]. */
  readonly historyS: number;
  /** Delivery slot [s]; history is cut to whole slots. */
  readonly slotS: number;
}

/** Readings on the run's intervals. */
export interface ReadingSeries {
  readonly stepS: number;
  /** Intervals before the start of the run. */
  readonly historyCount: number;
  /** Energy [Wh, integer >= 0] from the first interval of history to the end of the window. */
  readonly energyWh: Float64Array;
  /** Intervals filled by the gap policy. */
  readonly filledCount: number;
}

const MISSING = ['', 'null', 'nan', 'na', 'n/a', 'none', '-'];

/** Whether a cell says that there is no reading. */
export function isMissing(text: string): boolean {
  return MISSING.includes(text.toLowerCase());
}

const GREGORIAN_FEB_28 = 59;

/** Whether a unit is a register that only grows. */
export function isCumulative(unit: ReadingUnit): boolean {
  return unit === 'cumulative-Wh' || unit === 'cumulative-kWh';
}

/** Factor from a reading to watt-hours, exact. */
function factorOf(spec: ReadingSpec, stepS: number): Fraction {
  switch (spec.unit) {
    case 'W':
      return { numerator: stepS, denominator: 3600 };
    case 'kW':
      return { numerator: 1000 * stepS, denominator: 3600 };
    case 'Wh':
    case 'cumulative-Wh':
      return { numerator: 1, denominator: 1 };
    case 'kWh':
    case 'cumulative-kWh':
      return { numerator: 1000, denominator: 1 };
    case 'pu':
      // Rated powers are exact to a milliwatt.
      return { numerator: roundHalfUp(spec.ratedW * 1000) * stepS, denominator: 3_600_000 };
  }
}

/**
 * Reads a column over the wanted span.
 *
 * @param axis - Rows of the file by interval.
 * @param column - Column of the readings.
 * @param issue - Receives readings that are no numbers, negative or decreasing, gaps that the
 *   policy does not fill, a span the file does not cover.
 * @returns Integer energies and how much history there was; undefined after an issue.
 */
export function readSeries(
  table: CsvTable,
  axis: Axis,
  column: number,
  spec: ReadingSpec,
  wanted: WantedSpan,
  issue: IssueSink,
): ReadingSeries | undefined {
  const { stepS } = axis;
  const name = table.names[column] ?? '';
  const refuse = (expected: string, got: string, hint?: string): undefined => {
    issue({ file: table.path, path: name, expected, got, hint });
  };
  if (wanted.slotS % stepS !== 0) {
    const expected = `readings at a resolution that divides the interval, ${wanted.slotS} s`;
    return refuse(expected, `one every ${stepS} s`, 'choose an interval the data can give');
  }
  const place = placement(axis, spec, wanted, refuse);
  if (place === undefined) return undefined;
  const { indices, historyCount } = place;
  const values = valuesAt(table, axis, column, spec, indices, issue);
  if (values === undefined) return undefined;
  return fill(values, historyCount, table, axis, column, spec, wanted, indices, issue);
}

interface Placement {
  /** Axis index of each interval wanted; one more for a register, whose energy is a difference. */
  readonly indices: Int32Array;
  readonly historyCount: number;
}

type Refuse = (expected: string, got: string, hint?: string) => undefined;

function placement(
  axis: Axis,
  spec: ReadingSpec,
  wanted: WantedSpan,
  refuse: Refuse,
): Placement | undefined {
  const { stepS } = axis;
  const windowCount = wanted.lengthS / stepS;
  const extra = isCumulative(spec.unit) ? 1 : 0;
  if (axis.kind !== 'dated') {
    if (extra === 1) return refuse('energies or powers in a profile that repeats', spec.unit);
    const historyCount = wanted.historyS / stepS;
    const indices = Int32Array.from({ length: historyCount + windowCount }, (_, i) =>
      profileIndex(axis, (i - historyCount) * stepS, wanted.calendar),
    );
    return { indices, historyCount };
  }
  const first = (wanted.calendar.startEpochS - axis.startS) / stepS;
  const endS = wanted.calendar.startEpochS + wanted.lengthS;
  const lastS = axis.startS + (axis.count - extra) * stepS;
  if (!Number.isInteger(first)) {
    const got = `stamps from ${instantText(axis.startS)} every ${stepS} s`;
    return refuse(`stamps that meet the start, ${instantText(wanted.calendar.startEpochS)}`, got);
  }
  if (first < 0 || endS > lastS) {
    const span = (fromS: number, toS: number) => `${instantText(fromS)} to ${instantText(toS)}`;
    const expected = `readings from ${span(wanted.calendar.startEpochS, endS)}`;
    const hint = 'the series is shorter than the horizon; move the start or shorten the days';
    return refuse(expected, span(axis.startS, lastS), hint);
  }
  const perSlot = wanted.slotS / stepS;
  const available = Math.floor(Math.min(first, wanted.historyS / stepS) / perSlot) * perSlot;
  const indices = Int32Array.from(
    { length: available + windowCount + extra },
    (_, i) => first - available + i,
  );
  return { indices, historyCount: available };
}

/** Index of a repeating profile at a time since the start [s]. */
function profileIndex(axis: Axis, sinceStartS: number, calendar: Calendar): number {
  const { year, dayOfYear, hour } = calendar.at(sinceStartS * 1_000_000);
  const secondOfDay = Math.round(hour * 3600);
  if (axis.kind === 'day') return Math.floor(secondOfDay / axis.stepS);
  const leapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const leapFile = axis.count * axis.stepS > 365 * 86_400;
  let day = dayOfYear;
  // 29 February of a short file repeats the day before it; a long file's own is left out in other
  // years.
  if (leapYear && !leapFile && day > GREGORIAN_FEB_28) day--;
  if (!leapYear && leapFile && day > GREGORIAN_FEB_28) day++;
  return Math.floor(((day - 1) * 86_400 + secondOfDay) / axis.stepS);
}

/** Rounded readings by wanted interval, NaN where missing; undefined after an issue. */
function valuesAt(
  table: CsvTable,
  axis: Axis,
  column: number,
  spec: ReadingSpec,
  indices: Int32Array,
  issue: IssueSink,
): Float64Array | undefined {
  const factor = factorOf(spec, axis.stepS);
  const values = new Float64Array(indices.length).fill(Number.NaN);
  const path = table.names[column] ?? '';
  let problems = 0;
  const report = (row: number, expected: string, text: string, hint?: string) => {
    if (++problems > ISSUE_LIMIT) return;
    const [line, at] = [table.lineOf(row), table.columnOf(row, column)];
    const got = JSON.stringify(text);
    issue({ file: table.path, line, column: at, path, expected, got, hint });
  };
  for (let i = 0; i < indices.length; i++) {
    const row = axis.rows[indices[i]!] ?? -1;
    const text = row < 0 ? '' : table.cell(row, column);
    if (isMissing(text)) continue;
    const value = parseReading(text, spec.decimal);
    if (value === undefined) {
      const hint = /^-?\d+,\d+$/.test(text) ? 'set decimal: comma' : undefined;
      report(row, `a number with a decimal ${spec.decimal}`, text, hint);
      continue;
    }
    if (value.digits < 0n && !isCumulative(spec.unit)) {
      report(row, 'a reading of at least 0', text, 'exports belong in a series of their own');
      continue;
    }
    values[i] = roundScaled(value, factor);
  }
  if (problems > 0) return undefined;
  if (isCumulative(spec.unit)) {
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]!)) continue;
      const row = axis.rows[indices[i]!]!;
      const hint = 'the register was reset or the meter replaced; split the series there';
      if (values[i]! < last) report(row, 'a register that grows', table.cell(row, column), hint);
      last = values[i]!;
    }
  } else if (looksCumulative(values)) {
    const hint = `set unit: cumulative-${spec.unit.endsWith('Wh') ? spec.unit : 'kWh'}`;
    const expected = `readings in ${spec.unit}`;
    issue({ file: table.path, path, expected, got: 'a column that never falls', hint });
    return undefined;
  }
  return problems > 0 ? undefined : values;
}

function parseReading(text: string, decimal: 'point' | 'comma'): Decimal | undefined {
  if (decimal === 'point') return parseDecimal(text);
  return text.includes('.') ? undefined : parseDecimal(text.replace(',', '.'));
}

/** A column that never falls and often rises is a register: people switch things off. */
function looksCumulative(values: Float64Array): boolean {
  let rises = 0;
  let last = Number.NaN;
  for (const value of values) {
    if (value < last) return false;
    if (value > last) rises++;
    if (!Number.isNaN(value)) last = value;
  }
  return rises >= 12;
}

/** Differences registers, fills gaps, cuts history at what stays missing. */
function fill(
  values: Float64Array,
  historyCount: number,
  table: CsvTable,
  axis: Axis,
  column: number,
  spec: ReadingSpec,
  wanted: WantedSpan,
  indices: Int32Array,
  issue: IssueSink,
): ReadingSeries | undefined {
  const cumulative = isCumulative(spec.unit);
  const count = values.length - (cumulative ? 1 : 0);
  const maxCount = Math.floor(spec.gapMaxS / axis.stepS);
  const energyWh = cumulative
    ? differences(values, spec.gapPolicy === 'interpolate' ? maxCount : 0)
    : values.slice();
  let filledCount = 0;
  if (cumulative) {
    for (let i = 0; i < count; i++) {
      const measured = !Number.isNaN(values[i]!) && !Number.isNaN(values[i + 1]!);
      if (!measured && !Number.isNaN(energyWh[i]!)) filledCount++;
    }
  } else if (spec.gapPolicy !== 'refuse') {
    filledCount = fillGaps(energyWh, spec.gapPolicy, maxCount);
  }
  let begin = 0;
  let problems = 0;
  for (let i = 0; i < count; i++) {
    if (!Number.isNaN(energyWh[i]!)) continue;
    if (i < historyCount) {
      begin = i + 1;
      continue;
    }
    if (++problems > ISSUE_LIMIT) continue;
    reportGap(i, table, axis, column, spec, wanted, indices, historyCount, issue);
  }
  if (problems > 0) return undefined;
  const perSlot = wanted.slotS / axis.stepS;
  const kept = Math.floor((historyCount - begin) / perSlot) * perSlot;
  return {
    stepS: axis.stepS,
    historyCount: kept,
    energyWh: energyWh.subarray(historyCount - kept, count),
    filledCount,
  };
}

function reportGap(
  i: number,
  table: CsvTable,
  axis: Axis,
  column: number,
  spec: ReadingSpec,
  wanted: WantedSpan,
  indices: Int32Array,
  historyCount: number,
  issue: IssueSink,
): void {
  let at = i;
  while (at > 0 && (axis.rows[indices[at]!] ?? -1) < 0) at--;
  const row = axis.rows[indices[at]!] ?? -1;
  const startS = wanted.calendar.startEpochS + (i - historyCount) * axis.stepS;
  const expected = `a reading for the interval from ${instantText(startS)}`;
  const absent = at !== i;
  const got = absent ? 'no row, after this one' : JSON.stringify(table.cell(row, column));
  const hint =
    spec.gapPolicy === 'refuse'
      ? 'choose a gapPolicy if it may be filled'
      : `the gap is longer than gapMax, ${spec.gapMaxS} s, or at the edge`;
  const [line, text] = [table.lineOf(row), table.columnOf(row, absent ? 0 : column)];
  const path = table.names[column] ?? '';
  issue({ file: table.path, line, column: text, path, expected, got, hint });
}
