/**
 * Credit scores over an epoch: C ← clip(C + a·produced − b·missed, 0, 100) (model §6.4; offences count
 * when they are judged). Like the count of rewards this is bookkeeping of the chain at the start of a
 * block, a function of the headers below it; no contract is called by it.
 */
import type { BranchView } from '../ledger/chain-parameters.ts';
import type { StateView } from '../ledger/state.ts';
import { CHAIN, chainCell } from './cells.ts';
import { creditOf } from './election.ts';
import { CANDIDATE, candidateCell, GOVERNANCE, governanceCell } from './governance-cells.ts';
import { keepsCredit } from './governance-rules.ts';
import type { ChainRules } from './rules.ts';

/**
 * Counts the turns since the last count, in the first block of each epoch; in other blocks, and where no
 * scores are kept, it does nothing. The maker and the verifier of a block call it before the
 * transactions.
 *
 * @param branch - The branch below the block.
 * @param turn - Turn of the block.
 */
export function advanceCredits(
  state: StateView,
  rules: ChainRules,
  branch: BranchView,
  turn: number,
): void {
  const { voteOut } = rules;
  if (!keepsCredit(voteOut)) return;
  const lastTurn = branch.turnAt(branch.height) ?? 0;
  const epochOfTurn = (of: number) => Math.floor(of / voteOut.voteOutEpochTurns);
  if (epochOfTurn(turn) === epochOfTurn(lastTurn)) return;
  const made = new Float64Array(rules.nodeCount);
  const missed = new Float64Array(rules.nodeCount);
  const countedCell = governanceCell(GOVERNANCE.creditTurn);
  branch.visitTurns(state.read(countedCell), (owner, isMade) => {
    if (owner >= 0) (isMade ? made : missed)[owner]!++;
  });
  state.write(countedCell, lastTurn);
  let hasChanged = false;
  for (let node = 0; node < rules.nodeCount; node++) {
    const before = creditOf(state.read, voteOut, node);
    const gained = voteOut.voteOutCreditProduced * made[node]!;
    const lost = voteOut.voteOutCreditMissed * missed[node]!;
    const credit = Math.max(0, Math.min(100, before + gained - lost));
    if (credit === before) continue;
    state.write(candidateCell(node, CANDIDATE.credit), credit + 1);
    const isEligible = (value: number) => value >= voteOut.voteOutCreditThreshold;
    hasChanged ||=
      isEligible(before) !== isEligible(credit) || voteOut.voteOutCreditWeighting === 1;
  }
  if (!hasChanged) return;
  const version = chainCell(rules.accountCount, CHAIN.electionVersion);
  state.write(version, state.read(version) + 1);
}
