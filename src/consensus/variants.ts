/**
 * Equivocation: a proposer that tells different nodes different things, and accomplices that vote
 * for each of them where it was told. Accomplices know of all variants; their votes for a block go
 * only to the group that has it, before anything is asked for.
 */
import type { BlockIndex } from '../ledger/tree.ts';
import type { ConsensusContext } from './protocol.ts';

/** Conflicting proposals of one run. */
export interface Variants {
  /** Groups of a node that equivocates now; undefined for all others. */
  groupsOf(node: number): readonly (readonly number[])[] | undefined;
  /**
   * Builds one block a group on a parent and hands each to its group; accomplices of the proposer
   * that are in no group get the first. Returns the block that the proposer itself goes on with.
   */
  propose(node: number, parent: BlockIndex, fields: readonly number[]): BlockIndex;
  /** Blocks that were proposed together with a block, itself among them, by group. */
  of(block: BlockIndex): readonly BlockIndex[];
}

/**
 * Makes the book of variants.
 *
 * @param validators - Nodes that vote.
 * @param send - Sends a proposal to nodes.
 */
export function createVariants(
  context: ConsensusContext,
  validators: readonly number[],
  send: (from: number, to: readonly number[], block: BlockIndex) => void,
): Variants {
  const { conduct, kernel } = context;
  const known = new Map<BlockIndex, readonly BlockIndex[]>();
  const groupsOf = (node: number) => conduct.of(node)?.splits?.(node);
  return {
    groupsOf,
    propose(node, parent, fields) {
      const groups = groupsOf(node) ?? [validators];
      // Blocks of one instant would be one block; they differ by a microsecond.
      const blocks = groups.map((_, k) => context.build(node, parent, kernel.nowUs + k, fields, 1));
      if (blocks.length > 1) for (const block of blocks) known.set(block, blocks);
      const grouped = new Set(groups.flat());
      const coalition = validators.filter(
        (other) => !grouped.has(other) && other !== node && conduct.of(other) === conduct.of(node),
      );
      groups.forEach((group, k) => {
        send(node, k === 0 ? [...group, ...coalition] : group, blocks[k]!);
      });
      return blocks[0]!;
    },
    of: (block) => known.get(block) ?? [block],
  };
}
