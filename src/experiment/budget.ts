/**
 * What an adversary's money buys. A tenth of the hash power, a tenth of the stake and a tenth of the
 * members cost very different sums, so that equal shares are one comparison and equal budgets another.
 */

/** Declared prices of an attack; undefined where none was declared. */
export interface BudgetPrices {
  /** Money of the adversary [upt]. */
  readonly budgetUpt: number;
  /** A watt of hashing for the length of the attack: hardware and electricity [upt/W]. */
  readonly hashUptPerW?: number | undefined;
  /** A staked certificate at the declared depth of the market [upt]. */
  readonly certificateUpt?: number | undefined;
  /** Largest share of the staked certificates that the market sells at that price, in [0, 1]. */
  readonly depthShare?: number | undefined;
  /** The bribe of one member of a committee [upt]. */
  readonly bribeUpt?: number | undefined;
}

/** What there is to buy in an arm. */
export interface BudgetFacts {
  readonly protocol: string;
  /** Power that honest miners hash with [W]. */
  readonly hashPowerW: number;
  /** Certificates locked as stake. */
  readonly stakedCertificates: number;
  /** Members who decide. */
  readonly members: number;
}

/**
 * Share of what decides a protocol that a budget buys.
 *
 * Proof of work: hash power is added to the honest one, w / (w + W). Stake: certificates are bought from
 * those who stake them, at most the depth of the market. Committees: whole members are bribed.
 *
 * @returns In [0, 1]; NaN where the price that matters was not declared.
 * @throws {RangeError} when a price is not above 0 or the budget is negative.
 * Source: model page, 9.6.
 */
export function shareForBudget(facts: BudgetFacts, prices: BudgetPrices): number {
  const { budgetUpt } = prices;
  if (!(budgetUpt >= 0)) throw new RangeError(`"budget" expected at least 0, got ${budgetUpt}`);
  const bought = (label: string, price: number | undefined): number => {
    if (price === undefined) return Number.NaN;
    if (!(price > 0)) throw new RangeError(`"${label}" expected a price above 0, got ${price}`);
    return budgetUpt / price;
  };
  if (facts.protocol === 'pow') {
    const powerW = bought('hash', prices.hashUptPerW);
    return powerW === 0 ? 0 : powerW / (powerW + facts.hashPowerW);
  }
  if (facts.protocol === 'dpos') {
    const share = bought('certificate', prices.certificateUpt) / facts.stakedCertificates;
    return Math.min(share, prices.depthShare ?? 1);
  }
  const bribed = Math.floor(bought('bribe', prices.bribeUpt));
  return Math.min(1, bribed / facts.members);
}
