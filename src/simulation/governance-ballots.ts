/**
 * Votes on reports, and the asking for verdicts. Honest voters say what their node saw: they agree when
 * the contract has proof, or when they saw the offence as often as it takes, oppose when they saw the
 * producer behave, and abstain where they were not there to see.
 */
import type { BallotBook, OpenReport } from '../contracts/ballot-conduct.ts';
import {
  CANDIDATE,
  candidateCell,
  REPORT,
  REPORT_STATE,
  reportCell,
  STANDING,
} from '../contracts/governance-cells.ts';
import type { GovernanceEvent } from '../contracts/governance-events.ts';
import { weightOf } from '../contracts/voters.ts';
import { PHASE } from '../kernel/phase.ts';
import type { BlockIndex } from '../ledger/tree.ts';
import { CHOICES, type Choice, ELECTORATES, EVIDENCE } from '../ledger/vote-out.ts';
import { CENSORED_BLOCKS } from './governance-censorship.ts';
import type { GovernanceChain } from './governance-chain.ts';
import type { Watch } from './governance-watch.ts';

/** Rounds in which somebody asks for a verdict before all give up. */
const ASKED_MAX = 20;
/** Share of the window in which votes are sent, so that blocks can carry them before it ends. */
const VOTING_SHARE = 0.7;

/** Votes and verdicts of one run. */
export interface Ballots {
  /** A block with this event joined a node's branch. */
  onEvent(node: number, block: BlockIndex, event: GovernanceEvent): void;
  /** Last turn that a report of this kind against a node has judged; −1 for none. */
  lastReportTurn(target: number, kind: number): number;
}

/** A report that a block opened. */
interface Opening extends OpenReport {
  readonly block: BlockIndex;
  readonly turn: number;
}

/** Lets voters vote. @param windowTurns - Turns whose offences a report is about. */
export function createBallots(
  chain: GovernanceChain,
  voters: BallotBook,
  watch: Watch,
  windowTurns: number,
): Ballots {
  const { kernel, rules, head, up, options, turns } = chain;
  const voteOut = rules.voteOut!;
  const { voteOutTurnUs: turnUs, voteOutBallotUs: windowUs } = voteOut;
  const roundUs = voteOut.voteOutProducers * turnUs;
  const isByStake = voteOut.voteOutElectorate === ELECTORATES.indexOf('stake');
  const draws = chain.random.addressed('agents/ballots');
  const openings: Opening[] = [];
  const openingOf = new Map<string, number>();
  const reportTurns = new Map<number, number>();
  /** Condemned nodes that wait for their exclusion, by report. */
  const waiting = new Map<number, number>();
  const homesOf: number[][] = Array.from({ length: rules.nodeCount }, () => []);
  for (let home = 0; home < rules.homeCount; home++) homesOf[chain.nodeOf(home)]!.push(home);

  const reportField = (node: number, report: number, field: number) =>
    chain.readAt(head[node]!, reportCell(rules.accountCount, report, field));

  /** Whether a node's branch has the report open, and means the same by its number. */
  function isOpenAt(node: number, opening: Opening): boolean {
    return (
      reportField(node, opening.report, REPORT.state) === REPORT_STATE.open &&
      reportField(node, opening.report, REPORT.target) === opening.target &&
      reportField(node, opening.report, REPORT.kind) === opening.kind
    );
  }

  /** What a node saw of the accused in the window that the report is about. */
  function sincereChoice(node: number, { target, kind, turn }: Opening): Choice {
    if (kind < EVIDENCE.MISSED) return 'agree';
    const from = turn - windowTurns;
    const seen = watch.countOf(node, target, kind, from, turn);
    const needed = kind === EVIDENCE.CENSORSHIP ? CENSORED_BLOCKS : voteOut.voteOutMissed;
    if (seen >= needed) return 'agree';
    return watch.sawAll(node, from) ? 'oppose' : 'abstain';
  }

  const vote = kernel.event('agents/vote-on-report', PHASE.agents, (account, index) => {
    const opening = openings[index]!;
    const node = chain.nodeOf(account);
    if (up[node] === 0 || kernel.nowUs > opening.closesUs || !isOpenAt(node, opening)) return;
    const conduct = voters.of(account);
    const choice =
      conduct?.voteOf === undefined
        ? sincereChoice(node, opening)
        : conduct.voteOf(account, opening);
    if (choice === undefined) return;
    const { report, target, kind, closesUs } = opening;
    const payload = { report, target, kind, choice: CHOICES.indexOf(choice) };
    chain.submit('BALLOT', account, payload, { slot: -1, expiryUs: closesUs });
  });

  /** Honest voters come with the turnout; whoever follows a plan always does. */
  function call(account: number, index: number): void {
    const { report, target } = openings[index]!;
    if (account === rules.firstNode + target) return;
    const hasPlan = voters.of(account)?.voteOf !== undefined;
    if (!hasPlan && draws.uniform(account, report, 0) >= options.turnout) return;
    const delay = draws.uniform(account, report, 1) * VOTING_SHARE * windowUs;
    vote.after(1 + Math.floor(delay), account, index);
  }

  /** Somebody asks for the verdict: the reporter first, then nodes in turn. */
  const ask = kernel.event('agents/ask-verdict', PHASE.agents, (index, asked) => {
    const opening = openings[index]!;
    const { report } = opening;
    const helper = (report + asked) % rules.nodeCount;
    const reporter = reportField(helper, report, REPORT.reporter);
    const account = asked === 0 ? reporter : rules.firstNode + helper;
    const node = chain.nodeOf(account);
    if (asked < ASKED_MAX) ask.after(roundUs, index, asked + 1);
    if (up[node] === 0 || !isOpenAt(node, opening)) return;
    const expiryUs = kernel.nowUs + roundUs;
    chain.submit('VERDICT', account, { report }, { slot: -1, expiryUs });
  });

  function open(node: number, block: BlockIndex, report: OpenReport): void {
    const key = `${block}/${report.report}`;
    let index = openingOf.get(key);
    if (index === undefined) {
      index = openings.length;
      openings.push({ ...report, block, turn: turns.turnOf(block) });
      openingOf.set(key, index);
      reportTurns.set(report.target * 8 + report.kind, turns.turnOf(block));
      ask.at(Math.max(kernel.nowUs, report.closesUs) + turnUs, index, 0);
    }
    if (!isByStake) {
      call(rules.firstNode + node, index);
      return;
    }
    const read = (cell: number) => chain.readAt(head[node]!, cell);
    for (const home of homesOf[node]!) if (weightOf(read, home) > 0) call(home, index);
  }

  /** Room for the condemned: whoever waits for its exclusion is brought up again. */
  function retry(): void {
    for (const [report] of waiting) {
      const account = rules.firstNode + (report % rules.nodeCount);
      const about = { slot: -1, expiryUs: kernel.nowUs + roundUs };
      chain.submit('VERDICT', account, { report }, about);
    }
    waiting.clear();
  }

  return {
    lastReportTurn: (target, kind) => reportTurns.get(target * 8 + kind) ?? -1,
    onEvent(node, block, event) {
      if (event.event === 'opened') open(node, block, event);
      else if (event.event === 'decided') {
        const standing = chain.readAt(block, candidateCell(event.target, CANDIDATE.standing));
        if (event.isUpheld && standing === STANDING.ABNORMAL) {
          waiting.set(event.report, event.target);
        }
      } else if (event.event === 'excluded') {
        for (const [report, target] of waiting) if (target === event.node) waiting.delete(report);
      } else if (!event.isNormal) retry();
    },
  };
}
