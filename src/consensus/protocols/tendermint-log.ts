/** What one validator of Tendermint has heard in one round of one height. */

/** Votes for nil have this instead of a block. */
export const NIL = -1;
/** Stands for the vote of who has not been heard. */
export const NO_VOTE = -2;

/** Votes of one kind in one round; the first vote of a validator counts. */
export interface Ballots {
  /** By voter: block, NIL or NO_VOTE. */
  readonly choiceOf: Int32Array;
  /** All votes, whatever for. */
  total: number;
  /** What was voted for, and how often. */
  readonly choices: number[];
  readonly votes: number[];
}

/** One round at one validator. */
export interface RoundLog {
  /** Block proposed, and the earlier round in which it had a quorum of prevotes; NIL without. */
  proposal: number;
  validRound: number;
  readonly prevotes: Ballots;
  readonly precommits: Ballots;
  /** Validators heard in this round, each once. */
  readonly isHeard: Uint8Array;
  heardCount: number;
  /** What is done once a round. */
  waitsPrevotes: boolean;
  waitsPrecommits: boolean;
  hasPolka: boolean;
  /** Whether the validator has voted for conflicting proposals. */
  hasSplit: boolean;
}

const createBallots = (voters: number): Ballots => ({
  choiceOf: new Int32Array(voters).fill(NO_VOTE),
  total: 0,
  choices: [],
  votes: [],
});

/** Makes the log of a round that nothing was heard of. */
export const createRoundLog = (voters: number): RoundLog => ({
  proposal: NIL,
  validRound: NIL,
  prevotes: createBallots(voters),
  precommits: createBallots(voters),
  isHeard: new Uint8Array(voters),
  heardCount: 0,
  waitsPrevotes: false,
  waitsPrecommits: false,
  hasPolka: false,
  hasSplit: false,
});

/** Takes a vote; false when the voter has voted before. */
export function addVote(ballots: Ballots, voter: number, choice: number): boolean {
  if (ballots.choiceOf[voter] !== NO_VOTE) return false;
  ballots.choiceOf[voter] = choice;
  ballots.total++;
  const at = ballots.choices.indexOf(choice);
  if (at >= 0) {
    ballots.votes[at]!++;
  } else {
    ballots.choices.push(choice);
    ballots.votes.push(1);
  }
  return true;
}

/** Votes for one choice. */
export function votesFor(ballots: Ballots, choice: number): number {
  const at = ballots.choices.indexOf(choice);
  return at < 0 ? 0 : ballots.votes[at]!;
}

/** Notes that a validator was heard in the round. */
export function noteHeard(log: RoundLog, from: number): void {
  if (log.isHeard[from] === 1) return;
  log.isHeard[from] = 1;
  log.heardCount++;
}
