/** The state that a chain starts from, as its run and its verifier both write it. */
import { EMPTY_STATE_ROOT, stateRootAfter } from '../contracts/execute.ts';
import { writeGenesisCoins, writeGenesisState } from '../contracts/genesis-rules.ts';
import type { ChainRules } from '../contracts/rules.ts';
import type { Genesis } from '../ledger/genesis.ts';
import type { ChainState } from '../ledger/state.ts';

/** Writes genesis into an empty state and folds it. @returns The state root of genesis. */
export function openGenesis(state: ChainState, genesis: Genesis, rules: ChainRules): string {
  const view = state.begin(0);
  writeGenesisState(view, genesis);
  writeGenesisCoins(view, genesis, rules);
  const root = stateRootAfter(EMPTY_STATE_ROOT, state.dirtyCells(), (cell) => view.read(cell));
  state.commit(0);
  state.foldGenesis();
  return root;
}
