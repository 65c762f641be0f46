/** Levels of a factor that is a range: evenly spaced steps, or any value between the ends. */
import { exp, log } from '../../base/math.ts';

/** A range between two numbers of one unit. */
export interface Range {
  readonly from: number;
  /** Above `from`. */
  readonly to: number;
  /** `log` needs `from` above 0. */
  readonly scale: 'linear' | 'log';
  /** Whether the scenario key takes whole numbers only. */
  readonly isInteger: boolean;
}

/** Digits kept, so that cells read 0.3 and not 0.30000000000000004. */
const DIGITS = 12;

/** The value at a share of the way, by its scale. Shares 0 and 1 give the ends exactly. */
export function rangeValue({ from, to, scale, isInteger }: Range, share: number): number {
  if (share <= 0) return from;
  if (share >= 1) return to;
  const exact =
    scale === 'log' ? exp(log(from) + share * (log(to) - log(from))) : from + share * (to - from);
  const value = isInteger ? Math.floor(exact + 0.5) : Number(exact.toPrecision(DIGITS));
  return Math.min(to, Math.max(from, value));
}

/**
 * Evenly spaced values, both ends among them.
 *
 * @param steps - At least 2. Whole numbers of a narrow range come out twice.
 */
export function rangeSteps(range: Range, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => rangeValue(range, i / (steps - 1)));
}

/**
 * The value of a point of a design that fills space.
 *
 * @param u - Coordinate in [0, 1). Whole numbers on a linear scale share it evenly, so that the
 *   ends are as likely as the others.
 */
export function rangeAt(range: Range, u: number): number {
  if (!isEvenlyShared(range)) return rangeValue(range, u);
  return range.from + Math.floor(u * (range.to - range.from + 1));
}

/** Whether the range is a list of whole numbers of which each gets an equal share. */
export function isEvenlyShared({ scale, isInteger }: Range): boolean {
  return isInteger && scale === 'linear';
}
