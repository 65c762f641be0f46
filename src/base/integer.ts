/**
 * Integer arithmetic with one rounding rule each. Every division says what happens to the remainder;
 * every pot that is split is split by largest remainder, so that nothing is lost or made.
 */

/** Largest integer not above a / b. `a` any safe integer, `b` > 0. */
export function divFloor(a: number, b: number): number {
  const q = Math.floor(a / b);
  // The float quotient can be one off near 2^53; the products below are exact for safe results.
  if (q * b > a) return q - 1;
  if ((q + 1) * b <= a) return q + 1;
  return q;
}

/** Nearest integer to a / b, halves away from minus infinity (half up). `b` > 0. */
export function divRound(a: number, b: number): number {
  return divFloor(2 * a + b, 2 * b);
}

/** a / b where b must divide a. @throws {RangeError} when it does not. */
export function divExact(a: number, b: number): number {
  const q = a / b;
  if (!Number.isSafeInteger(q) || q * b !== a) {
    throw new RangeError(`"a" expected a multiple of ${b}, got ${a}`);
  }
  return q;
}

/** floor(a·b / c) without overflow: exact for any safe integers, `c` > 0. */
export function mulDivFloor(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) return divFloor(product, c);
  const big = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  const quotient = big / divisor;
  return Number(big % divisor < 0n ? quotient - 1n : quotient);
}

/** Rounds a real number to the nearest integer, halves up; the one way floats become ledger integers. */
export function roundHalfUp(x: number): number {
  return Math.floor(x + 0.5);
}

/**
 * Splits an integer total in proportion to non-negative weights by largest remainder (Hamilton).
 *
 * @param total - Integer to split, any sign.
 * @param weights - Non-negative finite weights; their length is the number of shares.
 * @param out - Receives the integer shares; a new Float64Array when omitted.
 * @returns Shares that sum to `total` exactly (all zero when every weight is zero and total is 0).
 *   Ties of remainder go to the lower index. Shares never differ from the exact quota by 1 or more.
 * @throws {RangeError} when the weights are all zero and the total is not, or a weight is negative.
 */
export function largestRemainder(
  total: number,
  weights: ArrayLike<number>,
  out: Float64Array = new Float64Array(weights.length),
): Float64Array {
  const count = weights.length;
  let weightSum = 0;
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0)) throw new RangeError(`"weights" expected >= 0 at ${i}, got ${weight}`);
    weightSum += weight;
  }
  out.fill(0, 0, count);
  if (total === 0) return out;
  if (weightSum === 0) throw new RangeError('"weights" expected a positive sum, got 0');
  const sign = total < 0 ? -1 : 1;
  const pot = Math.abs(total);
  const integral = Number.isSafeInteger(weightSum);
  const remainders = new Float64Array(count);
  let given = 0;
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!;
    let share: number;
    if (integral && Number.isInteger(weight)) {
      share = mulDivFloor(pot, weight, weightSum);
      remainders[i] = mulMod(pot, weight, weightSum);
    } else {
      const quota = (pot * weight) / weightSum;
      share = Math.floor(quota);
      remainders[i] = quota - share;
    }
    out[i] = share;
    given += share;
  }
  let left = pot - given;
  if (left > 0) {
    const order = Array.from(remainders.keys()).sort(
      (a, b) => remainders[b]! - remainders[a]! || a - b,
    );
    for (let j = 0; left > 0; j = (j + 1) % count) {
      if (weights[order[j]!]! > 0) {
        out[order[j]!]!++;
        left--;
      }
    }
  }
  while (left < 0) {
    // Only a float quota that rounds up past its true value can give too much away.
    for (let i = count - 1; i >= 0 && left < 0; i--) {
      if (out[i]! > 0) {
        out[i]!--;
        left++;
      }
    }
  }
  if (sign < 0) for (let i = 0; i < count; i++) out[i] = 0 - out[i]!;
  return out;
}

function mulMod(a: number, b: number, m: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) return product % m;
  return Number((BigInt(a) * BigInt(b)) % BigInt(m));
}

/**
 * The one rounding site of money: payment for an energy at a price.
 *
 * @param priceUptPerKWh - Price [Upt/kWh], integer.
 * @param energyWh - Energy [Wh], integer.
 * @returns floor(price · energy / 1000) [Upt].
 */
export function cost(priceUptPerKWh: number, energyWh: number): number {
  return mulDivFloor(priceUptPerKWh, energyWh, 1000);
}
