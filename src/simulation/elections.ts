/** Elections as consensus may see them: counted over the state of a block, again only after a change. */
import type { ChainRules } from '../contracts/rules.ts';
import { countElection, electionVersion } from '../contracts/staking.ts';
import type { ChainParameters, Election } from '../ledger/chain-parameters.ts';
import type { ChainState } from '../ledger/state.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';

/** Makes the view of one chain. */
export function createElections(
  tree: BlockTree,
  state: ChainState,
  rules: ChainRules,
): ChainParameters {
  let last: { anchor: BlockIndex; version: number; election: Election } | undefined;
  return {
    electionAt(block) {
      const read = (cell: number) => state.readAt(block, cell);
      const version = electionVersion(read, rules);
      if (last?.version !== version || !tree.isAncestor(last.anchor, block)) {
        last = { anchor: block, version, election: countElection(read, rules) };
      }
      // The next look starts here, so that the way back stays short.
      last.anchor = block;
      return last.election;
    },
  };
}
