/**
 * Elections and standings as a state gives them. Excluded candidates are out, those on probation stand
 * behind all others, and a score below the threshold keeps a candidate out unless too few would be left
 * for any block to become irreversible.
 */
import type { Election, Standings } from '../ledger/chain-parameters.ts';
import { sha256Hex } from '../ledger/hash.ts';
import { ACCOUNT, APPROVALS_MAX, accountCell, CHAIN, chainCell } from './cells.ts';
import {
  CANDIDATE,
  candidateCell,
  GOVERNANCE,
  governanceCell,
  STANDING,
} from './governance-cells.ts';
import { keepsCredit, seatsMin, takesReports, type VoteOutRules } from './governance-rules.ts';
import type { ChainRules } from './rules.ts';
import { type ReadCell, weightOf } from './voters.ts';

/** Credit score of a candidate, 0..100 (model §6.4). */
export function creditOf(read: ReadCell, rules: VoteOutRules, node: number): number {
  const stored = read(candidateCell(node, CANDIDATE.credit));
  return stored === 0 ? rules.voteOutCreditStart : stored - 1;
}

/** Standing of a candidate, a code of {@link STANDING}. */
export const standingOf = (read: ReadCell, node: number): number =>
  read(candidateCell(node, CANDIDATE.standing));

/**
 * Counts an election: approving weight per node, most first, times the credit score where votes are
 * weighted by it; ties by SHA-256 of the candidate's id.
 *
 * @param read - Reads a cell of the state that the election is held over.
 */
export function countElection(read: ReadCell, rules: ChainRules): Election {
  const stake = new Array<number>(rules.nodeCount).fill(0);
  for (let account = 0; account < rules.accountCount; account++) {
    const weight = weightOf(read, account);
    if (weight === 0) continue;
    for (let k = 0; k < APPROVALS_MAX; k++) {
      const approval = read(accountCell(account, ACCOUNT.approvals + k));
      if (approval !== 0) stake[approval - 1]! += weight;
    }
  }
  const { voteOut } = rules;
  const isWeighted = keepsCredit(voteOut) && voteOut.voteOutCreditWeighting === 1;
  const votes = isWeighted
    ? stake.map((weight, node) => weight * creditOf(read, voteOut, node))
    : stake;
  const tie = stake.map((_, node) => sha256Hex(`candidate/${node}`));
  const ranking = stake
    .map((_, node) => node)
    .sort((a, b) => votes[b]! - votes[a]! || (tie[a]! < tie[b]! ? -1 : 1));
  if (!takesReports(voteOut)) return { ranking, stake };
  return {
    ranking: candidatesOf(read, voteOut, ranking),
    stake,
    ...standings(read, rules),
  };
}

/** Those of a ranking who may have a seat, and behind them those who may only stand by. */
function candidatesOf(
  read: ReadCell,
  rules: VoteOutRules,
  ranking: readonly number[],
): readonly number[] {
  const isEligible = (node: number) =>
    !keepsCredit(rules) || creditOf(read, rules, node) >= rules.voteOutCreditThreshold;
  const present = ranking.filter((node) => standingOf(read, node) !== STANDING.EXCLUDED);
  const onProbation = (node: number) => standingOf(read, node) === STANDING.PROBATION;
  const able = present.filter(isEligible);
  const candidates = [...able.filter((node) => !onProbation(node)), ...able.filter(onProbation)];
  const missing = Math.max(0, seatsMin(rules) - candidates.length);
  candidates.push(...present.filter((node) => !isEligible(node)).slice(0, missing));
  // Without anybody to make a block no verdict could ever be undone.
  return candidates.length === 0 ? ranking : candidates;
}

/** Who is excluded and who may only stand by. */
export function standings(read: ReadCell, rules: ChainRules): Standings {
  const excluded: number[] = [];
  const standbyOnly: number[] = [];
  const verdictVersion = verdictVersionOf(read, rules);
  for (let node = 0; verdictVersion > 0 && node < rules.nodeCount; node++) {
    const standing = standingOf(read, node);
    if (standing === STANDING.EXCLUDED) excluded.push(node);
    else if (standing === STANDING.PROBATION) standbyOnly.push(node);
  }
  return { verdictVersion, excluded, standbyOnly };
}

/** Version of the standings in a state: unchanged version, unchanged lists; 0 without vote-out. */
export function verdictVersionOf(read: ReadCell, rules: ChainRules): number {
  return takesReports(rules.voteOut) ? read(governanceCell(GOVERNANCE.verdictVersion)) : 0;
}

/** Version of the election in a state: unchanged version, unchanged outcome. */
export function electionVersion(read: ReadCell, rules: ChainRules): number {
  return read(chainCell(rules.accountCount, CHAIN.electionVersion));
}
