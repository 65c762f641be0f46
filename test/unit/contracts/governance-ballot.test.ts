/**
 * Where a ballot condemns, over every split of small electorates, against the inequalities of the model:
 * honest turnout t, bad share b that always votes. The guilty stay iff b > t/(2+t) or the quorum fails;
 * an honest one is framed iff b >= 2t/(1+2t) and the quorum holds.
 */
import { describe, expect, it } from 'vitest';
import { condemns } from '../../../src/contracts/governance.ts';
import { STANDING } from '../../../src/contracts/governance-cells.ts';
import { createGovernanceWorld } from '../../../src/experiment/validate/governed-chain.ts';

const RULES = {
  voteOutQuorumPpm: 500_000,
  voteOutThresholdNumerator: 2,
  voteOutThresholdDenominator: 3,
};

/** Every electorate of n votes: `bad` all vote, `voting` of the honest ones do. */
function* splits(largest: number) {
  for (let n = 1; n <= largest; n++) {
    for (let bad = 0; bad <= n; bad++) {
      for (let voting = 0; voting <= n - bad; voting++) yield { n, bad, voting };
    }
  }
}

describe('the regions of a ballot', () => {
  it('are those of the inequalities, exactly, for all electorates up to 40', () => {
    let kept = 0;
    let framed = 0;
    let count = 0;
    for (const { n, bad, voting } of splits(40)) {
      const honest = n - bad;
      const hasQuorum = 2 * (bad + voting) >= n;
      const tally = (agree: number, oppose: number) =>
        condemns({ agree, oppose, abstain: 0, electorate: n }, RULES);
      // b > t / (2 + t) with b = bad / n and t = voting / honest: bad (2 honest + voting) > n voting.
      const exceeds = bad * (2 * honest + voting) > n * voting;
      const guiltyStays = honest === 0 || voting === 0 || exceeds || !hasQuorum;
      expect(tally(voting, bad), `${n} ${bad} ${voting}`).toBe(!guiltyStays);
      // b >= 2 t / (1 + 2 t): bad (honest + 2 voting) >= 2 n voting.
      const reaches = bad * (honest + 2 * voting) >= 2 * n * voting;
      const isFramed = bad > 0 && hasQuorum && (honest === 0 || reaches);
      expect(tally(bad, voting), `${n} ${bad} ${voting}`).toBe(isFramed);
      count++;
      if (guiltyStays) kept++;
      if (isFramed) framed++;
    }
    expect(count).toBe(12_340);
    expect(kept).toBeGreaterThan(count / 3);
    expect(framed).toBeGreaterThan(count / 5);
  });

  it('have the corners of the model: 1/6 at t = 0.4, 2/7 at 0.8, 1/3 at 1', () => {
    const staysFrom = (numerator: number, denominator: number) => {
      // The least bad share, in parts of 4 200, at which the guilty stays though the quorum holds.
      const n = 4_200;
      for (let bad = 0; bad <= n; bad++) {
        const honest = n - bad;
        const voting = Math.floor((honest * numerator) / denominator);
        const tally = { agree: voting, oppose: bad, abstain: 0, electorate: n };
        if (!condemns(tally, { ...RULES, voteOutQuorumPpm: 0 })) return bad / n;
      }
      return 1;
    };
    expect(staysFrom(2, 5)).toBeCloseTo(1 / 6, 3);
    expect(staysFrom(4, 5)).toBeCloseTo(2 / 7, 3);
    expect(staysFrom(1, 1)).toBeCloseTo(1 / 3, 3);
  });

  it('end where the threshold is met exactly, and where half have voted', () => {
    const of = (agree: number, oppose: number, abstain: number, electorate: number) =>
      condemns({ agree, oppose, abstain, electorate }, RULES);
    expect(of(2, 1, 0, 6)).toBe(true);
    expect(of(2, 1, 0, 7)).toBe(false);
    expect(of(2, 1, 1, 7)).toBe(true);
    expect(of(0, 0, 7, 7)).toBe(false);
    expect(of(0, 0, 0, 0)).toBe(false);
    // Beyond the last bit of a float share: 2/3 less one vote of 3e9.
    expect(of(2_000_000_000, 1_000_000_000, 0, 3_000_000_000)).toBe(true);
    expect(of(1_999_999_999, 1_000_000_001, 0, 3_000_000_000)).toBe(false);
  });
});

describe('on the chain', () => {
  it('every split of six nodes ends as the rule says', () => {
    for (let agree = 0; agree <= 6; agree++) {
      for (let oppose = 0; agree + oppose <= 6; oppose++) {
        const world = createGovernanceWorld();
        world.tryOut(2, agree, oppose);
        const isOut = condemns({ agree, oppose, abstain: 0, electorate: 6 }, RULES);
        const standing = isOut ? STANDING.EXCLUDED : STANDING.NORMAL;
        expect(world.standing(2), `${agree}:${oppose}`).toBe(standing);
        expect(world.recount()).toBe(0);
      }
    }
  });

  it('every split of stake ends as the rule says, and the quorum is of the stake that voted', () => {
    // Stakes 10, 10, 12, 14 of four homes; the last one took no part in the election.
    const stakes = [10, 10, 12, 14];
    for (let code = 0; code < 81; code++) {
      const choices = [0, 1, 2, 3].map((home) => Math.floor(code / 3 ** home) % 3);
      const world = createGovernanceWorld({ voteOut: { electorate: 'stake' } });
      world.send('STAKE', 2, { certificates: [50, 51] });
      world.send('STAKE', 3, { certificates: [70, 71, 72, 73] });
      for (const home of [0, 1, 2]) world.send('VOTE', home, { candidates: [home] });
      world.seal(world.epochTurns);
      const report = world.open(2);
      let agree = 0;
      let oppose = 0;
      choices.forEach((choice, home) => {
        if (choice === 2) return;
        world.ballot(report, home, choice === 0 ? 'agree' : 'oppose', 2);
        if (choice === 0) agree += stakes[home]!;
        else oppose += stakes[home]!;
      });
      const { events } = world.close(report);
      const tally = { agree, oppose, abstain: 0, electorate: 32 };
      expect(events[0]).toMatchObject(tally);
      expect(events[0]).toMatchObject({ isUpheld: condemns(tally, RULES) });
    }
  });
});
