/**
 * Stake, votes and proxies. Stake is locked certificates; a vote approves up to seven nodes with the
 * voter's whole weight (model §6.3, approval voting). Certificates are ids of genesis, owned in ranges.
 * What leaves the stake no longer counts and stays locked for an epoch from the request: a stake that is
 * there for the count only is impossible. An election reads the last irreversible block, so what leaves
 * after that block and before the epoch ends is free earlier than its seats, by at most that block's age.
 */

import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, APPROVALS_MAX, accountCell, CHAIN } from './cells.ts';
import { defineContract } from './define.ts';
import { VOTER, voterCell } from './governance-cells.ts';
import { epochUs } from './governance-rules.ts';
import { addAccount, addChain, type Call, type Outcome, readAccount } from './rules.ts';
import {
  carryStake,
  keepBefore,
  lendWeight,
  proxyOf,
  type ReadCell,
  stakeOf,
  writeVoter,
} from './voters.ts';

export { countElection, electionVersion } from './election.ts';

/** Locks certificates of the sender as stake. Those on their way out come back first. */
export function stake(call: Call, tx: PayloadOf['STAKE']): Outcome {
  const owned = readAccount(call, call.sender, ACCOUNT.certificates);
  release(call, call.sender);
  const staked = stakeOf(call.state.read, call.sender);
  const ids = new Set(Array.from(tx.certificates));
  if (ids.size !== tx.certificates.length || ids.size === 0) return 'CERTIFICATE_LOCKED';
  if (staked + ids.size > owned) return 'UNKNOWN_CERTIFICATE';
  const first = call.rules.certificateFirst(call.sender);
  for (const id of ids) {
    // Certificates are locked in order of id, so those below the mark are locked already.
    if (id >= first && id < first + staked) return 'CERTIFICATE_LOCKED';
    if (id < first || id >= first + staked + ids.size) return 'NOT_OWNER';
  }
  keepBefore(call, call.sender);
  const locked = readAccount(call, call.sender, ACCOUNT.certificatesLocked);
  const unlocking = locked - staked;
  const returning = Math.min(unlocking, ids.size);
  if (returning > 0) writeVoter(call, call.sender, VOTER.unlocking, unlocking - returning);
  addAccount(call, call.sender, ACCOUNT.certificatesLocked, ids.size - returning);
  carryStake(call, call.sender, ids.size);
  addChain(call, CHAIN.electionVersion, 1);
  return undefined;
}

/**
 * Takes certificates of the sender out of stake, the last locked first. They stay locked for an epoch
 * from now, with any that are on their way out already. Without certificates it only frees those whose
 * delay has passed.
 */
export function unstake(call: Call, tx: PayloadOf['UNSTAKE']): Outcome {
  const { sender, rules, state } = call;
  const hasReleased = release(call, sender);
  if (tx.certificates.length === 0) return hasReleased ? undefined : 'NOT_DUE';
  const staked = stakeOf(state.read, sender);
  const ids = new Set(Array.from(tx.certificates));
  const end = rules.certificateFirst(sender) + staked;
  if (ids.size !== tx.certificates.length || ids.size > staked) return 'UNKNOWN_CERTIFICATE';
  for (const id of ids) if (id >= end || id < end - ids.size) return 'NOT_OWNER';
  keepBefore(call, sender);
  const delayUs = rules.voteOut === undefined ? 0 : epochUs(rules.voteOut);
  if (delayUs === 0) addAccount(call, sender, ACCOUNT.certificatesLocked, -ids.size);
  else {
    const unlocking = readAccount(call, sender, ACCOUNT.certificatesLocked) - staked;
    writeVoter(call, sender, VOTER.unlocking, unlocking + ids.size);
    writeVoter(call, sender, VOTER.releaseUs, call.timestampUs + delayUs);
  }
  carryStake(call, sender, -ids.size);
  addChain(call, CHAIN.electionVersion, 1);
  return undefined;
}

/** Frees certificates whose delay has passed; whether there were any. */
function release(call: Call, account: number): boolean {
  const { state, timestampUs } = call;
  if (readAccount(call, account, ACCOUNT.voter) === 0) return false;
  const unlocking = state.read(voterCell(account, VOTER.unlocking));
  if (unlocking === 0 || timestampUs < state.read(voterCell(account, VOTER.releaseUs)))
    return false;
  writeVoter(call, account, VOTER.unlocking, 0);
  addAccount(call, account, ACCOUNT.certificatesLocked, -unlocking);
  return true;
}

/** Certificates an account may part with: neither staked nor on their way out of stake. */
export function movableCertificates(read: ReadCell, account: number, timestampUs: number): number {
  const owned = read(accountCell(account, ACCOUNT.certificates));
  const locked = read(accountCell(account, ACCOUNT.certificatesLocked));
  const unlocking = locked - stakeOf(read, account);
  const isFree = unlocking > 0 && timestampUs >= read(voterCell(account, VOTER.releaseUs));
  return owned - locked + (isFree ? unlocking : 0);
}

/** Replaces the sender's approvals. */
export function vote(call: Call, tx: PayloadOf['VOTE']): Outcome {
  const candidates = Array.from(tx.candidates);
  if (candidates.length > APPROVALS_MAX || new Set(candidates).size !== candidates.length) {
    return 'BAD_CANDIDATE';
  }
  if (candidates.some((node) => node >= call.rules.nodeCount)) return 'BAD_CANDIDATE';
  if (proxyOf(call.state.read, call.sender) >= 0) return 'UNAUTHORISED';
  keepBefore(call, call.sender);
  approve(call, candidates);
  addChain(call, CHAIN.electionVersion, 1);
  return undefined;
}

function approve({ state, sender }: Call, candidates: readonly number[]): void {
  for (let k = 0; k < APPROVALS_MAX; k++) {
    const cell = accountCell(sender, ACCOUNT.approvals + k);
    const value = candidates[k] === undefined ? 0 : candidates[k]! + 1;
    if (state.read(cell) !== value) state.write(cell, value);
  }
}

/** Lends the sender's weight to another voter, and gives up its own approvals; or takes it back. */
export function setProxy(call: Call, tx: PayloadOf['PROXY']): Outcome {
  const { rules, state, sender } = call;
  if (tx.to >= rules.accountCount) return 'UNKNOWN_ACCOUNT';
  // There are no cycles yet, so the way up ends.
  for (let above = tx.to; above >= 0; above = proxyOf(state.read, above)) {
    if (above === sender) return 'PROXY_CYCLE';
  }
  if (proxyOf(state.read, sender) === tx.to) return 'DUPLICATE';
  lendWeight(call, sender, tx.to);
  if (tx.to >= 0) approve(call, []);
  addChain(call, CHAIN.electionVersion, 1);
  return undefined;
}

/** Stake, votes and proxies. */
export const stakingContract = defineContract({
  name: 'staking',
  summary: 'Certificates are locked as stake, which votes for producers',
  source: 'model §6.3',
  storage: [{ name: 'voters', key: 'account', fields: Object.keys(VOTER) }],
  events: {},
  functions: {
    STAKE: { by: 'anyone', gasBudget: 200_000, run: stake },
    UNSTAKE: { by: 'anyone', gasBudget: 200_000, run: unstake },
    VOTE: { by: 'anyone', gasBudget: 200_000, run: vote },
    PROXY: { by: 'anyone', gasBudget: 200_000, run: setProxy },
  },
  invariants: [],
});
