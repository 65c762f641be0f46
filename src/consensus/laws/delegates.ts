/** Delegated proof of stake: finality lags, silent producers, verdicts of a vote-out ballot. */
import { fsum } from '../../base/sum.ts';
import { binomialTerms } from './counting.ts';

/**
 * Further blocks until a block is irreversible when `quorum` distinct producers, its own included,
 * must have built on it; fixed order, one block a turn, nobody misses: k − 1.
 * Source: Steem, TRON and BitShares sort the producers' last blocks; model page, O5.
 */
export function singleStageLag(quorum: number): number {
  return quorum - 1;
}

/**
 * Quorum of a rule that takes the last blocks of the producers, sorted, at a share from below:
 * n − ⌊(1 − percent/100) n⌋.
 *
 * @param percent - 75 for Steem, 70 for TRON and BitShares; integer.
 */
export function sortedQuorum(producers: number, percent: number): number {
  return producers - Math.floor(((100 - percent) * producers) / 100);
}

/** More than two thirds: ⌊2n/3⌋ + 1. */
export function twoThirdsQuorum(producers: number): number {
  return Math.floor((2 * producers) / 3) + 1;
}

/**
 * Lag of the last irreversible block behind the head with two stages of quorum k and R blocks a
 * turn: a sawtooth over the turn.
 *
 * @returns Least, largest and mean lag in blocks, and the blocks the first block of a turn
 *   confirms.
 * Source: EOSIO block_header_state.cpp; the first block of a turn confirms all since the producer's
 * last.
 */
export function twoStageLag(
  producers: number,
  quorum: number,
  perTurn: number,
): { least: number; most: number; mean: number; confirmed: number } {
  const most = 2 * (quorum - 1) * perTurn;
  const least = most - (perTurn - 1);
  return { least, most, mean: (least + most) / 2, confirmed: (producers - 1) * perTurn };
}

/**
 * Chance that irreversibility takes longer than a time from submission: a uniform wait for the next
 * turn, then one of several equally likely lags.
 *
 * @param lags - Lags of the blocks of a turn, in turns; not empty.
 * @param turn - Time of a turn, in the unit of `time`.
 * Source: the lags, {@link singleStageLag} and {@link twoStageLag}; model page, O5.
 */
export function turnsTail(lags: readonly number[], turn: number, time: number): number {
  const tails = lags.map((lag) => Math.max(0, Math.min(1, lag + 1 - time / turn)));
  return tails.reduce((sum, tail) => sum + tail, 0) / lags.length;
}

/**
 * Mean time between blocks over the slot when some of the producers are silent: n / (n − silent).
 */
export function silentStretch(producers: number, silent: number): number {
  return producers / (producers - silent);
}

/** Whether irreversibility stops: fewer than the quorum produce. */
export function isStalled(producers: number, quorum: number, silent: number): boolean {
  return producers - silent < quorum;
}

/** Rules of a ballot; shares as fractions of integers, so that a limit is met exactly. */
export interface BallotRule {
  /** Votes cast over electorate must reach this. */
  readonly quorum: readonly [number, number];
  /** Agree over agree and oppose must reach this. */
  readonly majority: readonly [number, number];
}

/** Half the electorate votes, two thirds of the decided agree (model page, section 6.4). */
export const DEFAULT_BALLOT: BallotRule = { quorum: [1, 2], majority: [2, 3] };

/**
 * Verdict of a ballot over whether a delegate is abnormal.
 *
 * @param votes - Counts or stake. The electorate does not count the target, who cannot vote.
 * @returns True when it is: the quorum is met and enough agree.
 */
export function isConvicted(
  votes: {
    readonly agree: number;
    readonly oppose: number;
    readonly abstain?: number;
    readonly electorate: number;
  },
  { quorum, majority }: BallotRule = DEFAULT_BALLOT,
): boolean {
  const { agree, oppose, abstain = 0, electorate } = votes;
  const decided = agree + oppose;
  return (
    (decided + abstain) * quorum[1] >= electorate * quorum[0] &&
    decided > 0 &&
    agree * majority[1] >= decided * majority[0]
  );
}

/**
 * Share of bad voters above which the guilty stay, t / (2 + t): all bad ones vote and oppose, a
 * share t of the honest votes and agrees. Below a turnout of one half the quorum may fail first.
 */
export function guiltyStayAbove(turnout: number): number {
  return turnout / (2 + turnout);
}

/**
 * Share of bad voters from which an honest delegate is framed, 2t / (1 + 2t), if the quorum holds.
 */
export function honestFramedFrom(turnout: number): number {
  return (2 * turnout) / (1 + 2 * turnout);
}

/**
 * Whether the guilty stay in a large electorate.
 *
 * @param bad - Share b of bad voters, in [0, 1].
 * @param turnout - Share t of the honest who vote.
 */
export function doGuiltyStay(bad: number, turnout: number): boolean {
  return !isConvicted({ agree: turnout * (1 - bad), oppose: bad, electorate: 1 });
}

/** Whether an honest delegate is framed in a large electorate; see {@link doGuiltyStay}. */
export function isHonestFramed(bad: number, turnout: number): boolean {
  return isConvicted({ agree: bad, oppose: turnout * (1 - bad), electorate: 1 });
}

/**
 * Chance of conviction when each honest elector votes with chance t on its own, against the bad
 * ones, all of whom vote.
 *
 * @param honest - Honest electors, integer; the target is no elector.
 * @param bad - Bad electors, integer.
 * @param isTargetBad - Whether the honest agree and the bad oppose, or the other way round.
 */
export function convictionChance(
  honest: number,
  bad: number,
  turnout: number,
  isTargetBad: boolean,
  rule: BallotRule = DEFAULT_BALLOT,
): number {
  const electorate = honest + bad;
  const terms = binomialTerms(honest, turnout);
  return fsum(
    Array.from(terms, (term, voting) => {
      const [agree, oppose] = isTargetBad ? [voting, bad] : [bad, voting];
      return isConvicted({ agree, oppose, electorate }, rule) ? term : 0;
    }),
  );
}
