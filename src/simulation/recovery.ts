/**
 * How nodes that could not hear of each other's transactions get them when they can again: from the first
 * peer in reach after an outage, from all neighbours when a partition heals.
 */
import type { ChainEngine } from '../consensus/engine.ts';
import type { Pool, TransactionTable } from '../ledger/pool.ts';
import type { ChainState } from '../ledger/state.ts';
import type { Flood } from '../network/flood.ts';
import { MESSAGE, type Traffic } from '../network/traffic.ts';
import type { Transport } from '../network/transport.ts';

/** What recovery works on. */
export interface RecoveryParts {
  readonly transport: Transport;
  readonly traffic: Traffic;
  readonly engine: ChainEngine;
  readonly table: TransactionTable;
  readonly pool: Pool;
  readonly state: ChainState;
  /** How transactions travel. */
  readonly flood: Flood;
  /** Whether a node keeps a transaction that it has. */
  keeps(node: number, tx: number): boolean;
  /** A node has a transaction that it lacked. */
  onReceived(node: number, tx: number): void;
  /** A node has all that a peer had. */
  onSynced(node: number): void;
}

/** Listens for healed partitions. @returns Brings a node back that was down. */
export function createRecovery(parts: RecoveryParts): (node: number) => void {
  const { transport, traffic, engine, table, pool, state, flood } = parts;
  const { nodeCount, start, target } = transport.links;

  /** A node gets from a peer the transactions that it lacks. */
  function syncPool(node: number, peer: number): void {
    pool.visit(engine.head[peer]!, state.base, (tx) => {
      if (flood.has(peer, tx) && parts.keeps(peer, tx) && !flood.has(node, tx)) {
        traffic.count(MESSAGE.transaction, peer, node, table.sizeBytes[tx]!);
        flood.hold(node, tx);
        parts.onReceived(node, tx);
      }
      return true;
    });
    parts.onSynced(node);
  }

  transport.onHeal(() => {
    for (let node = 0; node < nodeCount; node++) {
      for (let link = start[node]!; link < start[node + 1]!; link++) {
        const peer = target[link]!;
        if (transport.reaches(peer, node)) syncPool(node, peer);
      }
    }
  });

  return (node) => {
    transport.setUp(node, true);
    for (let link = start[node]!; link < start[node + 1]!; link++) {
      const peer = target[link]!;
      if (!transport.reaches(peer, node)) continue;
      engine.catchUp(node, peer);
      syncPool(node, peer);
      return;
    }
  };
}
