/**
 * Readings are decimal texts, and a watt-hour is rounded once, halves up. In binary, 1.0005 · 1000
 * is 1000.4999…, which rounds the wrong way; of the four-digit kWh readings people have, one in twelve
 * ends in such a half. The text is therefore scaled and rounded as an exact fraction.
 */

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,2}))?$/;

/** A factor as a fraction of positive integers. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/** An exact decimal: `digits · 10^exponent`. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/**
 * Parses a decimal number with a point; undefined for anything else, such as `NaN` or `1,5`.
 * Exponents have at most two digits.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null || (match[2] === '' && match[3] === '')) return undefined;
  const fraction = match[3] ?? '';
  const digits = BigInt(`${match[2] ?? ''}${fraction}`);
  const exponent = Number(match[4] ?? 0) - fraction.length;
  return { digits: match[1] === '-' ? -digits : digits, exponent };
}

/**
 * Value times factor, rounded to the nearest integer, halves up (towards plus infinity).
 *
 * @throws {RangeError} when the result is not a safe integer.
 */
export function roundScaled(value: Decimal, factor: Fraction): number {
  let numerator = value.digits * BigInt(factor.numerator);
  let denominator = BigInt(factor.denominator);
  if (value.exponent >= 0) numerator *= 10n ** BigInt(value.exponent);
  else denominator *= 10n ** BigInt(-value.exponent);
  const doubled = 2n * numerator + denominator;
  const divisor = 2n * denominator;
  const quotient = doubled / divisor;
  const rounded = doubled % divisor < 0n ? quotient - 1n : quotient;
  const result = Number(rounded);
  if (!Number.isSafeInteger(result)) {
    throw new RangeError(`"value" expected a result below 2^53, got ${rounded}`);
  }
  return result;
}
