/**
 * Signs of censorship in a node's own view: a transaction that the node had long before a block was made
 * is not in it, though there was room, and another producer takes it soon after. When many producers
 * passed it over the fault is the transaction's (a nonce that waits for another), not theirs.
 */
import type { BlockIndex } from '../ledger/tree.ts';
import type { GovernanceChain } from './governance-chain.ts';

/** Blocks of one producer that pass a transaction over until it is censorship (model §6.4). */
export const CENSORED_BLOCKS = 3;

/** Reads the signs in a block that joined a node's branch. */
export type CensorshipWatch = (node: number, block: BlockIndex) => void;

/**
 * Makes the watch; undefined where nobody knows when a node first had a transaction.
 *
 * @param ripeUs - How long a node must have had a transaction before it expects it in blocks [µs].
 * @param note - Takes a producer that passed a transaction over, and the turn of its block.
 */
export function createCensorshipWatch(
  chain: GovernanceChain,
  ripeUs: number,
  note: (node: number, producer: number, turn: number) => void,
): CensorshipWatch | undefined {
  const { tree, turns, rules } = chain;
  const heardUs = chain.heardUs?.bind(chain);
  if (heardUs === undefined) return undefined;
  const suspectsMax = Math.floor((rules.voteOut?.voteOutProducers ?? 0) / 3);
  return (node, block) => {
    const body = tree.transactions(block);
    for (let i = 0; i < body.length; i++) {
      const tx = body[i]!;
      const sinceUs = heardUs(node, tx) + ripeUs;
      const passing: BlockIndex[] = [];
      const producers = new Set<number>();
      let at = tree.parent[block]!;
      for (; at > 0 && tree.timestampUs[at]! > sinceUs; at = tree.parent[at]!) {
        if (chain.hasRoom?.(at, tx) === false) continue;
        passing.push(at);
        producers.add(tree.producer[at]!);
        if (producers.size > suspectsMax) break;
      }
      if (producers.size > suspectsMax || producers.has(tree.producer[block]!)) continue;
      for (const past of passing) note(node, tree.producer[past]!, turns.turnOf(past));
    }
  };
}
