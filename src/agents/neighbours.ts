/**
 * Honest standing deals between neighbours. They use the same bilateral orders as a wash-trade
 * ring, and pairs of prosumers trade in both directions as their surplus comes and goes; a detector
 * that flags every mutual pair accuses them.
 */
import { divFloor, mulDivFloor, roundHalfUp } from '../base/integer.ts';
import type { RandomSource } from '../base/random.ts';

const PARTS = 1_000_000;
/** A deal's price lies in this part of the collar, around its middle. */
const PRICE_LOW = 0.4;
const PRICE_WIDTH = 0.2;

/** Draws at (home, 0, k). */
const [SEEKS, PREFERS_PROSUMER, PRICE] = [0, 1, 2];

/** Standing pairs. */
export interface NeighbourDeals {
  /** Number of pairs. */
  readonly count: number;
  /** The home that sought the deal, always a prosumer. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Where in the collar the price lies, in millionths. */
  readonly pricePpm: Float64Array;
  /** Pair of each home, -1 for none; a home is in one pair at most. */
  readonly pairOf: Int32Array;
}

/**
 * Draws the pairs. Each prosumer seeks a neighbour with probability `share`; half of the seekers
 * prefer another prosumer, the others anybody. A seeker takes, of the homes still free, the one
 * whose draw against it is lowest, so that homes added to the community change a pair only by
 * entering it.
 *
 * @param isProsumer - 1 for homes that generate, one entry a home.
 * @param share - Probability in [0, 1].
 * @returns Pairs in the order of their seekers. Cost O(pairs · homes).
 * Source: decision 12.
 */
export function drawNeighbourDeals(
  isProsumer: ArrayLike<number>,
  share: number,
  random: RandomSource,
): NeighbourDeals {
  const homes = isProsumer.length;
  const seek = random.addressed('agents/neighbours');
  const match = random.addressed('agents/neighbours/match');
  const pairOf = new Int32Array(homes).fill(-1);
  const [first, second, pricePpm]: [number[], number[], number[]] = [[], [], []];
  for (let home = 0; home < homes; home++) {
    if (isProsumer[home] !== 1 || pairOf[home]! >= 0) continue;
    if (!(seek.uniform(home, 0, SEEKS) < share)) continue;
    const prefersProsumer = seek.uniform(home, 0, PREFERS_PROSUMER) < 0.5;
    let partner = prefersProsumer ? nearest(home, true) : -1;
    if (partner < 0) partner = nearest(home, false);
    if (partner < 0) continue;
    pairOf[home] = first.length;
    pairOf[partner] = first.length;
    first.push(home);
    second.push(partner);
    const place = PRICE_LOW + PRICE_WIDTH * seek.uniform(home, 0, PRICE);
    pricePpm.push(roundHalfUp(place * PARTS));
  }
  function nearest(home: number, onlyProsumers: boolean): number {
    let best = -1;
    let bestDraw = 1;
    for (let other = 0; other < homes; other++) {
      if (other === home || pairOf[other]! >= 0) continue;
      if (onlyProsumers && isProsumer[other] !== 1) continue;
      const draw = match.uniform(home, other, 0);
      if (draw < bestDraw) {
        best = other;
        bestDraw = draw;
      }
    }
    return best;
  }
  return {
    count: first.length,
    first: Int32Array.from(first),
    second: Int32Array.from(second),
    pricePpm: Float64Array.from(pricePpm),
    pairOf,
  };
}

/**
 * What a pair trades in a slot: the neighbours tell each other their forecasts, the one with a
 * surplus offers its share of it, the other takes up to its deficit. Nothing when both have the
 * same sign.
 *
 * @param firstNetWh - Forecast net demand of the pair's first home [Wh], integer, + is deficit.
 * @param secondNetWh - The same of the second home.
 * @param share - Share of a surplus that a deal sells, [0, 1]; kept in millionths.
 * @returns Signed energy [Wh], integer: positive when the first sells, negative when the second
 *   does. Both place an order for its magnitude; the rest of surplus and deficit is for the pool.
 */
export function agreedWh(firstNetWh: number, secondNetWh: number, share: number): number {
  const ppm = roundHalfUp(share * PARTS);
  if (firstNetWh < 0 && secondNetWh > 0) {
    return Math.min(mulDivFloor(-firstNetWh, ppm, PARTS), secondNetWh);
  }
  if (firstNetWh > 0 && secondNetWh < 0) {
    return 0 - Math.min(mulDivFloor(-secondNetWh, ppm, PARTS), firstNetWh);
  }
  return 0;
}

/**
 * The pair's common price in a slot: its fixed place, around the middle, in the slot's collar.
 *
 * @returns [Upt/kWh], integer in [floor, cap]. @throws {RangeError} when the collar is empty.
 */
export function dealUptPerKWh(
  deals: NeighbourDeals,
  pair: number,
  floorUptPerKWh: number,
  capUptPerKWh: number,
): number {
  if (!(floorUptPerKWh <= capUptPerKWh)) {
    throw new RangeError(`"collar" expected floor <= cap, got ${floorUptPerKWh}, ${capUptPerKWh}`);
  }
  const width = capUptPerKWh - floorUptPerKWh;
  return floorUptPerKWh + divFloor(width * deals.pricePpm[pair]!, PARTS);
}
