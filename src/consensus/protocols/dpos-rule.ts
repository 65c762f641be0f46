/**
 * Two-stage irreversibility of delegated proof of stake, computed from headers alone. A block is proposed
 * once more than two thirds of the producers stand behind it; it is irreversible once more than two
 * thirds have, in a block of theirs, seen it proposed. A producer discloses from which height it confirms,
 * so that one that switched forks is not counted on both.
 * Source: EOSIO 2.x block_header_state (dpos_proposed_irreversible, dpos_irreversible); validation B2.
 */
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';
import { type BranchRule, parameter } from '../protocol.ts';

/** Header fields of a DPoS block; the last stands only in blocks of the seat that stand-bys share. */
export const DPOS_FIELD = { turn: 0, epoch: 1, confirmedFrom: 2, sharedSeat: 3 } as const;

/** The branch rule with what schedules need of it. */
export interface DposRule extends BranchRule {
  /** Irreversible height as of a block. */
  irreversibleAt(block: BlockIndex): number;
  /** Irreversible block at the end of the epoch before the one that the block belongs to. */
  anchorOf(block: BlockIndex): BlockIndex;
  /** Whose voice a block is: its producer's, or that of the shared seat whoever sat on it. */
  voiceOf(block: BlockIndex): number;
}

/** More than two thirds of n producers. */
export const dposQuorum = (producerCount: number) => Math.floor((2 * producerCount) / 3) + 1;

/** Makes the rule over a tree. */
export function createDposRule(
  tree: BlockTree,
  parameters: Readonly<Record<string, number>>,
): DposRule {
  const quorum = dposQuorum(parameter(parameters, 'producers'));
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
    fields[DPOS_FIELD.sharedSeat] === 1 ? nodeCount : producer;
  const voiceOf = (block: BlockIndex): number =>
    voice(tree.producer[block]!, tree.consensus(block));

  /**
   * Highest height that a quorum confirms on the branch parent + new block, and at least the parent's. A
   * height that a fork left with too few confirmers is passed over, for who confirms a block stands
   * behind its ancestors; waiting for it would stop the chain for ever.
   */
  function proposedAfter(parent: BlockIndex, producer: number, confirmedFrom: number): number {
    const height = tree.height[parent]! + 1;
    const floor = proposed[parent]!;
    if (height - floor >= change.length) change = new Int32Array(2 * (height - floor));
    change.fill(0, 0, height - floor + 1);
    seenMark++;
    confirm(producer, confirmedFrom, height, floor);
    for (let block = parent; tree.height[block]! > floor; block = tree.parent[block]!) {
      const from = tree.consensus(block)[DPOS_FIELD.confirmedFrom]!;
      confirm(voiceOf(block), from, tree.height[block]!, floor);
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

  function advance(parent: BlockIndex, producer: number, confirmedFrom: number): void {
    const stageOne = proposedAfter(parent, producer, confirmedFrom);
    scratch.proposed = stageOne;
    // Proposed heights do not fall along a branch, so the quorum-th distinct producer from the top
    // holds the quorum-th largest of the producers' latest proposals.
    seenMark++;
    seen[producer] = seenMark;
    let distinct = 1;
    let stageTwo = distinct >= quorum ? stageOne : irreversible[parent]!;
    for (let block = parent; block > 0 && distinct < quorum; block = tree.parent[block]!) {
      if (proposed[block]! <= irreversible[parent]!) break;
      const who = voiceOf(block);
      if (seen[who] === seenMark) continue;
      seen[who] = seenMark;
      distinct++;
      if (distinct === quorum) stageTwo = proposed[block]!;
    }
    scratch.irreversible = Math.max(irreversible[parent]!, stageTwo);
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
    irreversibleHeight(parent, producer, consensus) {
      advance(parent, voice(producer, consensus), consensus[DPOS_FIELD.confirmedFrom]!);
      return scratch.irreversible;
    },
    add(block) {
      grow(block);
      const parent = tree.parent[block]!;
      const fields = tree.consensus(block);
      advance(parent, voiceOf(block), fields[DPOS_FIELD.confirmedFrom]!);
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
    anchorOf: (block) => anchor[block]!,
    voiceOf,
  };
}
