/**
 * The vote-out of abnormal producers as values: what a scenario may set, and the integers of it that
 * stand in genesis, so that a verifier needs nothing else. A protocol with elected producers takes the
 * options as its own; contracts read the integers.
 */
import {
  boolean,
  choice,
  duration,
  fraction,
  group,
  integer,
  type OptionSet,
  type OptionValues,
  points,
} from '../base/options.ts';

/** How offenders leave: next election, ballot of the electorate, or at once on objective evidence. */
export const VOTE_OUT_MODES = ['plain', 'ballot', 'auto'] as const;
/** Who votes on a report: candidates, one each, or holders by stake. */
export const ELECTORATES = ['nodes', 'stake'] as const;
const THRESHOLDS = ['1/2', '3/5', '2/3', '3/4', '1/1'] as const;

/**
 * Kinds of evidence; the index is the code. The first four are objective, so that the contract checks
 * them by itself; the others are what voters saw.
 */
export const EVIDENCE_KINDS = [
  'DOUBLE_SIGN',
  'INVALID_BLOCK',
  'WRONG_SLOT',
  'MISSED',
  'CENSORSHIP',
  'LATE',
  'WITHHOLD',
] as const;
/** Kind of evidence. */
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];
/** Code of each kind. */
export const EVIDENCE: Readonly<Record<EvidenceKind, number>> = Object.freeze(
  Object.fromEntries(EVIDENCE_KINDS.map((kind, code) => [kind, code])) as Record<
    EvidenceKind,
    number
  >,
);
/** Whether the contract can check a kind of evidence by itself. */
export const isObjective = (kind: number): boolean => kind <= EVIDENCE.MISSED;

/** Choices of a ballot; the index is the code. */
export const CHOICES = ['agree', 'oppose', 'abstain'] as const;
/** Choice of a ballot. */
export type Choice = (typeof CHOICES)[number];

/** Options of the vote-out (model §6.4); a protocol with elected producers nests them. */
export const VOTE_OUT = {
  mode: choice(VOTE_OUT_MODES, 'ballot', 'Next election only, ballot, or at once on evidence'),
  missed: integer(5, { min: 1, max: 30, doc: 'Missed turns that are an offence' }),
  ofTurns: integer(10, { min: 1, max: 30, doc: 'Own turns among which they are counted' }),
  ballotRounds: integer(1, { min: 1, max: 1000, doc: 'Length of the ballot window in rounds' }),
  electorate: choice(ELECTORATES, 'nodes', 'One vote a candidate, or votes by stake'),
  quorum: fraction('50 %', { doc: 'Share of the electorate that must vote' }),
  threshold: choice(THRESHOLDS, '2/3', 'Least share of agree in agree and oppose'),
  strikes: integer(1, { min: 1, max: 1000, doc: 'Upheld reports until exclusion' }),
  deposit: points('5 pt', { doc: 'Of a reporter; burnt when the report is rejected' }),
  bond: points('50 pt', { doc: 'Of a candidate' }),
  slash: fraction('50 %', { doc: 'Share of the bond that exclusion takes' }),
  coolDown: duration('2 h', { doc: 'Least time of exclusion' }),
  probation: duration('1 h', { doc: 'Least time as stand-by after exclusion' }),
  turnout: fraction('80 %', { doc: 'Share of honest voters who vote on a report' }),
  grace: duration('1 s', { doc: 'After its turn, until a block that has not come is suspected' }),
  credit: group({
    enabled: boolean(true, 'Keep a credit score of candidates'),
    start: integer(60, { min: 0, max: 100, doc: 'Score at the start' }),
    threshold: integer(40, { min: 0, max: 100, doc: 'Least score of an eligible candidate' }),
    produced: integer(1, { min: 0, max: 100, doc: 'Gained by a block' }),
    missed: integer(2, { min: 0, max: 100, doc: 'Lost by a missed turn' }),
    offence: integer(30, { min: 0, max: 100, doc: 'Lost by an upheld report' }),
    acquitted: integer(5, { min: 0, max: 100, doc: 'Gained by a rejected report' }),
    weighting: boolean(false, 'Weigh votes by the score of the candidate'),
  }),
} satisfies OptionSet;

/** Resolved options of the vote-out. */
export type VoteOutOptions = OptionValues<typeof VOTE_OUT>;

/** What a protocol tells of its turns. */
export interface TurnShape {
  readonly turnUs: number;
  /** Seats of the schedule. */
  readonly producers: number;
  /** Turns until every seat has had its own; as many as seats when absent. */
  readonly roundTurns?: number;
  /** Turns between two elections. */
  readonly epochTurns: number;
}

/** Names of the integers in genesis, among the parameters of the protocol. */
export const VOTE_OUT_NAMES = [
  'voteOutMode',
  'voteOutTurnUs',
  'voteOutProducers',
  'voteOutEpochTurns',
  'voteOutMissed',
  'voteOutOfTurns',
  'voteOutBallotUs',
  'voteOutElectorate',
  'voteOutQuorumPpm',
  'voteOutThresholdNumerator',
  'voteOutThresholdDenominator',
  'voteOutStrikes',
  'voteOutDepositUpt',
  'voteOutBondUpt',
  'voteOutSlashPpm',
  'voteOutCoolDownUs',
  'voteOutProbationUs',
  'voteOutCredit',
  'voteOutCreditStart',
  'voteOutCreditThreshold',
  'voteOutCreditProduced',
  'voteOutCreditMissed',
  'voteOutCreditOffence',
  'voteOutCreditAcquitted',
  'voteOutCreditWeighting',
] as const;

/** Integers of the vote-out by name. */
export type VoteOutParameters = Readonly<Record<(typeof VOTE_OUT_NAMES)[number], number>>;

/**
 * The integers of the vote-out that stand in genesis; a protocol adds them to its parameters. Turnout
 * and grace are behaviour, not rules, and stay out.
 */
export function voteOutParameters(options: VoteOutOptions, shape: TurnShape): VoteOutParameters {
  const ppm = (share: number) => Math.floor(share * 1_000_000 + 0.5);
  const [numerator, denominator] = options.threshold.split('/').map(Number);
  const { credit } = options;
  return {
    voteOutMode: VOTE_OUT_MODES.indexOf(options.mode),
    voteOutTurnUs: shape.turnUs,
    voteOutProducers: shape.producers,
    voteOutEpochTurns: shape.epochTurns,
    voteOutMissed: options.missed,
    voteOutOfTurns: options.ofTurns,
    voteOutBallotUs: options.ballotRounds * (shape.roundTurns ?? shape.producers) * shape.turnUs,
    voteOutElectorate: ELECTORATES.indexOf(options.electorate),
    voteOutQuorumPpm: ppm(options.quorum),
    voteOutThresholdNumerator: numerator!,
    voteOutThresholdDenominator: denominator!,
    voteOutStrikes: options.strikes,
    voteOutDepositUpt: options.deposit,
    voteOutBondUpt: options.bond,
    voteOutSlashPpm: ppm(options.slash),
    voteOutCoolDownUs: options.coolDown,
    voteOutProbationUs: options.probation,
    voteOutCredit: credit.enabled ? 1 : 0,
    voteOutCreditStart: credit.start,
    voteOutCreditThreshold: credit.threshold,
    voteOutCreditProduced: credit.produced,
    voteOutCreditMissed: credit.missed,
    voteOutCreditOffence: credit.offence,
    voteOutCreditAcquitted: credit.acquitted,
    voteOutCreditWeighting: credit.weighting ? 1 : 0,
  };
}
