/** The parameters of contracts that a scenario asks for, as the integers of genesis. */
import type { RuleGroups } from '../contracts/rule-groups.ts';
import type { Scenario } from '../scenario/sections.ts';

/** Groups of a chain; a group that is left out means that the chain has no such contract. */
export function ruleGroups(_scenario: Scenario): RuleGroups {
  return {};
}
