/**
 * Turns of a chain as its contracts need them, for whoever makes blocks and for whoever verifies them:
 * the view of the branch below a block, and the bookkeeping that comes before its transactions.
 */
import type { BranchRule, ConsensusProtocol } from '../consensus/protocol.ts';
import { advanceCredits } from '../contracts/governance-credit.ts';
import type { ChainRules } from '../contracts/rules.ts';
import type { BranchView, TurnSchedule } from '../ledger/chain-parameters.ts';
import type { ChainState, StateView } from '../ledger/state.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import { createTurnRecord, type TurnRecord } from '../ledger/turn-record.ts';
import { createElections } from './elections.ts';

/** Turns of one chain. */
export interface ChainTurns {
  readonly schedule: TurnSchedule;
  readonly record: TurnRecord;
  /**
   * Opens a block on top of `parent`: scores are counted in the first block of an epoch. Before anything
   * else is written.
   *
   * @param consensus - Protocol fields of the block; the first is its turn.
   * @returns The branch, for `execute`.
   */
  open(view: StateView, parent: BlockIndex, consensus: ArrayLike<number>): BranchView;
  /** Notes a block, after its state is committed and the branch rule knows it. */
  add(block: BlockIndex): void;
}

/** Makes the turns of a chain from genesis parameters; undefined where nobody is elected. */
export function createChainTurns(
  tree: BlockTree,
  state: ChainState,
  rules: ChainRules,
  protocol: Pick<ConsensusProtocol, 'createSchedule'>,
  rule: BranchRule,
  parameters: Readonly<Record<string, number>>,
): ChainTurns | undefined {
  if (rules.voteOut === undefined || protocol.createSchedule === undefined) return undefined;
  const elections = createElections(tree, state, rules);
  const schedule = protocol.createSchedule(tree, rule, parameters, elections);
  const record = createTurnRecord(tree, schedule, rules.voteOut.voteOutProducers);
  return {
    schedule,
    record,
    open(view, parent, consensus) {
      const branch = record.viewOf(parent);
      advanceCredits(view, rules, branch, consensus[0] ?? 0);
      return branch;
    },
    add: (block) => record.add(block),
  };
}
