/** Keys of points: what they become on the chain, and which of them contradict one another. */
import { describe, expect, it } from 'vitest';
import { formatIssue } from '../../../src/base/errors.ts';
import { ruleGroups } from '../../../src/simulation/rule-values.ts';
import { issuesOf, load, MINIMAL } from './fixture.ts';

const messages = (points: string) =>
  issuesOf(() => load(`${MINIMAL}points: ${points}\n`)).map(formatIssue);

/** Groups of the chain of a scenario. */
function groupsOf(content: string) {
  const scenario = load(content).resolve();
  return ruleGroups(scenario, scenario.windows[0]!);
}

describe('keys of points', () => {
  it('are the integers of genesis', () => {
    const { points, exchange } = groupsOf(MINIMAL);
    expect(points).toEqual({
      cleanSellerUptPerKWh: 20_000,
      cleanBuyerUptPerKWh: 20_000,
      cleanUserUptPerKWh: 10_000,
      grantVestingUs: 0,
      grantExpiryUs: 0,
      emissionCapUpt: 2 ** 52 - 1,
      emissionEpochUs: 86_400e6,
      emissionHalvingUs: 0,
      feeBurnPpm: 0,
      penaltyBurnPpm: 1_000_000,
      redemptionRatePpm: 1_000_000,
      fiatCashOut: 0,
    });
    expect(exchange).toEqual({
      exchangeConfirmUs: 12 * 3_600e6,
      askMinPerPt: 0,
      askMaxPerPt: 2 ** 52 - 1,
      issuerSaleBan: 1,
    });
    const content = `${MINIMAL}points:
  emission: { cap: 5 pt, epoch: 12 h, halving: 30 days }
  burnShare: 30 %
  redemption: { rate: 0.9 }
  exchange: { askMin: 0.5, askMax: 1.25 }
  fiatCashOut: true
  icoBan: false
`;
    expect(groupsOf(content)).toMatchObject({
      points: {
        emissionCapUpt: 5e6,
        emissionEpochUs: 12 * 3_600e6,
        emissionHalvingUs: 30 * 86_400e6,
        feeBurnPpm: 300_000,
        redemptionRatePpm: 900_000,
        fiatCashOut: 1,
      },
      exchange: { askMinPerPt: 500_000, askMaxPerPt: 1_250_000, issuerSaleBan: 0 },
    });
  });

  it('may not contradict one another', () => {
    expect(messages('{ vesting: 3 days, grantExpiry: 3 days }')[0]).toMatch(
      /points\.grantExpiry: expected less than points\.vesting, 3 d/,
    );
    expect(messages('{ grantExpiry: 1 h }')).toHaveLength(1);
    expect(messages('{ vesting: 3 days, grantExpiry: 2 days }')).toEqual([]);
    expect(messages('{ redemption: { runAt: 1 h } }')[0]).toMatch(
      /points\.redemption\.runAt: expected no run without bills; got this key \(points are redeemed/,
    );
    expect(messages('{ redemption: { runAt: 1 h, billEvery: 1 h } }')).toEqual([]);
    expect(messages('{ exchange: { askMin: 2, askMax: 1 } }')[0]).toMatch(
      /points\.exchange\.askMax: expected at least points\.exchange\.askMin, 2; got 1/,
    );
  });
});
