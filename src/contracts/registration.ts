/** Membership: the authority certifies an identity, the centre admits it once (model §2.3). */
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, CHAIN, identityCell } from './cells.ts';
import { defineContract } from './define.ts';
import { addAccount, type Call, issue, type Outcome, readAccount } from './rules.ts';

/** Admits an account that the authority certified. */
export function register(call: Call, tx: PayloadOf['REGISTER']): Outcome {
  if (call.sender !== call.rules.centre && call.rules.consortium === 1) return 'UNAUTHORISED';
  if (tx.account >= call.rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (!call.rules.isCertified(tx)) return 'BAD_CA_SIGNATURE';
  if (readAccount(call, tx.account, ACCOUNT.member) !== 0) return 'ALREADY_REGISTERED';
  // An account is not an identity: without this one member could take many grants.
  const identity = identityCell(tx.identityHash);
  if (call.state.read(identity) !== 0) return 'DUPLICATE_IDENTITY';
  call.state.write(identity, tx.account + 1);
  addAccount(call, tx.account, ACCOUNT.member, tx.role + 1);
  return undefined;
}

/** Grants the initial points of a verified identity, once (model §7.1, case I1). */
export function grant(call: Call, tx: PayloadOf['POINTS_GRANT']): Outcome {
  if (tx.to >= call.rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (readAccount(call, tx.to, ACCOUNT.member) === 0) return 'NOT_MEMBER';
  if (readAccount(call, tx.to, ACCOUNT.grantedUpt) !== 0) return 'ALREADY_GRANTED';
  if (call.state.read(identityCell(tx.identityHash)) !== tx.to + 1) return 'BAD_REFERENCE';
  if (tx.amountUpt !== call.rules.initialGrantUpt) return 'BAD_AMOUNT';
  issue(call, tx.to, tx.amountUpt, 'grant', tx.to);
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
  ],
  events: {},
  functions: {
    // On a public chain anybody may register; the contract itself asks for the centre otherwise.
    REGISTER: { by: 'anyone', gasBudget: 100_000, run: register },
    POINTS_GRANT: { by: ['centre'], gasBudget: 80_000, run: grant },
  },
  invariants: [],
});
