/**
 * Which of two branches a node prefers. Nobody leaves what is final to it; above that, chains differ:
 * most blocks of distinct producers, then the longer branch (model 6.3); the longer branch (Steem,
 * BitShares, TRON); the branch with the higher irreversible block, then the longer one (EOSIO 2.x fork
 * database: a shorter branch can displace a longer one, EOSIO issue 2835); or the same with the height
 * that a first quorum stands behind (LIP 14). On a tie a node stays with what it saw first.
 */
import type { BlockIndex } from '../../ledger/tree.ts';
import type { ConsensusContext } from '../protocol.ts';
import type { DposPreset } from './dpos-options.ts';
import type { DposRule } from './dpos-rule.ts';
import type { DposVotes } from './dpos-votes.ts';

/** Makes the comparison. @param votes - Under rule `bft`: the latest prepared block comes first. */
export function createForkChoice(
  context: ConsensusContext,
  rule: DposRule,
  forkChoice: DposPreset['forkChoice'],
  votes: DposVotes | undefined,
): (node: number, candidate: BlockIndex, current: BlockIndex) => boolean {
  const { tree, finalBlock } = context;

  /** Distinct voices between a height and a head. */
  function distinctVoices(block: BlockIndex, floor: number): number {
    const seen = new Set<number>();
    for (let at = block; tree.height[at]! > floor; at = tree.parent[at]!) {
      seen.add(rule.voiceOf(at));
    }
    return seen.size;
  }

  function weight(block: BlockIndex, floor: number): number {
    switch (forkChoice) {
      case 'distinct':
        return distinctVoices(block, floor);
      case 'irreversible':
        return rule.irreversibleAt(block);
      case 'proposed':
        return rule.proposedAt(block);
      case 'longest':
        return 0;
    }
  }

  return (node, candidate, current) => {
    const held = finalBlock[node]!;
    // What is irreversible on the own branch is final here, whether or not the engine was told yet.
    const own = rule.isVoted ? 0 : rule.irreversibleAt(current);
    const final = own > tree.height[held]! ? tree.ancestorAt(current, own) : held;
    if (!tree.isAncestor(final, candidate)) return false;
    if (!tree.isAncestor(final, current)) return true;
    if (votes !== undefined) {
      const other = votes.preparedTurn(node, candidate);
      const mine = votes.preparedTurn(node, current);
      if (other !== mine) return other > mine;
    }
    // Both branches are counted from the lower of their irreversible blocks: were it the node's own,
    // nodes with different ones could each call its branch the better, and stay apart for ever.
    const floor = Math.min(rule.irreversibleAt(candidate), rule.irreversibleAt(current));
    const other = weight(candidate, floor);
    const mine = weight(current, floor);
    if (other !== mine) return other > mine;
    return tree.height[candidate]! > tree.height[current]!;
  };
}
