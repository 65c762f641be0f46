/**
 * How unequally a whole is shared. All functions take non-negative shares in any unit, zeros included:
 * an eligible producer without a block is part of the picture, and leaving it out flatters.
 */
import { log, log2 } from '../../base/math.ts';
import { fsum } from '../../base/sum.ts';

/**
 * Nakamoto coefficient: the fewest holders that together have strictly more than a share.
 *
 * @param shares - Non-negative holdings.
 * @param numerator - With `denominator`, the threshold as a fraction, so that 1/3 of integers is exact.
 * @returns NaN when nothing is held.
 */
export function nakamoto(
  shares: ArrayLike<number>,
  numerator: number,
  denominator: number,
): number {
  const whole = fsum(shares);
  if (!(whole > 0)) return Number.NaN;
  const falling = Float64Array.from(shares).sort().reverse();
  let held = 0;
  for (let k = 0; k < falling.length; k++) {
    held += falling[k]!;
    if (held * denominator > whole * numerator) return k + 1;
  }
  return falling.length;
}

/** Shannon entropy of the shares [bit]; NaN when nothing is held. */
export function entropyBits(shares: ArrayLike<number>): number {
  const whole = fsum(shares);
  if (!(whole > 0)) return Number.NaN;
  const terms = Array.from(shares, (x) => (x > 0 ? (x / whole) * log2(x / whole) : 0));
  // Subtracting from zero keeps a single holder at 0 instead of -0.
  return 0 - fsum(terms);
}

/** Entropy divided by that of equal shares; NaN for fewer than two holders. */
export function entropyNormalised(shares: ArrayLike<number>): number {
  return shares.length < 2 ? Number.NaN : entropyBits(shares) / log2(shares.length);
}

/** Theil index, mean of (x/μ)·ln(x/μ) with 0·ln 0 = 0; NaN when nothing is held. */
export function theil(shares: ArrayLike<number>): number {
  const whole = fsum(shares);
  if (!(whole > 0)) return Number.NaN;
  const average = whole / shares.length;
  const terms = Array.from(shares, (x) => (x > 0 ? (x / average) * log(x / average) : 0));
  return fsum(terms) / shares.length;
}
