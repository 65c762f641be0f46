/** Accounts that are no members at the start: those that adversaries bring. */
import { adversaries } from '../fraud/adversaries/index.ts';
import type { Scenario } from '../scenario/sections.ts';

/** Outsiders that each adversary of a scenario brings, in its order. */
export function outsiderCounts({ fraud }: Scenario): readonly number[] {
  return fraud.adversaries.map(({ name, options }) => {
    return adversaries.get(name).outsiders?.(options as never) ?? 0;
  });
}

/** Number of all outsiders; their accounts are the last. */
export function outsiderCount(scenario: Scenario): number {
  return outsiderCounts(scenario).reduce((sum, count) => sum + count, 0);
}

/** Accounts of the outsiders of each adversary. @param accountCount - All accounts of the chain. */
export function outsiderAccounts(scenario: Scenario, accountCount: number): readonly number[][] {
  let next = accountCount - outsiderCount(scenario);
  return outsiderCounts(scenario).map((count) => Array.from({ length: count }, () => next++));
}

/** Readable id of the k-th outsider. */
export const outsiderId = (k: number): string => `outsider-${String(k + 1).padStart(3, '0')}`;
