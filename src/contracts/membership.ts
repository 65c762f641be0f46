/**
 * What happens to members after admission: the centre or the authority suspends and reinstates, the
 * authority revokes, points are frozen by its order, and a member takes another key with its approval.
 * Every act of theirs on somebody else is counted: a management node that can do these things and a score
 * of decentralisation that does not see it would contradict each other.
 */
import { freezeMessage, rotationMessage } from '../ledger/payloads/membership.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell, CHAIN } from './cells.ts';
import { defineContract } from './define.ts';
import {
  isFrozenMember,
  isRevoked,
  isSuspended,
  keyCell,
  MEMBER,
  MEMBER_FLAG,
  memberCell,
  memberRole,
  ROTATION,
  ROTATIONS_MAX,
  rotationsOf,
  writeBytes32,
} from './membership-cells.ts';
import { addAccount, addChain, type Call, type Outcome, ROLES, readAccount } from './rules.ts';

/** Codes of the entries of receipts that tell of members. */
export const MEMBERSHIP_EVENT = {
  suspended: 48,
  reinstated: 49,
  revoked: 50,
  frozen: 51,
  rotated: 52,
} as const;

/** Whether the points of an account are frozen: it may take no part in anything that moves its points. */
export function isFrozen(call: Call, account: number): boolean {
  return isFrozenMember(readAccount(call, account, ACCOUNT.member));
}

/** Why nobody may lay a hand on an account; undefined when the sender may. */
function untouchable({ rules, sender }: Call, account: number, member: number): Outcome {
  if (rules.consortium === 0) return 'NO_ADMISSION';
  if (account >= rules.accountCount) return 'UNKNOWN_ACCOUNT';
  // The authority watches over the centre, never the other way round.
  if (account === sender || account === rules.authority || account === rules.treasury) {
    return 'UNAUTHORISED';
  }
  return member === 0 ? 'NOT_MEMBER' : undefined;
}

const memberOf = (call: Call, account: number) =>
  account < call.rules.accountCount ? readAccount(call, account, ACCOUNT.member) : 0;

function put(call: Call, account: number, field: number, value: number): void {
  const cell = memberCell(account, field);
  if (call.state.read(cell) !== value) call.state.write(cell, value);
}

/** Notes who laid a hand on a member, and why. */
function note(call: Call, account: number, cause: number): void {
  put(call, account, MEMBER.cause, cause);
  put(call, account, MEMBER.sinceUs, call.timestampUs);
  put(call, account, MEMBER.byAuthority, call.sender === call.rules.authority ? 1 : 0);
  addChain(call, CHAIN.interventions, 1);
}

/** Suspends a member: from the next transaction on nothing of it enters a block. */
export function suspend(call: Call, tx: PayloadOf['SUSPEND']): Outcome {
  const member = memberOf(call, tx.account);
  const problem = untouchable(call, tx.account, member);
  if (problem !== undefined) return problem;
  if (isRevoked(member)) return 'REVOKED';
  if (isSuspended(member)) return 'ALREADY_SUSPENDED';
  addAccount(call, tx.account, ACCOUNT.member, MEMBER_FLAG.suspended);
  note(call, tx.account, tx.cause);
  call.events.push(MEMBERSHIP_EVENT.suspended, tx.account, tx.cause);
  return undefined;
}

/** Ends a suspension; what the authority suspended only the authority reinstates. */
export function reinstate(call: Call, tx: PayloadOf['REINSTATE']): Outcome {
  const member = memberOf(call, tx.account);
  const problem = untouchable(call, tx.account, member);
  if (problem !== undefined) return problem;
  if (isRevoked(member)) return 'REVOKED';
  if (!isSuspended(member)) return 'NOT_SUSPENDED';
  const byAuthority = call.state.read(memberCell(tx.account, MEMBER.byAuthority)) === 1;
  if (byAuthority && call.sender !== call.rules.authority) return 'UNAUTHORISED';
  addAccount(call, tx.account, ACCOUNT.member, -MEMBER_FLAG.suspended);
  note(call, tx.account, 0);
  call.events.push(MEMBERSHIP_EVENT.reinstated, tx.account);
  return undefined;
}

/** Withdraws the certificate of an identity; the identity, its meters and generators stay taken. */
export function revoke(call: Call, tx: PayloadOf['REVOKE']): Outcome {
  const member = memberOf(call, tx.account);
  const problem = untouchable(call, tx.account, member);
  if (problem !== undefined) return problem;
  if (isRevoked(member)) return 'REVOKED';
  const flags = MEMBER_FLAG.revoked + (isSuspended(member) ? 0 : MEMBER_FLAG.suspended);
  addAccount(call, tx.account, ACCOUNT.member, flags);
  note(call, tx.account, tx.cause);
  call.events.push(MEMBERSHIP_EVENT.revoked, tx.account, tx.cause);
  return undefined;
}

/** Freezes or releases the points of an account, by an order that the authority signed. */
export function freeze(call: Call, tx: PayloadOf['FREEZE']): Outcome {
  const { rules, state } = call;
  const member = memberOf(call, tx.account);
  const problem = untouchable(call, tx.account, member);
  if (problem !== undefined) return problem;
  if (isFrozenMember(member) === tx.isFrozen) return tx.isFrozen ? 'ALREADY_FROZEN' : 'NOT_FROZEN';
  const orders = state.read(memberCell(tx.account, MEMBER.orders));
  const message = freezeMessage(rules.chainId, tx.account, orders, tx.isFrozen);
  if (!rules.isSignedByAuthority(message, tx.caSignature)) return 'BAD_ORDER';
  addAccount(call, tx.account, ACCOUNT.member, (tx.isFrozen ? 1 : -1) * MEMBER_FLAG.frozen);
  put(call, tx.account, MEMBER.orders, orders + 1);
  addChain(call, CHAIN.interventions, 1);
  call.events.push(MEMBERSHIP_EVENT.frozen, tx.account, tx.isFrozen ? 1 : 0);
  return undefined;
}

/** Binds the sender to another key; what it signs after this transaction is signed with that. */
export function rotateKey(call: Call, tx: PayloadOf['KEY_ROTATE']): Outcome {
  const { rules, state, sender } = call;
  const member = readAccount(call, sender, ACCOUNT.member);
  if (member === 0) return 'NOT_MEMBER';
  const rotations = rotationsOf(member);
  if (rotations >= ROTATIONS_MAX) return 'TOO_MANY_KEYS';
  const message = rotationMessage(rules.chainId, sender, rotations, tx.publicKey);
  if (!rules.isSignedByAuthority(message, tx.caSignature)) return 'BAD_CA_SIGNATURE';
  addAccount(call, sender, ACCOUNT.member, ROTATION);
  writeBytes32(
    (cell, value) => state.write(cell, value),
    keyCell(sender, rotations + 1),
    tx.publicKey,
  );
  call.events.push(MEMBERSHIP_EVENT.rotated, sender, rotations + 1);
  return undefined;
}

/** Suspension, revocation, freezing and keys. */
export const membershipContract = defineContract({
  name: 'membership',
  summary: 'Members are suspended, reinstated, revoked, frozen, and take other keys',
  source: 'model §2.2, §2.3, §7.8',
  storage: [
    { name: 'members', key: 'account', fields: Object.keys(MEMBER) },
    { name: 'keys', key: 'account, rotation', fields: ['48 bits each of the public key'] },
  ],
  events: {
    suspended: { code: MEMBERSHIP_EVENT.suspended, fields: ['account', 'cause'] },
    reinstated: { code: MEMBERSHIP_EVENT.reinstated, fields: ['account'] },
    revoked: { code: MEMBERSHIP_EVENT.revoked, fields: ['account', 'cause'] },
    frozen: { code: MEMBERSHIP_EVENT.frozen, fields: ['account', 'isFrozen'] },
    rotated: { code: MEMBERSHIP_EVENT.rotated, fields: ['account', 'rotation'] },
  },
  functions: {
    SUSPEND: { by: ['centre', 'authority'], gasBudget: 60_000, run: suspend },
    REINSTATE: { by: ['centre', 'authority'], gasBudget: 60_000, run: reinstate },
    REVOKE: { by: ['authority'], gasBudget: 60_000, run: revoke },
    FREEZE: { by: ['centre', 'authority'], gasBudget: 60_000, run: freeze },
    // The authority is the root of trust: another key of it takes another genesis.
    KEY_ROTATE: {
      by: ['home', 'node', 'centre', 'dso', 'treasury', 'guest'],
      gasBudget: 60_000,
      run: rotateKey,
    },
  },
  invariants: [
    {
      id: 'members-consistent',
      check(read, rules) {
        for (let account = 0; account < rules.accountCount; account++) {
          const member = read(accountCell(account, ACCOUNT.member));
          if (member === 0) continue;
          if (ROLES[memberRole(member)] === undefined) return `account ${account} has no role`;
          if (isRevoked(member) && !isSuspended(member)) {
            return `account ${account} is revoked and may send`;
          }
        }
        return undefined;
      },
    },
  ],
});
