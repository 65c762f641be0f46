/**
 * Weight of voters: stake of their own and what others lend them. A weight is carried over at most four
 * steps from proxy to proxy, by distance, so that lending and taking back are exact at any place of a
 * chain of proxies. What held at the start of an epoch is kept on the first change, so that a ballot can
 * weigh by it without a timer.
 * Source: Steem, database::adjust_proxied_witness_votes (PROXY_DEPTH 4).
 */
import { ELECTORATES } from '../ledger/vote-out.ts';
import { ACCOUNT, accountCell } from './cells.ts';
import { PROXY_DEPTH, VOTER, voterCell } from './governance-cells.ts';
import { epochOf, takesReports } from './governance-rules.ts';
import type { Call, ChainRules } from './rules.ts';

/** Reads a cell of a state. */
export type ReadCell = (cell: number) => number;

/** Certificates of an account that count as stake: locked and not on their way out. */
export function stakeOf(read: ReadCell, account: number): number {
  const locked = read(accountCell(account, ACCOUNT.certificatesLocked));
  if (locked === 0 || read(accountCell(account, ACCOUNT.voter)) === 0) return locked;
  const unlocking = read(voterCell(account, VOTER.unlocking));
  return locked - unlocking - read(voterCell(account, VOTER.unlockingLater));
}

/** Weight with which an account votes: nothing when it has lent it. */
export function weightOf(read: ReadCell, account: number): number {
  if (read(accountCell(account, ACCOUNT.voter)) === 0) {
    return read(accountCell(account, ACCOUNT.certificatesLocked));
  }
  if (read(voterCell(account, VOTER.proxy)) !== 0) return 0;
  let weight = stakeOf(read, account);
  for (let k = 0; k < PROXY_DEPTH; k++) weight += read(voterCell(account, VOTER.carried + k));
  return weight;
}

/** Account that votes for another one, −1 for none. */
export function proxyOf(read: ReadCell, account: number): number {
  if (read(accountCell(account, ACCOUNT.voter)) === 0) return -1;
  return read(voterCell(account, VOTER.proxy)) - 1;
}

const hasVoted = (read: ReadCell, account: number) =>
  read(accountCell(account, ACCOUNT.approvals)) !== 0;

/** A voter as it was when an epoch began. */
export interface VoterAt {
  readonly weight: number;
  readonly voted: boolean;
}

/**
 * Weight and vote of an account as they were when an epoch began. The last two epochs with a change are
 * kept, which is all that a window of an epoch can ask for; who has changed in two epochs after the one
 * asked for counts nothing, since what it had is not known any more.
 */
export function voterAt(read: ReadCell, account: number, epoch: number): VoterAt {
  const changed = read(voterCell(account, VOTER.changedEpoch)) - 1;
  if (changed < epoch) return { weight: weightOf(read, account), voted: hasVoted(read, account) };
  const earlier = read(voterCell(account, VOTER.earlierEpoch)) - 1;
  if (earlier < epoch) {
    return {
      weight: read(voterCell(account, VOTER.weightBefore)),
      voted: read(voterCell(account, VOTER.votedBefore)) === 1,
    };
  }
  if (earlier > epoch) return { weight: 0, voted: false };
  return {
    weight: read(voterCell(account, VOTER.earlierWeight)),
    voted: read(voterCell(account, VOTER.earlierVoted)) === 1,
  };
}

/** Weight that voted at the election an epoch began with. Cost: every account. */
export function votedWeightAt(read: ReadCell, rules: ChainRules, epoch: number): number {
  let total = 0;
  for (let account = 0; account < rules.accountCount; account++) {
    const { weight, voted } = voterAt(read, account, epoch);
    if (voted) total += weight;
  }
  return total;
}

/** Keeps what held before the first change of an epoch, where ballots weigh by stake. */
export function keepBefore({ rules, state, timestampUs }: Call, account: number): void {
  const { voteOut } = rules;
  if (!takesReports(voteOut) || voteOut.voteOutElectorate !== ELECTORATES.indexOf('stake')) return;
  const epoch = epochOf(voteOut, timestampUs);
  const put = (field: number, value: number) => {
    const cell = voterCell(account, field);
    if (state.read(cell) !== value) state.write(cell, value);
  };
  const changed = state.read(voterCell(account, VOTER.changedEpoch));
  if (changed === epoch + 1) return;
  const { weight, voted } = voterAt(state.read, account, epoch);
  put(VOTER.earlierEpoch, changed);
  put(VOTER.earlierWeight, state.read(voterCell(account, VOTER.weightBefore)));
  put(VOTER.earlierVoted, state.read(voterCell(account, VOTER.votedBefore)));
  put(VOTER.changedEpoch, epoch + 1);
  put(VOTER.weightBefore, weight);
  put(VOTER.votedBefore, voted ? 1 : 0);
}

/** Writes a field of a voter's record, which from then on is looked at. */
export function writeVoter({ state }: Call, account: number, field: number, value: number): void {
  const flag = accountCell(account, ACCOUNT.voter);
  if (state.read(flag) === 0) state.write(flag, 1);
  state.write(voterCell(account, field), value);
}

/** What an account hands to its proxy: own stake, then what it carries, by distance. */
function handedOn(read: ReadCell, account: number): number[] {
  const levels = [stakeOf(read, account)];
  for (let k = 0; k < PROXY_DEPTH - 1; k++) {
    levels.push(read(voterCell(account, VOTER.carried + k)));
  }
  return levels;
}

/** Adds to what the proxies above an account carry; `levels` by distance below the first of them. */
function carry(call: Call, account: number, levels: readonly number[], sign: 1 | -1): void {
  const { read } = call.state;
  let above = proxyOf(read, account);
  for (let depth = 0; above >= 0 && depth < PROXY_DEPTH; depth++) {
    const next = proxyOf(read, above);
    // Only the last of the chain votes, so only its weight has a past worth keeping.
    if (next < 0) keepBefore(call, above);
    for (let k = depth; k < PROXY_DEPTH; k++) {
      const change = levels[k - depth] ?? 0;
      if (change === 0) continue;
      const field = VOTER.carried + k;
      writeVoter(call, above, field, read(voterCell(above, field)) + sign * change);
    }
    above = next;
  }
}

/** Carries a change of an account's own stake up to its proxies. */
export function carryStake(call: Call, account: number, change: number): void {
  if (change !== 0) carry(call, account, [Math.abs(change)], change > 0 ? 1 : -1);
}

/** Changes whom an account lends its weight to; −1 is nobody. The caller has refused cycles. */
export function lendWeight(call: Call, account: number, to: number): void {
  const levels = handedOn(call.state.read, account);
  keepBefore(call, account);
  carry(call, account, levels, -1);
  writeVoter(call, account, VOTER.proxy, to + 1);
  carry(call, account, levels, 1);
}
