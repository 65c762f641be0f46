import {
  choice,
  duration,
  integer,
  list,
  number,
  type OptionIssue,
  points,
  power,
  price,
} from '../../base/options.ts';
import type { BlockTree } from '../../ledger/tree.ts';
import { type BranchRule, defineConsensus, parameter } from '../protocol.ts';
import {
  createDifficultyRule,
  DIFFICULTY,
  type DifficultyParameters,
  RETARGETS,
} from './pow-difficulty.ts';
import { ENERGY_RULES, minersPowerW } from './pow-energy.ts';
import { createForkChoice, FORK_CHOICES, type PowInstance, TIE_RULES } from './pow-fork-choice.ts';
import { HASH_RATE_LAWS, hashShares, minerCount } from './pow-hash-rates.ts';
import { createNonceRace, createPuzzle, NONCE } from './pow-nonces.ts';
import { createExponentialRace, type RaceOptions } from './pow-race.ts';

/** The branch rule of proof of work: beside depths it can tell whether a header has its work. */
export interface PowRule extends BranchRule {
  /** Whether difficulty and, where one was searched, nonce of a block follow from its branch. */
  isValid(block: number): boolean;
}

/** What of the options a verifier must know. */
function parametersOf(options: {
  readonly confirmations: number;
  readonly maturity: number;
  readonly blockInterval: number;
  readonly retargetBlocks: number;
  readonly retarget: (typeof RETARGETS)[number];
  readonly retargetClamp: number;
  readonly mode: 'race' | 'hash';
  readonly hashesPerBlock: number;
}) {
  return {
    confirmations: options.confirmations,
    maturity: options.maturity,
    foldMargin: 100,
    blockIntervalUs: options.blockInterval,
    retargetBlocks: options.retargetBlocks,
    retarget: RETARGETS.indexOf(options.retarget),
    retargetClamp: options.retargetClamp,
    hashesPerBlock: options.mode === 'hash' ? options.hashesPerBlock : 0,
  };
}

/** Most nodes that search nonces: each of them starts anew with every block. */
const SEARCHERS_MAX = 100;

function createPowRule(
  tree: BlockTree,
  parameters: Readonly<Record<string, number>>,
): PowRule & { after(parent: number): number } {
  const confirmations = parameter(parameters, 'confirmations');
  const maturity = parameter(parameters, 'maturity');
  const blockIntervalUs = parameter(parameters, 'blockIntervalUs');
  const hashesPerBlock = parameters.hashesPerBlock ?? 0;
  const difficultyParameters: DifficultyParameters = {
    blockIntervalUs,
    retargetBlocks: parameter(parameters, 'retargetBlocks'),
    retarget: parameters.retarget ?? 0,
    retargetClamp: parameters.retargetClamp ?? 4,
  };
  const difficulty = createDifficultyRule(tree, difficultyParameters);
  const puzzle = createPuzzle(tree, hashesPerBlock, blockIntervalUs);
  return {
    irreversibleHeight: (parent) => Math.max(0, tree.height[parent]! + 1 - maturity),
    add() {},
    finalHeight: (head) => Math.max(0, tree.height[head]! + 1 - confirmations),
    after: difficulty.after,
    isValid(block) {
      const fields = tree.consensus(block);
      const parent = tree.parent[block]!;
      const own = difficulty.after(parent);
      if (fields[DIFFICULTY] !== own) return false;
      if (hashesPerBlock === 0) return true;
      const nonce = fields[NONCE];
      return nonce !== undefined && puzzle.solves(parent, tree.producer[block]!, own, nonce);
    },
  };
}

/**
 * Proof of work: every node mines on its best tip; the time to its next block is exponential with mean
 * difficulty / hash rate; the branch with most work, or the heaviest subtree, wins; k confirmations make a
 * block final at a node. Difficulty is expressed in network microseconds, so that a difficulty equal to
 * the target interval means the target interval.
 */
export default defineConsensus({
  apiVersion: 1,
  name: 'pow',
  summary: 'Proof of work: exponential race, most work or heaviest subtree, k confirmations',
  source: 'Nakamoto 2008; Sompolinsky and Zohar 2015; model section 6.2',
  options: () => ({
    blockInterval: duration('15 s', { min: 10_000, doc: 'Target time between blocks' }),
    confirmations: integer(6, {
      min: 1,
      max: 10_000,
      doc: 'Depth at which a block counts as final',
    }),
    maturity: integer(20, { min: 1, doc: 'Depth at which a block earns its reward' }),
    forkChoice: choice(
      FORK_CHOICES,
      'most-work',
      'Branch of most work, or heaviest subtree (GHOST)',
    ),
    tieRule: choice(TIE_RULES, 'first-seen', 'What a node does with branches of equal work'),
    retarget: choice(
      RETARGETS,
      'clean',
      'Span of all N intervals, of N − 1, or weighted each block',
    ),
    retargetBlocks: integer(64, {
      min: 0,
      doc: 'Blocks between two changes of difficulty; 0 keeps it constant',
    }),
    retargetClamp: integer(4, { min: 2, doc: 'Most that one change multiplies or divides by' }),
    miners: integer(0, { min: 0, doc: 'First nodes that mine; 0 is all' }),
    hashRates: choice(HASH_RATE_LAWS, 'equal', 'Law of hash rates over miners'),
    hashRateSlope: number(0, { min: 0, max: 5, doc: 'Zipf exponent, with hashRates zipf' }),
    hashRateMean: number(400_000, { min: 1, doc: 'Mean hash rate, with hashRates normal' }),
    hashRateDeviation: number(100_000, { min: 0, doc: 'Its standard deviation' }),
    hashShares: list(number(undefined, { min: 0 }), [], { doc: 'Rates, with hashRates list' }),
    template: choice(
      ['refreshed', 'frozen'],
      'refreshed',
      'A block carries what its miner knows when it finds it, or knew when its head came',
    ),
    mode: choice(['race', 'hash'], 'race', 'Draw the time of a block, or search its nonce'),
    hashesPerBlock: integer(1024, { min: 1, max: 1e6, doc: 'Mean hashes a block, mode hash' }),
    energyRule: choice(ENERGY_RULES, 'freeEntry', 'What sets the miners power'),
    hashPower: power('2 kW', { doc: 'Power of all miners, rule fixed' }),
    electricity: price('0.60 pt/kWh', { min: 1, doc: 'What miners and attackers pay' }),
    certificatePrice: points('50 pt', { doc: 'Price of a certificate, rule isoSecurity' }),
    stakeToCapture: integer(0, {
      min: 0,
      doc: 'Certificates that capture the delegated arm, rule isoSecurity',
    }),
    hardwarePrice: points('3.5 pt', { doc: 'Price of hardware that draws 1 W, rule isoSecurity' }),
    attackHorizon: duration('7 d', { doc: 'How long an attacker runs it, rule isoSecurity' }),
  }),
  check(options, nodeCount) {
    const { hashRates, hashShares: rates, miners } = options;
    const issues: OptionIssue[] = [];
    const expect = (holds: boolean, key: string, expected: string, got: unknown) => {
      if (!holds) issues.push({ key, expected, got: String(got) });
    };
    const isList = hashRates === 'list';
    expect(miners <= nodeCount, 'miners', `at most ${nodeCount} nodes`, miners);
    expect(!isList || miners === 0, 'miners', '0 with hashRates list', miners);
    expect(rates.length <= nodeCount, 'hashShares', `at most ${nodeCount}`, rates.length);
    expect(isList || rates.length === 0, 'hashShares', 'none unless hashRates is list', rates);
    expect(!isList || rates.some((rate) => rate > 0), 'hashShares', 'a rate above 0', rates);
    const { hashRateSlope: slope } = options;
    expect(
      hashRates === 'zipf' || slope === 0,
      'hashRateSlope',
      '0 unless hashRates is zipf',
      slope,
    );
    expect(options.retargetBlocks !== 1, 'retargetBlocks', '0, or at least 2', 1);
    if (options.mode === 'hash') {
      const searchers = minerCount(options, nodeCount);
      expect(
        searchers <= SEARCHERS_MAX,
        'miners',
        `at most ${SEARCHERS_MAX} in mode hash`,
        searchers,
      );
    }
    if (options.energyRule === 'isoSecurity') {
      expect(options.stakeToCapture > 0, 'stakeToCapture', 'above 0 with isoSecurity', 0);
      const cost = options.hardwarePrice + options.attackHorizon;
      expect(cost > 0, 'hardwarePrice', 'an attack that costs something', '0 and no horizon');
    }
    return issues;
  },
  blockIntervalUs: (options) => options.blockInterval,
  parameters: parametersOf,
  createRule: createPowRule,
  create(context, options): PowInstance {
    const { kernel, tree, nodeCount, head, conduct, up } = context;
    const rule = createPowRule(tree, parametersOf(options));
    const share = hashShares(options, nodeCount, context.random('chain/pow-hash-rates'));
    const powerW = minersPowerW(options, context.rewardUptPerDay);
    const isHash = options.mode === 'hash';
    const forkChoice = createForkChoice(context, options);
    const isConstant = options.retargetBlocks === 0;
    let fields: readonly number[] = [];

    const race: RaceOptions = {
      kernel,
      draws: context.random('chain/pow'),
      difficulty: { isConstant, after: rule.after },
      share,
      isMining: (node) => up[node] === 1 && conduct.of(node)?.takesPart?.(node) !== false,
      parentOf: (node) => conduct.of(node)?.parentFor?.(node, head[node]!) ?? head[node]!,
      onFound(node, parent, difficulty, nonce) {
        if (nonce !== undefined) fields = [difficulty, nonce];
        else if (fields[DIFFICULTY] !== difficulty) fields = [difficulty];
        context.produce(node, parent, kernel.nowUs, fields, difficulty);
      },
    };
    const { blockInterval, hashesPerBlock } = options;
    const puzzle = createPuzzle(tree, hashesPerBlock, blockInterval);
    const { start, moved, noncesTried } = isHash
      ? createNonceRace(race, puzzle, hashesPerBlock / blockInterval)
      : createExponentialRace(race);

    return {
      start,
      ...forkChoice,
      isValid: rule.isValid,
      // Who mines on what matters only where the next block's difficulty or hash depends on it.
      ...(isHash || !isConstant ? { onHead: moved } : {}),
      powerW: (node) => powerW * share[node]!,
      hashShare: (node) => share[node]!,
      turnsMissed: () => 0,
      isTemplateFrozen: options.template === 'frozen',
      ...(isHash ? { report: () => ({ noncesTried: noncesTried() }) } : {}),
    };
  },
});
