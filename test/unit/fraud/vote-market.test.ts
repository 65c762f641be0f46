/** What an election costs a buyer, against all subsets of holders. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import {
  affordable,
  type Contest,
  type Holder,
  purchaseOf,
  seatsWon,
} from '../../../src/fraud/adversaries/vote-market.ts';

/** An honest election of ten nodes for five seats; the buyer has the nodes 7, 8 and 9. */
function world(seed: string): { contest: Contest; holders: Holder[] } {
  const draws = createRandomSource(seed).sequential('chain/test');
  const stake = new Array<number>(10).fill(0);
  const holders = Array.from({ length: 10 }, (_, account) => {
    const approvals = Array.from({ length: 10 }, (_node, node) => node);
    draws.shuffle(approvals);
    const weight = 1 + draws.integer(20);
    const chosen = approvals.slice(0, 3);
    for (const node of chosen) stake[node]! += weight;
    return { account, weight, approvals: chosen, priceUpt: draws.integer(1000) };
  });
  const nodes = stake.map((_, node) => node);
  const contest = { stake, factor: nodes.map(() => 1), eligible: nodes, seats: 5, own: [7, 8, 9] };
  return { contest, holders };
}

/** Seats won when these holders approve all three of the buyer's nodes. */
function seatsAfter({ contest }: ReturnType<typeof world>, bought: readonly Holder[]): number {
  const stake = [...contest.stake];
  for (const { weight, approvals } of bought) {
    for (const node of approvals) stake[node]! -= weight;
    for (const node of contest.own) stake[node]! += weight;
  }
  return seatsWon(contest, stake);
}

const costOf = (bought: readonly Holder[]) =>
  bought.reduce((sum, { weight, priceUpt }) => sum + weight * priceUpt, 0);

describe('votes for sale', () => {
  it.each(Array.from({ length: 12 }, (_, k) => `market/${k}`))(
    'the first holders by price who win, and none too many (%s)',
    (seed) => {
      const held = world(seed);
      const purchase = purchaseOf(held.contest, held.holders, 3);
      const bought = purchase.bought.map(({ holder }) => holder);
      expect(purchase.isEnough).toBe(true);
      expect(seatsAfter(held, bought)).toBe(3);
      if (bought.length > 0) expect(seatsAfter(held, bought.slice(0, -1))).toBeLessThan(3);
      expect(purchase.costUpt).toBe(costOf(bought));
      expect(purchase.weight).toBe(bought.reduce((sum, { weight }) => sum + weight, 0));
      const prices = bought.map(({ priceUpt }) => priceUpt);
      expect(prices).toEqual([...prices].sort((a, b) => a - b));
      expect(purchase.offerUpt).toBe(prices.at(-1) ?? 0);
      // No subset of holders is cheaper than this order by more than its dearest holder.
      let least = Number.POSITIVE_INFINITY;
      for (let mask = 0; mask < 2 ** held.holders.length; mask++) {
        const subset = held.holders.filter((_, k) => (mask >> k) % 2 === 1);
        if (seatsAfter(held, subset) === 3) least = Math.min(least, costOf(subset));
      }
      const last = bought.at(-1);
      expect(purchase.costUpt).toBeGreaterThanOrEqual(least);
      expect(purchase.costUpt - (last === undefined ? 0 : costOf([last]))).toBeLessThanOrEqual(
        least,
      );
    },
  );

  it('spreads approvals over more candidates than a voter may name', () => {
    const own = Array.from({ length: 14 }, (_, k) => k);
    const honest = Array.from({ length: 14 }, (_, k) => 14 + k);
    const stake = [...own.map(() => 0), ...honest.map(() => 10)];
    const contest = {
      stake,
      factor: stake.map(() => 1),
      eligible: [...own, ...honest],
      seats: 21,
      own,
    };
    const holders = Array.from({ length: 40 }, (_, account) => ({
      account,
      weight: 1,
      approvals: [],
      priceUpt: 1,
    }));
    // Each of 14 needs 11 votes to pass ten, and each holder gives seven: 22 holders.
    expect(purchaseOf(contest, holders, 14).bought).toHaveLength(22);
    // Seven of the own have seats of the 21 anyway, and one more costs all 8 eleven votes: 11 holders.
    expect(purchaseOf(contest, holders, 7).bought).toHaveLength(0);
    expect(purchaseOf(contest, holders.slice(0, 21), 14).isEnough).toBe(false);
  });

  it('weighs stake by the score of the candidate, and comes last on a tie', () => {
    const contest = {
      stake: [5, 4, 6],
      factor: [1, 1, 1],
      eligible: [0, 1, 2],
      seats: 1,
      own: [1],
    };
    const holder = { account: 0, weight: 1, approvals: [], priceUpt: 7 };
    const many = Array.from({ length: 5 }, (_, account) => ({ ...holder, account }));
    expect(purchaseOf(contest, many, 1).bought).toHaveLength(3);
    expect(purchaseOf({ ...contest, factor: [1, 2, 1] }, many, 1).bought).toHaveLength(0);
    expect(purchaseOf({ ...contest, eligible: [0, 2] }, many, 1).isEnough).toBe(false);
  });

  it('stops at the offer and at the purse, whichever comes first', () => {
    const { contest, holders } = world('market/3');
    const purchase = purchaseOf(contest, holders, 3);
    const { costUpt, offerUpt, bought } = purchase;
    expect(affordable(purchase, offerUpt, costUpt)).toEqual(bought);
    expect(affordable(purchase, offerUpt - 1, costUpt).length).toBeLessThan(bought.length);
    expect(affordable(purchase, offerUpt, costUpt - 1)).toHaveLength(bought.length - 1);
    expect(affordable(purchase, 0, 0).length).toBeLessThan(bought.length);
  });
});
