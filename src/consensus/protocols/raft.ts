import { bytes, duration, integer, number } from '../../base/options.ts';
import { createBatches } from '../batches.ts';
import { createDecidedRule } from '../certificates.ts';
import { createEndorsements } from '../endorsement.ts';
import { defineConsensus } from '../protocol.ts';
import { checkValidators, validatorCount, validatorsOption } from '../quorum.ts';
import { createElections } from './raft-election.ts';
import { createMembers, ROLE, TERM } from './raft-members.ts';
import { createReplication } from './raft-replication.ts';

/**
 * Raft as an ordering service: an elected leader appends blocks to the logs of the other
 * validators, a majority commits. It withstands crashes and nothing else: whoever leads is
 * believed, so that one leader that tells followers different things splits the ledger.
 * Transactions are executed for endorsement first, ordered, and validated when their block is made.
 */
export default defineConsensus({
  apiVersion: 1,
  name: 'raft',
  summary: 'Raft ordering with endorsement: crash faults only, majority commit',
  source: 'Ongaro and Ousterhout 2014; Androulaki et al. 2018 (Fabric defaults); model section 6.6',
  options: () => ({
    validators: validatorsOption(),
    batchTimeout: duration('2 s', { doc: 'How long the first transaction waits for others' }),
    batchCount: integer(500, { min: 1, doc: 'Transactions at which a batch is cut at once' }),
    batchBytes: bytes('512 KiB', { min: 1, doc: 'Bytes at which a batch is cut at once' }),
    electionTimeout: duration('150 ms', { min: 1_000, doc: 'Least wait for a leader, unscaled' }),
    electionSpread: duration('150 ms', { min: 1, doc: 'Range that is drawn on top, unscaled' }),
    heartbeat: duration('50 ms', { min: 1_000, doc: 'Time between heartbeats, unscaled' }),
    scale: number(10, { min: 0.01, max: 1000, doc: 'Factor of the three times above' }),
    endorsers: integer(1, { min: 1, doc: 'Endorsements that a transaction needs' }),
    endorseTime: duration('1 ms', { doc: 'CPU time of executing a transaction to endorse it' }),
  }),
  finality: () => 'explicit',
  check(options, nodeCount) {
    const issues = checkValidators(options.validators, nodeCount);
    const count = validatorCount(options.validators, nodeCount);
    if (options.endorsers > count) {
      issues.push({
        key: 'endorsers',
        expected: `at most the ${count} validators`,
        got: String(options.endorsers),
      });
    }
    if (options.heartbeat >= options.electionTimeout) {
      issues.push({
        key: 'heartbeat',
        expected: 'shorter than electionTimeout, or followers leave a healthy leader',
        got: `${options.heartbeat / 1000} ms`,
      });
    }
    return issues;
  },
  batchCaps: (options) => ({ transactions: options.batchCount, bytes: options.batchBytes }),
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
    const members = createMembers(context, count);
    const { certificates, role } = members;
    const scaled = (us: number) => Math.max(1, Math.floor(us * options.scale + 0.5));
    const replication = createReplication(members, scaled(options.heartbeat), () => elections);
    const elections = createElections({
      members,
      leastUs: scaled(options.electionTimeout),
      spreadUs: scaled(options.electionSpread),
      isTended: replication.isTended,
      lastHeardUs: replication.lastHeardUs,
      onWin(node) {
        replication.lead(node);
        batches.arm(node);
      },
      onStepDown: replication.resign,
    });
    const batches = createBatches({
      ...context,
      nodeCount: count,
      batchTimeoutUs: options.batchTimeout,
      onDue: replication.append,
    });
    const endorsements = createEndorsements(context, {
      validators: count,
      endorsers: options.endorsers,
      executeUs: options.endorseTime,
    });
    /** Transactions and bytes that came to each validator since its last head. */
    const waiting = new Int32Array(count);
    const waitingBytes = new Float64Array(count);

    function onTransaction(node: number, size = 0): void {
      if (node >= count) return;
      waiting[node]!++;
      waitingBytes[node]! += size;
      batches.onTransaction(node);
      if (role[node] !== ROLE.leader) return;
      const isFull =
        waiting[node]! >= options.batchCount || waitingBytes[node]! >= options.batchBytes;
      if (isFull) batches.cutNow(node);
      else batches.arm(node);
    }

    return {
      start() {
        for (const node of members.all) {
          elections.watch(node);
          if (context.hasPending(node)) batches.onTransaction(node);
        }
      },
      prefers: (node, candidate, current) =>
        tree.height[candidate]! > tree.height[current]! &&
        tree.isAncestor(context.finalBlock[node]!, candidate),
      isValid(block) {
        const fields = tree.consensus(block);
        const parent = tree.parent[block]!;
        return (
          fields.length === 1 &&
          fields[TERM]! >= members.termOf(parent) &&
          tree.producer[block]! < count &&
          tree.timestampUs[block]! >= tree.timestampUs[parent]! &&
          certificates.isSound(block)
        );
      },
      onBlock: (_node, block) => certificates.held(block),
      onHead(node, block) {
        if (certificates.roundOf(block) < 0) return;
        context.finalise(node, block);
        if (node >= count) return;
        waiting[node] = 0;
        waitingBytes[node] = 0;
        const isWaiting = batches.onHead(node);
        replication.onHead(node);
        if (isWaiting && head[node] === block && role[node] === ROLE.leader) batches.arm(node);
      },
      onTransaction,
      endorse: endorsements.endorse,
      endorsedOn: endorsements.endorsedOn,
      powerW: () => 0,
      hashShare: () => Number.NaN,
      turnsMissed: () => 0,
      report: () => ({
        elections: elections.counts.started,
        leaders: elections.counts.won,
        conflictingEntries: replication.counts.conflicts,
        endorsed: endorsements.counts.endorsed,
        endorsementsRetried: endorsements.counts.retried,
      }),
    };
  },
});
