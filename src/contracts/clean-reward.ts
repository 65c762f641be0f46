/**
 * Points for clean energy (model §7.1, I2): when a trade is settled whose energy is labelled, its seller, its
 * buyer and whoever used the energy earn points for every label that moved, once. Nothing is earned when a
 * trade is only matched, so that nothing has to be taken back from one that fails (trap 22).
 */
import { claim, issueCapped } from './emission.ts';
import type { Call, Outcome } from './rules.ts';

/** Labels that moved with a settled trade. A label is 1 kWh of one generator, numbered from 0. */
export interface MovedLabels {
  readonly seller: number;
  readonly buyer: number;
  /** Account whose meter took the energy; the buyer's own when left out. */
  readonly user?: number;
  /** Generator of the labels: the account of its home, below 2^17. */
  readonly generator: number;
  /** First serial, below 2^34. */
  readonly serialFrom: number;
  /** How many there are in a row. */
  readonly count: number;
}

const SERIALS_PER_GENERATOR = 2 ** 34;
const ROLES_PER_LABEL = 4;

/** Number of a label among the claims to points for clean energy. */
export const cleanClaimOf = (generator: number, serial: number): number =>
  generator * SERIALS_PER_GENERATOR + serial;

/**
 * Rewards the parties of a settled trade for the labels that moved with it, under the cap of emission. What
 * it is for is recorded as the first label and the role: seller, buyer, user.
 *
 * @returns `BAD_REFERENCE`, and the settlement must revert, when one of the labels was rewarded before; else
 *   undefined. A trade with oneself, a row of no labels and a chain without such rewards earn nothing.
 */
export function rewardCleanEnergy(call: Call, moved: MovedLabels): Outcome {
  const { points } = call.rules;
  const { seller, buyer, user = buyer, generator, serialFrom, count } = moved;
  if (points === undefined || count === 0 || seller === buyer) return undefined;
  if (serialFrom + count > SERIALS_PER_GENERATOR) return 'BAD_REFERENCE';
  const first = cleanClaimOf(generator, serialFrom);
  if (!claim(call, 'clean', first, count)) return 'BAD_REFERENCE';
  const shares = [
    { to: seller, amountUpt: points.cleanSellerUptPerKWh * count },
    { to: buyer, amountUpt: points.cleanBuyerUptPerKWh * count },
    { to: user, amountUpt: points.cleanUserUptPerKWh * count },
  ];
  const refs = shares.map((_, role) => first * ROLES_PER_LABEL + role);
  return issueCapped(call, shares, 'clean', refs);
}
