/**
 * What dishonest voters do in the vote-out: acquit each other, frame an honest producer, flood the chain
 * with reports. Voters are accounts, of nodes or of homes; without a conduct they say what they saw.
 */
import type { Choice, EvidenceKind } from '../ledger/vote-out.ts';

/** A report as a voter sees it. */
export interface OpenReport {
  readonly report: number;
  /** Accused node. */
  readonly target: number;
  /** Code of the kind of evidence. */
  readonly kind: number;
  readonly closesUs: number;
}

/** An accusation that somebody makes up. */
export interface Accusation {
  readonly target: number;
  readonly kind: EvidenceKind;
}

/** Deviations of a voter; every hook is optional, and without it the voter is honest. */
export interface BallotConduct {
  /** Vote on a report; undefined is none. Dishonest voters need no turnout. */
  voteOf?(account: number, report: OpenReport): Choice | undefined;
  /** Whether it reports an offence that it saw. */
  files?(account: number, accusation: Accusation): boolean;
  /** Accusations it files after a turn, whatever it saw. */
  accuses?(account: number, turn: number): readonly Accusation[];
  /** Candidates it approves when it votes anew; undefined is an honest vote. */
  approves?(account: number, epoch: number): readonly number[] | undefined;
}

/** Which voters behave how. */
export interface BallotBook {
  of(account: number): BallotConduct | undefined;
  /** Accounts with a conduct, ascending. */
  readonly accounts: readonly number[];
  /** Puts accounts under an adversary. @throws {RangeError} when one has another conduct already. */
  control(accounts: readonly number[], conduct: BallotConduct): void;
}

/** Makes a book in which everybody is honest. */
export function createBallotBook(): BallotBook {
  const conducts = new Map<number, BallotConduct>();
  let accounts: readonly number[] = [];
  return {
    of: (account) => conducts.get(account),
    get accounts() {
      return accounts;
    },
    control(controlled, conduct) {
      for (const account of controlled) {
        const held = conducts.get(account);
        if (held !== undefined && held !== conduct) {
          throw new RangeError(`"accounts" expected honest voters, got account ${account}`);
        }
        conducts.set(account, conduct);
      }
      accounts = [...conducts.keys()].sort((a, b) => a - b);
    },
  };
}
