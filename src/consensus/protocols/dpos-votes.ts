/**
 * Finality by explicit votes. A producer prepares the blocks that it adopts, one a turn and never of a
 * turn before; a prepare certificate lets it commit and locks it on the block; a commit certificate
 * makes the block and its ancestors final. It prepares only what stands on its lock, or on a branch
 * with a prepared block of a later turn; and it commits a block only if all that it prepared in later
 * turns stands on it.
 *
 * Agreement, for quorums t of N and fewer than 2t - N equivocators, in any timing: let b be committed
 * in turn s and b' be the prepared block of the least turn s' > s that does not stand on b. Some honest
 * producer p committed b and prepared b'. It committed b first, or its commit would have seen b'. When
 * it prepared b' its lock L had a turn of s or later. If b' stands on L, L stands on b by the choice of
 * b', and so does b'. If b' stands on a prepared block of a later turn than L's, that stands on b by the
 * same choice, and so does b'. No b' is left. Two blocks of one turn cannot both be prepared, for no
 * honest producer prepares twice in a turn. Progress: certificates travel in headers, nodes prefer the
 * branch with the latest, and after a partition heals every lock gives way to it within a round.
 *
 * Source: the locks are those of Tendermint (Buchman, Kwon and Milosevic 2018), on a chain as in
 * HotStuff (Yin and others 2019); the turn of a block stands for the round.
 */
import { PHASE } from '../../kernel/phase.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import type { ConsensusContext } from '../protocol.ts';
import { COMMIT, createBallots, PREPARE, type VotePhase } from './dpos-ballots.ts';
import { DPOS_FIELD, type DposRule } from './dpos-rule.ts';
import type { DposSchedule } from './dpos-schedule.ts';

/** Hash, turn, phase, voter and signature of a vote [B]. */
export const VOTE_BYTES = 32 + 8 + 1 + 4 + 64;
/** Hash, turn and phase, then voter and signature of each vote of a certificate in a header [B]. */
const certificateSize = (quorum: number): number => 32 + 8 + 1 + quorum * (4 + 64);
/** Blocks with votes before what is final everywhere is looked for again. */
const DROP_EVERY = 32;

/** Votes at work in one run. */
export interface DposVotes {
  /** Heights certified on a branch as far as a node knows: prepared and final. */
  certifiedOn(node: number, parent: BlockIndex): readonly [justified: number, final: number];
  /** Turn of the best prepared block that a node knows of on a branch. */
  preparedTurn(node: number, tip: BlockIndex): number;
  /** Whether a header's claims are true: the certificates exist. */
  isCertified(block: BlockIndex): boolean;
  /** Size of the certificates that a block brings for what its header claims anew [B]. */
  certificateBytes(block: BlockIndex): number;
  onBlock(node: number, block: BlockIndex): void;
  onHead(node: number, head: BlockIndex): void;
  report(): Readonly<Record<string, number>>;
}

/** Wires votes into a run. @param quorum - Votes that certify. */
export function createDposVotes(
  context: ConsensusContext,
  rule: DposRule,
  schedule: DposSchedule,
  quorum: number,
): DposVotes {
  const { kernel, tree, nodeCount, head, finalBlock, transport, conduct } = context;
  const ballots = createBallots(tree, rule, schedule, nodeCount, quorum);
  const everybody = Array.from({ length: nodeCount }, (_, node) => node);
  /** Last block that each node prepared, and the last turn it prepared on another branch than that. */
  const prepared = new Int32Array(nodeCount);
  const switchTurn = new Int32Array(nodeCount);
  /** Block that each node is locked on. */
  const lock = new Int32Array(nodeCount);
  const isCasting = new Uint8Array(nodeCount);
  /** By block: 1 where a node has it; certificates may come before. */
  const received = new Map<BlockIndex, Uint8Array>();
  /** What equivocators have signed: node, block and group. */
  const splitVotes = new Set<string>();
  const counts = { prepareVotes: 0, commitVotes: 0, certificatesApplied: 0, unlocks: 0 };
  const { turnOf } = schedule;
  /** Nodes that may sign more than one vote; known once the protocol has started. */
  let equivocators: readonly number[] | undefined;

  const votes = transport.channel('vote', (to, from, block, phase) => {
    takeVote(to, from, block, phase as VotePhase);
  });

  function takeVote(node: number, voter: number, block: BlockIndex, phase: VotePhase): void {
    if (!ballots.count(node, voter, block, phase)) return;
    if (phase === PREPARE) commit(node, block);
    if (received.get(block)?.[node] !== 1) return;
    if (phase === COMMIT) finalise(node, block);
    // Nobody builds on a branch that nobody has as head, so a certificate moves heads by itself.
    if (!tree.isAncestor(block, head[node]!)) context.reconsider(node, tipOn(node, block));
  }

  /** Longest branch that a node has on top of a block; the first made of equals. */
  function tipOn(node: number, block: BlockIndex): BlockIndex {
    let tip = block;
    const open = [block];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const isLonger = tree.height[at]! > tree.height[tip]!;
      if (isLonger || (tree.height[at] === tree.height[tip] && at < tip)) tip = at;
      for (let child = tree.firstChild[at]!; child >= 0; child = tree.nextSibling[child]!) {
        if (received.get(child)?.[node] === 1) open.push(child);
      }
    }
    return tip;
  }

  function sign(node: number, block: BlockIndex, phase: VotePhase, to: readonly number[]): void {
    if (phase === PREPARE) counts.prepareVotes++;
    else counts.commitVotes++;
    ballots.count(ballots.signed, node, block, phase);
    votes.broadcast(node, to, VOTE_BYTES, block, phase);
    takeVote(node, node, block, phase);
  }

  /** Whether a node votes by the rules now; equivocators vote otherwise. */
  function isVoting(node: number, block: BlockIndex): boolean {
    if (context.up[node] === 0) return false;
    const own = conduct.of(node);
    if (own?.takesPart?.(node) === false || own?.splits?.(node) !== undefined) return false;
    return ballots.isVoter(node, block);
  }

  /** Whether the lock of a node lets it prepare a block. */
  function isOpen(node: number, block: BlockIndex): boolean {
    const held = lock[node]!;
    if (held === 0 || tree.isAncestor(held, block)) return true;
    const final = finalBlock[node]!;
    const known = ballots.preparedTurn(node, block, tree.height[final]!);
    // The final block, on which the block stands, was prepared too.
    if (Math.max(known, turnOf(final)) <= turnOf(held)) return false;
    counts.unlocks++;
    return true;
  }

  // A node that gets several blocks at one instant votes for the one that it ends up on (decision 1:
  // what happens at a node by itself takes 1 µs).
  const cast = kernel.event('consensus/cast-vote', PHASE.consensus, (node) => {
    isCasting[node] = 0;
    const block = head[node]!;
    const before = prepared[node]!;
    if (block === 0 || turnOf(block) <= turnOf(before) || !isVoting(node, block)) return;
    if (!tree.isAncestor(finalBlock[node]!, block) || !isOpen(node, block)) return;
    if (!tree.isAncestor(before, block)) switchTurn[node] = turnOf(before);
    prepared[node] = block;
    sign(node, block, PREPARE, everybody);
  });

  function commit(node: number, block: BlockIndex): void {
    if (!isVoting(node, block) || !tree.isAncestor(finalBlock[node]!, block)) return;
    const turn = turnOf(block);
    const later = prepared[node]!;
    if (turn <= turnOf(later) && (turn < switchTurn[node]! || !tree.isAncestor(block, later)))
      return;
    if (turn > turnOf(lock[node]!)) lock[node] = block;
    sign(node, block, COMMIT, everybody);
  }

  function finalise(node: number, block: BlockIndex): void {
    const known = finalBlock[node]!;
    // A certificate against what is final here can only come of too many equivocators: stay.
    if (tree.height[block]! <= tree.height[known]! || !tree.isAncestor(known, block)) return;
    counts.certificatesApplied++;
    context.finalise(node, block);
    if (ballots.size > DROP_EVERY) dropFinal();
  }

  function dropFinal(): void {
    let least = Number.POSITIVE_INFINITY;
    for (let node = 0; node < nodeCount; node++) {
      least = Math.min(least, tree.height[finalBlock[node]!]!);
    }
    // Everybody counts as knowing of what is dropped, so nobody may be on another branch.
    const common = tree.ancestorAt(finalBlock[0]!, least);
    for (let node = 1; node < nodeCount; node++) {
      if (!tree.isAncestor(common, finalBlock[node]!)) return;
    }
    ballots.drop(least);
    for (const block of received.keys()) if (tree.height[block]! <= least) received.delete(block);
  }

  /** Equivocators sign everything that a group they deceive comes to hold. */
  function signForGroups(member: number, block: BlockIndex): void {
    if (block === 0 || !conduct.isHonest(member)) return;
    equivocators ??= everybody.filter((node) => conduct.of(node)?.splits !== undefined);
    for (const node of equivocators) {
      const own = conduct.of(node)!;
      const groups = own.splits?.(node);
      if (groups === undefined || own.takesPart?.(node) === false) continue;
      if (context.up[node] === 0 || !ballots.isVoter(node, block)) continue;
      groups.forEach((group, k) => {
        const key = `${node}/${block}/${k}`;
        if (!group.includes(member) || splitVotes.has(key)) return;
        splitVotes.add(key);
        sign(node, block, PREPARE, group);
        sign(node, block, COMMIT, group);
      });
    }
  }

  /** The best prepared and the best final height on a branch that a row of ballots knows of. */
  function certifiedOn(row: number, parent: BlockIndex): readonly [number, number] {
    const [knownPrepared, knownFinal] = [rule.proposedAt(parent), rule.irreversibleAt(parent)];
    let justified = knownPrepared;
    let final = knownFinal;
    for (let at = parent; tree.height[at]! > knownFinal; at = tree.parent[at]!) {
      const height = tree.height[at]!;
      if (height > justified && ballots.isCertified(row, at, PREPARE)) justified = height;
      if (ballots.isCertified(row, at, COMMIT)) {
        final = height;
        break;
      }
    }
    return [Math.max(justified, final), final];
  }

  return {
    certifiedOn(node, parent) {
      const isSplit = conduct.of(node)?.splits?.(node) !== undefined;
      return certifiedOn(isSplit ? ballots.signed : node, parent);
    },
    preparedTurn: (node, tip) => ballots.preparedTurn(node, tip, tree.height[finalBlock[node]!]!),
    isCertified(block) {
      const parent = tree.parent[block]!;
      const fields = tree.consensus(block);
      const justified = fields[DPOS_FIELD.justified]!;
      const final = fields[DPOS_FIELD.final]!;
      if (final > justified || justified > tree.height[parent]!) return false;
      const [before, finalBefore] = [rule.proposedAt(parent), rule.irreversibleAt(parent)];
      if (justified < before || final < finalBefore) return false;
      const isTrue = (height: number, phase: VotePhase) =>
        ballots.isCertified(ballots.signed, tree.ancestorAt(parent, height), phase);
      // A commit certificate needs no prepare certificate beside it.
      if (final > finalBefore && !isTrue(final, COMMIT)) return false;
      return justified === before || justified === final || isTrue(justified, PREPARE);
    },
    certificateBytes(block) {
      const parent = tree.parent[block]!;
      const final = rule.irreversibleAt(block);
      const hasFinal = final > rule.irreversibleAt(parent);
      const isMore = rule.proposedAt(block) > Math.max(rule.proposedAt(parent), final);
      return ((hasFinal ? 1 : 0) + (isMore ? 1 : 0)) * certificateSize(quorum);
    },
    onBlock(node, block) {
      let row = received.get(block);
      if (row === undefined) {
        row = new Uint8Array(nodeCount);
        received.set(block, row);
      }
      row[node] = 1;
      const justified = tree.ancestorAt(block, rule.proposedAt(block));
      if (justified !== 0 && ballots.learn(node, justified, PREPARE)) commit(node, justified);
      finalise(node, tree.ancestorAt(block, rule.irreversibleAt(block)));
      if (ballots.isCertified(node, block, COMMIT)) finalise(node, block);
    },
    onHead(node, block) {
      signForGroups(node, block);
      if (isCasting[node] === 1) return;
      isCasting[node] = 1;
      cast.after(1, node);
    },
    report: () => ({ ...counts }),
  };
}
