/**
 * Votes whose receiver acts only when it has heard a quorum. With all-to-all voting nearly every
 * message of a run is such a vote, and all but one of a quorum change nothing but a count. So a
 * vote is sent, counted and given its time of arrival like any message, but not queued: the count
 * of a receiver keeps the arrivals of the votes under way, and one event stands at the instant when
 * the quorum will be complete. Another vote that is faster moves that instant; one that is later
 * cannot change the receiver. Who goes down or is cut off meanwhile loses what would have arrived
 * then, as with queued messages. Receivers act at the same instants as if every vote were an event.
 */
import type { EventKind, Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { MESSAGE, type MessageType } from '../network/traffic.ts';
import type { Transport } from '../network/transport.ts';

/** What votes are made from. */
export interface VoteCountOptions {
  readonly kernel: Kernel;
  readonly transport: Transport;
  /** Validators; the first nodes in index order. */
  readonly voters: number;
  /** Message type of the votes. */
  readonly type: MessageType;
  /** Size of a vote [B]. */
  readonly bytes: number;
  /** Votes for one subject that a receiver waits for, its own included. */
  readonly quorum: number;
  /** A receiver has heard a quorum for a subject; once for each of them. */
  onQuorum(node: number, block: number, round: number): void;
}

/** Votes of one kind. A subject is a block in a round (or view). */
export interface VoteCounts {
  /** Sends a voter's vote to nodes; the voter itself is passed over. */
  cast(from: number, to: ArrayLike<number>, block: number, round: number): void;
  /**
   * Notes a voter's own vote at itself, without a message; see whether it was the last one needed.
   */
  own(node: number, block: number, round: number): void;
  /** Whether a node has heard a quorum for a subject by now; `onQuorum` may not have come yet. */
  isQuorate(node: number, block: number, round: number): boolean;
  /** Forgets counts of blocks that are over, as soon as none of their votes is under way. */
  forget(isOver: (block: number) => boolean): void;
}

const NOT_SENT = Number.POSITIVE_INFINITY;
/** Stands for an arrival in the past that took place. */
const HEARD = -1;

/** Counts of one subject at all receivers. */
interface Count {
  block: number;
  round: number;
  /** Tells events of this use of the record from those of an earlier one. */
  use: number;
  /** By receiver and sender: when the vote arrives [µs], HEARD or NOT_SENT. */
  readonly arrivalUs: Float64Array;
  /** Votes heard and under way at each receiver. */
  readonly voteCount: Int32Array;
  /** Of these, votes that arrive before the receiver's event. */
  readonly earlier: Int32Array;
  /** When the receiver's event stands, and its handle; NOT_SENT and 0 where there is none. */
  readonly wakeUs: Float64Array;
  readonly handle: Float64Array;
  /** 1 where the quorum has been heard. */
  readonly isDone: Uint8Array;
  /** Arrival of the last vote under way. */
  lastUs: number;
}

/** Makes the counts of one kind of vote. */
export function createVoteCounts(options: VoteCountOptions): VoteCounts {
  const { kernel, transport, voters, bytes, quorum } = options;
  const { traffic, up } = transport;
  const code = MESSAGE[options.type];
  const counts: Count[] = [];
  const free: number[] = [];
  /** Records in use, oldest first, and where to find them. */
  let live: number[] = [];
  const places = new Map<number, number>();
  const scratch = new Float64Array(voters);
  const keyOf = (block: number, round: number): number => block * 2 ** 21 + round;

  const wake: EventKind = kernel.event(
    `consensus/hear-${options.type}-quorum`,
    PHASE.network,
    (node, place, use) => {
      const count = counts[place]!;
      if (count.use !== use || count.isDone[node] === 1) return;
      count.handle[node] = 0;
      count.wakeUs[node] = NOT_SENT;
      if (settle(count, place, node, true)) options.onQuorum(node, count.block, count.round);
    },
  );

  function open(block: number, round: number): number {
    const key = keyOf(block, round);
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = free.pop() ?? counts.push(blankCount(voters)) - 1;
    const count = counts[place]!;
    count.block = block;
    count.round = round;
    count.arrivalUs.fill(NOT_SENT);
    count.voteCount.fill(0);
    count.wakeUs.fill(NOT_SENT);
    count.handle.fill(0);
    count.isDone.fill(0);
    count.lastUs = 0;
    places.set(key, place);
    live.push(place);
    return place;
  }

  /** Arrival of the vote that completes the quorum, as far as is known. */
  function completeUs(count: Count, node: number): number {
    const row = node * voters;
    for (let voter = 0; voter < voters; voter++) scratch[voter] = count.arrivalUs[row + voter]!;
    return smallest(scratch, quorum - 1);
  }

  /** Puts the receiver's event at an instant at or before the one that completes the quorum. */
  function plan(count: Count, place: number, node: number, atUs: number): void {
    if (count.handle[node] !== 0) kernel.cancel(count.handle[node]!);
    const row = node * voters;
    let earlier = 0;
    for (let at = row; at < row + voters; at++) if (count.arrivalUs[at]! < atUs) earlier++;
    count.earlier[node] = earlier;
    count.wakeUs[node] = atUs;
    count.handle[node] = wake.at(atUs, node, place, count.use);
  }

  /**
   * Plans for a receiver without an event. Most votes of a quorum are sent close together: looking
   * again half-way, when they have been sent, saves moving the event for each of them.
   */
  function planFirst(count: Count, place: number, node: number): void {
    const { nowUs } = kernel;
    const leftUs = Math.max(1, completeUs(count, node) - nowUs);
    plan(count, place, node, nowUs + Math.ceil(leftUs / 2));
  }

  /**
   * Hears what has arrived; whether that makes a quorum now, else sees to it that an event stands.
   */
  function settle(count: Count, place: number, node: number, isWake: boolean): boolean {
    const { nowUs } = kernel;
    if (count.voteCount[node]! < quorum) return false;
    let quorumUs = completeUs(count, node);
    if (quorumUs <= nowUs) {
      if (hear(count, node, nowUs) >= quorum) {
        count.isDone[node] = 1;
        if (count.handle[node] !== 0) kernel.cancel(count.handle[node]!);
        count.handle[node] = 0;
        return true;
      }
      if (count.voteCount[node]! < quorum) return false;
      quorumUs = completeUs(count, node);
    }
    if (!isWake && count.wakeUs[node] === NOT_SENT) planFirst(count, place, node);
    else if (isWake || count.wakeUs[node]! > quorumUs) plan(count, place, node, quorumUs);
    return false;
  }

  /** Takes arrivals up to an instant as heard or, where nothing came through, as lost. */
  function hear(count: Count, node: number, untilUs: number): number {
    const { arrivalUs } = count;
    const row = node * voters;
    let heard = 0;
    for (let voter = 0; voter < voters; voter++) {
      const at = arrivalUs[row + voter]!;
      if (at > untilUs) continue;
      if (at === HEARD || (voter === node ? up[node] === 1 : transport.reaches(voter, node))) {
        arrivalUs[row + voter] = HEARD;
        heard++;
      } else {
        arrivalUs[row + voter] = NOT_SENT;
        count.voteCount[node]!--;
      }
    }
    return heard;
  }

  // Votes that have arrived by now did so under what held until now.
  transport.onChange(() => {
    const untilUs = kernel.phase > PHASE.network ? kernel.nowUs : kernel.nowUs - 1;
    for (const place of live) {
      const count = counts[place]!;
      for (let node = 0; node < voters; node++) {
        if (count.isDone[node] === 0) hear(count, node, untilUs);
      }
    }
  });

  return {
    cast(from, to, block, round) {
      const place = open(block, round);
      const count = counts[place]!;
      const { arrivalUs, voteCount } = count;
      const { nowUs } = kernel;
      for (let i = 0; i < to.length; i++) {
        const node = to[i]!;
        if (node === from) continue;
        const isHeard = transport.reaches(from, node);
        traffic.count(code, from, isHeard ? node : -1, bytes);
        if (!isHeard) continue;
        const atUs = nowUs + transport.directUs(from, node, bytes);
        if (node >= voters || count.isDone[node] === 1) continue;
        const cell = node * voters + from;
        const before = arrivalUs[cell]!;
        // A vote that is sent again counts once, when it first arrives.
        if (before <= atUs) continue;
        arrivalUs[cell] = atUs;
        if (atUs > count.lastUs) count.lastUs = atUs;
        if (before === NOT_SENT) voteCount[node]!++;
        if (voteCount[node]! < quorum) continue;
        if (count.wakeUs[node] === NOT_SENT) {
          planFirst(count, place, node);
        } else if (atUs < count.wakeUs[node]! && before >= count.wakeUs[node]!) {
          count.earlier[node]!++;
          if (count.earlier[node]! >= quorum) plan(count, place, node, completeUs(count, node));
        }
      }
    },
    own(node, block, round) {
      const count = counts[open(block, round)]!;
      const cell = node * voters + node;
      if (count.arrivalUs[cell] === HEARD || count.isDone[node] === 1) return;
      count.arrivalUs[cell] = HEARD;
      count.voteCount[node]!++;
      if (count.wakeUs[node] !== NOT_SENT) count.earlier[node]!++;
    },
    isQuorate(node, block, round) {
      if (quorum <= 0) return true;
      const place = places.get(keyOf(block, round));
      if (place === undefined) return false;
      const count = counts[place]!;
      return count.isDone[node] === 1 || settle(count, place, node, false);
    },
    forget(isOver) {
      const kept: number[] = [];
      for (const place of live) {
        const count = counts[place]!;
        if (count.lastUs >= kernel.nowUs || !isOver(count.block)) {
          kept.push(place);
          continue;
        }
        places.delete(keyOf(count.block, count.round));
        count.use++;
        free.push(place);
      }
      live = kept;
    },
  };
}

function blankCount(voters: number): Count {
  return {
    block: 0,
    round: 0,
    use: 0,
    arrivalUs: new Float64Array(voters * voters),
    voteCount: new Int32Array(voters),
    earlier: new Int32Array(voters),
    wakeUs: new Float64Array(voters),
    handle: new Float64Array(voters),
    isDone: new Uint8Array(voters),
    lastUs: 0,
  };
}

/** The k-th smallest value from 0, by Hoare's selection; reorders the values. */
function smallest(values: Float64Array, k: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const held = values[i]!;
        values[i++] = values[j]!;
        values[j--] = held;
      }
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k]!;
}
