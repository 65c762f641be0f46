/**
 * Irreversibility of delegated proof of stake, computed from headers alone. Rules differ in whose word
 * counts and how often it is asked:
 *
 * - `naive`: a quorum of distinct producers has built on the block, its own included. A producer that
 *   switched forks counts on both (EOSIO issue 2718).
 * - `share`: the same, asked as Steem, TRON and BitShares ask it: the block at a share from below of
 *   the producers' last blocks, sorted.
 * - `disclosed`: a producer discloses from which height it confirms, so that one that switched forks
 *   is not counted on both, if it is honest.
 * - `twoStage`: a block so confirmed is proposed; it is irreversible once a quorum has, in a block of
 *   theirs, seen it proposed.
 * - `bft`: producers vote with messages; headers carry the heights that votes have certified.
 *
 * Source: EOSIO 2.x block_header_state (dpos_proposed_irreversible, dpos_irreversible); Steem
 * database.cpp, update_last_irreversible_block; validation B2.
 */
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';
import { type BranchRule, parameter } from '../protocol.ts';
import { DPOS_RULES } from './dpos-options.ts';

/**
 * Header fields. `confirmedFrom` is the lowest height the producer confirms; under rule `bft` the
 * fields `justified` and `final` stand in its place. Blocks of the seat that stand-bys share end with
 * `sharedSeat` = 1. One more field, any number, may follow: what else two blocks of one turn differ in.
 */
export const DPOS_FIELD = { turn: 0, epoch: 1, confirmedFrom: 2, justified: 2, final: 3 } as const;

/** The branch rule with what schedules need of it. */
export interface DposRule extends BranchRule {
  readonly isVoted: boolean;
  /** Index of the field `sharedSeat`. */
  readonly seatField: number;
  /** Irreversible height as of a block. */
  irreversibleAt(block: BlockIndex): number;
  /** Height that a first quorum stands behind as of a block; under one-stage rules the same. */
  proposedAt(block: BlockIndex): number;
  /** Irreversible block at the end of the epoch before the one that the block belongs to. */
  anchorOf(block: BlockIndex): BlockIndex;
  /** Whose voice a block is: its producer's, or that of the shared seat whoever sat on it. */
  voiceOf(block: BlockIndex): number;
}

/** Makes the rule over a tree from the integers in genesis. */
export function createDposRule(
  tree: BlockTree,
  parameters: Readonly<Record<string, number>>,
): DposRule {
  const name = DPOS_RULES[parameter(parameters, 'rule')];
  const quorum = parameter(parameters, 'quorum');
  const isVoted = name === 'bft';
  const isDisclosed = name === 'disclosed' || name === 'twoStage';
  const seatField = isVoted ? 4 : 3;
  let proposed = new Int32Array(1024);
  let irreversible = new Int32Array(1024);
  let anchor = new Int32Array(1024);
  const nodeCount = parameter(parameters, 'nodes');
  const seen = new Int32Array(nodeCount + 1);
  let seenMark = 0;
  /** Lowest height a producer was counted for in the walk of `seenMark`. */
  const lowest = new Int32Array(seen.length);
  /** Change of the number of confirmers from one height above the floor to the next below. */
  let change = new Int32Array(64);
  const scratch = { proposed: 0, irreversible: 0 };

  /**
   * The stand-bys share one seat and so one voice. Counted one by one they could make a quorum over the
   * epochs that no set of elected producers ever had.
   */
  const voice = (producer: number, fields: readonly number[]): number =>
    fields[seatField] === 1 ? nodeCount : producer;
  const voiceOf = (block: BlockIndex): number =>
    voice(tree.producer[block]!, tree.consensus(block));
  /** Where nobody discloses, a block stands behind everything below it. */
  const confirmedFrom = (fields: readonly number[]): number =>
    isDisclosed ? fields[DPOS_FIELD.confirmedFrom]! : 0;

  /**
   * Highest height that a quorum confirms on the branch parent + new block, and at least the parent's. A
   * height that a fork left with too few confirmers is passed over, for who confirms a block stands
   * behind its ancestors; waiting for it would stop the chain for ever.
   */
  function proposedAfter(parent: BlockIndex, producer: number, from: number): number {
    const height = tree.height[parent]! + 1;
    const floor = proposed[parent]!;
    if (height - floor >= change.length) change = new Int32Array(2 * (height - floor));
    change.fill(0, 0, height - floor + 1);
    seenMark++;
    confirm(producer, from, height, floor);
    for (let block = parent; tree.height[block]! > floor; block = tree.parent[block]!) {
      confirm(voiceOf(block), confirmedFrom(tree.consensus(block)), tree.height[block]!, floor);
    }
    let confirmers = 0;
    for (let above = height - floor; above > 0; above--) {
      confirmers += change[above]!;
      if (confirmers >= quorum) return floor + above;
    }
    return floor;
  }

  /** Counts a producer behind the heights from..to above the floor, each height once. */
  function confirm(producer: number, from: number, to: number, floor: number): void {
    const isNew = seen[producer] !== seenMark;
    const top = isNew ? to : Math.min(to, lowest[producer]! - 1);
    lowest[producer] = isNew ? from : Math.min(from, lowest[producer]!);
    seen[producer] = seenMark;
    const bottom = Math.max(from, floor + 1);
    if (bottom > top) return;
    change[top - floor]!++;
    change[bottom - floor - 1]!--;
  }

  function advance(parent: BlockIndex, producer: number, fields: readonly number[]): void {
    if (isVoted) {
      // What a forged header claims beyond its branch is cut off; the block is invalid anyway.
      const top = tree.height[parent]!;
      scratch.proposed = Math.min(fields[DPOS_FIELD.justified] ?? 0, top);
      scratch.irreversible = Math.min(fields[DPOS_FIELD.final] ?? 0, top);
      return;
    }
    const stageOne = proposedAfter(parent, producer, confirmedFrom(fields));
    scratch.proposed = stageOne;
    scratch.irreversible = name === 'twoStage' ? secondStage(parent, producer, stageOne) : stageOne;
  }

  /**
   * Proposed heights do not fall along a branch, so the quorum-th distinct producer from the top holds
   * the quorum-th largest of the producers' latest proposals.
   */
  function secondStage(parent: BlockIndex, producer: number, stageOne: number): number {
    const known = irreversible[parent]!;
    seenMark++;
    seen[producer] = seenMark;
    if (quorum === 1) return Math.max(known, stageOne);
    let distinct = 1;
    for (let block = parent; block > 0 && proposed[block]! > known; block = tree.parent[block]!) {
      const who = voiceOf(block);
      if (seen[who] === seenMark) continue;
      seen[who] = seenMark;
      distinct++;
      if (distinct === quorum) return proposed[block]!;
    }
    return known;
  }

  function grow(block: BlockIndex): void {
    if (block < proposed.length) return;
    const wider = (from: Int32Array) => {
      const to = new Int32Array(Math.max(block + 1, from.length * 2));
      to.set(from);
      return to;
    };
    proposed = wider(proposed);
    irreversible = wider(irreversible);
    anchor = wider(anchor);
  }

  return {
    isVoted,
    seatField,
    irreversibleHeight(parent, producer, consensus) {
      advance(parent, voice(producer, consensus), consensus);
      return scratch.irreversible;
    },
    add(block) {
      grow(block);
      const parent = tree.parent[block]!;
      const fields = tree.consensus(block);
      advance(parent, voiceOf(block), fields);
      proposed[block] = scratch.proposed;
      irreversible[block] = scratch.irreversible;
      const parentEpoch = parent === 0 ? 0 : tree.consensus(parent)[DPOS_FIELD.epoch]!;
      anchor[block] =
        parentEpoch === fields[DPOS_FIELD.epoch]!
          ? anchor[parent]!
          : tree.ancestorAt(parent, irreversible[parent]!);
    },
    finalHeight: (head) => irreversible[head]!,
    irreversibleAt: (block) => irreversible[block]!,
    proposedAt: (block) => proposed[block]!,
    anchorOf: (block) => anchor[block]!,
    voiceOf,
  };
}
