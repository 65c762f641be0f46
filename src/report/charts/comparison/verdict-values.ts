/** Values of the verdict as people read them: few digits, and no exponent for what lies in 0 to 1. */
import { formatInterval, type ValueFormat } from '../../format-value.ts';

/** How a value is shown; `index` is a pure number from 0 to 1. */
export type VerdictFormat = ValueFormat | 'index';

/** A percentage with at most two decimals. */
function percent(share: number): string {
  const size = Math.abs(100 * share);
  const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return shortened((100 * share).toFixed(decimals));
}

const index = (value: number) => shortened(value.toFixed(3));

/** Without zeros behind the point, and never −0. */
function shortened(text: string): string {
  return String(Number(text) === 0 ? 0 : Number(text));
}

/**
 * A value with its interval in one unit, `5.3 s [4.8, 5.9]`; the interval is left out where both ends are
 * written alike, since it has no width to speak of.
 *
 * @param low - Lower end; NaN leaves the interval out.
 * @returns A dash for NaN. A share above 0 that would be written as 0 is `< 0.01 %`.
 */
export function verdictValue(
  value: number,
  low: number,
  high: number,
  format: VerdictFormat,
): string {
  if (Number.isNaN(value)) return '–';
  if (format !== 'index' && format !== 'share') {
    return signed(withoutPoint(formatInterval(value, low, high, format)));
  }
  const write = format === 'share' ? percent : index;
  const isTiny = format === 'share' && value > 0 && write(value) === '0';
  const shown = isTiny ? '< 0.01 %' : `${write(value)}${format === 'share' ? ' %' : ''}`;
  if (Number.isNaN(low) || Number.isNaN(high)) return signed(shown);
  return signed(withoutPoint(`${shown} [${write(low)}, ${write(high)}]`));
}

/** A value without an interval. */
export function plainValue(value: number, format: VerdictFormat): string {
  return verdictValue(value, Number.NaN, Number.NaN, format);
}

/** A true minus before numbers. */
const signed = (text: string) => text.replace(/-(?=\d)/g, '−');

/** Drops an interval whose ends are written alike. */
function withoutPoint(text: string): string {
  const found = /^(.*) \[([^,]*), ([^\]]*)\]$/.exec(text);
  return found !== null && found[2] === found[3] ? found[1]! : text;
}
