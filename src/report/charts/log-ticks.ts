/** Ticks of logarithmic axes. */
import { log10, pow } from '../../base/math.ts';

/**
 * Ticks of a logarithmic axis: powers of ten, with 2 and 5 between where there are few of them.
 *
 * @param least - Lower end, > 0. @param most - Upper end, >= least.
 */
export function logTicks(least: number, most: number): readonly number[] {
  const [from, to] = [Math.floor(log10(least)), Math.ceil(log10(most))];
  const decades = log10(most / least);
  // Plot leaves labels out where a decade has more ticks than it likes; these it keeps.
  const factors = decades > 3.5 ? [1] : decades > 1.5 ? [1, 2] : [1, 2, 5];
  const ticks: number[] = [];
  for (let k = from; k <= to; k++) {
    for (const factor of factors) {
      // A whole power of ten divides exactly where a negative one would multiply with an error.
      ticks.push(k < 0 ? factor / pow(10, -k) : factor * pow(10, k));
    }
  }
  return ticks.filter((tick) => tick >= least * 0.999 && tick <= most * 1.001);
}
