/**
 * Reservation prices: what energy is worth to a home beyond the grid's prices. The private part is
 * drawn once per home from an addressed stream, so it is the same in every arm and whoever else
 * joins.
 */
import type { AddressedStream, RandomSource } from '../base/random.ts';

/** Upper end of the green premium and of the hassle cost [Upt/kWh]: 0.05 pt/kWh. */
export const PREMIUM_MAX_UPT_PER_KWH = 50_000;

/** Private parts of the homes' reservation prices, one entry a home [Upt/kWh], integers. */
export interface Reservations {
  readonly count: number;
  /** What local clean energy is worth to a buyer above the grid's. */
  readonly greenPremiumUptPerKWh: Float64Array;
  /** What selling locally costs a seller above feeding in. */
  readonly hassleCostUptPerKWh: Float64Array;
}

/**
 * Draws the private parts, each uniform on the integers 0 to {@link PREMIUM_MAX_UPT_PER_KWH}.
 * Source: decision 13.
 */
export function drawReservations(count: number, random: RandomSource): Reservations {
  const stream = random.addressed('agents/reservation');
  const draw = (home: number, k: number) =>
    Math.floor(stream.uniform(home, 0, k) * (PREMIUM_MAX_UPT_PER_KWH + 1));
  return {
    count,
    greenPremiumUptPerKWh: Float64Array.from({ length: count }, (_, home) => draw(home, 0)),
    hassleCostUptPerKWh: Float64Array.from({ length: count }, (_, home) => draw(home, 1)),
  };
}

/** A buyer's value of a kWh: retail - wheeling + green premium [Upt/kWh]. */
export function buyerValueUptPerKWh(
  reservations: Reservations,
  home: number,
  retailUptPerKWh: number,
  wheelingUptPerKWh: number,
): number {
  return retailUptPerKWh - wheelingUptPerKWh + reservations.greenPremiumUptPerKWh[home]!;
}

/** A PV seller's cost of a kWh: feed-in + hassle cost [Upt/kWh]. */
export function sellerCostUptPerKWh(
  reservations: Reservations,
  home: number,
  feedInUptPerKWh: number,
): number {
  return feedInUptPerKWh + reservations.hassleCostUptPerKWh[home]!;
}

/** The addressed stream strategies draw from: `uniform(home, slot, 0)` is the view's draw. */
export function strategyDraws(random: RandomSource): AddressedStream {
  return random.addressed('agents/strategy');
}
