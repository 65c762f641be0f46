/** Admission, grants, rewards, stake and votes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, CHAIN, producedCell } from '../../../src/contracts/cells.ts';
import { advanceRewards } from '../../../src/contracts/points.ts';
import { countElection, electionVersion } from '../../../src/contracts/staking.ts';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import { CENTRE, createWorld, HOMES, S, TREASURY } from './world.ts';

const DAY = 86_400 * S;

describe('registration', () => {
  it('admits once whom the authority certified', () => {
    const world = createWorld({ members: 2 });
    const send = (registration: ReturnType<typeof world.certificateFor>, sender = CENTRE) =>
      world.send('REGISTER', sender, registration).reason;
    expect(send(world.certificateFor(2, 2, CENTRE))).toBe('BAD_CA_SIGNATURE');
    expect(send({ ...world.certificateFor(2), account: 3 })).toBe('BAD_CA_SIGNATURE');
    expect(send({ ...world.certificateFor(2), role: 2 })).toBe('BAD_CA_SIGNATURE');
    expect(send(world.certificateFor(2), 0)).toBe('UNAUTHORISED');
    expect(send({ ...world.certificateFor(2), account: 11 })).toBe('UNKNOWN_ACCOUNT');
    expect(world.order(2, true, 1, 1)).toMatchObject({ refused: true, reason: 'NOT_MEMBER' });
    expect(send(world.certificateFor(2))).toBe('');
    expect(send(world.certificateFor(2))).toBe('ALREADY_REGISTERED');
    expect(world.send('VOTE', 2, { candidates: [0] }).refused).toBe(false);
  });

  it('admits an identity to one account only', () => {
    const world = createWorld({ members: 2 });
    expect(world.send('REGISTER', CENTRE, world.certificateFor(2, 77)).reason).toBe('');
    const again = world.send('REGISTER', CENTRE, world.certificateFor(3, 77));
    expect(again.reason).toBe('DUPLICATE_IDENTITY');
    expect(world.account(3, ACCOUNT.member)).toBe(0);
    expect(world.send('REGISTER', CENTRE, world.certificateFor(3, 78)).reason).toBe('');
  });
});

describe('the initial grant', () => {
  function registered() {
    const world = createWorld({ members: 2, balanceUpt: 0 });
    world.send('REGISTER', CENTRE, world.certificateFor(2, 77));
    const grant = (to: number, amountUpt = 100e6, sender = CENTRE, identity = 77) =>
      world.send('POINTS_GRANT', sender, {
        to,
        amountUpt,
        identityHash: new Uint8Array(32).fill(identity),
      }).reason;
    return { world, grant };
  }

  it('is issued once for an identity', () => {
    const { world, grant } = registered();
    expect(grant(2)).toBe('');
    expect(grant(2)).toBe('ALREADY_GRANTED');
    expect(world.account(2, ACCOUNT.balanceUpt)).toBe(100e6);
    expect(world.account(2, ACCOUNT.grantedUpt)).toBe(100e6);
    expect(world.chain(CHAIN.issuedGrantUpt)).toBe(100e6);
    expect(world.seal()).toBe(0);
    expect(world.recount()).toBe(0);
  });

  it('goes from the centre to a member, in the amount of genesis, for its own identity', () => {
    const { grant } = registered();
    expect(grant(2, 100e6, 0)).toBe('UNAUTHORISED');
    expect(grant(3)).toBe('NOT_MEMBER');
    expect(grant(11)).toBe('UNKNOWN_ACCOUNT');
    expect(grant(2, 100e6 + 1)).toBe('BAD_AMOUNT');
    expect(grant(2, 100e6, CENTRE, 78)).toBe('BAD_REFERENCE');
    expect(grant(0)).toBe('BAD_REFERENCE');
  });
});

describe('transfers', () => {
  it('move what is there to an account that exists', () => {
    const world = createWorld();
    expect(world.send('TRANSFER', 0, { to: 11, amountUpt: 1 }).reason).toBe('UNKNOWN_ACCOUNT');
    const all = { to: 1, amountUpt: 100e6 };
    expect(world.send('TRANSFER', 0, { ...all, amountUpt: 100e6 + 1 }).reason).toBe(
      'INSUFFICIENT_BALANCE',
    );
    expect(world.send('TRANSFER', 0, all).reason).toBe('');
    expect(world.send('TRANSFER', 1, { to: 1, amountUpt: 200e6 }).reason).toBe('');
    expect(world.balances().slice(0, 2)).toEqual([0, 200e6]);
  });
});

describe('rewards for packing blocks', () => {
  const block = (producer: number, timestampUs: number, transactionCount = 1) => ({
    producer,
    timestampUs,
    transactionCount,
  });
  const advance = (world: ReturnType<typeof createWorld>, blocks: ReturnType<typeof block>[]) =>
    advanceRewards(world.view, world.rules, blocks);

  it('share the day’s budget over its non-empty irreversible blocks', () => {
    const world = createWorld();
    const day = [block(4, 1), block(5, 2, 0), block(5, 3), block(4, 4), block(6, DAY - 1, 0)];
    expect(advance(world, day)).toEqual([]);
    // 20 pt over three blocks: 2/3 and 1/3, the odd micro-point by largest remainder.
    expect(advance(world, [block(6, DAY)])).toEqual([
      { to: 4, amountUpt: 13_333_333, day: 0 },
      { to: 5, amountUpt: 6_666_667, day: 0 },
    ]);
    // The block that closed the day counts for the next one.
    expect(advance(world, [block(4, 2 * DAY, 0)])).toEqual([{ to: 6, amountUpt: 20e6, day: 1 }]);
  });

  it('pay nothing for a day of empty blocks, and nothing twice', () => {
    const world = createWorld();
    advance(world, [block(4, 1, 0)]);
    expect(advance(world, [block(4, 5 * DAY, 0)])).toEqual([]);
    expect(advance(world, [block(4, 5 * DAY + 1)])).toEqual([]);
    expect(advance(world, [block(4, 9 * DAY, 0)])).toEqual([{ to: 4, amountUpt: 20e6, day: 5 }]);
    expect(advance(world, [block(4, 10 * DAY, 0)])).toEqual([]);
    expect(world.view.read(producedCell(11, 4))).toBe(0);
  });

  it('rewards: the budget exactly, pro rata, however the blocks come in', () => {
    const blocks = fc.array(
      fc.record({
        producer: fc.integer({ min: 4, max: 6 }),
        day: fc.nat(4),
        transactionCount: fc.nat(2),
        together: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(blocks, (list) => {
        const world = createWorld();
        const sorted = [...list].sort((a, b) => a.day - b.day);
        const due: { to: number; amountUpt: number; day: number }[] = [];
        let batch: ReturnType<typeof block>[] = [];
        sorted.forEach(({ producer, day, transactionCount, together }) => {
          batch.push(block(producer, day * DAY, transactionCount));
          if (together) return;
          due.push(...advance(world, batch));
          batch = [];
        });
        due.push(...advance(world, [...batch, block(4, 9 * DAY, 0)]));
        for (let day = 0; day <= 4; day++) {
          const filled = sorted.filter((one) => one.day === day && one.transactionCount > 0);
          const paid = due.filter((payment) => payment.day === day);
          const total = paid.reduce((sum, { amountUpt }) => sum + amountUpt, 0);
          expect(total).toBe(filled.length === 0 ? 0 : 20e6);
          for (const { to, amountUpt } of paid) {
            const share = filled.filter(({ producer }) => producer === to).length / filled.length;
            expect(Math.abs(amountUpt - share * 20e6)).toBeLessThan(1);
          }
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('are issued as their own case', () => {
    const world = createWorld();
    const reward = { to: 4, amountUpt: 20e6, block: 0, ref: 0 };
    expect(world.send('POINTS_REWARD', 4, reward).reason).toBe('');
    expect(world.account(4, ACCOUNT.rewardedUpt)).toBe(20e6);
    expect(world.chain(CHAIN.issuedRewardUpt)).toBe(20e6);
    expect(world.send('POINTS_REWARD', 4, { ...reward, to: 11 }).reason).toBe('UNKNOWN_ACCOUNT');
    expect(world.seal()).toBe(0);
    expect(world.recount()).toBe(0);
  });
});

describe('stake', () => {
  const ids = (from: number, count: number) => Array.from({ length: count }, (_, k) => from + k);

  it('locks the sender’s own certificates, each once', () => {
    // Home 1 owns 10 to 19; 10 to 14 are locked since genesis.
    const world = createWorld();
    const stake = (certificates: number[], sender = 1) =>
      world.send('STAKE', sender, { certificates }).reason;
    expect(stake([])).not.toBe('');
    expect(stake([15, 15])).toBe('DUPLICATE_CERTIFICATE');
    expect(stake([14])).toBe('CERTIFICATE_LOCKED');
    expect(stake([25])).toBe('NOT_OWNER');
    expect(stake([5])).toBe('NOT_OWNER');
    expect(stake(ids(15, 6))).toBe('NOT_OWNER');
    expect(stake([41], 4)).toBe('UNKNOWN_CERTIFICATE');
    expect(stake(ids(15, 3))).toBe('');
    expect(world.account(1, ACCOUNT.certificatesLocked)).toBe(8);
    expect(stake([17])).toBe('CERTIFICATE_LOCKED');
    expect(stake([18, 19])).toBe('');
    expect(stake([20])).toBe('NOT_OWNER');
    expect(world.account(1, ACCOUNT.certificatesLocked)).toBe(10);
  });
});

describe('elections', () => {
  const vote = (world: ReturnType<typeof createWorld>, voter: number, candidates: number[]) =>
    world.send('VOTE', voter, { candidates }).reason;

  it('count the whole locked stake of a voter for each of its approvals', () => {
    const world = createWorld();
    world.send('STAKE', 0, { certificates: [5, 6, 7] });
    vote(world, 0, [2, 0]);
    vote(world, 1, [0]);
    vote(world, TREASURY, [1]);
    const { ranking, stake } = countElection(world.view.read, world.rules);
    expect(stake).toEqual([13, 0, 8]);
    expect(ranking).toEqual([0, 2, 1]);
  });

  it('a new vote replaces the old one', () => {
    const world = createWorld();
    vote(world, 0, [0, 1, 2]);
    vote(world, 0, [1]);
    expect(countElection(world.view.read, world.rules).stake).toEqual([0, 5, 0]);
    vote(world, 0, []);
    expect(countElection(world.view.read, world.rules).stake).toEqual([0, 0, 0]);
  });

  it('break ties by the hash of the candidate, not by its number', () => {
    const world = createWorld();
    const order = [0, 1, 2].sort((a, b) =>
      sha256Hex(`candidate/${a}`) < sha256Hex(`candidate/${b}`) ? -1 : 1,
    );
    expect(countElection(world.view.read, world.rules).ranking).toEqual(order);
    expect(order).not.toEqual([0, 1, 2]);
  });

  it('refuse candidates that are none, repeated or more than seven', () => {
    const world = createWorld();
    const before = electionVersion(world.view.read, world.rules);
    expect(vote(world, 0, [3])).toBe('BAD_CANDIDATE');
    expect(vote(world, 0, [1, 1])).toBe('BAD_CANDIDATE');
    expect(vote(world, 0, [0, 1, 2, 0, 1, 2, 0, 1])).toBe('BAD_CANDIDATE');
    expect(electionVersion(world.view.read, world.rules)).toBe(before);
    vote(world, 0, [1]);
    world.send('STAKE', 0, { certificates: [5] });
    expect(electionVersion(world.view.read, world.rules)).toBe(before + 2);
    expect(HOMES).toBe(4);
  });
});
