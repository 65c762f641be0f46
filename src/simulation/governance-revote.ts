/**
 * Plain delegated proof of stake: near the end of each epoch holders look at the turns that the chain
 * shows as missed, drop whom they approve and who missed too many, and approve others instead.
 */
import type { BallotBook } from '../contracts/ballot-conduct.ts';
import { ACCOUNT, APPROVALS_MAX, accountCell } from '../contracts/cells.ts';
import { proxyOf, weightOf } from '../contracts/voters.ts';
import { PHASE } from '../kernel/phase.ts';
import type { GovernanceChain } from './governance-chain.ts';

/** Lets holders vote anew. @returns What to call with each turn that is over. */
export function createRevotes(chain: GovernanceChain, voters: BallotBook): (turn: number) => void {
  const { kernel, rules, turns, head, up, options } = chain;
  const voteOut = rules.voteOut!;
  const roundTurns = Math.round(voteOut.voteOutBallotUs / voteOut.voteOutTurnUs);
  const leadTurns = Math.min(2 * roundTurns, voteOut.voteOutEpochTurns - 1);
  const draws = chain.random.addressed('agents/revotes');

  const vote = kernel.event('agents/vote-anew', PHASE.agents, (home, epoch) => {
    const node = chain.nodeOf(home);
    if (up[node] === 0) return;
    const block = head[node]!;
    const read = (cell: number) => chain.readAt(block, cell);
    if (weightOf(read, home) === 0 || proxyOf(read, home) >= 0) return;
    const approved: number[] = [];
    for (let k = 0; k < APPROVALS_MAX; k++) {
      const approval = read(accountCell(home, ACCOUNT.approvals + k));
      if (approval > 0) approved.push(approval - 1);
    }
    const isBad = (candidate: number) =>
      turns.missedOn(block, candidate, voteOut.voteOutOfTurns, 0).missed >= voteOut.voteOutMissed;
    const own = voters.of(home)?.approves?.(home, epoch);
    const kept = own ?? approved.filter((candidate) => !isBad(candidate));
    if (own === undefined && kept.length === approved.length) return;
    const others = Array.from({ length: rules.nodeCount }, (_, candidate) => candidate)
      .filter((candidate) => !approved.includes(candidate) && !isBad(candidate))
      .map((candidate) => ({ candidate, draw: draws.uniform(home, epoch, 2 + candidate) }))
      .sort((a, b) => a.draw - b.draw || a.candidate - b.candidate)
      .map(({ candidate }) => candidate);
    const candidates = own ?? [...kept, ...others].slice(0, approved.length);
    const expiryUs = kernel.nowUs + voteOut.voteOutEpochTurns * voteOut.voteOutTurnUs;
    chain.submit('VOTE', home, { candidates }, { slot: -1, expiryUs });
  });

  return (turn) => {
    const epoch = Math.floor(turn / voteOut.voteOutEpochTurns);
    if (turn % voteOut.voteOutEpochTurns !== voteOut.voteOutEpochTurns - leadTurns) return;
    for (let home = 0; home < rules.homeCount; home++) {
      const isBribed = voters.of(home)?.approves !== undefined;
      if (!isBribed && draws.uniform(home, epoch, 0) >= options.turnout) continue;
      const spanUs = Math.floor((leadTurns * voteOut.voteOutTurnUs) / 2);
      vote.after(Math.floor(draws.uniform(home, epoch, 1) * spanUs), home, epoch);
    }
  };
}
