/**
 * From what a node saw to a report: it waits until it has seen enough and, for missed turns, until the
 * chain shows them too; then it waits a while of its own, so that not all file at once, and looks again.
 */
import type { BallotBook } from '../contracts/ballot-conduct.ts';
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import { standingOf } from '../contracts/election.ts';
import { CANDIDATE, candidateCell, judgedCell, STANDING } from '../contracts/governance-cells.ts';
import { takesReports } from '../contracts/governance-rules.ts';
import { PHASE } from '../kernel/phase.ts';
import type { SignedHeader } from '../ledger/transactions.ts';
import type { BlockIndex } from '../ledger/tree.ts';
import { EVIDENCE, type EvidenceKind } from '../ledger/vote-out.ts';
import type { Ballots } from './governance-ballots.ts';
import { CENSORED_BLOCKS } from './governance-censorship.ts';
import type { GovernanceChain } from './governance-chain.ts';
import type { Watch } from './governance-watch.ts';

/** Files reports. */
export interface Filing {
  /** A node suspects a producer of one more offence. */
  suspect(node: number, target: number, kind: EvidenceKind): void;
  /** A node holds blocks whose headers prove an offence. */
  prove(node: number, target: number, kind: EvidenceKind, blocks: readonly BlockIndex[]): void;
  /** Sends a report as it is. */
  submit(account: number, target: number, kind: number, headers: readonly SignedHeader[]): void;
}

/** Headers that wait to be filed. */
interface Proof {
  readonly target: number;
  readonly kind: number;
  readonly turn: number;
  readonly headers: readonly SignedHeader[];
}

/** Lets nodes file. @param windowTurns - Turns whose offences a report is about. */
export function createFiling(
  chain: GovernanceChain,
  voters: BallotBook,
  watch: Watch,
  ballots: Ballots,
  windowTurns: number,
): Filing {
  const { kernel, rules, turns, head, up } = chain;
  const voteOut = rules.voteOut!;
  const { voteOutTurnUs: turnUs } = voteOut;
  const roundUs = voteOut.voteOutProducers * turnUs;
  const isOpen: boolean = takesReports(voteOut);
  const draws = chain.random.addressed('agents/reports');
  const accountOf = (node: number) => rules.firstNode + node;
  const readerAt = (node: number) => (cell: number) => chain.readAt(head[node]!, cell);

  /** Accusations that wait to be filed, so that a node does not file one twice. */
  const waiting = new Set<number>();
  const keyOf = (node: number, target: number, kind: number) =>
    (node * rules.nodeCount + target) * 8 + kind;

  function isEnough(node: number, target: number, kind: number): boolean {
    const closed = watch.closedTurn;
    const from = Math.max(closed - windowTurns, ballots.lastReportTurn(target, kind));
    const count = watch.countOf(node, target, kind, from, closed);
    if (kind === EVIDENCE.CENSORSHIP) return count >= CENSORED_BLOCKS;
    if (count < voteOut.voteOutMissed) return false;
    if (kind !== EVIDENCE.MISSED) return true;
    const judged = readerAt(node)(candidateCell(target, CANDIDATE.judgedTurn));
    const { missed } = turns.missedOn(head[node]!, target, voteOut.voteOutOfTurns, judged);
    return missed >= voteOut.voteOutMissed;
  }

  /** Whether the contract would take the report now, as far as the node's branch tells. */
  function isTaken(node: number, target: number, kind: number): boolean {
    const read = readerAt(node);
    if (standingOf(read, target) === STANDING.EXCLUDED) return false;
    if (read(candidateCell(target, CANDIDATE.openByKind + kind)) !== 0) return false;
    const balanceUpt = read(accountCell(accountOf(node), ACCOUNT.balanceUpt));
    return balanceUpt >= voteOut.voteOutDepositUpt;
  }

  function mayFile(node: number, target: number, kind: EvidenceKind): boolean {
    const account = accountOf(node);
    return isOpen && (voters.of(account)?.files?.(account, { target, kind }) ?? true);
  }

  /** Nodes wait a different time each, so that the first report is there before most would file. */
  const backOffUs = (node: number, target: number) =>
    turnUs + Math.floor(draws.uniform(node, watch.closedTurn, target) * roundUs);

  function suspect(node: number, target: number, kind: EvidenceKind): void {
    const key = keyOf(node, target, EVIDENCE[kind]);
    if (waiting.has(key) || !mayFile(node, target, kind)) return;
    if (!isEnough(node, target, EVIDENCE[kind])) return;
    waiting.add(key);
    file.after(backOffUs(node, target), node, target, EVIDENCE[kind]);
  }

  const file = kernel.event('agents/file-report', PHASE.agents, (node, target, kind) => {
    waiting.delete(keyOf(node, target, kind));
    if (up[node] === 0 || !isTaken(node, target, kind) || !isEnough(node, target, kind)) return;
    submit(accountOf(node), target, kind, []);
  });

  function submit(
    account: number,
    target: number,
    kind: number,
    headers: readonly SignedHeader[],
  ): void {
    const payload = { target, kind, depositUpt: voteOut.voteOutDepositUpt, headers };
    const expiryUs = kernel.nowUs + 2 * roundUs;
    chain.submit('ABNORMAL_REPORT', account, payload, { slot: -1, expiryUs });
  }

  const proofs: Proof[] = [];
  const proven = new Set<number>();

  function prove(
    node: number,
    target: number,
    kind: EvidenceKind,
    blocks: readonly BlockIndex[],
  ): void {
    const key = blocks.at(-1)! * rules.nodeCount + node;
    if (proven.has(key) || !mayFile(node, target, kind)) return;
    proven.add(key);
    const headers: SignedHeader[] = [];
    for (const block of blocks) {
      const header = chain.header(block);
      if (header === undefined) return;
      headers.push(header);
    }
    proofs.push({ target, kind: EVIDENCE[kind], turn: turns.turnOf(blocks[0]!), headers });
    fileProof.after(backOffUs(node, target), node, proofs.length - 1);
  }

  const fileProof = kernel.event('agents/file-proof', PHASE.agents, (node, index) => {
    const { target, kind, turn, headers } = proofs[index]!;
    const judged = judgedCell(rules.nodeCount, target, turn);
    if (up[node] === 0 || judged === undefined || readerAt(node)(judged) !== 0) return;
    if (isTaken(node, target, kind)) submit(accountOf(node), target, kind, headers);
  });

  return { suspect, prove, submit };
}
