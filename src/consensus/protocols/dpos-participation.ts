/**
 * How many of the last turns had a block. Source: Graphene and Steem keep it as `recent_slots_filled`, a
 * window of 128 bits up to the head block, filled at genesis; a Steem producer stops below 33 %.
 */
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';
import { DPOS_FIELD } from './dpos-rule.ts';

/** Turns of the window. */
export const PARTICIPATION_TURNS = 128;

/**
 * Share of the last 128 turns up to a block's own that have a block on its branch.
 *
 * @returns In (0, 1]; turns before the first count as filled.
 */
export function participation(tree: BlockTree, block: BlockIndex): number {
  if (block === 0) return 1;
  const last = tree.consensus(block)[DPOS_FIELD.turn]!;
  let filled = Math.max(0, PARTICIPATION_TURNS - last);
  for (let at = block; at > 0; at = tree.parent[at]!) {
    if (tree.consensus(at)[DPOS_FIELD.turn]! <= last - PARTICIPATION_TURNS) break;
    filled++;
  }
  return filled / PARTICIPATION_TURNS;
}
