/** No role escalation: what a role may not send changes nothing, whatever stands in it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, accountCell } from '../../src/contracts/cells.ts';
import { contracts } from '../../src/contracts/index.ts';
import { ROLES, roleOf } from '../../src/contracts/rules.ts';
import { createReader, DecodeError } from '../../src/ledger/encoding.ts';
import {
  type PayloadOf,
  readPayload,
  type TransactionType,
} from '../../src/ledger/transactions.ts';
import { createMembersWorld } from '../unit/contracts/members-world.ts';

/** Every function that is not anybody's, with the roles that it is not for. */
const guarded = contracts.flatMap(({ functions }) =>
  Object.entries(functions).flatMap(([type, { by }]) =>
    by === 'anyone'
      ? []
      : [[type as TransactionType, ROLES.filter((role) => !by.includes(role))] as const],
  ),
);

/** A payload from bytes: small integers mostly, so that accounts and slots exist. */
const bytes = fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(12) }, fc.nat(127)), {
  minLength: 600,
  maxLength: 600,
});

function payloadOf<T extends TransactionType>(type: T, from: readonly number[]) {
  for (let start = 0; start < 40; start++) {
    try {
      return readPayload(type, createReader(Uint8Array.from(from.slice(start))));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return undefined;
}

describe('roles', () => {
  const world = createMembersWorld({ homes: 3, nodes: 2, guests: 1 });
  // Guests are members too here: they are refused by their role and by nothing else.
  const guest = world.guest(0);
  const asGuest = world.registration(guest, { role: ROLES.indexOf('guest') });
  expect(world.send('REGISTER', world.centre, asGuest).reason).toBe('');
  world.seal();
  const accounts = Array.from({ length: world.accountCount }, (_, account) => account);
  const senderOf = (role: string) =>
    accounts.find((account) => roleOf(world.rules, account) === role)!;
  let decoded = 0;

  it.each(guarded)('%s: refuses every role that is not among its own', (type, roles) => {
    fc.assert(
      fc.property(bytes, (from) => {
        const payload = payloadOf(type, from);
        if (payload === undefined) return;
        decoded++;
        for (const role of roles) {
          const sender = senderOf(role);
          world.continueFrom(world.head());
          const nonce = world.account(sender, ACCOUNT.nonce);
          const sent = world.send(type, sender, payload as PayloadOf[TransactionType] as never);
          if (sent.refused) {
            // More is to be moved than the sender has: it comes into no block at all.
            expect([type, sent.reason]).toEqual(['TRANSFER', 'INSUFFICIENT_BALANCE']);
            expect(Array.from(world.state.dirtyCells())).toEqual([]);
            continue;
          }
          expect(sent.reason, `${type} by ${role}`).toBe('UNAUTHORISED');
          expect(sent.events).toEqual([]);
          // A reward is its block's and takes no number.
          const isNumbered = type !== 'POINTS_REWARD';
          expect(world.account(sender, ACCOUNT.nonce)).toBe(nonce + (isNumbered ? 1 : 0));
          // The gas price is 0, so that the nonce is all that may have changed.
          expect(Array.from(world.state.dirtyCells())).toEqual(
            isNumbered ? [accountCell(sender, ACCOUNT.nonce)] : [],
          );
        }
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it('were tried with payloads of every kind', () => {
    expect(guarded.length).toBeGreaterThan(25);
    expect(decoded).toBeGreaterThan(20 * guarded.length);
  });

  it('an office has what is its own, and nobody has two roles', () => {
    const held = accounts.map((account) => roleOf(world.rules, account));
    for (const office of ['centre', 'dso', 'authority', 'treasury']) {
      expect(held.filter((role) => role === office)).toHaveLength(1);
    }
    // Nobody mints points outside the four cases: no function issues for an office of its own.
    const minting = ['POINTS_GRANT', 'POINTS_REWARD', 'TASK_CLOSE', 'SETTLE'] as const;
    for (const type of minting) {
      const payload = payloadOf(type, new Array(600).fill(0));
      if (payload === undefined) continue;
      world.continueFrom(world.head());
      for (const account of accounts) world.send(type, account, payload as never);
      const issued = world.read(world.accountCount * 16) + world.read(world.accountCount * 16 + 8);
      expect(issued).toBe(300e6 + 200e6);
    }
  });
});
