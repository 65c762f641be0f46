import { pow } from '../../base/math.ts';
import { choice, duration, integer, number, power, price } from '../../base/options.ts';
import { defineConsensus, parameter } from '../protocol.ts';

/** Header fields: expected hashes of this block, in units of the network's hashes a second x 1 µs. */
const DIFFICULTY = 0;

/** Power at which a day of hashing costs a day of rewards: free entry leaves miners no profit [W]. */
export function freeEntryPowerW(rewardUptPerDay: number, priceUptPerKWh: number): number {
  return (rewardUptPerDay * 1000) / priceUptPerKWh / 24;
}

/**
 * Proof of work: every node mines on its best tip; the time to its next block is exponential with mean
 * difficulty / hash rate; the branch with most work wins, the first seen on a tie; k confirmations make
 * a block final at a node. Difficulty is expressed in network microseconds, so that a difficulty equal
 * to the target interval means the target interval.
 */
export default defineConsensus({
  apiVersion: 1,
  name: 'pow',
  summary: 'Proof of work: exponential race, most work, k confirmations, retarget',
  source: 'Nakamoto 2008; model section 6.2',
  options: () => ({
    blockInterval: duration('15 s', { min: 10_000, doc: 'Target time between blocks' }),
    confirmations: integer(6, {
      min: 1,
      max: 10_000,
      doc: 'Depth at which a block counts as final',
    }),
    retargetBlocks: integer(64, { min: 2, doc: 'Blocks between two changes of difficulty' }),
    maturity: integer(20, { min: 1, doc: 'Depth at which a block earns its reward' }),
    hashRateSlope: number(0, {
      min: 0,
      max: 5,
      doc: 'Zipf exponent of hash rates over nodes; 0 makes them equal',
    }),
    energyRule: choice(['freeEntry', 'fixed'], 'freeEntry', 'What sets the miners power'),
    hashPower: power('2 kW', { doc: 'Power of all miners, rule fixed' }),
    electricity: price('0.60 pt/kWh', { min: 1, doc: 'What miners pay, rule freeEntry' }),
  }),
  blockIntervalUs: (options) => options.blockInterval,
  parameters: (options) => ({
    confirmations: options.confirmations,
    maturity: options.maturity,
    foldMargin: 100,
    blockIntervalUs: options.blockInterval,
    retargetBlocks: options.retargetBlocks,
  }),
  createRule(tree, parameters) {
    const confirmations = parameter(parameters, 'confirmations');
    const maturity = parameter(parameters, 'maturity');
    return {
      irreversibleHeight: (parent) => Math.max(0, tree.height[parent]! + 1 - maturity),
      add() {},
      finalHeight: (head) => Math.max(0, tree.height[head]! + 1 - confirmations),
    };
  },
  create(context, options) {
    const { kernel, tree, nodeCount, head } = context;
    const draws = context.random('chain/pow');
    const share = new Float64Array(nodeCount);
    let total = 0;
    for (let node = 0; node < nodeCount; node++) {
      share[node] = pow(node + 1, -options.hashRateSlope);
      total += share[node]!;
    }
    for (let node = 0; node < nodeCount; node++) share[node]! /= total;
    const hashPowerW =
      options.energyRule === 'fixed'
        ? options.hashPower
        : freeEntryPowerW(context.rewardUptPerDay, options.electricity);
    /** Difficulty that each node's pending race was drawn for. */
    const racingFor = new Float64Array(nodeCount);
    const generation = new Int32Array(nodeCount);
    const find = kernel.event('consensus/find-block', 5, (node, drawn) => {
      if (drawn !== generation[node]) return;
      if (context.up[node] === 1) {
        const difficulty = difficultyAfter(head[node]!);
        context.produce(node, head[node]!, kernel.nowUs, [difficulty], difficulty);
      }
      race(node);
    });

    /** Difficulty of the block after `parent`: retargeted every `retargetBlocks`, clamped to [1/4, 4]. */
    function difficultyAfter(parent: number): number {
      const height = tree.height[parent]! + 1;
      if (height === 1) return options.blockInterval;
      const current = tree.consensus(parent)[DIFFICULTY]!;
      if ((height - 1) % options.retargetBlocks !== 0) return current;
      const first = tree.ancestorAt(parent, height - 1 - options.retargetBlocks);
      const spanUs = Math.max(1, tree.timestampUs[parent]! - tree.timestampUs[first]!);
      const factor = (options.retargetBlocks * options.blockInterval) / spanUs;
      return Math.max(1, Math.floor(current * Math.min(4, Math.max(0.25, factor)) + 0.5));
    }

    function race(node: number): void {
      const difficulty = difficultyAfter(head[node]!);
      racingFor[node] = difficulty;
      generation[node]!++;
      const waitUs = draws.exponential(difficulty / share[node]!);
      find.after(Math.max(1, Math.floor(waitUs + 0.5)), node, generation[node]!);
    }

    return {
      start() {
        for (let node = 0; node < nodeCount; node++) race(node);
      },
      prefers: (_node, candidate, current) => tree.work[candidate]! > tree.work[current]!,
      isValid: (block) =>
        tree.consensus(block)[DIFFICULTY] === difficultyAfter(tree.parent[block]!),
      onHead(node, block) {
        // The race has no memory: it is drawn anew only where the difficulty changed.
        if (tree.producer[block] !== node && difficultyAfter(block) !== racingFor[node]) race(node);
      },
      powerW: (node) => hashPowerW * share[node]!,
      hashShare: (node) => share[node]!,
      turnsMissed: () => 0,
    };
  },
});
