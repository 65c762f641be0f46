/**
 * Where elections and the vote-out stand in the state: candidates, voters, reports with their roll call,
 * and turns that were judged. They lie far behind the slots, below the register of identities.
 */
import { RECORD_CELLS } from './cells.ts';

const BASE = 2 ** 51;
const CANDIDATES = BASE + 2 ** 32;
const VOTERS = BASE + 2 ** 36;
const REPORTS = BASE + 2 ** 40;
const JUDGED = BASE + 2 ** 50;
const JUDGED_LENGTH = 2 ** 50;

/** Fields of the record of the vote-out as a whole. */
export const GOVERNANCE = {
  reportCount: 0,
  verdictVersion: 1,
  excludedCount: 2,
  /** Last turn that credit scores count. */
  creditTurn: 3,
} as const;

/** Standing of a candidate; absent is NORMAL. */
export const STANDING = {
  NORMAL: 0,
  /** A report on it is open. */
  SUSPECT: 1,
  /** Condemned, but still needed: too few candidates would be left. */
  ABNORMAL: 2,
  EXCLUDED: 3,
  /** Stand-by only. */
  PROBATION: 4,
} as const;

/** Fields of a candidate's record of two times sixteen cells. */
export const CANDIDATE = {
  /** {@link STANDING}. */
  standing: 0,
  /** End of the cool-down or probation [µs]. */
  untilUs: 1,
  bondUpt: 2,
  /** Credit score + 1; 0 is the start value. */
  credit: 3,
  offences: 4,
  acquittals: 5,
  /** Offences since the last exclusion. */
  strikes: 6,
  openReports: 7,
  /** When it came back from exclusion [µs]. */
  returnedUs: 8,
  /** Turns up to this one have been judged as missed or not. */
  judgedTurn: 9,
  /** First of the open reports by kind: report + 1, 0 for none. */
  openByKind: 16,
} as const;

/** Fields of a voter's record. */
export const VOTER = {
  /** Account that votes with its weight + 1, 0 for none. */
  proxy: 0,
  /** First of the weights carried for others, by distance. */
  carried: 1,
  /** Certificates on their way out of stake, and when they are free [µs]. */
  unlocking: 5,
  releaseUs: 6,
  /** Epoch of the last change + 1, and what held when that epoch began. */
  changedEpoch: 7,
  weightBefore: 8,
  votedBefore: 9,
  /** The same for the epoch of the change before that one. */
  earlierEpoch: 10,
  earlierWeight: 11,
  earlierVoted: 12,
  /** Certificates that leave an epoch after those of `unlocking`, and when they are free [µs]. */
  unlockingLater: 13,
  laterUs: 14,
} as const;

/** Steps over which a weight is carried from proxy to proxy (Steem: 4). */
export const PROXY_DEPTH = 4;

/** State of a report; absent is none. */
export const REPORT_STATE = { open: 1, upheld: 2, rejected: 3, waiting: 4 } as const;

/** Fields of a report's record; the roll call follows it, choice + 1 by account. */
export const REPORT = {
  /** {@link REPORT_STATE}. */
  state: 0,
  target: 1,
  /** Account. */
  reporter: 2,
  kind: 3,
  openedUs: 4,
  closesUs: 5,
  depositUpt: 6,
  /** Votes or stake, in the order of the choices. */
  agree: 7,
  oppose: 8,
  abstain: 9,
  /** Votes or stake that the quorum is a share of. */
  electorate: 10,
} as const;

/** Cell of the vote-out's own record. */
export const governanceCell = (field: number): number => BASE + field;
/** Cell of a candidate's field. */
export const candidateCell = (node: number, field: number): number =>
  CANDIDATES + node * 2 * RECORD_CELLS + field;
/** Cell of a voter's field. */
export const voterCell = (account: number, field: number): number =>
  VOTERS + account * RECORD_CELLS + field;

/** Cells that a report and its roll call take. */
const reportStride = (accountCount: number) =>
  RECORD_CELLS * (1 + Math.ceil(accountCount / RECORD_CELLS));
/** Cell of a report's field. */
export const reportCell = (accountCount: number, report: number, field: number): number =>
  REPORTS + report * reportStride(accountCount) + field;
/** Cell of an account's ballot in a report. */
export const ballotCell = (accountCount: number, report: number, account: number): number =>
  reportCell(accountCount, report, RECORD_CELLS + account);

/** Cell that marks a turn of a node as judged; undefined for turns no chain will ever see. */
export function judgedCell(nodeCount: number, node: number, turn: number): number | undefined {
  const place = turn * nodeCount + node;
  return place < JUDGED_LENGTH ? JUDGED + place : undefined;
}
