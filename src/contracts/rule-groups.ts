/**
 * Parameters of the contracts that a chain may have or lack, as integers of genesis under these names. A
 * group that is absent from genesis means that the chain has no such contract.
 */
import type { Genesis } from '../ledger/genesis.ts';

/** Names by group. Money in micro-points, energy in Wh, times in µs of chain time, shares in ppm. */
export const RULE_GROUPS = {
  /** Points beside the initial grant and the block reward. */
  points: ['cleanSellerUptPerKWh', 'cleanBuyerUptPerKWh', 'cleanUserUptPerKWh'],
  /** Labels and certificates. */
  certificates: ['labelBase', 'certificateValidityUs'],
  /** Subsidy of clean generation. */
  subsidy: ['subsidyDelayUs'],
  /** Purchase of points from other nodes. */
  exchange: ['exchangeConfirmUs'],
  /** Rewarded computing. */
  compute: ['computeRewardUptPerLeaf'],
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
