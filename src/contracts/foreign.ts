/**
 * Work of other communities on the same chain (`ledger.loadScale`). Their orders and settlements concern
 * no account of this one, so that only the room and the gas they take matter here.
 */
import { defineContract } from './define.ts';
import type { Call, Outcome } from './rules.ts';

/**
 * Runs a transaction of another community: it uses up exactly the gas it has set aside and changes
 * nothing but its sender's nonce. Only a guest may send one.
 */
export function runForeign(call: Call): Outcome {
  call.useGasUpTo(call.gasLimit);
  return undefined;
}

/** Work of other communities. */
export const foreignContract = defineContract({
  name: 'foreign',
  summary: 'Room and gas that other communities on the chain take',
  source: 'model §6.8; decision 36',
  storage: [],
  events: {},
  functions: { FOREIGN: { by: ['guest'], gasBudget: 2_000_000_000, run: runForeign } },
  invariants: [],
});
