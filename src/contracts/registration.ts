/**
 * Admission: the authority binds an identity to a key, an account, meters and generators, and the centre
 * admits it once (model §2.3). On a public chain nobody admits: an account registers itself, under any name,
 * which is what makes false identities cheap there.
 */
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, CHAIN, identityCell } from './cells.ts';
import { defineContract } from './define.ts';
import { assetCell, meterCell } from './membership-cells.ts';
import { addAccount, type Call, issue, type Outcome, ROLES, readAccount, roleOf } from './rules.ts';
import { startVesting } from './vesting.ts';

/** Meters, and generators, that one registration may name. */
const NAMES_MAX = 16;

/** Whether an account may have a role: that of its place; guests may become homes, and nothing more. */
function mayHave(call: Call, account: number, role: number): boolean {
  const place = roleOf(call.rules, account);
  return ROLES[role] === place || (place === 'guest' && ROLES[role] === 'home');
}

/** Takes names for an account; false when one of them is taken or given twice. */
function take(
  call: Call,
  hashes: readonly Uint8Array[],
  cellOf: (hash: Uint8Array) => number,
  account: number,
): boolean {
  for (const hash of hashes) {
    const cell = cellOf(hash);
    if (call.state.read(cell) !== 0) return false;
    call.state.write(cell, account + 1);
  }
  return true;
}

/** Admits an account that the authority certified, or that registers itself on a public chain. */
export function register(call: Call, tx: PayloadOf['REGISTER']): Outcome {
  const { rules, sender, state } = call;
  const isPublic = rules.consortium === 0;
  if (sender !== rules.centre && !isPublic) return 'UNAUTHORISED';
  if (tx.account >= rules.accountCount) return 'UNKNOWN_ACCOUNT';
  const isOwn = isPublic && sender === tx.account;
  if (!isOwn && !rules.isCertified(tx)) return 'BAD_CA_SIGNATURE';
  if (!mayHave(call, tx.account, tx.role)) return 'BAD_ROLE';
  if (readAccount(call, tx.account, ACCOUNT.member) !== 0) return 'ALREADY_REGISTERED';
  // An account is not an identity: without this one member could take many grants.
  const identity = identityCell(tx.identityHash);
  if (state.read(identity) !== 0) return 'DUPLICATE_IDENTITY';
  if (tx.meterHashes.length > NAMES_MAX || !take(call, tx.meterHashes, meterCell, tx.account)) {
    return 'DUPLICATE_METER';
  }
  if (tx.assetHashes.length > NAMES_MAX || !take(call, tx.assetHashes, assetCell, tx.account)) {
    return 'DUPLICATE_ASSET';
  }
  state.write(identity, tx.account + 1);
  addAccount(call, tx.account, ACCOUNT.member, tx.role + 1);
  return undefined;
}

/** Grants the initial points of a registered identity, once (model §7.1, case I1). */
export function grant(call: Call, tx: PayloadOf['POINTS_GRANT']): Outcome {
  const { rules, sender } = call;
  const isOwn = rules.consortium === 0 && sender === tx.to;
  if (sender !== rules.centre && !isOwn) return 'UNAUTHORISED';
  if (tx.to >= rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (readAccount(call, tx.to, ACCOUNT.member) === 0) return 'NOT_MEMBER';
  if (readAccount(call, tx.to, ACCOUNT.grantedUpt) !== 0) return 'ALREADY_GRANTED';
  if (call.state.read(identityCell(tx.identityHash)) !== tx.to + 1) return 'BAD_REFERENCE';
  if (tx.amountUpt !== rules.initialGrantUpt) return 'BAD_AMOUNT';
  issue(call, tx.to, tx.amountUpt, 'grant', tx.to);
  startVesting(call, tx.to, tx.amountUpt);
  return undefined;
}

/** Admission, and the initial grant of an admitted identity. */
export const registrationContract = defineContract({
  name: 'registration',
  summary: 'Certified identities become members, each once, with an initial grant',
  source: 'model §2.3, §7.1 (I1)',
  storage: [
    { name: 'accounts', key: 'account', fields: Object.keys(ACCOUNT) },
    { name: 'chain', key: 'the chain itself', fields: Object.keys(CHAIN) },
    { name: 'identities', key: '48 bits of the identity hash', fields: ['account + 1'] },
    { name: 'meters', key: '42 bits of the hash of the id', fields: ['account + 1'] },
    { name: 'generators', key: '42 bits of the hash of the serial', fields: ['account + 1'] },
  ],
  events: {},
  functions: {
    // On a public chain anybody may register and claim; the contract itself asks for the centre otherwise.
    REGISTER: { by: 'anyone', gasBudget: 100_000, run: register },
    POINTS_GRANT: { by: 'anyone', gasBudget: 80_000, run: grant },
  },
  invariants: [],
});
