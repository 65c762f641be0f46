/** Stake that leaves with a delay, weight that is lent, and the stake of an epoch's start. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT } from '../../../src/contracts/cells.ts';
import { movableCertificates } from '../../../src/contracts/staking.ts';
import { weightOf } from '../../../src/contracts/voters.ts';
import {
  createGovernanceWorld,
  type GovernanceWorld,
  S,
} from '../../../src/experiment/validate/governed-chain.ts';

const ids = (from: number, count: number) => Array.from({ length: count }, (_, k) => from + k);
const unstake = (world: GovernanceWorld, home: number, certificates: number[]) =>
  world.send('UNSTAKE', home, { certificates });
const stake = (world: GovernanceWorld, home: number, certificates: number[]) =>
  world.send('STAKE', home, { certificates });
const locked = (world: GovernanceWorld, home: number) =>
  world.account(home, ACCOUNT.certificatesLocked);
const movable = (world: GovernanceWorld, home: number) =>
  movableCertificates(world.read, home, world.nowUs());
const votesOf = (world: GovernanceWorld) => world.election().stake;

describe('stake', () => {
  it('that leaves counts no more at once and is free after the next epoch', () => {
    const world = createGovernanceWorld();
    world.send('VOTE', 1, { candidates: [0] });
    expect(unstake(world, 1, ids(26, 4))).toBe('');
    expect(votesOf(world)[0]).toBe(6);
    expect(locked(world, 1)).toBe(10);
    expect(movable(world, 1)).toBe(10);
    world.seal(2 * world.epochTurns - 2);
    expect(unstake(world, 1, [])).toBe('NOT_DUE');
    world.seal();
    expect(world.turn).toBe(2 * world.epochTurns);
    expect(movable(world, 1)).toBe(14);
    expect(unstake(world, 1, [])).toBe('');
    expect(locked(world, 1)).toBe(6);
    expect(unstake(world, 1, [])).toBe('NOT_DUE');
  });

  it('leaves in any order, and only what is staked', () => {
    const world = createGovernanceWorld();
    expect(unstake(world, 1, [19])).toBe('NOT_OWNER');
    expect(unstake(world, 1, [30])).toBe('NOT_STAKED');
    expect(unstake(world, 1, [80])).toBe('UNKNOWN_CERTIFICATE');
    expect(unstake(world, 1, [29, 29])).toBe('DUPLICATE_CERTIFICATE');
    expect(unstake(world, 1, [20, 28])).toBe('');
    expect(unstake(world, 1, [28])).toBe('NOT_STAKED');
    expect(unstake(world, 1, [27])).toBe('');
    expect(weightOf(world.read, 1)).toBe(7);
  });

  it('that is on its way out may come back, and is locked for anything else', () => {
    const world = createGovernanceWorld();
    unstake(world, 1, ids(26, 4));
    expect(world.send('CERT_TRANSFER', 1, { to: 2, certificates: [26] })).toBe(
      'CERTIFICATE_LOCKED',
    );
    expect(stake(world, 1, [26, 27])).toBe('');
    expect([weightOf(world.read, 1), locked(world, 1)]).toEqual([8, 10]);
    expect(stake(world, 1, ids(28, 4))).toBe('');
    expect([weightOf(world.read, 1), locked(world, 1)]).toEqual([12, 12]);
    world.seal(2 * world.epochTurns);
    expect(unstake(world, 1, [])).toBe('NOT_DUE');
    expect(stake(world, 1, [31])).toBe('CERTIFICATE_LOCKED');
    expect(stake(world, 1, ids(32, 9))).toBe('NOT_OWNER');
    expect(stake(world, 1, ids(32, 8))).toBe('');
  });

  it('that leaves in two epochs is let go in two, and what comes back is not let go', () => {
    const world = createGovernanceWorld();
    unstake(world, 1, ids(20, 3));
    world.runTo(world.epochTurns);
    unstake(world, 1, ids(23, 4));
    expect([movable(world, 1), locked(world, 1)]).toEqual([10, 10]);
    // One of each comes back.
    expect(stake(world, 1, [22, 26])).toBe('');
    expect([weightOf(world.read, 1), locked(world, 1)]).toEqual([5, 10]);
    world.runTo(2 * world.epochTurns);
    expect(movable(world, 1)).toBe(12);
    expect(world.send('CERT_TRANSFER', 1, { to: 2, certificates: [20] })).toBe('');
    expect(world.send('CERT_TRANSFER', 1, { to: 2, certificates: [23] })).toBe(
      'CERTIFICATE_LOCKED',
    );
    expect([movable(world, 1), locked(world, 1)]).toEqual([11, 8]);
    world.runTo(3 * world.epochTurns);
    expect(movable(world, 1)).toBe(14);
    expect(stake(world, 1, [21, 23])).toBe('');
    expect([weightOf(world.read, 1), locked(world, 1)]).toEqual([7, 7]);
  });
});

describe('a flash stake', () => {
  it('buys no ballot: what was staked since the epoch began has no vote in it', () => {
    const world = createGovernanceWorld({ voteOut: { electorate: 'stake' } });
    for (const home of [0, 1, 2]) world.send('VOTE', home, { candidates: [home] });
    world.seal(world.epochTurns);
    // The attacker, who had 10, stakes 10 more in the block of the report and votes with them.
    const report = world.open(2);
    expect(stake(world, 3, ids(70, 10))).toBe('');
    expect(world.ballot(report, 3, 'agree', 2)).toBe('');
    world.ballot(report, 0, 'oppose', 2);
    expect(unstake(world, 3, ids(70, 10))).toBe('');
    const { events } = world.close(report);
    expect(events[0]).toMatchObject({ agree: 10, oppose: 10, electorate: 30, isUpheld: false });
  });

  it('buys none over the end of an epoch either', () => {
    const world = createGovernanceWorld({ voteOut: { electorate: 'stake' }, epochRounds: 1 });
    world.runTo(2 * world.epochTurns - 1);
    const report = world.open(2);
    expect(stake(world, 3, ids(70, 10))).toBe('');
    world.runTo(2 * world.epochTurns + 1);
    // The stake was there when the next epoch began, but not when the one of the report did.
    expect(world.ballot(report, 3, 'agree', 2)).toBe('');
    expect(unstake(world, 3, ids(70, 10))).toBe('');
    const { events } = world.close(report);
    expect(events[0]).toMatchObject({ agree: 10 });
  });

  it('buys no seat for less than an epoch: what is counted stays locked through it', () => {
    const world = createGovernanceWorld();
    // Staked in the last turn before the count, and given up in the first turn after it.
    world.seal(world.epochTurns - 2);
    stake(world, 3, ids(70, 10));
    world.send('VOTE', 3, { candidates: [5] });
    const snapshot = world.election().stake[5];
    world.seal();
    expect(world.turn).toBe(world.epochTurns);
    unstake(world, 3, ids(70, 10));
    expect(snapshot).toBe(20);
    expect(world.election().stake[5]).toBe(10);
    world.runTo(3 * world.epochTurns - 1);
    expect(movable(world, 3)).toBe(0);
    expect(unstake(world, 3, [])).toBe('NOT_DUE');
  });
});

describe('a proxy', () => {
  const lend = (world: GovernanceWorld, from: number, to: number) =>
    world.send('PROXY', from, { to });

  it('votes with the weight of those who lend it, and they do not', () => {
    const world = createGovernanceWorld();
    world.send('VOTE', 0, { candidates: [4] });
    world.send('VOTE', 1, { candidates: [3] });
    expect(votesOf(world).slice(3, 5)).toEqual([10, 10]);
    expect(lend(world, 1, 0)).toBe('');
    expect(votesOf(world).slice(3, 5)).toEqual([0, 20]);
    expect(world.send('VOTE', 1, { candidates: [3] })).toBe('UNAUTHORISED');
    expect(lend(world, 1, 0)).toBe('DUPLICATE');
    stake(world, 1, ids(30, 5));
    expect(votesOf(world)[4]).toBe(25);
    unstake(world, 1, ids(33, 2));
    expect(votesOf(world)[4]).toBe(23);
    expect(lend(world, 1, -1)).toBe('');
    expect(votesOf(world).slice(3, 5)).toEqual([0, 10]);
    expect(lend(world, 1, -1)).toBe('DUPLICATE');
    expect(world.send('VOTE', 1, { candidates: [3] })).toBe('');
    expect(votesOf(world).slice(3, 5)).toEqual([13, 10]);
  });

  it('is refused where it would come back to the lender', () => {
    const world = createGovernanceWorld();
    expect(lend(world, 0, 0)).toBe('PROXY_CYCLE');
    expect(lend(world, 0, 1)).toBe('');
    expect(lend(world, 1, 2)).toBe('');
    expect(lend(world, 2, 0)).toBe('PROXY_CYCLE');
    expect(lend(world, 2, 3)).toBe('');
    expect(lend(world, 3, 0)).toBe('PROXY_CYCLE');
    expect(lend(world, 3, 99)).toBe('UNKNOWN_ACCOUNT');
    expect(weightOf(world.read, 3)).toBe(40);
  });

  it('passes weight on over four steps, whatever the order of lending and taking back', () => {
    // Weight by a slow oracle: everybody walks up at most four steps and adds to the last.
    const oracle = (proxies: readonly number[], stakes: readonly number[]) => {
      const weights = stakes.map(() => 0);
      stakes.forEach((own, home) => {
        let at = home;
        for (let step = 0; step < 4 && proxies[at]! >= 0; step++) at = proxies[at]!;
        if (proxies[at]! < 0) weights[at]! += own;
      });
      return weights;
    };
    const homes = 9;
    const world = createGovernanceWorld({ homes });
    const proxies = new Array<number>(homes).fill(-1);
    const stakes = new Array<number>(homes).fill(10);
    let seed = 12_345;
    const draw = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * n);
    };
    let cycles = 0;
    let deepest = 0;
    for (let step = 0; step < 600; step++) {
      const home = draw(homes);
      const act = draw(4);
      if (act < 2) {
        const to = draw(homes + 1) - 1;
        const reason = lend(world, home, to);
        if (reason === '') proxies[home] = to;
        else if (reason === 'PROXY_CYCLE') cycles++;
      } else if (act === 2 && stakes[home]! < 20) {
        expect(stake(world, home, [20 * home + stakes[home]!])).toBe('');
        stakes[home]!++;
      } else if (act === 3 && stakes[home]! > 0) {
        expect(unstake(world, home, [20 * home + stakes[home]! - 1])).toBe('');
        stakes[home]!--;
      }
      const weights = Array.from({ length: homes }, (_, k) => weightOf(world.read, k));
      expect(weights, `step ${step}`).toEqual(oracle(proxies, stakes));
      let depth = 0;
      for (let at = home; proxies[at]! >= 0; at = proxies[at]!) depth++;
      deepest = Math.max(deepest, depth);
    }
    expect(cycles).toBeGreaterThan(20);
    expect(deepest).toBeGreaterThan(4);
  });

  it('votes in a ballot with the weight that was lent when the epoch began', () => {
    const world = createGovernanceWorld({ voteOut: { electorate: 'stake' } });
    world.send('VOTE', 0, { candidates: [0] });
    lend(world, 1, 0);
    world.seal(world.epochTurns);
    lend(world, 2, 0);
    const report = world.open(4);
    lend(world, 1, 3);
    expect(world.ballot(report, 1, 'agree', 4)).toBe('UNAUTHORISED');
    expect(world.ballot(report, 0, 'agree', 4)).toBe('');
    expect(world.close(report).events[0]).toMatchObject({ agree: 20, electorate: 20 });
  });
});

it('the delay lasts to the end of the epoch after the next, to the turn, whenever it is asked for', () => {
  for (const turn of [1, 2, 7, 11, 12, 13, 23]) {
    const world = createGovernanceWorld({ epochRounds: 2 });
    expect(world.epochTurns).toBe(12);
    world.runTo(turn);
    unstake(world, 0, [9]);
    while (movable(world, 0) === 10) world.seal();
    // Seats that were won with it end with the epoch after the one in which it left.
    const epoch = Math.floor(turn / 12);
    expect(world.nowUs()).toBe((epoch + 2) * 12 * 3 * S);
  }
});
