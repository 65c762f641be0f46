import { duration, integer } from '../../base/options.ts';
import { createBatches } from '../batches.ts';
import { certificateBytes, createDecidedRule } from '../certificates.ts';
import { defineConsensus } from '../protocol.ts';
import { byzantineQuorum, checkValidators, validatorCount, validatorsOption } from '../quorum.ts';
import { createAgreement } from './pbft-agreement.ts';
import { createCheckpoints } from './pbft-checkpoints.ts';
import { createReplicas, NO_BLOCK } from './pbft-replicas.ts';
import { createViewChanges } from './pbft-view-change.ts';

/** Header fields: view in which the block was made. */
const VIEW = 0;

/**
 * Practical Byzantine fault tolerance with one batch under way: the primary of the view proposes,
 * validators prepare and commit by all-to-all votes, a quorum of commits decides. Messages per
 * decision are 2n(n - 1) without those to oneself. The other nodes take decided blocks from the
 * relay. A client reads the decision at the node it is attached to, so that no replies are sent.
 */
export default defineConsensus({
  apiVersion: 1,
  name: 'pbft',
  summary: 'Practical Byzantine fault tolerance: three phases, all-to-all, final at once',
  source: 'Castro and Liskov, Practical Byzantine Fault Tolerance, OSDI 1999; model section 6.5',
  options: () => ({
    validators: validatorsOption(),
    batchTimeout: duration('500 ms', { doc: 'How long the first transaction waits for others' }),
    viewTimeout: duration('4 s', {
      min: 1_000,
      doc: 'Wait for a decision before the primary is suspected; doubled while changes fail',
    }),
    checkpointInterval: integer(100, { min: 1, doc: 'Heights between two checkpoints' }),
  }),
  finality: () => 'explicit',
  check(options, nodeCount) {
    const issues = checkValidators(options.validators, nodeCount);
    if (options.viewTimeout <= options.batchTimeout) {
      issues.push({
        key: 'viewTimeout',
        expected: 'longer than batchTimeout, or every primary is suspected while it waits',
        got: `${options.viewTimeout / 1e6} s`,
      });
    }
    return issues;
  },
  blockIntervalUs: (options) => Math.max(1, options.batchTimeout),
  parameters: (options, nodeCount) => ({
    foldMargin: 0,
    validators: validatorCount(options.validators, nodeCount),
    batchTimeoutUs: options.batchTimeout,
  }),
  createRule: createDecidedRule,
  create(context, options) {
    const { tree, head } = context;
    const count = validatorCount(options.validators, context.nodeCount);
    const replicas = createReplicas(context, count);
    const { certificates } = replicas;
    const agreement = createAgreement(replicas, (node) => viewChanges.await(node));
    const viewChanges = createViewChanges({
      replicas,
      agreement: () => agreement,
      timeoutUs: options.viewTimeout,
      isWaiting: (node) => replicas.accepted[node] !== NO_BLOCK || context.hasPending(node),
      onBegin: lead,
    });
    const checkpoints = createCheckpoints(replicas, options.checkpointInterval);
    const batches = createBatches({
      ...context,
      nodeCount: count,
      batchTimeoutUs: options.batchTimeout,
      onDue: agreement.propose,
    });

    function lead(node: number): void {
      const isLeader = replicas.primaryOf(replicas.view[node]!) === node;
      if (isLeader && replicas.isChanging[node] === 0) batches.arm(node);
    }

    function onTransaction(node: number): void {
      if (node >= count) return;
      batches.onTransaction(node);
      viewChanges.await(node);
      lead(node);
    }

    return {
      start() {
        for (const node of replicas.all) if (context.hasPending(node)) onTransaction(node);
      },
      // What is final at a node stays; whatever else comes has no quorum unless more than f cheat.
      prefers: (node, candidate, current) =>
        tree.height[candidate]! > tree.height[current]! &&
        tree.isAncestor(context.finalBlock[node]!, candidate),
      isValid(block) {
        const fields = tree.consensus(block);
        return (
          fields.length === 1 &&
          replicas.primaryOf(fields[VIEW]!) === tree.producer[block] &&
          tree.timestampUs[block]! >= tree.timestampUs[tree.parent[block]!]! &&
          certificates.isSound(block)
        );
      },
      onBlock: (_node, block) => certificates.held(block),
      onHead(node, block) {
        if (certificates.roundOf(block) < 0) return;
        context.finalise(node, block);
        if (node >= count) return;
        agreement.restart(node);
        viewChanges.restart(node, batches.onHead(node));
        checkpoints.onHead(node);
        agreement.resume(node);
        viewChanges.begin(node);
        if (head[node] === block) lead(node);
      },
      onTransaction,
      certificateBytes: () => certificateBytes(byzantineQuorum(count)),
      powerW: () => 0,
      hashShare: () => Number.NaN,
      turnsMissed: (node) => (node < count ? viewChanges.passed[node]! : 0),
      report: () => ({
        viewChanges: viewChanges.counts.begun,
        viewChangeMessages: viewChanges.counts.sent,
        checkpoints: checkpoints.stableCount,
      }),
    };
  },
});
