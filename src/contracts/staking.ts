/**
 * Stake and votes. Stake is locked certificates; a vote approves up to seven nodes with the voter's
 * whole stake (model §6.3, approval voting). Certificates are ids of genesis, owned in ranges.
 */

import type { Election } from '../ledger/chain-parameters.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, APPROVALS_MAX, accountCell, CHAIN, chainCell } from './cells.ts';
import {
  addAccount,
  addChain,
  type Call,
  type ChainRules,
  type Outcome,
  readAccount,
} from './rules.ts';

/** Locks certificates of the sender as stake. */
export function stake(call: Call, tx: PayloadOf['STAKE']): Outcome {
  const owned = readAccount(call, call.sender, ACCOUNT.certificates);
  const locked = readAccount(call, call.sender, ACCOUNT.certificatesLocked);
  const ids = new Set(Array.from(tx.certificates));
  if (ids.size !== tx.certificates.length || ids.size === 0) return 'CERTIFICATE_LOCKED';
  if (locked + ids.size > owned) return 'UNKNOWN_CERTIFICATE';
  const first = call.rules.certificateFirst(call.sender);
  for (const id of ids) {
    // Certificates are locked in order of id, so those below the mark are locked already.
    if (id >= first && id < first + locked) return 'CERTIFICATE_LOCKED';
    if (id < first || id >= first + locked + ids.size) return 'NOT_OWNER';
  }
  addAccount(call, call.sender, ACCOUNT.certificatesLocked, ids.size);
  addChain(call, CHAIN.electionVersion, 1);
  return undefined;
}

/** Replaces the sender's approvals. */
export function vote(call: Call, tx: PayloadOf['VOTE']): Outcome {
  const candidates = Array.from(tx.candidates);
  if (candidates.length > APPROVALS_MAX || new Set(candidates).size !== candidates.length) {
    return 'BAD_CANDIDATE';
  }
  if (candidates.some((node) => node >= call.rules.nodeCount)) return 'BAD_CANDIDATE';
  for (let k = 0; k < APPROVALS_MAX; k++) {
    const cell = accountCell(call.sender, ACCOUNT.approvals + k);
    const value = candidates[k] === undefined ? 0 : candidates[k]! + 1;
    if (call.state.read(cell) !== value) call.state.write(cell, value);
  }
  addChain(call, CHAIN.electionVersion, 1);
  return undefined;
}

/**
 * Counts an election: approving stake per node, most first; ties by SHA-256 of the candidate's id.
 *
 * @param read - Reads a cell of the state that the election is held over.
 */
export function countElection(read: (cell: number) => number, rules: ChainRules): Election {
  const stakeOf = new Array<number>(rules.nodeCount).fill(0);
  for (let account = 0; account < rules.accountCount; account++) {
    const locked = read(accountCell(account, ACCOUNT.certificatesLocked));
    if (locked === 0) continue;
    for (let k = 0; k < APPROVALS_MAX; k++) {
      const approval = read(accountCell(account, ACCOUNT.approvals + k));
      if (approval !== 0) stakeOf[approval - 1]! += locked;
    }
  }
  const tie = stakeOf.map((_, node) => sha256Hex(`candidate/${node}`));
  const ranking = stakeOf
    .map((_, node) => node)
    .sort((a, b) => stakeOf[b]! - stakeOf[a]! || (tie[a]! < tie[b]! ? -1 : 1));
  return { ranking, stake: stakeOf };
}

/** Version of the election in a state: unchanged version, unchanged outcome. */
export function electionVersion(read: (cell: number) => number, rules: ChainRules): number {
  return read(chainCell(rules.accountCount, CHAIN.electionVersion));
}
