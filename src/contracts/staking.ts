/**
 * Stake, votes and proxies. Stake is locked certificates; a vote approves up to seven nodes with the
 * voter's whole weight (model §6.3, approval voting). A carbon certificate weighs as much as the green one it
 * was made of (µ_C = 1/EF), so that a stake counts certificates of either kind. What is staked can be neither
 * sold nor transferred, retired, claimed or bridged. What leaves the stake no longer counts and stays locked
 * until its seats are over; see `unstaking.ts`.
 */
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, APPROVALS_MAX, accountCell, CHAIN } from './cells.ts';
import { CERTIFICATE_STATE, LABEL_HOLDER, labelHolderCell } from './certificate-cells.ts';
import {
  certificateStatus,
  disposalReason,
  finalReason,
  isReleased,
  listReason,
  setStatus,
} from './certificate-records.ts';
import { defineContract } from './define.ts';
import { VOTER } from './governance-cells.ts';
import { addAccount, addChain, type Call, type Outcome } from './rules.ts';
import { addUnstaking, dueUnstaking, releaseDue, releaseEpoch } from './unstaking.ts';
import { carryStake, keepBefore, lendWeight, proxyOf, type ReadCell } from './voters.ts';

export { countElection, electionVersion } from './election.ts';

/** Locks certificates of the sender as stake; those on their way out may come back. */
export function stake(call: Call, tx: PayloadOf['STAKE']): Outcome {
  const { sender, state, rules } = call;
  const ids = tx.certificates;
  const problem = listReason(ids);
  if (problem !== undefined) return problem;
  /** Certificates that come back, by the epoch of their release. */
  const returning = new Map<number, number>();
  for (let k = 0; k < ids.length; k++) {
    const status = certificateStatus(state.read, rules, ids[k]!);
    const isReturning = status?.state === CERTIFICATE_STATE.UNSTAKING && !isReleased(call, status);
    // What returns is free for the stake though for nothing else.
    const free = isReturning ? { ...status, state: CERTIFICATE_STATE.ACTIVE } : status;
    const reason = disposalReason(call, sender, free, ids[k]!);
    if (reason !== undefined) return reason;
    if (isReturning) returning.set(status.detail, (returning.get(status.detail) ?? 0) + 1);
  }
  keepBefore(call, sender);
  setStatus(call, sender, ids, { owner: sender, state: CERTIFICATE_STATE.STAKED, detail: 0 });
  let locked = ids.length;
  for (const [epoch, count] of returning) {
    addUnstaking(call, sender, epoch, -count);
    locked -= count;
  }
  addAccount(call, sender, ACCOUNT.certificatesLocked, locked);
  carryStake(call, sender, ids.length);
  addChain(call, CHAIN.electionVersion, 1);
  return undefined;
}

/**
 * Takes certificates of the sender out of stake. They stay locked until the end of the epoch after the next.
 * Without certificates it only frees those that are due.
 */
export function unstake(call: Call, tx: PayloadOf['UNSTAKE']): Outcome {
  const { sender, state, rules } = call;
  const ids = tx.certificates;
  const hasReleased = releaseDue(call, sender);
  if (ids.length === 0) return hasReleased ? undefined : 'NOT_DUE';
  const problem = listReason(ids);
  if (problem !== undefined) return problem;
  for (let k = 0; k < ids.length; k++) {
    const status = certificateStatus(state.read, rules, ids[k]!);
    if (status === undefined) return 'UNKNOWN_CERTIFICATE';
    if (status.owner !== sender) return 'NOT_OWNER';
    const final = finalReason(status.state);
    if (final !== undefined) return final;
    if (status.state !== CERTIFICATE_STATE.STAKED) return 'NOT_STAKED';
  }
  keepBefore(call, sender);
  const epoch = releaseEpoch(call);
  if (epoch === undefined) {
    setStatus(call, sender, ids, { owner: sender, state: CERTIFICATE_STATE.ACTIVE, detail: 0 });
    addAccount(call, sender, ACCOUNT.certificatesLocked, -ids.length);
  } else {
    const leaving = { owner: sender, state: CERTIFICATE_STATE.UNSTAKING, detail: epoch };
    setStatus(call, sender, ids, leaving);
    addUnstaking(call, sender, epoch, ids.length);
  }
  carryStake(call, sender, -ids.length);
  addChain(call, CHAIN.electionVersion, 1);
  return undefined;
}

/** Certificates that an account may part with: neither staked, nor on their way out, nor in escrow. */
export function movableCertificates(read: ReadCell, account: number, timestampUs: number): number {
  const owned = read(accountCell(account, ACCOUNT.certificates));
  const locked = read(accountCell(account, ACCOUNT.certificatesLocked));
  const due = dueUnstaking(read, account, timestampUs);
  return owned - locked + due - read(labelHolderCell(account, LABEL_HOLDER.escrowed));
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
