/**
 * Votes on blocks, counted at every node. A block has a prepare certificate at a node that holds
 * prepare votes of a quorum of every seating that could have certified a block between the last final
 * one on the branch and itself; and so with commits. While nothing changes hands that is one seating;
 * over an election both the old and the new must agree, for else two quorums need have nobody in common.
 */
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';
import type { DposRule } from './dpos-rule.ts';
import { type DposSchedule, NOBODY, type Seats } from './dpos-schedule.ts';

/** First phase of a vote: the block is the best that the voter knows of. */
export const PREPARE = 0;
/** Second phase of a vote: a quorum has prepared the block. */
export const COMMIT = 1;
/** Phase of a vote: {@link PREPARE} or {@link COMMIT}. */
export type VotePhase = typeof PREPARE | typeof COMMIT;

/** Votes as every node has them, and as they were signed. */
export interface Ballots {
  /** Row of what was signed by anybody, known to no node. */
  readonly signed: number;
  /** Whether a node may vote on a block. */
  isVoter(node: number, block: BlockIndex): boolean;
  /** Counts a vote at a node. @returns Whether a certificate came of it, for the first time there. */
  count(node: number, voter: number, block: BlockIndex, phase: VotePhase): boolean;
  /** A node has learnt of a certificate otherwise. @returns Whether it is news. */
  learn(node: number, block: BlockIndex, phase: VotePhase): boolean;
  /** Whether a node knows of a certificate; everybody does of blocks that were dropped as final. */
  isCertified(node: number, block: BlockIndex, phase: VotePhase): boolean;
  /** Turn of the best prepared block that the node knows of on a branch down to a height; 0: none. */
  preparedTurn(node: number, tip: BlockIndex, floor: number): number;
  /** The block itself, or 0. */
  preparedBlock(node: number, tip: BlockIndex, floor: number): BlockIndex;
  /** Forgets blocks up to a height, which are final at every node or dead. */
  drop(height: number): void;
  /** Blocks whose votes are held. */
  readonly size: number;
}

interface Poll {
  /** Seatings that must each have a quorum: for each voter, which it belongs to. */
  readonly electorates: readonly Seats[];
  readonly voters: readonly number[];
  /** Place of each voter in `voters`. */
  readonly place: ReadonlyMap<number, number>;
  /** By row, voter and phase: 1 when the vote is held. */
  readonly held: Uint8Array;
  /** By row, electorate and phase. */
  readonly tally: Uint16Array;
  /** By row and phase: 1 when there is a certificate. */
  readonly certified: Uint8Array;
}

/** Makes the ballots of a tree. @param quorum - Votes of each seating that certify. */
export function createBallots(
  tree: BlockTree,
  rule: DposRule,
  schedule: DposSchedule,
  nodeCount: number,
  quorum: number,
): Ballots {
  const rows = nodeCount + 1;
  const signed = nodeCount;
  const polls = new Map<BlockIndex, Poll>();
  const electoratesByBlock = new Map<BlockIndex, readonly Seats[]>();
  let dropped = 0;

  const ownSeats = (block: BlockIndex): Seats =>
    block === 0
      ? schedule.seatsOn(0, 1)
      : schedule.seatsOn(tree.parent[block]!, schedule.turnOf(block));

  /**
   * Seatings from the final block of a block's header up to the block. Conflicting blocks leave a
   * common ancestor above what either calls final, so the ancestor's seating is among both lists.
   */
  function electoratesOf(block: BlockIndex): readonly Seats[] {
    const known = electoratesByBlock.get(block);
    if (known !== undefined) return known;
    const parent = tree.parent[block]!;
    const final = rule.irreversibleAt(block);
    const list: Seats[] = [];
    const add = (seats: Seats) => {
      if (!list.some(({ id }) => id === seats.id)) list.push(seats);
    };
    add(ownSeats(block));
    const before = electoratesByBlock.get(parent);
    if (before !== undefined && rule.irreversibleAt(parent) === final) before.forEach(add);
    else {
      for (let at = parent; tree.height[at]! > final; at = tree.parent[at]!) add(ownSeats(at));
      add(ownSeats(tree.ancestorAt(block, final)));
    }
    electoratesByBlock.set(block, list);
    return list;
  }

  function pollOf(block: BlockIndex): Poll | undefined {
    if (tree.height[block]! <= dropped) return undefined;
    let poll = polls.get(block);
    if (poll === undefined) {
      const electorates = electoratesOf(block);
      const everybody = electorates.flatMap(({ holders }) => Array.from(holders));
      const voters = [...new Set(everybody.filter((node) => node !== NOBODY))];
      poll = {
        electorates,
        voters,
        place: new Map(voters.map((node, place) => [node, place])),
        held: new Uint8Array(rows * voters.length * 2),
        tally: new Uint16Array(rows * electorates.length * 2),
        certified: new Uint8Array(rows * 2),
      };
      polls.set(block, poll);
    }
    return poll;
  }

  function isCertified(node: number, block: BlockIndex, phase: VotePhase): boolean {
    if (tree.height[block]! <= dropped) return true;
    return polls.get(block)?.certified[node * 2 + phase] === 1;
  }

  function preparedBlock(node: number, tip: BlockIndex, floor: number): BlockIndex {
    for (let at = tip; tree.height[at]! > floor; at = tree.parent[at]!) {
      if (isCertified(node, at, PREPARE)) return at;
    }
    return 0;
  }

  return {
    signed,
    get size() {
      return polls.size;
    },
    isVoter: (node, block) => pollOf(block)?.place.has(node) === true,
    count(node, voter, block, phase) {
      const poll = pollOf(block);
      const place = poll?.place.get(voter);
      if (poll === undefined || place === undefined) return false;
      const at = (node * poll.voters.length + place) * 2 + phase;
      if (poll.held[at] === 1) return false;
      poll.held[at] = 1;
      const { electorates, tally, certified } = poll;
      let isComplete = true;
      for (let k = 0; k < electorates.length; k++) {
        const entry = (node * electorates.length + k) * 2 + phase;
        if (electorates[k]!.holders.includes(voter)) tally[entry]!++;
        if (tally[entry]! < quorum) isComplete = false;
      }
      if (!isComplete || certified[node * 2 + phase] === 1) return false;
      certified[node * 2 + phase] = 1;
      return true;
    },
    learn(node, block, phase) {
      const poll = pollOf(block);
      if (poll === undefined || poll.certified[node * 2 + phase] === 1) return false;
      poll.certified[node * 2 + phase] = 1;
      return true;
    },
    isCertified,
    preparedBlock,
    preparedTurn: (node, tip, floor) => schedule.turnOf(preparedBlock(node, tip, floor)),
    drop(height) {
      if (height <= dropped) return;
      dropped = height;
      for (const block of polls.keys()) {
        if (tree.height[block]! <= height) polls.delete(block);
      }
      for (const block of electoratesByBlock.keys()) {
        if (tree.height[block]! < height) electoratesByBlock.delete(block);
      }
    },
  };
}
