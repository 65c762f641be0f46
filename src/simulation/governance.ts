/**
 * The people behind the vote-out. Nodes watch each other, file what they saw, vote by it with a turnout,
 * ask for verdicts and for their own return; in mode `plain` holders vote anew instead. All of it is done
 * by transactions of clients, so that it costs what it costs and comes when blocks carry it.
 */
import { type BallotBook, createBallotBook } from '../contracts/ballot-conduct.ts';
import { creditOf, standingOf } from '../contracts/election.ts';
import { CANDIDATE, candidateCell, STANDING } from '../contracts/governance-cells.ts';
import { type GovernanceEvent, governanceEvents } from '../contracts/governance-events.ts';
import { keepsCredit, takesReports } from '../contracts/governance-rules.ts';
import { PHASE } from '../kernel/phase.ts';
import { STATUS_OK } from '../ledger/receipt.ts';
import type { BlockIndex } from '../ledger/tree.ts';
import { EVIDENCE } from '../ledger/vote-out.ts';
import { createBallots } from './governance-ballots.ts';
import { createCensorshipWatch } from './governance-censorship.ts';
import type { GovernanceChain } from './governance-chain.ts';
import { createFiling } from './governance-filing.ts';
import {
  createGovernanceLog,
  type GovernanceLog,
  type GovernanceMeasures,
} from './governance-measures.ts';
import { createRevotes } from './governance-revote.ts';
import { createWatch } from './governance-watch.ts';

/** The vote-out at work; the first four are what an engine's observer is told. */
export interface Governance {
  /** A node has received a valid block, its own too. */
  onBlock(node: number, block: BlockIndex): void;
  /** A node has changed its head. */
  onHead(node: number, head: BlockIndex, previous: BlockIndex): void;
  /** A block has become final at a node. */
  onFinal(node: number, block: BlockIndex): void;
  /** A node has refused a block. */
  onInvalid(node: number, block: BlockIndex): void;
  /** Schedules the first events; once, at time 0. */
  start(): void;
  /** Who votes and reports otherwise than by what it saw. */
  readonly voters: BallotBook;
  /** Takes the truth from adversaries, for measures only. */
  readonly log: Pick<GovernanceLog, 'offence'>;
  measures(): GovernanceMeasures;
}

/** Node whose final blocks are what happened. */
const OBSERVER = 0;
const NO_EVENTS: readonly GovernanceEvent[] = [];

/** Starts the vote-out on a chain whose rules have one. */
export function createGovernance(chain: GovernanceChain): Governance {
  const { kernel, rules, tree, turns, head, up, schedule, options } = chain;
  const voteOut = rules.voteOut!;
  const { voteOutTurnUs: turnUs, voteOutEpochTurns: epochTurns } = voteOut;
  const isOpen: boolean = takesReports(voteOut);
  const roundUs = voteOut.voteOutProducers * turnUs;
  const windowTurns = voteOut.voteOutOfTurns * voteOut.voteOutProducers;
  const voters = createBallotBook();
  const log = createGovernanceLog();
  const accountOf = (node: number) => rules.firstNode + node;
  const readerAt = (node: number) => (cell: number) => chain.readAt(head[node]!, cell);

  const watch = createWatch({
    tree,
    nodeCount: rules.nodeCount,
    head,
    up,
    turns,
    schedule,
    windowTurns,
    withheldTurns: voteOut.voteOutProducers,
    onSuspicion: (node, producer, kind) => filing.suspect(node, producer, kind),
    onDouble: (node, producer, first, second) =>
      filing.prove(node, producer, 'DOUBLE_SIGN', [first, second]),
  });
  const ballots = createBallots(chain, voters, watch, windowTurns);
  const filing = createFiling(chain, voters, watch, ballots, windowTurns);
  const onTurnOver = createRevotes(chain, voters);
  const censorship = isOpen
    ? createCensorshipWatch(chain, options.grace, (node, producer, turn) =>
        watch.note(node, producer, 'CENSORSHIP', turn),
      )
    : undefined;

  const comeBack = kernel.event('agents/come-back', PHASE.agents, (node) => {
    const read = readerAt(node);
    const standing = standingOf(read, node);
    const untilUs = read(candidateCell(node, CANDIDATE.untilUs));
    const isOut = standing === STANDING.EXCLUDED || standing === STANDING.PROBATION;
    if (isOut && kernel.nowUs < untilUs) {
      comeBack.at(untilUs + turnUs, node);
      return;
    }
    if (!isOut && !isLow(read, node)) return;
    if (up[node] === 1) {
      const about = { slot: -1, expiryUs: kernel.nowUs + 2 * roundUs };
      chain.submit('RETURN', accountOf(node), { node }, about);
    }
    // It may lack the means, or its node be down; it asks again.
    comeBack.after(2 * roundUs + turnUs, node);
  });

  function isLow(read: (cell: number) => number, node: number): boolean {
    return (
      keepsCredit(voteOut) &&
      standingOf(read, node) === STANDING.NORMAL &&
      creditOf(read, voteOut, node) < voteOut.voteOutCreditThreshold
    );
  }

  const eventsByBlock = new Map<BlockIndex, readonly GovernanceEvent[]>();

  function eventsOf(block: BlockIndex): readonly GovernanceEvent[] {
    if (tree.transactionCount[block] === 0) return NO_EVENTS;
    let events = eventsByBlock.get(block);
    if (events === undefined) {
      const list = chain
        .executed(block)
        .filter(({ type, receipt }) => SPEAKING.has(type) && receipt.status === STATUS_OK)
        .flatMap(({ receipt }) => governanceEvents(receipt.events));
      events = list.length === 0 ? NO_EVENTS : list;
      eventsByBlock.set(block, events);
    }
    return events;
  }

  function onBranch(node: number, block: BlockIndex): void {
    censorship?.(node, block);
    for (const event of eventsOf(block)) {
      ballots.onEvent(node, block, event);
      const isOwn =
        (event.event === 'excluded' || event.event === 'returned') && event.node === node;
      if (isOwn) comeBack.after(turnUs, node);
    }
  }

  const lastOwned = new Map<number, number>();

  /** In mode plain an offender is out when two rounds pass without a turn of its own. */
  function noteSeats(turn: number): void {
    if (isOpen) return;
    let parent = head[OBSERVER]!;
    while (turns.turnOf(parent) >= turn) parent = tree.parent[parent]!;
    lastOwned.set(schedule.ownerOf(parent, turn), turn);
    for (const [node, last] of lastOwned) {
      if (node < 0 || !log.isOffender(node) || turn - last < 2 * voteOut.voteOutProducers) continue;
      log.votedOut(node, (last + 1) * turnUs);
    }
  }

  const closeTurn = kernel.event('agents/close-turn', PHASE.agents, (turn) => {
    closeTurn.at((turn + 2) * turnUs + options.grace, turn + 1);
    watch.closeTurn(turn);
    noteSeats(turn);
    if (!isOpen) {
      onTurnOver(turn);
      return;
    }
    for (const account of voters.accounts) {
      for (const { target, kind } of voters.of(account)?.accuses?.(account, turn) ?? []) {
        filing.submit(account, target, EVIDENCE[kind], []);
      }
    }
    if (turn % epochTurns !== 1) return;
    for (let node = 0; node < rules.nodeCount; node++) {
      if (up[node] === 1 && isLow(readerAt(node), node)) comeBack.after(turnUs, node);
    }
  });

  return {
    voters,
    log,
    onBlock: (node, block) => watch.onBlock(node, block),
    onHead(node, block, previous) {
      const joined: BlockIndex[] = [];
      for (let at = block; at > 0 && !tree.isAncestor(at, previous); at = tree.parent[at]!) {
        joined.push(at);
      }
      for (let k = joined.length - 1; k >= 0; k--) onBranch(node, joined[k]!);
    },
    onFinal(node, block) {
      if (node === OBSERVER) log.final(eventsOf(block), tree.timestampUs[block]!);
    },
    onInvalid(node, block) {
      const producer = tree.producer[block]!;
      const parent = tree.parent[block]!;
      const turn = turns.turnOf(block);
      const isOwner = turn <= turns.turnOf(parent) || schedule.ownerOf(parent, turn) === producer;
      filing.prove(node, producer, isOwner ? 'INVALID_BLOCK' : 'WRONG_SLOT', [block]);
    },
    start: () => closeTurn.at(2 * turnUs + options.grace, 1),
    measures: () => log.measures(),
  };
}

/** Transactions whose receipts tell of the vote-out. */
const SPEAKING: ReadonlySet<string> = new Set(['ABNORMAL_REPORT', 'VERDICT', 'RETURN']);
