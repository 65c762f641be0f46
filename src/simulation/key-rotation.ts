/** Rotating an account's key on a running chain, with the authority's approval (model §2.2). */
import type { Kernel } from '../kernel/kernel.ts';
import { rotationMessage } from '../ledger/payloads/membership.ts';
import type { Chain } from './chain.ts';

/**
 * Sends a rotation to the next key of an account; what its client sends after it is signed with that key.
 *
 * @param expiryUs - Last instant at which a block may include it [µs].
 * @returns Row of the transaction.
 * @throws {RangeError} while an earlier rotation of the account is under way.
 */
export function rotateKey(kernel: Kernel, chain: Chain, account: number, expiryUs: number): number {
  const { ring, rules, table, tree, engine } = chain;
  if (!ring.isAtRest(account)) {
    throw new RangeError(`"account" expected one whose key is at rest, got ${account}`);
  }
  const rotations = ring.nextRotations(account);
  const { publicKey } = ring.pair(account, rotations + 1);
  const message = rotationMessage(rules.chainId, account, rotations, publicKey);
  const caSignature = chain.sign(rules.authority, message);
  const about = { slot: -1, expiryUs };
  const tx = chain.submit('KEY_ROTATE', account, { publicKey, caSignature }, about);
  const isFinal = () => !Number.isNaN(table.finalUs[tx]!);
  ring.begin(account, {
    isFinal,
    hasFailed() {
      const finalBlock = engine.finalBlock[table.node[tx]!]!;
      const isExpired = kernel.nowUs > expiryUs && tree.timestampUs[finalBlock]! > expiryUs;
      return chain.hasFailed(tx) || (isExpired && !isFinal());
    },
  });
  return tx;
}
