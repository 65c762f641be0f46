import { duration } from '../../base/options.ts';
import { defineConsensus } from '../protocol.ts';

const OPERATOR = 0;

/**
 * One database: the operator commits a batch as soon as it has something and the batch timer allows.
 * The control arm; it has the same nodes, transactions and links as the others, and no consensus.
 */
export default defineConsensus({
  apiVersion: 1,
  name: 'central',
  summary: 'One database run by the trading centre: the control arm',
  source: 'model section 10, E22; decision 23',
  options: () => ({
    batchInterval: duration('1 s', { min: 1_000, doc: 'Shortest time between two commits' }),
  }),
  blockIntervalUs: (options) => options.batchInterval,
  parameters: (options) => ({ foldMargin: 0, batchIntervalUs: options.batchInterval }),
  createRule: (tree) => ({
    irreversibleHeight: (parent) => tree.height[parent]! + 1,
    add() {},
    finalHeight: (head) => tree.height[head]!,
  }),
  create(context, options) {
    const { kernel, head } = context;
    let lastUs = 0;
    let armed = false;
    const commit = kernel.event('consensus/commit-batch', 5, () => {
      armed = false;
      if (context.up[OPERATOR] === 0) return;
      if (!context.hasPending(OPERATOR)) return;
      lastUs = kernel.nowUs;
      context.produce(OPERATOR, head[OPERATOR]!, kernel.nowUs, [], 1);
      // A full batch leaves the rest for the next one.
      if (context.hasPending(OPERATOR)) arm();
    });
    function arm(): void {
      if (armed) return;
      armed = true;
      commit.at(Math.max(kernel.nowUs + 1, lastUs + options.batchInterval));
    }
    return {
      start() {},
      prefers: (_node, candidate, current) =>
        context.tree.height[candidate]! > context.tree.height[current]!,
      isValid: (block) => context.tree.producer[block] === OPERATOR,
      onTransaction(node) {
        if (node === OPERATOR) arm();
      },
      powerW: () => 0,
      hashShare: () => Number.NaN,
      turnsMissed: () => 0,
      report: () => ({ eligibleProducers: 1 }),
    };
  },
});
