/**
 * Voting protocols: quorums, messages, latencies with a fixed delay, availability, equivocation.
 */
import { binomialTail } from './counting.ts';

/** Faulty members tolerated of n: ⌊(n − 1) / 3⌋. */
export function tolerated(members: number): number {
  return Math.floor((members - 1) / 3);
}

/** Votes that decide, ⌈(n + f + 1) / 2⌉; 2f + 1 only where n = 3f + 1. Source: model page, 6.5. */
export function byzantineQuorum(members: number): number {
  return Math.ceil((members + tolerated(members) + 1) / 2);
}

/** Votes that decide where members only crash: ⌊n / 2⌋ + 1. */
export function majorityQuorum(members: number): number {
  return Math.floor(members / 2) + 1;
}

/** Messages of one decision of PBFT in the normal case, to oneself not counted. */
export interface PbftMessages {
  readonly prePrepare: number;
  readonly prepare: number;
  readonly commit: number;
  /** 2n(n − 1). */
  readonly total: number;
  /** With one request and n replies, 2n² − n + 1. */
  readonly withClient: number;
}

/** Source: M. Castro, B. Liskov, Practical Byzantine Fault Tolerance, 1999, section 4.2. */
export function pbftMessages(members: number): PbftMessages {
  const prePrepare = members - 1;
  const prepare = (members - 1) * (members - 1);
  const commit = members * (members - 1);
  const total = prePrepare + prepare + commit;
  return { prePrepare, prepare, commit, total, withClient: total + members + 1 };
}

/**
 * Messages of one height of Tendermint in round 0: proposal, prevotes, precommits, by broadcast.
 */
export function tendermintMessages(members: number): number {
  return members - 1 + 2 * members * (members - 1);
}

/** Messages of one entry of Raft: append and its answer to each follower. */
export function raftMessages(members: number): number {
  return 2 * (members - 1);
}

/**
 * Steps of one delay from the leader's receipt to commitment at a replica or leader, and to the
 * client.
 */
export const DELAY_STEPS = {
  pbftCommit: 3,
  pbftClient: 5,
  pbftTentative: 4,
  tendermintCommit: 3,
  raftCommit: 2,
  raftClient: 4,
} as const;

/** Chance that at least a quorum of members is up, each with chance `up` on its own. */
export function availability(members: number, quorum: number, up: number): number {
  return binomialTail(members, up, quorum);
}

/**
 * Fewest members that must vote twice for two conflicting certificates of t votes each: 2t − N.
 * Source: two sets of t among N share at least 2t − N members.
 */
export function equivocatorsNeeded(members: number, votes: number): number {
  return Math.max(0, 2 * votes - members);
}
