/** Admission, suspension, revocation, freezing and keys: every function, and every reason it gives. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, CHAIN, chainCell } from '../../../src/contracts/cells.ts';
import { MEMBERSHIP_EVENT } from '../../../src/contracts/membership.ts';
import {
  holdsBytes32,
  isFrozenMember,
  isRevoked,
  isSuspended,
  keyCell,
  keysInState,
  memberRole,
  ROTATION,
  ROTATIONS_MAX,
  readBytes32,
  rotationsOf,
  writeBytes32,
} from '../../../src/contracts/membership-cells.ts';
import { ROLES } from '../../../src/contracts/rules.ts';
import { createMembersWorld } from './members-world.ts';

const PAY = { to: 1, amountUpt: 1 };
type World = ReturnType<typeof createMembersWorld>;
const interventions = (world: World) =>
  world.read(chainCell(world.accountCount, CHAIN.interventions));

describe('admission', () => {
  it('takes a certified identity once, with its meters and generators', () => {
    const world = createMembersWorld({ members: 0 });
    const send = (account: number, names: Parameters<World['registration']>[1]) =>
      world.send('REGISTER', world.centre, world.registration(account, names)).reason;
    expect(send(0, { meters: [1, 2], assets: [3] })).toBe('');
    expect(send(1, { meters: [2] })).toBe('DUPLICATE_METER');
    expect(send(1, { meters: [4, 4] })).toBe('DUPLICATE_METER');
    expect(send(1, { assets: [3] })).toBe('DUPLICATE_ASSET');
    expect(send(1, { meters: Array.from({ length: 17 }, (_, k) => 20 + k) })).toBe(
      'DUPLICATE_METER',
    );
    // What failed has taken nothing; a generator may have the number of a meter.
    expect(send(1, { meters: [3, 4], assets: [2] })).toBe('');
    expect(send(2, { identity: 100 })).toBe('DUPLICATE_IDENTITY');
    expect(world.account(2, ACCOUNT.member)).toBe(0);
    expect(memberRole(world.account(1, ACCOUNT.member))).toBe(0);
  });

  it('is for what the authority signed, as it signed it', () => {
    const world = createMembersWorld({ members: 0 });
    const good = world.registration(0, { meters: [1], assets: [2] });
    const send = (changes: object, sender = world.centre) =>
      world.send('REGISTER', sender, { ...good, ...changes }).reason;
    expect(send({ meterHashes: [] })).toBe('BAD_CA_SIGNATURE');
    expect(send({ assetHashes: good.meterHashes })).toBe('BAD_CA_SIGNATURE');
    expect(send({ account: world.accountCount })).toBe('UNKNOWN_ACCOUNT');
    for (const sender of [world.node(0), world.dso, world.authority]) {
      expect(send({}, sender)).toBe('UNAUTHORISED');
    }
    expect(world.send('REGISTER', 0, good)).toMatchObject({ refused: true, reason: 'NOT_MEMBER' });
    expect(send({})).toBe('');
    expect(send({})).toBe('ALREADY_REGISTERED');
  });

  it('gives nobody the role of an office or a node', () => {
    const world = createMembersWorld({ members: 0 });
    ROLES.forEach((name, role) => {
      const ofHome = world.registration(0, { role });
      const ofGuest = world.registration(world.guest(0), { role });
      const fits = (payload: typeof ofHome) =>
        world.send('REGISTER', world.centre, payload).reason === '';
      expect(fits(ofHome), name).toBe(name === 'home');
      if (name !== 'home') expect(fits(ofGuest), name).toBe(name === 'guest');
    });
    const other = createMembersWorld({ members: 0 });
    const asHome = other.registration(other.guest(0));
    expect(other.send('REGISTER', other.centre, asHome).reason).toBe('');
  });

  it('is nobody’s on a public chain: an account registers itself, and claims its points once', () => {
    const world = createMembersWorld({ members: 0, isPublic: true });
    const guest = world.guest(0);
    const unsigned = (account: number, identity: number) => ({
      ...world.registration(account, { identity }),
      caSignature: new Uint8Array(64),
    });
    const claim = (sender: number, to: number, identity: number) =>
      world.send('POINTS_GRANT', sender, {
        to,
        amountUpt: 100e6,
        identityHash: new Uint8Array(32).fill(identity),
      }).reason;
    expect(world.send('REGISTER', 0, unsigned(guest, 7)).reason).toBe('BAD_CA_SIGNATURE');
    expect(claim(guest, guest, 7)).toBe('NOT_MEMBER');
    expect(world.send('REGISTER', guest, unsigned(guest, 7)).reason).toBe('');
    expect(claim(0, guest, 7)).toBe('UNAUTHORISED');
    expect(claim(guest, guest, 8)).toBe('BAD_REFERENCE');
    expect(claim(guest, guest, 7)).toBe('');
    expect(claim(guest, guest, 7)).toBe('ALREADY_GRANTED');
    expect(world.send('REGISTER', 1, unsigned(1, 7)).reason).toBe('DUPLICATE_IDENTITY');
    expect(world.send('TRANSFER', guest, PAY).reason).toBe('');
    const consortium = createMembersWorld();
    const own = { to: 0, amountUpt: 100e6, identityHash: new Uint8Array(32) };
    expect(consortium.send('POINTS_GRANT', 0, own).reason).toBe('UNAUTHORISED');
  });
});

describe('a suspension', () => {
  it('refuses everything of the member, in this block and later, until it is lifted', () => {
    const world = createMembersWorld();
    expect(world.send('TRANSFER', 0, PAY).reason).toBe('');
    const sent = world.send('SUSPEND', world.centre, { account: 0, cause: 3 });
    expect(sent).toMatchObject({ reason: '', events: [MEMBERSHIP_EVENT.suspended, 0, 3] });
    expect(world.send('TRANSFER', 0, PAY)).toMatchObject({ refused: true, reason: 'SUSPENDED' });
    world.seal();
    expect(world.send('TRANSFER', 0, PAY)).toMatchObject({ refused: true, reason: 'SUSPENDED' });
    // Others may still pay it.
    expect(world.send('TRANSFER', 1, { to: 0, amountUpt: 5 }).reason).toBe('');
    expect(world.send('REINSTATE', world.centre, { account: 0 }).reason).toBe('');
    expect(world.send('TRANSFER', 0, PAY).reason).toBe('');
    expect(interventions(world)).toBe(2);
    expect(world.problems()).toEqual([]);
  });

  it('leaves a reward in the block of a producer that is suspended', () => {
    const world = createMembersWorld();
    const node = world.node(0);
    world.send('SUSPEND', world.authority, { account: node, cause: 0 });
    const reward = { to: node, amountUpt: 7, block: 0, ref: 0 };
    expect(world.send('POINTS_REWARD', node, reward).reason).toBe('');
    expect(world.send('TRANSFER', node, PAY).reason).toBe('SUSPENDED');
  });

  it('is of members only, not twice, and not of those above the sender', () => {
    const world = createMembersWorld({ members: 2 });
    const { centre, authority, treasury } = world;
    const suspend = (account: number, sender = centre) =>
      world.send('SUSPEND', sender, { account, cause: 0 }).reason;
    const reinstate = (account: number, sender = centre) =>
      world.send('REINSTATE', sender, { account }).reason;
    expect(suspend(2)).toBe('NOT_MEMBER');
    expect(suspend(world.accountCount)).toBe('UNKNOWN_ACCOUNT');
    expect(suspend(centre)).toBe('UNAUTHORISED');
    expect(suspend(authority)).toBe('UNAUTHORISED');
    expect(suspend(treasury)).toBe('UNAUTHORISED');
    expect(suspend(authority, authority)).toBe('UNAUTHORISED');
    expect(reinstate(0)).toBe('NOT_SUSPENDED');
    expect(suspend(0)).toBe('');
    expect(suspend(0)).toBe('ALREADY_SUSPENDED');
    expect(suspend(0, authority)).toBe('ALREADY_SUSPENDED');
    // What the authority did the centre cannot undo.
    expect(reinstate(0, authority)).toBe('');
    expect(suspend(0, authority)).toBe('');
    expect(reinstate(0)).toBe('UNAUTHORISED');
    expect(suspend(centre, authority)).toBe('');
    expect(suspend(1)).toBe('SUSPENDED');
  });

  it('has no place on a public chain', () => {
    const world = createMembersWorld({ isPublic: true });
    const { centre, authority } = world;
    expect(world.send('SUSPEND', centre, { account: 0, cause: 0 }).reason).toBe('NO_ADMISSION');
    expect(world.send('REINSTATE', centre, { account: 0 }).reason).toBe('NO_ADMISSION');
    expect(world.send('REVOKE', authority, { account: 0, cause: 0 }).reason).toBe('NO_ADMISSION');
    const order = world.freezeOrder(0, 0, true);
    expect(world.send('FREEZE', centre, order).reason).toBe('NO_ADMISSION');
    expect(interventions(world)).toBe(0);
  });
});

describe('a revocation', () => {
  it('is for ever, and keeps identity and meters taken', () => {
    const world = createMembersWorld({ members: 1 });
    const { centre, authority } = world;
    world.send('REGISTER', centre, world.registration(1, { identity: 7, meters: [9] }));
    const revoke = (account: number) =>
      world.send('REVOKE', authority, { account, cause: 1 }).reason;
    expect(revoke(2)).toBe('NOT_MEMBER');
    expect(revoke(1)).toBe('');
    expect(revoke(1)).toBe('REVOKED');
    expect(world.send('TRANSFER', 1, PAY)).toMatchObject({ refused: true, reason: 'REVOKED' });
    expect(world.send('REINSTATE', authority, { account: 1 }).reason).toBe('REVOKED');
    expect(world.send('SUSPEND', centre, { account: 1, cause: 0 }).reason).toBe('REVOKED');
    const again = (names: object) =>
      world.send('REGISTER', centre, world.registration(2, names)).reason;
    expect(again({ identity: 7 })).toBe('DUPLICATE_IDENTITY');
    expect(again({ identity: 8, meters: [9] })).toBe('DUPLICATE_METER');
    expect(world.send('REVOKE', centre, { account: 0, cause: 0 }).reason).toBe('UNAUTHORISED');
    // A suspended member can be revoked.
    world.send('SUSPEND', centre, { account: 0, cause: 0 });
    expect(revoke(0)).toBe('');
    const member = world.account(0, ACCOUNT.member);
    expect([isSuspended(member), isRevoked(member), memberRole(member)]).toEqual([true, true, 0]);
    expect(world.problems()).toEqual([]);
  });
});

describe('a freeze', () => {
  it('takes an order of the authority, each for one time and one way', () => {
    const world = createMembersWorld();
    const { centre, authority } = world;
    const order = world.freezeOrder(0, 0, true);
    const send = (payload: typeof order, sender = centre) =>
      world.send('FREEZE', sender, payload).reason;
    expect(send(world.freezeOrder(0, 0, true, centre))).toBe('BAD_ORDER');
    expect(send({ ...order, account: 1 })).toBe('BAD_ORDER');
    expect(send(world.freezeOrder(0, 1, true))).toBe('BAD_ORDER');
    expect(send(world.freezeOrder(0, 0, false))).toBe('NOT_FROZEN');
    expect(send(order)).toBe('');
    expect(isFrozenMember(world.account(0, ACCOUNT.member))).toBe(true);
    expect(send(order)).toBe('ALREADY_FROZEN');
    expect(send({ ...order, isFrozen: false })).toBe('BAD_ORDER');
    expect(send(world.freezeOrder(0, 1, false), authority)).toBe('');
    expect(isFrozenMember(world.account(0, ACCOUNT.member))).toBe(false);
    // The first order is used up.
    expect(send(order)).toBe('BAD_ORDER');
    expect(send(world.freezeOrder(authority, 0, true))).toBe('UNAUTHORISED');
    expect(send(order, world.node(0))).toBe('UNAUTHORISED');
    expect(interventions(world)).toBe(2);
  });
});

describe('a rotation', () => {
  it('takes the authority’s approval of this key after so many others', () => {
    const world = createMembersWorld();
    const rotate = (payload: ReturnType<World['rotation']>, sender = 0) =>
      world.send('KEY_ROTATE', sender, payload).reason;
    expect(rotate(world.rotation(0, 0, 50, world.centre))).toBe('BAD_CA_SIGNATURE');
    expect(rotate(world.rotation(1, 0, 50))).toBe('BAD_CA_SIGNATURE');
    const first = world.rotation(0, 0, 50);
    expect(rotate(first)).toBe('');
    // An old approval brings no old key back.
    expect(rotate(first)).toBe('BAD_CA_SIGNATURE');
    expect(rotate(world.rotation(0, 1, 51))).toBe('');
    expect(rotationsOf(world.account(0, ACCOUNT.member))).toBe(2);
    const keys = keysInState(world.read, 0);
    expect(keys.map((key) => key[0])).toEqual([50, 51]);
    expect(keysInState(world.read, 1)).toEqual([]);
    expect(rotate(world.rotation(world.authority, 0, 60), world.authority)).toBe('UNAUTHORISED');
    expect(interventions(world)).toBe(0);
    expect(world.problems()).toEqual([]);
  });

  it('keeps role and flags apart, and ends at the last key', () => {
    const world = createMembersWorld({ isPublic: true, members: 0 });
    expect(world.send('KEY_ROTATE', 0, world.rotation(0, 0, 1)).reason).toBe('NOT_MEMBER');
    const full = createMembersWorld();
    const cell = 16 * 0 + ACCOUNT.member;
    full.undoable.write(cell, full.read(cell) + ROTATION * ROTATIONS_MAX);
    const payload = full.rotation(0, ROTATIONS_MAX, 1);
    expect(full.send('KEY_ROTATE', 0, payload).reason).toBe('TOO_MANY_KEYS');
    full.send('SUSPEND', full.centre, { account: 0, cause: 0 });
    const member = full.account(0, ACCOUNT.member);
    expect([memberRole(member), rotationsOf(member)]).toEqual([0, ROTATIONS_MAX]);
    expect([isSuspended(member), isRevoked(member), isFrozenMember(member)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('32 bytes in cells', () => {
  it('come back as they were', () => {
    const cell = keyCell(5, 7);
    const cells = new Map<number, number>();
    const read = (at: number) => cells.get(at) ?? 0;
    const mixed = Uint8Array.from({ length: 32 }, (_, i) => (37 * i + 200) % 256);
    for (const value of [mixed, new Uint8Array(32), new Uint8Array(32).fill(255)]) {
      writeBytes32((at, part) => cells.set(at, part), cell, value);
      expect(readBytes32(read, cell)).toEqual(value);
      expect(holdsBytes32(read, cell, value)).toBe(true);
      const other = value.slice();
      other[31] = (other[31]! + 1) % 256;
      expect(holdsBytes32(read, cell, other)).toBe(false);
    }
  });
});
