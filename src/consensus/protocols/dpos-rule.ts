/**
 * Two-stage irreversibility of delegated proof of stake, computed from headers alone. A block is proposed
 * once more than two thirds of the producers stand behind it; it is irreversible once more than two
 * thirds have, in a block of theirs, seen it proposed. A producer discloses from which height it confirms,
 * so that one that switched forks is not counted on both.
 * Source: EOSIO 2.x block_header_state (dpos_proposed_irreversible, dpos_irreversible); validation B2.
 */
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';
import { type BranchRule, parameter } from '../protocol.ts';

/** Header fields of a DPoS block. */
export const DPOS_FIELD = { turn: 0, epoch: 1, confirmedFrom: 2 } as const;

/** The branch rule with what schedules need of it. */
export interface DposRule extends BranchRule {
  /** Irreversible height as of a block. */
  irreversibleAt(block: BlockIndex): number;
  /** Irreversible block at the end of the epoch before the one that the block belongs to. */
  anchorOf(block: BlockIndex): BlockIndex;
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
  const seen = new Int32Array(parameter(parameters, 'nodes'));
  let seenMark = 0;
  const scratch = { proposed: 0, irreversible: 0 };

  /** Producers on the branch parent + new block that confirm height `at`. */
  function confirmers(parent: BlockIndex, producer: number, confirmedFrom: number, at: number) {
    seenMark++;
    let count = 0;
    if (confirmedFrom <= at) {
      seen[producer] = seenMark;
      count++;
    }
    for (let block = parent; tree.height[block]! >= at && block > 0; block = tree.parent[block]!) {
      const who = tree.producer[block]!;
      if (seen[who] === seenMark) continue;
      if (tree.consensus(block)[DPOS_FIELD.confirmedFrom]! <= at) {
        seen[who] = seenMark;
        count++;
        if (count >= quorum) break;
      }
    }
    return count;
  }

  function advance(parent: BlockIndex, producer: number, confirmedFrom: number): void {
    const height = tree.height[parent]! + 1;
    let stageOne = proposed[parent]!;
    while (
      stageOne < height &&
      confirmers(parent, producer, confirmedFrom, stageOne + 1) >= quorum
    ) {
      stageOne++;
    }
    scratch.proposed = stageOne;
    // Proposed heights do not fall along a branch, so the quorum-th distinct producer from the top
    // holds the quorum-th largest of the producers' latest proposals.
    seenMark++;
    seen[producer] = seenMark;
    let distinct = 1;
    let stageTwo = distinct >= quorum ? stageOne : irreversible[parent]!;
    for (let block = parent; block > 0 && distinct < quorum; block = tree.parent[block]!) {
      if (proposed[block]! <= irreversible[parent]!) break;
      const who = tree.producer[block]!;
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
      advance(parent, producer, consensus[DPOS_FIELD.confirmedFrom]!);
      return scratch.irreversible;
    },
    add(block) {
      grow(block);
      const parent = tree.parent[block]!;
      const fields = tree.consensus(block);
      advance(parent, tree.producer[block]!, fields[DPOS_FIELD.confirmedFrom]!);
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
  };
}
