/** The coins that members of a coin ledger start with: their initial grant, in a few equal parts. */
import { createWriter } from '../ledger/encoding.ts';
import type { Outpoint, SpendOutput } from '../ledger/payloads/spend.ts';
import { predicateLock, sig } from '../ledger/utxo/predicate.ts';
import { issueId, POINTS } from '../ledger/utxo/spend.ts';
import { keyHashOf } from '../ledger/utxo/witness.ts';
import type { ChainRules } from './rules.ts';

const writer = createWriter(32);

/** Reference of the k-th coin of a member, which no other issue has. */
export function coinReference(member: number, k: number): Uint8Array {
  writer.reset();
  writer.text('genesis');
  writer.uint(member);
  writer.uint(k);
  return writer.copy();
}

/** What the k-th coin of a member is called. */
export function issuedOutpoint(chainId: Uint8Array, member: number, k: number): Outpoint {
  return { txId: issueId(chainId, coinReference(member, k)), index: 0 };
}

/** Lock of an account's key of genesis. */
export const genesisLock = (publicKey: Uint8Array): Uint8Array =>
  predicateLock(sig(keyHashOf(publicKey)));

/** The coins of a member: its grant in equal parts, the remainder in the first. */
export function openingCoins(rules: ChainRules, member: number, lock: Uint8Array): SpendOutput[] {
  const count = rules.utxo!.utxoCoins;
  if (member >= rules.homeCount || rules.initialGrantUpt === 0) return [];
  const share = Math.floor(rules.initialGrantUpt / count);
  return Array.from({ length: count }, (_, k) => ({
    lock,
    asset: POINTS,
    amount: k === 0 ? rules.initialGrantUpt - share * (count - 1) : share,
  })).filter(({ amount }) => amount > 0);
}
