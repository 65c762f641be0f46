/**
 * Round robin: node h mod n makes block h, and nobody else may. A node waits for the block before its
 * own, so that two blocks of one height cannot exist and every block is final on arrival. The price is
 * liveness: one node that is down stops the chain.
 */
import { duration } from '../../src/base/options.ts';
import { defineConsensus } from '../../src/consensus/protocol.ts';
import { PHASE } from '../../src/kernel/phase.ts';

export default defineConsensus({
  apiVersion: 1,
  name: 'round-robin',
  summary: 'Nodes take turns in a fixed order; every block is final',
  source: 'token passing on a ring; no fault tolerance is claimed',
  options: () => ({
    turn: duration('3 s', { min: 10_000, doc: 'Shortest time between two blocks' }),
  }),
  blockIntervalUs: (options) => options.turn,
  // What stands in genesis is all that a verifier of the ledger has.
  parameters: (options, nodeCount) => ({
    nodes: nodeCount,
    turnUs: options.turn,
    foldMargin: 0,
  }),
  createRule: (tree) => ({
    irreversibleHeight: (parent) => tree.height[parent]! + 1,
    add() {},
    finalHeight: (head) => tree.height[head]!,
  }),
  create(context, options) {
    const { kernel, tree, nodeCount, head, up } = context;
    const ownerOf = (height: number) => height % nodeCount;
    const take = kernel.event('consensus/take-turn', PHASE.consensus, (node) => {
      if (up[node] === 1) context.produce(node, head[node]!, kernel.nowUs, [], 1);
    });
    return {
      start: () => take.at(options.turn, ownerOf(1)),
      prefers: (_node, candidate, current) => tree.height[candidate]! > tree.height[current]!,
      isValid: (block) => ownerOf(tree.height[block]!) === tree.producer[block],
      onHead(node, block) {
        if (ownerOf(tree.height[block]! + 1) !== node) return;
        take.at(Math.max(kernel.nowUs + 1, tree.timestampUs[block]! + options.turn), node);
      },
      powerW: () => 0,
      hashShare: () => Number.NaN,
      turnsMissed: () => 0,
    };
  },
});
