/** Stake made of certificates: one use at a time, weight by kind and validity, and locks that outlive seats. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT } from '../../../src/contracts/cells.ts';
import { contracts } from '../../../src/contracts/index.ts';
import { movableCertificates } from '../../../src/contracts/staking.ts';
import { weightOf } from '../../../src/contracts/voters.ts';
import {
  createGovernanceWorld,
  type GovernanceWorld,
  TURN_US,
} from '../../../src/experiment/validate/governed-chain.ts';

/** Turns until the certificates of genesis expire: in the fourth epoch of 60 turns. */
const EXPIRY_TURN = 200;
const GROUPS = {
  certificates: {
    labelBase: 0,
    certificateValidityUs: EXPIRY_TURN * TURN_US,
    certificatePeriodUs: 1e12,
    carbonGPerMWh: 536_600,
  },
};
const ids = (from: number, count: number) => Array.from({ length: count }, (_, k) => from + k);
const locked = (world: GovernanceWorld, home: number) =>
  world.account(home, ACCOUNT.certificatesLocked);
const movable = (world: GovernanceWorld, home: number) =>
  movableCertificates(world.read, home, world.nowUs());

function broken(world: GovernanceWorld): string[] {
  const { invariants } = contracts.find(({ name }) => name === 'certificates')!;
  return invariants.flatMap(({ check }) => check(world.read, world.rules) ?? []);
}

/** Homes have certificates 20·home to 20·home + 19, ten of them staked. */
const create = () => createGovernanceWorld({ groups: GROUPS });

describe('a staked certificate', () => {
  it('is neither sold, handed over nor retired, nor staked twice', () => {
    const world = create();
    const certificates = [25];
    expect(world.send('CERT_TRANSFER', 1, { to: 2, certificates })).toBe('CERTIFICATE_LOCKED');
    const offer = { sequence: 0, certificates, priceUpt: 1 };
    expect(world.send('CERT_OFFER', 1, offer)).toBe('CERTIFICATE_LOCKED');
    const retired = { certificates, beneficiary: 1 };
    expect(world.send('CERT_RETIRE', 1, retired)).toBe('CERTIFICATE_LOCKED');
    expect(world.send('STAKE', 1, { certificates })).toBe('CERTIFICATE_LOCKED');
    expect(broken(world)).toEqual([]);
  });

  it('follows its new owner: what was bought is staked by who bought it', () => {
    const world = create();
    world.send('VOTE', 2, { candidates: [3] });
    expect(world.send('CERT_TRANSFER', 1, { to: 2, certificates: ids(30, 10) })).toBe('');
    expect(world.send('STAKE', 1, { certificates: [30] })).toBe('NOT_OWNER');
    expect(world.send('STAKE', 2, { certificates: ids(30, 10) })).toBe('');
    expect(world.election().stake[3]).toBe(20);
    expect([movable(world, 1), movable(world, 2)]).toEqual([0, 10]);
    expect(broken(world)).toEqual([]);
  });

  it('has weight until it is marked as expired, and none at the next election', () => {
    const world = create();
    world.send('VOTE', 1, { candidates: [3] });
    world.send('PROXY', 2, { to: 1 });
    world.runTo(EXPIRY_TURN - 1);
    const expire = (certificates: number[]) => world.send('CERT_EXPIRE', 0, { certificates });
    expect(expire([20])).toBe('CERTIFICATE_VALID');
    world.runTo(EXPIRY_TURN);
    expect(world.election().stake[3]).toBe(20);
    expect(expire(ids(20, 3))).toBe('');
    expect(world.election().stake[3]).toBe(17);
    // The proxy loses what was lent to it.
    expect(expire(ids(40, 10))).toBe('');
    expect(world.election().stake[3]).toBe(7);
    expect([weightOf(world.read, 1), locked(world, 1), locked(world, 2)]).toEqual([7, 7, 0]);
    expect(world.send('UNSTAKE', 1, { certificates: [20] })).toBe('CERTIFICATE_EXPIRED');
    expect(broken(world)).toEqual([]);
  });

  it('that is leaving can expire, and is then not let go a second time', () => {
    const world = create();
    world.runTo(EXPIRY_TURN - 10);
    expect(world.send('UNSTAKE', 1, { certificates: ids(20, 4) })).toBe('');
    world.runTo(EXPIRY_TURN);
    expect(world.send('CERT_EXPIRE', 0, { certificates: ids(20, 3) })).toBe('');
    expect([locked(world, 1), world.account(1, ACCOUNT.certificates)]).toEqual([7, 17]);
    expect(broken(world)).toEqual([]);
    world.runTo(5 * world.epochTurns);
    expect(world.send('CERT_EXPIRE', 0, { certificates: [23] })).toBe('');
    expect([locked(world, 1), weightOf(world.read, 1)]).toEqual([6, 6]);
    expect(broken(world)).toEqual([]);
  });

  it('loses its weight when it is revoked', () => {
    const world = create();
    world.send('VOTE', 1, { candidates: [3] });
    const authority = world.rules.authority;
    expect(world.send('CERT_REVOKE', authority, { certificates: ids(28, 4) })).toBe('');
    expect(world.election().stake[3]).toBe(8);
    expect(world.account(1, ACCOUNT.certificates)).toBe(16);
    expect(broken(world)).toEqual([]);
  });

  it('of carbon weighs as much as the green one that it was made of', () => {
    const world = create();
    world.send('VOTE', 1, { candidates: [3] });
    world.send('CERT_RETIRE', 1, { certificates: [35], beneficiary: 1 });
    expect(world.send('CARBON_ISSUE', 1, { certificates: [35] })).toBe('');
    expect(world.send('STAKE', 1, { certificates: [80] })).toBe('');
    expect(world.election().stake[3]).toBe(11);
    expect(broken(world)).toEqual([]);
  });
});

describe('what leaves the stake', () => {
  it('is free for any use with the first turn of the epoch after the next, unasked', () => {
    const world = create();
    world.runTo(70);
    world.send('UNSTAKE', 1, { certificates: [20, 21, 22] });
    const transfer = (id: number) => world.send('CERT_TRANSFER', 1, { to: 2, certificates: [id] });
    world.runTo(3 * world.epochTurns - 1);
    expect(transfer(20)).toBe('CERTIFICATE_LOCKED');
    world.runTo(3 * world.epochTurns);
    expect(transfer(20)).toBe('');
    const offer = { sequence: 0, certificates: [21], priceUpt: 1 };
    expect(world.send('CERT_OFFER', 1, offer)).toBe('');
    expect(world.send('CERT_RETIRE', 1, { certificates: [22], beneficiary: 0 })).toBe('');
    expect([locked(world, 1), movable(world, 1)]).toEqual([7, 10]);
    expect(broken(world)).toEqual([]);
  });

  it('is locked for as long as a seat that it can have won, at every turn of an epoch', () => {
    // Counted at the end of epoch e at the latest, by a block from before it left; seats of e + 1.
    for (let turn = 1; turn < 130; turn += 7) {
      const world = create();
      world.runTo(turn);
      const epoch = Math.floor(turn / world.epochTurns);
      world.send('UNSTAKE', 1, { certificates: [20] });
      world.runTo((epoch + 2) * world.epochTurns - 1);
      expect(movable(world, 1)).toBe(10);
      world.runTo((epoch + 2) * world.epochTurns);
      expect(movable(world, 1)).toBe(11);
    }
  });
});
