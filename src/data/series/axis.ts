/**
 * The time axis of a file: which row holds which interval. Rows that do not follow one another at
 * one resolution are refused here, before any reading is looked at, because every reading after a
 * repeated or skipped hour would stand at the wrong time.
 */
import { formatInstant } from '../../base/calendar.ts';
import type { CsvTable, IssueSink } from './csv.ts';
import { parseOffset, parseStamp, type StampFormat } from './stamps.ts';

/** How a file tells time. */
export interface AxisSpec {
  readonly stampFormat: StampFormat;
  /** Whether a stamp is the start or the end of its interval; undefined for instants. */
  readonly marks: 'start' | 'end' | undefined;
  /** Fixed offset of stamps that carry none, e.g. `+08:00`. */
  readonly timeZone: string | undefined;
  /** Interval of the readings [s]; found from the stamps when undefined. */
  readonly resolutionS: number | undefined;
  /** Whether a row that repeats the one before it, stamp and all, is dropped or refused. */
  readonly duplicates: 'refuse' | 'drop-identical';
  /**
   * Whether a missing interval is filled later; if not, a skipped hour at night is refused here.
   */
  readonly fillsGaps: boolean;
}

/** A regular axis. */
export interface Axis {
  /** `dated` has instants; the profiles repeat each day or year. */
  readonly kind: 'dated' | 'day' | 'year';
  /** Start of the first interval [s]: epoch, or since midnight or new year for a profile. */
  readonly startS: number;
  readonly stepS: number;
  readonly count: number;
  /** Row of the file for each interval; -1 where there is none. */
  readonly rows: Int32Array;
}

interface Stamped {
  readonly row: number;
  readonly valueS: number;
}

const DAY_S = 86_400;
/** Problems of one kind that are listed before the rest are summed up. */
export const ISSUE_LIMIT = 10;

/**
 * Builds the axis of some rows of a table.
 *
 * @param rows - Rows in file order.
 * @param stampColumn - Column of the stamps.
 * @param same - Whether two rows agree in every cell that is used.
 * @param optionPath - Path of the scenario key, for what the scenario should have said.
 * @returns Undefined after at least one issue.
 */
export function buildAxis(
  table: CsvTable,
  rows: readonly number[],
  stampColumn: number,
  spec: AxisSpec,
  same: (a: number, b: number) => boolean,
  optionPath: string,
  issue: IssueSink,
): Axis | undefined {
  const zoneMin = zoneOf(spec, optionPath, issue);
  if (zoneMin === null) return undefined;
  let problems = 0;
  const report = (row: number, expected: string, got: string, hint?: string) => {
    problems++;
    if (problems > ISSUE_LIMIT) return;
    const [line, column] = [table.lineOf(row), table.columnOf(row, stampColumn)];
    const path = table.names[stampColumn] ?? '';
    issue({ file: table.path, line, column, path, expected, got, hint });
  };
  const stamped: Stamped[] = [];
  let zoned = true;
  for (const row of rows) {
    const text = table.cell(row, stampColumn);
    const stamp = parseStamp(text, spec.stampFormat, zoneMin);
    if (stamp === undefined) {
      const expected = `a stamp in the format ${spec.stampFormat}`;
      report(row, expected, JSON.stringify(text));
      continue;
    }
    if (stamp.offsetMin === undefined) zoned = false;
    stamped.push({ row, valueS: stamp.valueS });
    if (stamp.offsetMin === undefined && zoneMin === undefined && isDated(spec)) {
      const expected = 'stamps with an offset, or a timeZone';
      const hint = 'a fixed offset such as +08:00';
      report(row, expected, JSON.stringify(text), hint);
      break;
    }
  }
  if (problems > 0) return undefined;
  const kept = withoutDuplicates(stamped, table, stampColumn, spec, same, report);
  const stepS = spec.resolutionS ?? commonStep(kept);
  if (stepS === undefined) {
    report(rows[0] ?? -1, 'two rows or more, or a resolution', `${kept.length}`);
    return undefined;
  }
  checkSteps(kept, stepS, zoned, table, stampColumn, spec, report);
  if (problems > 0) return undefined;
  return spreadRows(kept, stepS, spec, report);
}

function isDated(spec: AxisSpec): boolean {
  return spec.stampFormat !== 'time-of-day' && spec.stampFormat !== 'hour-of-year';
}

/** The offset of bare stamps; undefined when none is given, null after an issue. */
function zoneOf(spec: AxisSpec, optionPath: string, issue: IssueSink): number | undefined | null {
  if (spec.timeZone === undefined) return undefined;
  const zone = parseOffset(spec.timeZone);
  if (zone !== undefined) return zone;
  const expected = 'a fixed offset such as +08:00, or Z';
  const hint = spec.timeZone.includes('/')
    ? 'a zone with summer time repeats an hour; use the column whose stamps carry their offset'
    : undefined;
  const got = JSON.stringify(spec.timeZone);
  issue({ file: '', path: `${optionPath}.timeZone`, expected, got, hint });
  return null;
}

type Report = (row: number, expected: string, got: string, hint?: string) => void;

const CLOCK_HINT =
  'as on a day when clocks change; give stamps with their offset, or a series in standard time';

function withoutDuplicates(
  stamped: readonly Stamped[],
  table: CsvTable,
  stampColumn: number,
  spec: AxisSpec,
  same: (a: number, b: number) => boolean,
  report: Report,
): Stamped[] {
  const kept: Stamped[] = [];
  for (const next of stamped) {
    const last = kept[kept.length - 1];
    if (last === undefined || next.valueS > last.valueS || wrapsAround(next, last, spec)) {
      kept.push(next);
      continue;
    }
    const text = JSON.stringify(table.cell(next.row, stampColumn));
    const backS = last.valueS - next.valueS;
    if (backS === 0 && spec.duplicates === 'drop-identical' && same(last.row, next.row)) continue;
    const hint = backS <= 3600 ? `a repeated stamp, ${CLOCK_HINT}` : 'sort the rows by time';
    const got = backS === 0 ? `${text} again` : `${text}, earlier than the row above`;
    report(next.row, 'stamps that increase', got, hint);
    kept.push(next);
  }
  return kept;
}

/** `00:00` after `23:45` ends the last interval of a daily profile whose stamps mark ends. */
function wrapsAround(next: Stamped, last: Stamped, spec: AxisSpec): boolean {
  return (
    spec.stampFormat === 'time-of-day' &&
    spec.marks === 'end' &&
    next.valueS === 0 &&
    last.valueS > 0
  );
}

/** The most frequent distance between rows; the smaller one on a tie. */
function commonStep(stamped: readonly Stamped[]): number | undefined {
  const counts = new Map<number, number>();
  for (let i = 1; i < stamped.length; i++) {
    const step = stamped[i]!.valueS - stamped[i - 1]!.valueS;
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
  return ranked[0]?.[0];
}

function checkSteps(
  stamped: readonly Stamped[],
  stepS: number,
  zoned: boolean,
  table: CsvTable,
  stampColumn: number,
  spec: AxisSpec,
  report: Report,
): void {
  for (let i = 1; i < stamped.length; i++) {
    const [last, next] = [stamped[i - 1]!, stamped[i]!];
    const step = next.valueS - last.valueS;
    if (step <= 0) continue;
    const text = JSON.stringify(table.cell(next.row, stampColumn));
    if (step % stepS !== 0) {
      report(next.row, `a row every ${stepS} s`, `${text}, ${step} s after the row above`);
      continue;
    }
    // A bare local stamp that jumps one hour at night shifts all that follow it.
    const skipsHour = step - stepS === 3600 && !zoned && isDated(spec);
    if (!skipsHour || spec.fillsGaps) continue;
    const got = `${text}, ${step} s after the row above`;
    report(next.row, `a row every ${stepS} s`, got, `a skipped local hour, ${CLOCK_HINT}`);
  }
}

function spreadRows(
  stamped: readonly Stamped[],
  stepS: number,
  spec: AxisSpec,
  report: Report,
): Axis | undefined {
  const shiftS = spec.marks === 'end' ? stepS : 0;
  const first = stamped[0]!;
  if (isDated(spec)) {
    const startS = first.valueS - shiftS;
    const count = (stamped[stamped.length - 1]!.valueS - first.valueS) / stepS + 1;
    const rows = new Int32Array(count).fill(-1);
    for (const { row, valueS } of stamped) rows[(valueS - first.valueS) / stepS] = row;
    return { kind: 'dated', startS, stepS, count, rows };
  }
  const daily = spec.stampFormat === 'time-of-day';
  if (daily && DAY_S % stepS !== 0) {
    report(first.row, 'a resolution that divides a day', `${stepS} s`);
    return undefined;
  }
  const count = daily ? DAY_S / stepS : yearCount(stamped, stepS, shiftS);
  const rows = new Int32Array(count).fill(-1);
  for (const { row, valueS } of stamped) {
    const wrapped = daily && valueS === 0 && shiftS > 0 ? DAY_S : valueS;
    const index = (wrapped - shiftS) / stepS;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      report(row, daily ? 'a time inside the day' : 'an hour inside the year', `${valueS} s`);
      return undefined;
    }
    rows[index] = row;
  }
  return { kind: daily ? 'day' : 'year', startS: 0, stepS, count, rows };
}

/** Intervals of a yearly profile: 8784 hours when the file reaches into a leap year's last day. */
function yearCount(stamped: readonly Stamped[], stepS: number, shiftS: number): number {
  const lastS = stamped[stamped.length - 1]!.valueS - shiftS;
  return ((lastS >= 365 * DAY_S ? 366 : 365) * DAY_S) / stepS;
}

/** An instant of the file in words, in UTC. */
export function instantText(epochS: number): string {
  return formatInstant(epochS, 0);
}
