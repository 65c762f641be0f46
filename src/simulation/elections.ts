/** Elections and verdicts as consensus may see them: read at a block, counted again only after a change. */
import {
  countElection,
  electionVersion,
  standings,
  verdictVersionOf,
} from '../contracts/election.ts';
import type { ChainRules } from '../contracts/rules.ts';
import type { ChainParameters, Election, Standings } from '../ledger/chain-parameters.ts';
import type { ChainState } from '../ledger/state.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';

/** What was found last, where, and under which version. */
interface Found<T> {
  anchor: BlockIndex;
  readonly version: number;
  readonly value: T;
}

/** Makes the view of one chain. */
export function createElections(
  tree: BlockTree,
  state: ChainState,
  rules: ChainRules,
): ChainParameters {
  /** Looks again only when the version has moved or the branch is another one. */
  function kept<T>(
    versionOf: (read: (cell: number) => number, of: ChainRules) => number,
    find: (read: (cell: number) => number, of: ChainRules) => T,
  ): (block: BlockIndex) => T {
    let last: Found<T> | undefined;
    return (block) => {
      const read = (cell: number) => state.readAt(block, cell);
      const version = versionOf(read, rules);
      if (last?.version !== version || !tree.isAncestor(last.anchor, block)) {
        last = { anchor: block, version, value: find(read, rules) };
      }
      // The next look starts here, so that the way back stays short.
      last.anchor = block;
      return last.value;
    };
  }

  const electionOn = kept<Election>(electionVersion, countElection);
  const standingsOn = kept<Standings>(verdictVersionOf, standings);
  return {
    electionAt: electionOn,
    ...(rules.voteOut === undefined ? {} : { standingsAt: standingsOn }),
  };
}
