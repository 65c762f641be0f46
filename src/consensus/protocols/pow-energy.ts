/**
 * Electric power of all miners together, by a stated rule. It follows from money and security, never
 * from the number of transactions.
 */

/** Rules of power. */
export const ENERGY_RULES = ['freeEntry', 'fixed', 'isoSecurity'] as const;

/** What the rules are about. */
export interface EnergyOptions {
  readonly energyRule: (typeof ENERGY_RULES)[number];
  /** Power of all miners under `fixed` [W]. */
  readonly hashPower: number;
  /** What miners and attackers pay for electricity [Upt/kWh], above 0. */
  readonly electricity: number;
  /** Price of a certificate [Upt]. */
  readonly certificatePrice: number;
  /** Certificates that capture the delegated arm. */
  readonly stakeToCapture: number;
  /** Price of mining hardware that draws a watt [Upt]. */
  readonly hardwarePrice: number;
  /** How long an attacker must run the hardware [µs]. */
  readonly attackHorizon: number;
}

/** Power at which a day of hashing costs a day of rewards: free entry leaves miners no profit [W]. */
export function freeEntryPowerW(rewardUptPerDay: number, priceUptPerKWh: number): number {
  return (rewardUptPerDay * 1000) / priceUptPerKWh / 24;
}

/**
 * Power at which a majority attack costs as much as capturing the delegated arm [W]. An attacker needs as
 * much hash power as all honest miners have, P: he buys hardware for P and runs it over a horizon,
 *
 *     P · hardwarePrice + P · horizon · electricity = stakeToCapture · certificatePrice,
 *
 * solved for P. A longer horizon or dearer energy lets a smaller network be as safe.
 * Source: model page, section 6.2; E. Budish, The Economic Limits of Bitcoin and the Blockchain, 2018, for
 * the cost of a majority attack as stock (hardware) and flow (energy).
 */
export function isoSecurityPowerW(
  options: Omit<EnergyOptions, 'energyRule' | 'hashPower'>,
): number {
  return (options.stakeToCapture * options.certificatePrice) / majorityCostUptPerW(options);
}

/** What a majority attack costs for each watt of the honest miners [Upt/W]. */
export function majorityCostUptPerW(
  options: Pick<EnergyOptions, 'hardwarePrice' | 'attackHorizon' | 'electricity'>,
): number {
  const hours = options.attackHorizon / 3.6e9;
  return options.hardwarePrice + (hours * options.electricity) / 1000;
}

/** Power of all miners by the rule chosen [W]. @param rewardUptPerDay - What packing blocks earns a day. */
export function minersPowerW(options: EnergyOptions, rewardUptPerDay: number): number {
  switch (options.energyRule) {
    case 'fixed':
      return options.hashPower;
    case 'freeEntry':
      return freeEntryPowerW(rewardUptPerDay, options.electricity);
    case 'isoSecurity':
      return isoSecurityPowerW(options);
  }
}
