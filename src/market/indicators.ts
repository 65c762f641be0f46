/**
 * Indicators of a market's outcome. A ratio without a denominator is NaN here and an empty cell in
 * the files; it is never 0 or 1.
 */

/** Local use of local generation over a period. */
export interface LocalUse {
  /** Share of demand met from inside the community, at most 1; NaN without demand. */
  readonly selfSufficiency: number;
  /** Share of generation used inside the community, at most 1; NaN without generation. */
  readonly selfConsumption: number;
}

/**
 * Self-sufficiency and self-consumption of a community (or, with one column entry a slot, of a
 * home). In each slot flows between members cancel, so only the net of the community counts;
 * battery losses are local use. Charging a battery from outside lowers self-sufficiency, below 0 if
 * it exceeds demand.
 *
 * @param loadWh - Demand by slot [Wh].
 * @param generationWh - Generation by slot [Wh].
 * @param importWh - Sum of members' import by slot [Wh].
 * @param exportWh - Sum of members' export by slot [Wh].
 * @returns 1 - Σ net import / Σ load and 1 - Σ net export / Σ generation.
 * Source: model §9.8 (ssr, scr).
 */
export function localUse(
  loadWh: ArrayLike<number>,
  generationWh: ArrayLike<number>,
  importWh: ArrayLike<number>,
  exportWh: ArrayLike<number>,
): LocalUse {
  let [load, generation, netImport, netExport] = [0, 0, 0, 0];
  for (let slot = 0; slot < loadWh.length; slot++) {
    const net = importWh[slot]! - exportWh[slot]!;
    load += loadWh[slot]!;
    generation += generationWh[slot]!;
    if (net > 0) netImport += net;
    else netExport -= net;
  }
  return {
    selfSufficiency: load > 0 ? (load - netImport) / load : Number.NaN,
    selfConsumption: generation > 0 ? (generation - netExport) / generation : Number.NaN,
  };
}

/** How savings against the grid-only twin fell on the homes. */
export interface Savings {
  /** Σ (twin - bill) [Upt], signed. */
  readonly totalUpt: number;
  /** Total over homes [Upt]; NaN without homes. */
  readonly meanUpt: number;
  /**
   * Gini coefficient of savings; NaN when their sum is not positive. Above 1 where some lose much.
   */
  readonly gini: number;
  /** Share of homes that pay more than their twin; NaN without homes. */
  readonly losers: number;
}

/**
 * Peer savings against the grid-only twin on the same metered flows.
 *
 * @param twinTotalUpt - Twin's payment by home [Upt].
 * @param totalUpt - Payment by home [Upt].
 * Source: model §9.8; decision 17.
 */
export function peerSavings(twinTotalUpt: ArrayLike<number>, totalUpt: ArrayLike<number>): Savings {
  const count = totalUpt.length;
  const saved = new Float64Array(count);
  let [total, losers] = [0, 0];
  for (let home = 0; home < count; home++) {
    saved[home] = twinTotalUpt[home]! - totalUpt[home]!;
    total += saved[home]!;
    if (saved[home]! < 0) losers++;
  }
  return {
    totalUpt: total,
    meanUpt: count > 0 ? total / count : Number.NaN,
    gini: gini(saved),
    losers: count > 0 ? losers / count : Number.NaN,
  };
}

/**
 * Gini coefficient, Σ_ij |x_i - x_j| / (2 n² mean), in O(n log n).
 *
 * @param values - Finite numbers, negative ones allowed.
 * @returns 0 for equal values, (n - 1)/n when one has all; NaN when the sum is not positive.
 */
export function gini(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  let [weighted, total] = [0, 0];
  for (let rank = 0; rank < count; rank++) {
    weighted += (2 * rank + 1 - count) * sorted[rank]!;
    total += sorted[rank]!;
  }
  return total > 0 ? weighted / (count * total) : Number.NaN;
}

/**
 * Herfindahl-Hirschman index: sum of squared shares, in (0, 1].
 *
 * @param volumeWh - Volume of each party, >= 0.
 * @returns 1/n for n equal parties, 1 for a monopoly; NaN without volume.
 */
export function herfindahl(volumeWh: ArrayLike<number>): number {
  let [total, squares] = [0, 0];
  for (let party = 0; party < volumeWh.length; party++) total += volumeWh[party]!;
  if (!(total > 0)) return Number.NaN;
  for (let party = 0; party < volumeWh.length; party++) {
    const share = volumeWh[party]! / total;
    squares += share * share;
  }
  return squares;
}

/**
 * Liquidity: share of orders that traded at all; NaN without orders.
 *
 * @param filledWh - Accepted part of each order [Wh].
 */
export function liquidity(filledWh: ArrayLike<number>, count: number = filledWh.length): number {
  let matched = 0;
  for (let order = 0; order < count; order++) if (filledWh[order]! > 0) matched++;
  return count > 0 ? matched / count : Number.NaN;
}
