/**
 * Work of other communities on the same chain (`ledger.loadScale`). Their orders and settlements concern
 * no account of this one, so that only the room and the gas they take matter here.
 */
import type { Call, Outcome } from './rules.ts';

/**
 * Whether an account stands for other communities: it has no money and may send nothing else of effect.
 * Such accounts follow the offices; there are none unless several communities share the chain.
 */
export function isGuest(rules: Call['rules'], account: number): boolean {
  return account > rules.treasury && account < rules.accountCount;
}

/**
 * Runs a transaction of another community: it uses up exactly the gas it has set aside and changes
 * nothing but its sender's nonce. Only a guest may send one.
 *
 * @param gasLimit - What the envelope sets aside; covers at least the bytes and the signature check.
 */
export function runForeign(call: Call, gasLimit: number): Outcome {
  if (!isGuest(call.rules, call.sender)) return 'UNAUTHORISED';
  call.useGasUpTo(gasLimit);
  return undefined;
}
