/**
 * The only door to transcendental functions. Their last bit belongs to the engine, so goldens pin the
 * Node major, and whatever enters the ledger is rounded to an integer first.
 */

/** e to the x. */
export const exp = Math.exp;
/** Natural logarithm. */
export const log = Math.log;
/** Base-2 logarithm. */
export const log2 = Math.log2;
/** Base-10 logarithm. */
export const log10 = Math.log10;
/** Sine of radians. */
export const sin = Math.sin;
/** Cosine of radians. */
export const cos = Math.cos;
/** Tangent of radians. */
export const tan = Math.tan;
/** Arc sine [rad]. */
export const asin = Math.asin;
/** Arc cosine [rad]. */
export const acos = Math.acos;
/** Angle of (x, y) [rad]. */
export const atan2 = Math.atan2;
/** x to the y. */
export const pow = Math.pow;
/** Square root (exact by IEEE 754). */
export const sqrt = Math.sqrt;
/** Hyperbolic tangent. */
export const tanh = Math.tanh;
/** Ratio of a circle's circumference to its diameter. */
export const PI = Math.PI;
/** Radians in one degree. */
export const RADIANS_PER_DEGREE = Math.PI / 180;
/** x times x, correctly rounded. */
export const square = (x: number): number => x * x;
