/**
 * What it takes to win an election by paying voters. Holders ask a price of their own for a vote; the
 * buyer raises its offer and takes whoever it reaches first, until enough of its candidates are among
 * the first of the ranking. Approvals are spread so that the weakest candidate is as strong as can be.
 */
import { APPROVALS_MAX } from '../../contracts/cells.ts';

/** A holder who may be paid. */
export interface Holder {
  readonly account: number;
  /** Stake it votes with [certificates]. */
  readonly weight: number;
  /** Candidates it approves now. */
  readonly approvals: readonly number[];
  /** Least it takes for a certificate's vote [Upt]. */
  readonly priceUpt: number;
}

/** An election as it stands. */
export interface Contest {
  /** Approving stake by node. */
  readonly stake: readonly number[];
  /** What a node's stake counts in votes; 1 where nothing weighs it. */
  readonly factor: readonly number[];
  /** Nodes that may be elected. */
  readonly eligible: readonly number[];
  /** Seats of the elected. */
  readonly seats: number;
  /** Candidates of the buyer. */
  readonly own: readonly number[];
}

/** A holder and what it is told to approve. */
export interface Bought {
  readonly holder: Holder;
  readonly approvals: readonly number[];
}

/** A way to win. */
export interface Purchase {
  /** Whether it wins: false when all holders together do not suffice. */
  readonly isEnough: boolean;
  /** In order of price, so that every first part of it is what a lower offer buys. */
  readonly bought: readonly Bought[];
  /** What they get at their own prices [Upt], and the highest of these. */
  readonly costUpt: number;
  readonly offerUpt: number;
  /** Stake bought [certificates]. */
  readonly weight: number;
}

/** Seats that the buyer's candidates win; on a tie they come last. */
export function seatsWon(contest: Contest, stake: readonly number[]): number {
  const votes = (node: number) => stake[node]! * contest.factor[node]!;
  const isOwn = new Set(contest.own);
  return [...contest.eligible]
    .sort((a, b) => votes(b) - votes(a) || Number(isOwn.has(a)) - Number(isOwn.has(b)) || a - b)
    .slice(0, contest.seats)
    .filter((node) => isOwn.has(node)).length;
}

/**
 * The cheapest holders who win so many seats for the buyer.
 *
 * @param wanted - Seats that are enough.
 * @returns The shortest row of holders by price; no shorter row of the same order wins.
 * Ties: heavier holders first, then the lower account. Cost: holders × nodes · log nodes.
 */
export function purchaseOf(contest: Contest, holders: readonly Holder[], wanted: number): Purchase {
  const stake = [...contest.stake];
  const votes = (node: number) => stake[node]! * contest.factor[node]!;
  const isEligible = new Set(contest.eligible);
  const promoted = contest.own
    .filter((node) => isEligible.has(node))
    .sort((a, b) => votes(b) - votes(a) || a - b)
    .slice(0, wanted);
  const order = [...holders].sort(
    (a, b) => a.priceUpt - b.priceUpt || b.weight - a.weight || a.account - b.account,
  );
  const bought: Bought[] = [];
  let costUpt = 0;
  let weight = 0;
  let isEnough = seatsWon(contest, stake) >= wanted;
  for (let k = 0; k < order.length && !isEnough; k++) {
    const holder = order[k]!;
    for (const node of holder.approvals) stake[node]! -= holder.weight;
    const approvals = [...promoted]
      .sort((a, b) => votes(a) - votes(b) || a - b)
      .slice(0, APPROVALS_MAX)
      .sort((a, b) => a - b);
    for (const node of approvals) stake[node]! += holder.weight;
    bought.push({ holder, approvals });
    costUpt += holder.priceUpt * holder.weight;
    weight += holder.weight;
    isEnough = seatsWon(contest, stake) >= wanted;
  }
  const offerUpt = bought[bought.length - 1]?.holder.priceUpt ?? 0;
  return { isEnough, bought, costUpt, offerUpt, weight };
}

/** What of a purchase an offer and a purse pay for. @returns A first part of it. */
export function affordable(
  purchase: Purchase,
  offerUpt: number,
  budgetUpt: number,
): readonly Bought[] {
  const paid: Bought[] = [];
  let costUpt = 0;
  for (const one of purchase.bought) {
    costUpt += one.holder.priceUpt * one.holder.weight;
    if (one.holder.priceUpt > offerUpt || costUpt > budgetUpt) break;
    paid.push(one);
  }
  return paid;
}
