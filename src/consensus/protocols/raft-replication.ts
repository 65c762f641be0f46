/**
 * Replication of Raft: the leader appends blocks to the logs of the others, and what a majority has
 * is committed. One block is under way at a time. Heartbeats that can change nothing but a
 * follower's wait are counted and noted, not queued; all others are messages.
 */
import { PHASE } from '../../kernel/phase.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import { MESSAGE } from '../../network/traffic.ts';
import { createVariants } from '../variants.ts';
import type { Elections } from './raft-election.ts';
import { MESSAGE_BYTES, type Members, NOBODY, ROLE } from './raft-members.ts';

/** Replication at all validators. */
export interface Replication {
  /** A leader makes a block and sends it out, if nothing is under way. */
  append(node: number): void;
  /** A validator has won an election. */
  lead(node: number): void;
  /** A leader has learnt that it is none. */
  resign(node: number): void;
  /** A validator has a new head: its log holds at least that. */
  onHead(node: number): void;
  /** Whether a leader is in touch with the validator. */
  isTended(node: number): boolean;
  /** When the last heartbeat that was not queued came to a validator [µs]. */
  lastHeardUs(node: number): number;
  readonly counts: { conflicts: number };
}

/** Contents of an append. */
const BEAT = 0;
const ENTRY = 1;
const ENTRIES = 2;
const KINDS = 4;
/** Blocks that may be under way, as a message can say. */
const OPEN_MAX = 2 ** 10;

/** Makes replication; heartbeats leave a leader every `beatUs`. */
export function createReplication(
  members: Members,
  beatUs: number,
  elections: () => Elections,
): Replication {
  const { context, certificates, count, all, role, term, leader, last } = members;
  const { kernel, tree, head, transport } = context;
  const { traffic } = transport;
  /**
   * By leader and follower: last block that the follower is known to have, in the leader's term.
   */
  const acknowledged = new Int32Array(count * count);
  /** Last heartbeat that was not queued: when it comes, and when the one before came. */
  const noted = new Float64Array(count);
  const notedBefore = new Float64Array(count);
  const counts = { conflicts: 0 };

  const heightOf = (block: BlockIndex): number => tree.height[block]!;
  const isOpen = (node: number): boolean => last[node] !== head[node];
  /** What tells a follower how much of the log it is given is committed. */
  const about = (node: number, kind: number): number => {
    const open = Math.min(OPEN_MAX - 1, heightOf(last[node]!) - heightOf(head[node]!));
    return (term[node]! * OPEN_MAX + open) * KINDS + kind;
  };

  const variants = createVariants(context, all, (from, to, block) => {
    const bytes = MESSAGE_BYTES + tree.bytes[block]!;
    const place = term[from]! * OPEN_MAX + heightOf(block) - heightOf(head[from]!);
    appends.broadcast(from, to, bytes, block, place * KINDS + ENTRY);
  });

  function append(node: number): void {
    if (role[node] !== ROLE.leader || isOpen(node) || !members.acts(node)) return;
    extend(node);
  }

  function extend(node: number): void {
    last[node] = variants.propose(node, last[node]!, [term[node]!]);
    commit(node);
  }

  const appends = transport.channel('append', (node, from, block, place) => {
    if (node >= count || !members.acts(node)) return;
    const kind = place % KINDS;
    const rest = Math.floor(place / KINDS);
    const open = rest % OPEN_MAX;
    const sent = Math.floor(rest / OPEN_MAX);
    if (sent < term[node]!) {
      answer(node, from, last[node]!, false);
      return;
    }
    if (sent > term[node]! || role[node] !== ROLE.follower) elections().stepDown(node, sent);
    leader[node] = from;
    elections().heard(node, kernel.nowUs);
    if (!take(node, block, kind)) {
      // Who was sent the whole log and will not have it has committed something else.
      if (kind !== ENTRIES) answer(node, from, last[node]!, false);
      return;
    }
    answer(node, from, block, true);
    commitUpTo(node, tree.ancestorAt(block, heightOf(block) - open));
  });

  /** Brings a log into line with what its leader sends; false when something between is missing. */
  function take(node: number, block: BlockIndex, kind: number): boolean {
    if (tree.isAncestor(block, last[node]!)) return true;
    const hasParent = tree.isAncestor(tree.parent[block]!, last[node]!);
    if (kind === BEAT || (kind === ENTRY && !hasParent)) return false;
    // Entries that are not the leader's go, unless they are committed: then somebody cheats.
    if (!tree.isAncestor(head[node]!, block)) return false;
    if (!tree.isAncestor(last[node]!, block)) counts.conflicts++;
    last[node] = block;
    return true;
  }

  function commitUpTo(node: number, block: BlockIndex): void {
    const path: BlockIndex[] = [];
    for (let at = block; heightOf(at) > heightOf(head[node]!); at = tree.parent[at]!) path.push(at);
    for (let i = path.length - 1; i >= 0; i--) {
      // One block may bring along the next, where that had come before it.
      if (tree.parent[path[i]!] !== head[node]) continue;
      const maker = tree.producer[path[i]!]!;
      if (maker === node) context.publish(node, path[i]!);
      else context.adopt(node, path[i]!, maker);
    }
  }

  function answer(node: number, to: number, block: BlockIndex, isTaken: boolean): void {
    answers.send(node, to, MESSAGE_BYTES, block, term[node]! * 2 + (isTaken ? 1 : 0));
  }

  const answers = transport.channel('append-reply', (node, from, block, place) => {
    const said = Math.floor(place / 2);
    if (said > term[node]!) {
      elections().stepDown(node, said);
      return;
    }
    if (role[node] !== ROLE.leader || said !== term[node]) return;
    if (place % 2 === 0) {
      sendMissing(node, from, block);
      return;
    }
    const cell = node * count + from;
    if (heightOf(block) > heightOf(acknowledged[cell]!)) acknowledged[cell] = block;
    commit(node);
  });

  /** Sends a follower everything after what its log shares with the leader's. */
  function sendMissing(node: number, to: number, block: BlockIndex): void {
    if (!members.acts(node)) return;
    let bytes = MESSAGE_BYTES;
    const shared = tree.commonAncestor(block, last[node]!);
    for (let at = last[node]!; at !== shared; at = tree.parent[at]!) bytes += tree.bytes[at]!;
    appends.send(node, to, bytes, last[node]!, about(node, ENTRIES));
  }

  /** Commits what a majority has, if the last of it is of the leader's own term. */
  function commit(node: number): void {
    const block = last[node]!;
    if (!isOpen(node) || members.termOf(block) !== term[node]) return;
    const told = variants.of(block);
    let holders = 1;
    for (let other = 0; other < count; other++) {
      const has = acknowledged[node * count + other]!;
      if (other !== node && told.some((each) => tree.isAncestor(each, has))) holders++;
    }
    if (holders < members.majority) return;
    const groups = variants.groupsOf(node);
    if (groups !== undefined && told.length > 1) {
      told.forEach((each, k) => {
        certificates.certify(each, term[node]!);
        context.publish(node, each, groups[k]!);
      });
      return;
    }
    for (let at = block; at !== head[node]; at = tree.parent[at]!) {
      certificates.certify(at, term[node]!);
    }
    commitUpTo(node, block);
    notices.broadcast(node, all, MESSAGE_BYTES, block, term[node]!);
  }

  // Followers hear of a commit at once, not with the next heartbeat, and so need no block of the
  // relay.
  const notices = transport.channel('commit', (node, from, block, inTerm) => {
    if (node >= count || leader[node] !== from || term[node] !== inTerm) return;
    if (tree.isAncestor(block, last[node]!)) commitUpTo(node, block);
  });

  const beat = kernel.event('consensus/send-heartbeats', PHASE.consensus, (node, inTerm) => {
    if (role[node] !== ROLE.leader || term[node] !== inTerm) return;
    beat.after(beatUs, node, inTerm);
    const isSilent = !members.acts(node);
    for (let other = 0; other < count; other++) {
      if (other === node) continue;
      const follows = leader[other] === node && term[other] === inTerm;
      if (isSilent || !transport.reaches(node, other)) {
        if (follows) elections().watch(other);
        if (!isSilent) traffic.count(MESSAGE.append, node, -1, MESSAGE_BYTES);
      } else if (follows && members.acts(other) && isEven(node, other)) {
        note(node, other);
      } else {
        appends.send(node, other, MESSAGE_BYTES, last[node]!, about(node, BEAT));
      }
    }
  });

  /** Whether a heartbeat has nothing to tell a follower, nor its answer the leader. */
  function isEven(node: number, other: number): boolean {
    return (
      !isOpen(node) &&
      last[other] === last[node] &&
      head[other] === head[node] &&
      acknowledged[node * count + other] === last[node]
    );
  }

  function note(node: number, other: number): void {
    traffic.count(MESSAGE.append, node, other, MESSAGE_BYTES);
    traffic.count(MESSAGE['append-reply'], other, node, MESSAGE_BYTES);
    if (noted[other]! <= kernel.nowUs) notedBefore[other] = noted[other]!;
    noted[other] = kernel.nowUs + transport.directUs(node, other, MESSAGE_BYTES);
  }

  // A heartbeat under way while somebody goes down or is cut off becomes a message after all.
  const hear = kernel.event('consensus/hear-heartbeat', PHASE.network, (node, from, inTerm) => {
    const follows = leader[node] === from && term[node] === inTerm;
    if (follows && transport.reaches(from, node)) elections().heard(node, kernel.nowUs);
  });
  transport.onChange(() => {
    for (let node = 0; node < count; node++) {
      if (noted[node]! <= kernel.nowUs) continue;
      hear.at(noted[node]!, node, leader[node]!, term[node]!);
      noted[node] = notedBefore[node]!;
    }
  });

  return {
    append,
    lead(node) {
      acknowledged.fill(0, node * count, (node + 1) * count);
      beat.at(kernel.nowUs, node, term[node]!);
      // What an earlier leader left open is committed together with a block of this term.
      if (isOpen(node)) extend(node);
      else commit(node);
    },
    resign(node) {
      for (const other of all) if (leader[other] === node) elections().watch(other);
    },
    onHead(node) {
      if (!tree.isAncestor(head[node]!, last[node]!)) last[node] = head[node]!;
    },
    isTended(node) {
      const by = leader[node]!;
      return (
        by !== NOBODY &&
        by !== node &&
        role[by] === ROLE.leader &&
        term[by] === term[node] &&
        members.acts(by) &&
        transport.reaches(by, node)
      );
    },
    lastHeardUs: (node) => (noted[node]! <= kernel.nowUs ? noted[node]! : notedBefore[node]!),
    counts,
  };
}
