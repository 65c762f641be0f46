/**
 * Parameters of the contracts that a chain may have or lack, as integers of genesis under these names. A
 * group that is absent from genesis means that the chain has no such contract.
 */
import type { Genesis } from '../ledger/genesis.ts';

/** Names by group. Money in micro-points, energy in Wh, times in µs of chain time, shares in ppm. */
export const RULE_GROUPS = {
  /** Points beside the initial grant and the block reward. */
  points: [
    'cleanSellerUptPerKWh',
    'cleanBuyerUptPerKWh',
    'cleanUserUptPerKWh',
    // From the grant on: when all of it has vested, and when the rest of it burns; 0 is at once, and never.
    'grantVestingUs',
    'grantExpiryUs',
    // What clean energy and computing may earn in an epoch; it halves every `emissionHalvingUs` unless 0.
    'emissionCapUpt',
    'emissionEpochUs',
    'emissionHalvingUs',
    'feeBurnPpm',
    'penaltyBurnPpm',
    // Money that a point is worth against a bill.
    'redemptionRatePpm',
    // 1 where the platform pays money for points.
    'fiatCashOut',
  ],
  /** Anchored meter reads: how long after its slot a reading may be disputed. */
  metering: ['meterDisputeUs'],
  /** Clearing by the contract itself, at the price rule and within the collar of the slot's hour. */
  clearing: [
    'clearingPricePpm',
    // 1 where the first to come trade at the margin, 0 pro rata.
    'clearingByTime',
    // Local time of day at which slot 0 is delivered, and the collar by period of the tariff.
    'deliveryTimeOfDayUs',
    'collarFloorUptPerKWh',
    'collarPeakUptPerKWh',
    'collarFlatUptPerKWh',
    'collarValleyUptPerKWh',
  ],
  /** Labels and certificates. */
  certificates: [
    // 0 labels export alone, 1 all generation; what is consumed behind the meter is never tradable.
    'labelBase',
    // From the start of a certificate's vintage; vintages are periods of so long.
    'certificateValidityUs',
    'certificatePeriodUs',
    // Emission that a MWh avoids [g CO2].
    'carbonGPerMWh',
  ],
  /** Subsidy of clean generation. */
  subsidy: ['subsidyDelayUs', 'subsidyPeriodUs', 'subsidyBudgetUpt'],
  /** Purchase of points from other nodes. */
  exchange: [
    'exchangeConfirmUs',
    'askMinPerPt',
    'askMaxPerPt',
    // 1 where the offices may not sell points.
    'issuerSaleBan',
  ],
  /** Rewarded computing. */
  compute: [
    'computeRewardUptPerLeaf',
    'computeDepositUpt',
    // Nodes that work on one task, 1 to 7.
    'computeWorkers',
    // Windows to promise answers, to tell them, and for the centre to tell its own; one after the other.
    'computeCommitUs',
    'computeRevealUs',
    'computeCanaryUs',
    'computeLeavesMax',
  ],
  /** The coin ledger: points are coins and not balances. */
  utxo: ['utxoDustUpt', 'utxoFeeBurnPpm', 'utxoSpentMarkerUs', 'utxoCoins'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Name of a group. */
export type RuleGroup = keyof typeof RULE_GROUPS;

/** Integers of one group. */
export type GroupRules<G extends RuleGroup> = Readonly<
  Record<(typeof RULE_GROUPS)[G][number], number>
>;

/** Groups that a chain has. */
export type RuleGroups = { readonly [G in RuleGroup]?: GroupRules<G> };

/**
 * Reads the groups of a genesis.
 *
 * @throws {RangeError} when a group is there in part.
 */
export function ruleGroupsOf(genesis: Genesis): RuleGroups {
  const values = new Map(genesis.parameters);
  const groups: Partial<Record<RuleGroup, Readonly<Record<string, number>>>> = {};
  for (const group of Object.keys(RULE_GROUPS) as RuleGroup[]) {
    const names: readonly string[] = RULE_GROUPS[group];
    const found = names.filter((name) => values.has(name));
    if (found.length === 0) continue;
    if (found.length < names.length) {
      const missing = names.find((name) => !values.has(name));
      throw new RangeError(`"genesis" expected parameter ${missing}, got none`);
    }
    groups[group] = Object.fromEntries(names.map((name) => [name, values.get(name)!]));
  }
  return groups as RuleGroups;
}

/** Parameters of genesis that say what the groups are. */
export function groupParameters(groups: RuleGroups): (readonly [string, number])[] {
  return Object.values(groups).flatMap((group) => Object.entries(group));
}
