/** The check of every block sees each way in which the books of points could go wrong. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, accountCell, CHAIN, chainCell } from '../../../src/contracts/cells.ts';
import { OFFER, OFFER_STATE, offerCell, offerOf } from '../../../src/contracts/exchange-cells.ts';
import { ECONOMY, economyCell, HOLDER, holderCell } from '../../../src/contracts/points-cells.ts';
import { pointsProblem } from '../../../src/contracts/points-checks.ts';
import { earnedCell } from '../../../src/contracts/rules.ts';
import { createPointsWorld } from './points-world.ts';

const { rules } = createPointsWorld({ points: { redemptionRatePpm: 500_000 } });
const chain = (field: number) => chainCell(rules.accountCount, field);
/** Checks a block that changes cells, from 100 each unless told otherwise. */
function check(changes: readonly (readonly [number, number])[], before = () => 100) {
  const map = new Map(changes);
  const cells = [...map.keys()].sort((a, b) => a - b);
  return pointsProblem(cells, rules, before, (cell) => before() + (map.get(cell) ?? 0));
}

describe('the books of points, block by block', () => {
  it.each([
    ['grant', CHAIN.issuedGrantUpt],
    ['block', CHAIN.issuedRewardUpt],
    ['clean', CHAIN.issuedCleanUpt],
    ['compute', CHAIN.issuedComputeUpt],
  ] as const)('issue under %s what somebody received', (issueCase, field) => {
    const received = earnedCell(2, issueCase);
    expect(
      check([
        [chain(field), 7],
        [received, 7],
      ]),
    ).toBeUndefined();
    expect(
      check([
        [chain(field), 7],
        [received, 6],
      ]),
    ).toMatch(`case ${issueCase}: 1 Upt issued`);
    expect(check([[chain(field), 7]])).toMatch(`case ${issueCase}: 7`);
    expect(check([[received, 7]])).toMatch(`case ${issueCase}: -7`);
  });

  it('count what genesis gave as a grant', () => {
    expect(
      check([
        [chain(CHAIN.issuedGrantUpt), 7],
        [chain(CHAIN.genesisUpt), 7],
      ]),
    ).toBeUndefined();
  });

  it('credit the rate times what was redeemed, to homes', () => {
    const redeemed = (upt: number, money: number, home = money) =>
      check([
        [chain(CHAIN.redeemedUpt), upt],
        [economyCell(ECONOMY.credited), money],
        [holderCell(1, HOLDER.credited), home],
      ]);
    expect(redeemed(10, 5)).toBeUndefined();
    expect(redeemed(10, 6)).toMatch('10 Upt redeemed, bills credited with 6');
    expect(redeemed(10, 5, 4)).toMatch('homes credited with 4, in all 5');
    expect(redeemed(0, 0)).toBeUndefined();
  });

  it('leave an offer alone that is over, and never take one back a step', () => {
    const offer = offerOf(3, 5);
    const goes = (from: number, to: number) =>
      check([[offerCell(offer, OFFER.state), to - from]], () => from);
    const { open, taken, released, refunded, cancelled } = OFFER_STATE;
    for (const [from, to] of [
      [0, open],
      [open, taken],
      [taken, released],
      [taken, refunded],
      [open, cancelled],
      [0, cancelled],
    ] as const) {
      expect(goes(from, to)).toBeUndefined();
    }
    for (const [from, to] of [
      [taken, open],
      [open, 0],
      [released, refunded],
      [refunded, cancelled],
      [cancelled, open],
    ] as const) {
      expect(goes(from, to)).toBe(`offer ${offer} goes from ${from} to ${to}`);
    }
    // Nothing else of it may change either.
    expect(check([[offerCell(offer, OFFER.buyer), 1]], () => released)).toMatch(`offer ${offer}`);
  });

  it('do not mind anything else', () => {
    expect(check([[accountCell(1, ACCOUNT.balanceUpt), 5]])).toBeUndefined();
    expect(check([])).toBeUndefined();
  });
});
