/**
 * Whose turns passed on each branch, as blocks enter the tree. Owners are asked for while the state they
 * depend on is still there and then kept, so that a look back gives the same answer to everyone, however
 * much of the state has been folded away since.
 */
import type { BranchView, TurnCount, TurnSchedule } from './chain-parameters.ts';
import type { BlockIndex, BlockTree } from './tree.ts';

/** Blocks below the parent that contracts may look at. */
export const LOOK_BACK = 8_192;
/** Rounds that a look for own turns goes back, for each own turn asked for. */
const ROUNDS_PER_TURN = 4;
const NONE = new Int32Array(0);

/** Turns along the branches of one tree. */
export interface TurnRecord {
  /** Notes the turns that passed between a new block and its parent; every block, once, in tree order. */
  add(block: BlockIndex): void;
  /** The branch as contracts see it in a block on top of `parent`. */
  viewOf(parent: BlockIndex): BranchView;
  /** Turn of a block; 0 for genesis. */
  turnOf(block: BlockIndex): number;
  /** See {@link BranchView.turnsMissed}, at the branch of a block. */
  missedOn(block: BlockIndex, node: number, window: number, afterTurn: number): TurnCount;
}

/**
 * Makes the record of a tree whose blocks carry their turn as the first consensus field.
 *
 * @param producers - Turns of a round; bounds how far a look back for own turns goes.
 */
export function createTurnRecord(
  tree: BlockTree,
  schedule: TurnSchedule,
  producers: number,
): TurnRecord {
  /** Owners of the turns without a block between a block and its parent; most blocks have none. */
  const skipped = new Map<BlockIndex, Int32Array>();
  const turnOf = (block: BlockIndex) => (block === 0 ? 0 : tree.consensus(block)[0]!);

  function visitTurns(
    from: BlockIndex,
    afterTurn: number,
    visit: (owner: number, isMade: boolean) => boolean | undefined,
  ): void {
    for (let at = from; at > 0; at = tree.parent[at]!) {
      const turn = turnOf(at);
      if (turn <= afterTurn) return;
      if (visit(tree.producer[at]!, true) === false) return;
      const owners = skipped.get(at) ?? NONE;
      for (let k = owners.length - 1; k >= 0; k--) {
        if (turn - owners.length + k <= afterTurn) return;
        if (visit(owners[k]!, false) === false) return;
      }
    }
  }

  function missedOn(block: BlockIndex, node: number, window: number, afterTurn: number): TurnCount {
    let owned = 0;
    let missed = 0;
    let left = ROUNDS_PER_TURN * window * producers;
    visitTurns(block, afterTurn, (owner, isMade) => {
      if (owner === node) {
        owned++;
        if (!isMade) missed++;
      }
      return --left > 0 && owned < window;
    });
    return { owned, missed };
  }

  return {
    turnOf,
    missedOn,
    add(block) {
      const parent = tree.parent[block]!;
      const first = turnOf(parent) + 1;
      const turn = turnOf(block);
      // Asked for every block, so that a schedule looks at elections while their states are there.
      schedule.ownerOf(parent, turn);
      const count = turn - first;
      if (count <= 0) return;
      const owners = new Int32Array(count);
      for (let k = 0; k < count; k++) owners[k] = schedule.ownerOf(parent, first + k);
      skipped.set(block, owners);
    },
    viewOf(parent) {
      const top = tree.height[parent]!;
      const at = (height: number): BlockIndex =>
        height >= 0 && height <= top && height >= top - LOOK_BACK
          ? tree.ancestorAt(parent, height)
          : -1;
      return {
        height: top,
        hashAt: (height) => (at(height) < 0 ? undefined : tree.hash(at(height))),
        turnAt: (height) => (at(height) < 0 ? undefined : turnOf(at(height))),
        ownerAfter(height, turn) {
          const next = height < top ? at(height + 1) : -1;
          if (next < 0) return -1;
          const last = turnOf(next);
          if (turn === last) return tree.producer[next]!;
          const owners = skipped.get(next) ?? NONE;
          return owners[turn - last + owners.length] ?? -1;
        },
        turnsMissed: (node, window, afterTurn) => missedOn(parent, node, window, afterTurn),
        visitTurns(afterTurn, visit) {
          visitTurns(parent, afterTurn, (owner, isMade) => {
            visit(owner, isMade);
            return true;
          });
        },
      };
    },
  };
}
