/** Numbers as captions and axes say them: few digits, one unit, never a NaN. */
import { log10, pow } from '../../../../base/math.ts';

const NO_VALUE = 'undefined';

/** A number with about three digits that count; `undefined` for NaN. */
export function number(value: number): string {
  if (Number.isNaN(value)) return NO_VALUE;
  const size = Math.abs(value);
  if (size >= 1000) return count(Math.round(value));
  const text =
    size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toPrecision(3);
  return text.includes('e') || !text.includes('.')
    ? String(Number(text))
    : text.replace(/\.?0+$/, '');
}

/** A whole number, its thousands set apart by thin spaces. */
export function count(value: number): string {
  if (Number.isNaN(value)) return NO_VALUE;
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Part of a whole in percent; `undefined` where there is no whole. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || Number.isNaN(part / whole)) return NO_VALUE;
  return `${number((100 * part) / whole)} %`;
}

/** A duration in the unit that suits it. @param us - µs. */
export function duration(us: number): string {
  if (Number.isNaN(us)) return NO_VALUE;
  const size = Math.abs(us);
  if (size < 1e6) return `${number(us / 1e3)} ms`;
  if (size < 120e6) return `${number(us / 1e6)} s`;
  if (size < 7200e6) return `${number(us / 60e6)} min`;
  return size < 172_800e6 ? `${number(us / 3.6e9)} h` : `${number(us / 86.4e9)} d`;
}

/** Singular or plural behind its count. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * Ticks of a logarithmic axis: powers of ten, with 2 and 5 between them where there are few.
 *
 * @param low - Least value, > 0. @param high - Largest, >= low.
 */
export function logTicks(low: number, high: number): number[] {
  const decades = log10(high / low);
  const ticks: number[] = [];
  for (let power = Math.floor(log10(low)); power <= Math.ceil(log10(high)); power++) {
    for (const digit of decades < 2.5 ? [1, 2, 5] : [1]) {
      // A whole power of ten divides exactly where a negative one would multiply with an error.
      const tick = power < 0 ? digit / pow(10, -power) : digit * pow(10, power);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}
