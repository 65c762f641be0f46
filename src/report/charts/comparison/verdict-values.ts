/** Values of the verdict as people read them: few digits, never an exponent for what lies in 0 to 1. */
import { formatInterval, type ValueFormat } from '../../format-value.ts';

/** How a value is shown; `index` is a pure number from 0 to 1. */
export type VerdictFormat = ValueFormat | 'index';

/** Decimals of percentages and indices by the size of what they tell apart: at most these. */
const DECIMALS = { percent: 2, index: 3 } as const;

/** A number with at most so many decimals and three significant digits. */
function rounded(value: number, decimals: number): string {
  const digits = Number(value.toPrecision(3));
  const places = Math.abs(digits) >= 100 ? 0 : Math.abs(digits) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(Math.min(decimals, Math.max(places, decimals - 1)))));
}

/** Three numbers of one kind: the value and the ends of its interval, which may be NaN. */
function decimalTexts(ends: readonly number[], kind: keyof typeof DECIMALS): readonly string[] {
  return ends.map((end) => {
    const text = rounded(end, DECIMALS[kind]);
    return text === '-0' ? '0' : text;
  });
}

/**
 * A value with its interval in one unit, `5.3 s [4.8, 5.9]`; the interval is left out where its ends are
 * shown as the value is, since it says nothing then.
 *
 * @param low - Lower end; NaN leaves the interval out.
 * @returns A dash for NaN. A share that is not 0 and would be shown as 0 is `< 0.01 %`.
 */
export function verdictValue(
  value: number,
  low: number,
  high: number,
  format: VerdictFormat,
): string {
  if (Number.isNaN(value)) return '–';
  if (format !== 'index' && format !== 'share') {
    const text = formatInterval(value, low, high, format).replaceAll('-', '−');
    return withoutPoint(text);
  }
  const isShare = format === 'share';
  const scale = isShare ? 100 : 1;
  const kind = isShare ? 'percent' : 'index';
  const texts = decimalTexts(
    [value, low, high].map((end) => end * scale),
    kind,
  );
  const unit = isShare ? ' %' : '';
  const isTiny = value !== 0 && texts[0] === '0';
  const shown = isTiny && isShare ? '< 0.01 %' : `${texts[0]}${unit}`;
  if (Number.isNaN(low) || Number.isNaN(high)) return shown;
  if (texts[1] === texts[0] && texts[2] === texts[0]) return shown;
  return `${shown} [${texts[1]}, ${texts[2]}]`.replaceAll('-', '−');
}

/** Drops an interval whose ends are the same number. */
function withoutPoint(text: string): string {
  const found = /^(.*) \[([^,]*), ([^\]]*)\]$/.exec(text);
  return found !== null && found[2] === found[3] ? found[1]! : text;
}
