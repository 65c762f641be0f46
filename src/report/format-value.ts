/**
 * Values as text for people: a unit that suits the size and three significant digits. First those of
 * tables, which a terminal can show, then those of captions and charts.
 */
import { HOUR_US, MILLISECOND_US, MINUTE_US, SECOND_US } from '../base/units.ts';
import { humanUnit, UNIT_SIZES, type UnitSize } from './human-unit.ts';

/** How a value is shown; `us`, `Wh`, `B`, `upt` and `upt/kWh` are the unit it comes in. */
export type ValueFormat = 'number' | 'count' | 'share' | 'us' | 'upt' | 'Wh' | 'B' | 'upt/kWh';

/** A table of figures counts in hours at most, and writes microseconds as files do. */
const CLOCK: readonly UnitSize[] = [
  [HOUR_US, 'h'],
  [MINUTE_US, 'min'],
  [SECOND_US, 's'],
  [MILLISECOND_US, 'ms'],
  [1, 'us'],
];

function sizesOf(format: ValueFormat): readonly UnitSize[] {
  if (format === 'us') return CLOCK;
  return UNIT_SIZES[format === 'share' ? '%' : format] ?? [[1, '']];
}

/**
 * Significant digits, thousands kept whole, no exponent in the usual range.
 *
 * @param digits - At least 1; default 3.
 */
export function formatDigits(value: number, digits: number = 3): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e7 || size < 1e-3) return value.toExponential(digits - 1);
  const rounded = Number(value.toPrecision(digits));
  return String(Math.abs(rounded) >= 100 && digits <= 3 ? Math.round(value) : rounded);
}

/** The largest unit that a size fills: how many base units it is, and its name. */
function scaleFor(size: number, format: ValueFormat, full = 1): UnitSize {
  const scales = sizesOf(format);
  const least = (factor: number) => (factor >= MINUTE_US ? full * factor : factor);
  return scales.find(([factor]) => size >= least(factor)) ?? scales.at(-1)!;
}

const withUnit = (text: string, unit: string) => (unit === '' ? text : `${text} ${unit}`);

/**
 * A value with its unit, and half its interval where that is known: `1.45 ± 0.03 min`.
 *
 * @param half - NaN leaves it out.
 * @returns `-` for NaN.
 */
export function formatValue(value: number, format: ValueFormat, half: number = Number.NaN): string {
  if (Number.isNaN(value)) return '-';
  const [factor, unit] = scaleFor(Math.abs(value), format);
  const spread = Number.isNaN(half) ? '' : ` ± ${formatDigits(half / factor)}`;
  return withUnit(`${formatDigits(value / factor)}${spread}`, unit);
}

/** Most digits an interval is written with; one that needs more is as good as a point. */
const DIGITS_MAX = 6;
/** Ends closer than this, relative to their size, are one figure with rounding errors. */
const SAME = 1e-5;
/** Minutes and hours begin at so many, since 1.44 min tells less than 86.2 s. */
const FULL = 3;

/**
 * A value with its interval, all three in one unit: `5.3 s [4.8, 5.9]`, with as many digits as it takes to
 * tell the ends apart.
 *
 * @param low - Lower end; NaN leaves the interval out.
 * @returns `-` for a value of NaN.
 */
export function formatInterval(
  value: number,
  low: number,
  high: number,
  format: ValueFormat,
): string {
  if (Number.isNaN(value)) return '-';
  const hasEnds = !Number.isNaN(low) && !Number.isNaN(high);
  const size = Math.max(...(hasEnds ? [value, low, high] : [value]).map(Math.abs));
  const [factor, unit] = scaleFor(size, format, format === 'us' ? FULL : 1);
  if (!hasEnds) return withUnit(formatDigits(value / factor), unit);
  const write = (digits: number) =>
    [value, low, high].map((end) => formatDigits(end / factor, digits));
  let digits = 3;
  let texts = write(digits);
  const differ = high - low > SAME * size;
  while (differ && texts[1] === texts[2] && digits < DIGITS_MAX) texts = write(++digits);
  return `${withUnit(texts[0]!, unit)} [${texts[1]}, ${texts[2]}]`;
}

const NO_VALUE = '–';

/** Thousands set apart by thin spaces. */
const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** Three significant digits, whole numbers kept, no exponent in the usual range, a true minus; a dash for NaN. */
export function shortNumber(value: number): string {
  if (Number.isNaN(value)) return NO_VALUE;
  return (Math.abs(value) >= 1000 ? grouped : String)(formatDigits(value)).replaceAll('-', '−');
}

/** A whole number, all its digits; a dash for NaN. */
export function count(value: number): string {
  return Number.isNaN(value) ? NO_VALUE : grouped(String(value));
}

/** Singular or plural behind its count. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Part of a whole in percent; a dash where there is no whole. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || Number.isNaN(part / whole)) return NO_VALUE;
  return `${shortNumber((100 * part) / whole)} %`;
}

/** A duration in the unit that suits it; a dash for NaN. @param us - µs. */
export function duration(us: number): string {
  if (Number.isNaN(us)) return NO_VALUE;
  const { unit, divisor } = humanUnit('us', [us]);
  return `${shortNumber(us / divisor)} ${unit}`;
}
