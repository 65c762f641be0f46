import { duration } from '../../base/options.ts';
import { createBatches } from '../batches.ts';
import { certificateBytes, createCertificates, createDecidedRule } from '../certificates.ts';
import { defineConsensus } from '../protocol.ts';
import { byzantineQuorum, checkValidators, validatorCount, validatorsOption } from '../quorum.ts';
import { createRounds } from './tendermint-rounds.ts';

/** Header fields: round in which the block was made. */
const ROUND = 0;

/**
 * Tendermint: the proposer changes with every height and round, validators prevote and precommit by
 * all-to-all votes and lock on what a quorum prevoted. Messages per decision of round 0 are
 * (n - 1) + 2n(n - 1). No block is made while nothing waits.
 */
export default defineConsensus({
  apiVersion: 1,
  name: 'tendermint',
  summary: 'Tendermint: rotating proposer, two votes, locks, final at once',
  source: 'Buchman, Kwon and Milosevic, The latest gossip on BFT consensus, 2018, Algorithm 1',
  options: () => ({
    validators: validatorsOption(),
    batchTimeout: duration('500 ms', { doc: 'How long the first transaction waits for others' }),
    timeoutPropose: duration('3 s', { min: 1_000, doc: 'Wait for a proposal in round 0' }),
    timeoutPrevote: duration('1 s', { min: 1_000, doc: 'Wait for more prevotes after a quorum' }),
    timeoutPrecommit: duration('1 s', { min: 1_000, doc: 'Wait for more precommits' }),
    timeoutDelta: duration('500 ms', { doc: 'What each wait grows by with the round' }),
    repeatInterval: duration('10 s', {
      min: 1_000,
      doc: 'After how long without a decision a validator repeats its votes of the height',
    }),
  }),
  finality: () => 'explicit',
  check: (options, nodeCount) => checkValidators(options.validators, nodeCount),
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
    const certificates = createCertificates();
    const rounds = createRounds(context, certificates, count, {
      proposeUs: options.timeoutPropose,
      prevoteUs: options.timeoutPrevote,
      precommitUs: options.timeoutPrecommit,
      deltaUs: options.timeoutDelta,
      repeatUs: options.repeatInterval,
    });
    const batches = createBatches({
      ...context,
      nodeCount: count,
      batchTimeoutUs: options.batchTimeout,
      onDue: rounds.begin,
    });

    function onTransaction(node: number): void {
      if (node >= count) return;
      batches.onTransaction(node);
      batches.arm(node);
    }

    return {
      start() {
        for (let node = 0; node < count; node++) if (context.hasPending(node)) onTransaction(node);
      },
      // What is final at a node stays; whatever else comes has no quorum unless more than f cheat.
      prefers: (node, candidate, current) =>
        tree.height[candidate]! > tree.height[current]! &&
        tree.isAncestor(context.finalBlock[node]!, candidate),
      isValid(block) {
        const fields = tree.consensus(block);
        const parent = tree.parent[block]!;
        return (
          fields.length === 1 &&
          (tree.height[parent]! + fields[ROUND]!) % count === tree.producer[block] &&
          tree.timestampUs[block]! >= tree.timestampUs[parent]! &&
          certificates.isSound(block)
        );
      },
      onBlock: (_node, block) => certificates.held(block),
      onHead(node, block) {
        if (certificates.roundOf(block) < 0) return;
        context.finalise(node, block);
        if (node >= count) return;
        const isWaiting = batches.onHead(node);
        rounds.onHead(node);
        if (isWaiting && head[node] === block) batches.arm(node);
      },
      onTransaction,
      certificateBytes: () => certificateBytes(byzantineQuorum(count)),
      powerW: () => 0,
      hashShare: () => Number.NaN,
      turnsMissed: (node) => (node < count ? rounds.passed[node]! : 0),
      report: () => ({
        rounds: rounds.counts.rounds,
        timeouts: rounds.counts.timeouts,
        repeats: rounds.counts.repeats,
      }),
    };
  },
});
