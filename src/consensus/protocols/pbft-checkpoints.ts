/**
 * Checkpoints of PBFT: every so many heights validators tell each other which block they have come
 * to. A quorum makes it stable, and whoever is behind a stable checkpoint asks for the blocks up to
 * it.
 */
import { type Replicas, VOTE_BYTES } from './pbft-replicas.ts';

/** Checkpoints of all validators. */
export interface Checkpoints {
  /** A validator has a new head. */
  onHead(node: number): void;
  /** Checkpoints that became stable at any validator. */
  readonly stableCount: number;
}

/** Makes checkpoints every `interval` heights. */
export function createCheckpoints(replicas: Replicas, interval: number): Checkpoints {
  const { context, count } = replicas;
  const { tree, head } = context;
  /** By block: how many said so at each validator. Only the last few are kept. */
  const heard = new Map<number, Int32Array>();
  let stableHeight = 0;
  let stableCount = 0;

  function note(node: number, block: number, from: number): void {
    let said = heard.get(block);
    if (said === undefined) {
      said = new Int32Array(count);
      heard.set(block, said);
      // Checkpoints of long ago have nothing left to say.
      for (const old of heard.keys()) {
        if (tree.height[old]! < tree.height[block]! - 2 * interval) heard.delete(old);
      }
    }
    if (++said[node]! !== replicas.quorum) return;
    if (tree.height[block]! > stableHeight) {
      stableHeight = tree.height[block]!;
      stableCount++;
    }
    if (replicas.headHeight(node) < tree.height[block]!)
      request.send(node, from, VOTE_BYTES, -1, 0);
  }

  const request = context.transport.channel('checkpoint', (node, from, block) => {
    if (node >= count) return;
    if (block >= 0) note(node, block, from);
    else if (replicas.acts(node)) context.publish(node, head[node]!, [from]);
  });

  return {
    onHead(node) {
      const block = head[node]!;
      if (tree.height[block]! % interval !== 0 || !replicas.acts(node)) return;
      request.broadcast(node, replicas.all, VOTE_BYTES, block, 0);
      note(node, block, node);
    },
    get stableCount() {
      return stableCount;
    },
  };
}
