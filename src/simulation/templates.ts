/**
 * Block templates: which of the transactions that a node knows may go into its next block. A miner that
 * freezes its template at a new head leaves out whatever comes while it searches (Y. Kawase, S. Kasahara,
 * Transaction-Confirmation Time for Bitcoin, 2017: arrivals cannot join the block being mined).
 */
import type { ChainNet } from '../consensus/chain-net.ts';

/** Templates of all nodes. */
export interface Templates {
  /** Whether a transaction that the node knows is in its template. */
  has(node: number, tx: number): boolean;
  /** A node got a transaction. */
  received(node: number, tx: number): void;
}

const REFRESHED: Templates = { has: () => true, received() {} };

/** Makes the templates that a protocol asks for. */
export function createTemplates({
  engine,
  instance,
}: Pick<ChainNet, 'engine' | 'instance'>): Templates {
  if (instance.isTemplateFrozen !== true) return REFRESHED;
  /** By node: what it got since its head became its head. */
  const late = Array.from(engine.head, () => new Set<number>());
  engine.observe({ onHead: (node) => late[node]!.clear() });
  return {
    has: (node, tx) => !late[node]!.has(tx),
    received(node, tx) {
      late[node]!.add(tx);
    },
  };
}
