/**
 * The vote-out of abnormal producers: reports with a deposit, ballots, verdicts, and the way back
 *
 *   NORMAL → SUSPECT → ABNORMAL → EXCLUDED → PROBATION → NORMAL
 *
 * Nothing here runs by itself: a window ends when somebody sends the VERDICT, or files the next report of
 * the same kind; a cool-down ends when the node sends RETURN.
 */
import { mulDivFloor } from '../base/integer.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import {
  CHOICES,
  ELECTORATES,
  EVIDENCE_KINDS,
  isObjective,
  VOTE_OUT_MODES,
} from '../ledger/vote-out.ts';
import { ACCOUNT, CHAIN } from './cells.ts';
import { defineContract } from './define.ts';
import { creditOf, standingOf } from './election.ts';
import {
  ballotCell,
  CANDIDATE,
  candidateCell,
  GOVERNANCE,
  governanceCell,
  REPORT,
  REPORT_STATE,
  reportCell,
  STANDING,
} from './governance-cells.ts';
import { GOVERNANCE_EVENT } from './governance-events.ts';
import { markJudged, provenTurn } from './governance-evidence.ts';
import { epochOf, seatsMin, takesReports, type VoteOutRules } from './governance-rules.ts';
import { addAccount, addChain, type Call, type Outcome, readAccount } from './rules.ts';
import { votedWeightAt, voterAt } from './voters.ts';

/** Votes of a ballot. */
export interface Tally {
  readonly agree: number;
  readonly oppose: number;
  readonly abstain: number;
  /** Votes that the quorum is a share of. */
  readonly electorate: number;
}

/** Threshold and quorum as integers. */
export type BallotRules = Pick<
  VoteOutRules,
  'voteOutQuorumPpm' | 'voteOutThresholdNumerator' | 'voteOutThresholdDenominator'
>;

/**
 * Whether a ballot condemns: the votes cast reach the quorum, and agree reaches the threshold of agree
 * and oppose. Exact for electorates up to 9e9.
 */
export function condemns(tally: Tally, rules: BallotRules): boolean {
  const { agree, oppose, abstain, electorate } = tally;
  const cast = agree + oppose + abstain;
  if (agree === 0 || cast * 1_000_000 < rules.voteOutQuorumPpm * electorate) return false;
  const { voteOutThresholdNumerator: over, voteOutThresholdDenominator: under } = rules;
  return agree * under >= over * (agree + oppose);
}

/** Accuses a producer. On objective evidence in mode `auto` the verdict falls at once. */
export function report(call: Call, tx: PayloadOf['ABNORMAL_REPORT']): Outcome {
  const { rules, state, sender, timestampUs } = call;
  const { voteOut } = rules;
  if (!takesReports(voteOut)) return 'UNAUTHORISED';
  if (tx.target >= rules.nodeCount || tx.kind >= EVIDENCE_KINDS.length) return 'BAD_CANDIDATE';
  if (sender === rules.firstNode + tx.target) return 'UNAUTHORISED';
  if (tx.depositUpt !== voteOut.voteOutDepositUpt) return 'BAD_AMOUNT';
  const slot = candidateCell(tx.target, CANDIDATE.openByKind + tx.kind);
  const open = state.read(slot);
  if (open !== 0) {
    if (timestampUs <= readReport(call, open - 1, REPORT.closesUs)) return 'DUPLICATE';
    decide(call, voteOut, open - 1, condemns(tallyOf(call, open - 1), voteOut));
  }
  if (standingOf(state.read, tx.target) === STANDING.EXCLUDED) return 'NOT_CANDIDATE';
  const turn = provenTurn(call, tx);
  if (turn === undefined) return 'BAD_EVIDENCE';
  if (!markJudged(call, tx.target, tx.kind, turn)) return 'DUPLICATE';
  if (!lockUp(call, sender, tx.depositUpt)) return 'INSUFFICIENT_BALANCE';
  const id = reportCount(call);
  state.write(governanceCell(GOVERNANCE.reportCount), id + 1);
  const closesUs = timestampUs + voteOut.voteOutBallotUs;
  const put = (field: number, value: number) => {
    if (value !== 0) state.write(reportCell(rules.accountCount, id, field), value);
  };
  put(REPORT.state, REPORT_STATE.open);
  put(REPORT.target, tx.target);
  put(REPORT.reporter, sender);
  put(REPORT.kind, tx.kind);
  put(REPORT.openedUs, timestampUs);
  put(REPORT.closesUs, closesUs);
  put(REPORT.depositUpt, tx.depositUpt);
  state.write(slot, id + 1);
  addCandidate(call, tx.target, CANDIDATE.openReports, 1);
  if (standingOf(state.read, tx.target) === STANDING.NORMAL) {
    setStanding(call, tx.target, STANDING.SUSPECT);
  }
  call.events.push(GOVERNANCE_EVENT.opened, id, tx.target, tx.kind, closesUs);
  const isAuto = voteOut.voteOutMode === VOTE_OUT_MODES.indexOf('auto');
  if (isAuto && isObjective(tx.kind)) decide(call, voteOut, id, true);
  else put(REPORT.electorate, electorateOf(call, voteOut, tx.target));
  return undefined;
}

/** Votes there are on a report against a node: candidates but the target, or stake that last voted. */
function electorateOf(call: Call, voteOut: VoteOutRules, target: number): number {
  const { rules, state, timestampUs } = call;
  if (voteOut.voteOutElectorate === ELECTORATES.indexOf('nodes')) {
    return rules.nodeCount - state.read(governanceCell(GOVERNANCE.excludedCount)) - 1;
  }
  const epoch = epochOf(voteOut, timestampUs);
  const own = voterAt(state.read, rules.firstNode + target, epoch);
  return votedWeightAt(state.read, rules, epoch) - (own.voted ? own.weight : 0);
}

/** Votes on a report, once, until its window is over; the roll call is public. */
export function ballot(call: Call, tx: PayloadOf['BALLOT']): Outcome {
  const { rules, state, sender, timestampUs } = call;
  const { voteOut } = rules;
  if (!takesReports(voteOut) || tx.choice >= CHOICES.length) return 'UNAUTHORISED';
  if (tx.report >= reportCount(call)) return 'BAD_REFERENCE';
  if (readReport(call, tx.report, REPORT.state) !== REPORT_STATE.open) return 'WINDOW_CLOSED';
  const target = readReport(call, tx.report, REPORT.target);
  if (target !== tx.target || readReport(call, tx.report, REPORT.kind) !== tx.kind) {
    return 'BAD_REFERENCE';
  }
  if (timestampUs > readReport(call, tx.report, REPORT.closesUs)) return 'WINDOW_CLOSED';
  if (sender === rules.firstNode + target) return 'UNAUTHORISED';
  const openedUs = readReport(call, tx.report, REPORT.openedUs);
  const weight = votesOf(call, voteOut, openedUs);
  if (weight === 0) return 'UNAUTHORISED';
  const cell = ballotCell(rules.accountCount, tx.report, sender);
  if (state.read(cell) !== 0) return 'ALREADY_VOTED';
  state.write(cell, tx.choice + 1);
  const count = reportCell(rules.accountCount, tx.report, REPORT.agree + tx.choice);
  state.write(count, state.read(count) + weight);
  return undefined;
}

/** Votes of the sender on a report: those it had when the report was opened. */
function votesOf(call: Call, voteOut: VoteOutRules, openedUs: number): number {
  const { rules, state, sender } = call;
  if (voteOut.voteOutElectorate === ELECTORATES.indexOf('stake')) {
    // Stake is weighed as at the start of that epoch, so what was staked since has no vote.
    return voterAt(state.read, sender, epochOf(voteOut, openedUs)).weight;
  }
  const node = sender - rules.firstNode;
  if (node < 0 || node >= rules.nodeCount) return 0;
  if (standingOf(state.read, node) === STANDING.EXCLUDED) return 0;
  return state.read(candidateCell(node, CANDIDATE.returnedUs)) > openedUs ? 0 : 1;
}

/** Counts a report whose window is over; anybody may ask for it. */
export function verdict(call: Call, tx: PayloadOf['VERDICT']): Outcome {
  const { voteOut } = call.rules;
  if (!takesReports(voteOut)) return 'UNAUTHORISED';
  if (tx.report >= reportCount(call)) return 'BAD_REFERENCE';
  const state = readReport(call, tx.report, REPORT.state);
  if (state === REPORT_STATE.waiting) {
    const target = readReport(call, tx.report, REPORT.target);
    return exclude(call, voteOut, tx.report, target) ? undefined : 'NOT_DUE';
  }
  if (state !== REPORT_STATE.open) return 'BAD_REFERENCE';
  if (call.timestampUs <= readReport(call, tx.report, REPORT.closesUs)) return 'WINDOW_OPEN';
  decide(call, voteOut, tx.report, condemns(tallyOf(call, tx.report), voteOut));
  return undefined;
}

/** Ends a report: its deposit goes back or is burnt, and its target is condemned or acquitted. */
function decide(call: Call, voteOut: VoteOutRules, id: number, isUpheld: boolean): void {
  const { rules, state, events } = call;
  const tally = tallyOf(call, id);
  const target = readReport(call, id, REPORT.target);
  const kind = readReport(call, id, REPORT.kind);
  const reporter = readReport(call, id, REPORT.reporter);
  const depositUpt = readReport(call, id, REPORT.depositUpt);
  addAccount(call, reporter, ACCOUNT.escrowUpt, -depositUpt);
  if (isUpheld) addAccount(call, reporter, ACCOUNT.balanceUpt, depositUpt);
  else if (depositUpt > 0) addChain(call, CHAIN.burnedUpt, depositUpt);
  clearReport(call, id);
  state.write(candidateCell(target, CANDIDATE.openByKind + kind), 0);
  addCandidate(call, target, CANDIDATE.openReports, -1);
  const verdictState = isUpheld ? REPORT_STATE.upheld : REPORT_STATE.rejected;
  state.write(reportCell(rules.accountCount, id, REPORT.state), verdictState);
  const { agree, oppose, abstain, electorate } = tally;
  events.push(GOVERNANCE_EVENT.decided, id, verdictState, target, kind);
  events.push(agree, oppose, abstain, electorate);
  if (isUpheld) condemn(call, voteOut, id, target);
  else {
    addCandidate(call, target, CANDIDATE.acquittals, 1);
    addCredit(call, voteOut, target, voteOut.voteOutCreditAcquitted);
  }
  const isClear = state.read(candidateCell(target, CANDIDATE.openReports)) === 0;
  if (isClear && standingOf(state.read, target) === STANDING.SUSPECT) {
    setStanding(call, target, STANDING.NORMAL);
  }
}

/** An offence is proven: the score falls, and at the last strike the bond is cut and the node goes. */
function condemn(call: Call, voteOut: VoteOutRules, id: number, target: number): void {
  const { rules, state } = call;
  addCandidate(call, target, CANDIDATE.offences, 1);
  addCredit(call, voteOut, target, -voteOut.voteOutCreditOffence);
  const standing = standingOf(state.read, target);
  // A second report against a node that was condemned meanwhile costs it nothing more.
  if (standing === STANDING.EXCLUDED || standing === STANDING.ABNORMAL) return;
  addCandidate(call, target, CANDIDATE.strikes, 1);
  const strikes = state.read(candidateCell(target, CANDIDATE.strikes));
  if (strikes < voteOut.voteOutStrikes) return;
  const bondUpt = state.read(candidateCell(target, CANDIDATE.bondUpt));
  const slashedUpt = mulDivFloor(bondUpt, voteOut.voteOutSlashPpm, 1_000_000);
  if (slashedUpt > 0) {
    addCandidate(call, target, CANDIDATE.bondUpt, -slashedUpt);
    addAccount(call, rules.firstNode + target, ACCOUNT.escrowUpt, -slashedUpt);
    addAccount(call, rules.treasury, ACCOUNT.balanceUpt, slashedUpt);
    addChain(call, CHAIN.penaltiesUpt, slashedUpt);
  }
  state.write(candidateCell(target, CANDIDATE.strikes), 0);
  setStanding(call, target, STANDING.ABNORMAL);
  exclude(call, voteOut, id, target);
}

/**
 * Takes a condemned node out. It stays ABNORMAL, and its report waits, while without it no block could
 * become irreversible any more; then somebody may send the VERDICT again.
 */
function exclude(call: Call, voteOut: VoteOutRules, id: number, target: number): boolean {
  const { rules, state, timestampUs } = call;
  const gone = state.read(governanceCell(GOVERNANCE.excludedCount));
  const reportState = reportCell(rules.accountCount, id, REPORT.state);
  const isPossible = rules.nodeCount - gone - 1 >= seatsMin(voteOut);
  const next = isPossible ? REPORT_STATE.upheld : REPORT_STATE.waiting;
  if (state.read(reportState) !== next) state.write(reportState, next);
  const targetCell = reportCell(rules.accountCount, id, REPORT.target);
  const keptTarget = isPossible ? 0 : target;
  if (state.read(targetCell) !== keptTarget) state.write(targetCell, keptTarget);
  if (!isPossible) return false;
  const untilUs = timestampUs + voteOut.voteOutCoolDownUs;
  setStanding(call, target, STANDING.EXCLUDED, untilUs);
  state.write(governanceCell(GOVERNANCE.excludedCount), gone + 1);
  call.events.push(GOVERNANCE_EVENT.excluded, target, untilUs);
  return true;
}

/** Adds to the bond of the sending node. */
export function candidacy(call: Call, tx: PayloadOf['CANDIDACY']): Outcome {
  const { rules, sender } = call;
  const node = sender - rules.firstNode;
  if (!takesReports(rules.voteOut)) return 'UNAUTHORISED';
  if (node < 0 || node >= rules.nodeCount) return 'UNAUTHORISED';
  if (tx.bondUpt === 0) return 'ZERO_AMOUNT';
  if (!lockUp(call, sender, tx.bondUpt)) return 'INSUFFICIENT_BALANCE';
  addCandidate(call, node, CANDIDATE.bondUpt, tx.bondUpt);
  return undefined;
}

/**
 * The next step back: from exclusion, or from a score below the threshold, to probation, with the whole
 * bond in place and the score at the threshold; from probation to normal.
 */
export function comeBack(call: Call, tx: PayloadOf['RETURN']): Outcome {
  const { rules, state, sender, timestampUs } = call;
  const { voteOut } = rules;
  if (!takesReports(voteOut) || tx.node >= rules.nodeCount) return 'UNAUTHORISED';
  if (sender !== rules.firstNode + tx.node) return 'UNAUTHORISED';
  const standing = standingOf(state.read, tx.node);
  const untilUs = state.read(candidateCell(tx.node, CANDIDATE.untilUs));
  if (standing === STANDING.PROBATION) {
    if (timestampUs < untilUs) return 'NOT_DUE';
    const isSuspect = state.read(candidateCell(tx.node, CANDIDATE.openReports)) > 0;
    setStanding(call, tx.node, isSuspect ? STANDING.SUSPECT : STANDING.NORMAL);
    call.events.push(GOVERNANCE_EVENT.returned, tx.node, STANDING.NORMAL);
    return undefined;
  }
  const isExcluded = standing === STANDING.EXCLUDED;
  const isLow = creditOf(state.read, voteOut, tx.node) < voteOut.voteOutCreditThreshold;
  if (isExcluded ? timestampUs < untilUs : standing !== STANDING.NORMAL || !isLow) {
    return 'NOT_DUE';
  }
  const bondUpt = state.read(candidateCell(tx.node, CANDIDATE.bondUpt));
  const lackingUpt = Math.max(0, voteOut.voteOutBondUpt - bondUpt);
  if (!lockUp(call, sender, lackingUpt)) return 'INSUFFICIENT_BALANCE';
  addCandidate(call, tx.node, CANDIDATE.bondUpt, lackingUpt);
  if (isLow) {
    state.write(candidateCell(tx.node, CANDIDATE.credit), voteOut.voteOutCreditThreshold + 1);
  }
  if (isExcluded) {
    const gone = state.read(governanceCell(GOVERNANCE.excludedCount));
    state.write(governanceCell(GOVERNANCE.excludedCount), gone - 1);
    state.write(candidateCell(tx.node, CANDIDATE.returnedUs), timestampUs);
  }
  setStanding(call, tx.node, STANDING.PROBATION, timestampUs + voteOut.voteOutProbationUs);
  call.events.push(GOVERNANCE_EVENT.returned, tx.node, STANDING.PROBATION);
  return undefined;
}

const reportCount = ({ state }: Call) => state.read(governanceCell(GOVERNANCE.reportCount));

function readReport({ rules, state }: Call, id: number, field: number): number {
  return state.read(reportCell(rules.accountCount, id, field));
}

function tallyOf(call: Call, id: number): Tally {
  return {
    agree: readReport(call, id, REPORT.agree),
    oppose: readReport(call, id, REPORT.oppose),
    abstain: readReport(call, id, REPORT.abstain),
    electorate: readReport(call, id, REPORT.electorate),
  };
}

/** Empties a report and its roll call, which the blocks keep, so that the state does not grow. */
function clearReport({ rules, state }: Call, id: number): void {
  const first = reportCell(rules.accountCount, id, 0);
  const end = ballotCell(rules.accountCount, id, rules.accountCount);
  for (let cell = first; cell < end; cell++) if (state.read(cell) !== 0) state.write(cell, 0);
}

/** Moves value from a balance into escrow; false, and nothing moved, when it does not suffice. */
function lockUp(call: Call, account: number, amountUpt: number): boolean {
  if (readAccount(call, account, ACCOUNT.balanceUpt) < amountUpt) return false;
  addAccount(call, account, ACCOUNT.balanceUpt, -amountUpt);
  addAccount(call, account, ACCOUNT.escrowUpt, amountUpt);
  return true;
}

function addCandidate({ state }: Call, node: number, field: number, change: number): void {
  if (change === 0) return;
  const cell = candidateCell(node, field);
  state.write(cell, state.read(cell) + change);
}

function addCredit(call: Call, voteOut: VoteOutRules, node: number, change: number): void {
  if (voteOut.voteOutCredit === 0) return;
  const before = creditOf(call.state.read, voteOut, node);
  const credit = Math.max(0, Math.min(100, before + change));
  if (credit === before) return;
  call.state.write(candidateCell(node, CANDIDATE.credit), credit + 1);
  addChain(call, CHAIN.electionVersion, 1);
}

/** Changes a standing; those that elections and turns depend on get a new version. */
function setStanding(call: Call, node: number, standing: number, untilUs = 0): void {
  const { state } = call;
  const before = standingOf(state.read, node);
  state.write(candidateCell(node, CANDIDATE.standing), standing);
  state.write(candidateCell(node, CANDIDATE.untilUs), untilUs);
  const isOut = (value: number) => value === STANDING.EXCLUDED || value === STANDING.PROBATION;
  if (!isOut(before) && !isOut(standing)) return;
  const version = governanceCell(GOVERNANCE.verdictVersion);
  state.write(version, state.read(version) + 1);
  addChain(call, CHAIN.electionVersion, 1);
}

/** The vote-out of abnormal producers. */
export const governanceContract = defineContract({
  name: 'governance',
  summary: 'Reports with deposits, ballots, verdicts, bonds and the way back',
  source: 'model §6.4; Zhang and Li (ref 16 of the paper)',
  storage: [
    { name: 'governance', key: 'the vote-out itself', fields: Object.keys(GOVERNANCE) },
    { name: 'candidates', key: 'node', fields: Object.keys(CANDIDATE) },
    { name: 'reports', key: 'report', fields: Object.keys(REPORT) },
  ],
  events: {
    opened: {
      code: GOVERNANCE_EVENT.opened,
      fields: ['report', 'target', 'kind', 'closesUs'],
    },
    decided: {
      code: GOVERNANCE_EVENT.decided,
      fields: ['report', 'state', 'target', 'kind', 'agree', 'oppose', 'abstain', 'electorate'],
    },
    excluded: { code: GOVERNANCE_EVENT.excluded, fields: ['node', 'untilUs'] },
    returned: { code: GOVERNANCE_EVENT.returned, fields: ['node', 'standing'] },
  },
  functions: {
    ABNORMAL_REPORT: { by: 'anyone', gasBudget: 400_000, run: report },
    BALLOT: { by: 'anyone', gasBudget: 200_000, run: ballot },
    VERDICT: { by: 'anyone', gasBudget: 400_000, run: verdict },
    CANDIDACY: { by: 'anyone', gasBudget: 100_000, run: candidacy },
    RETURN: { by: 'anyone', gasBudget: 200_000, run: comeBack },
  },
  invariants: [],
});
