/** Delegated proof of stake: lags, silent producers, stalls, equivocators, random committees. */
import { createRandomSource } from '../../../base/random.ts';
import {
  equivocatorsNeeded,
  hypergeometricTail,
  silentStretch,
  singleStageLag,
  sortedQuorum,
  twoStageLag,
  twoThirdsQuorum,
} from '../../../consensus/laws/index.ts';
import type { DposOptions, DposRuleName } from '../../../consensus/protocols/dpos-options.ts';
import { participation } from '../../../consensus/protocols/dpos-participation.ts';
import {
  capturedElections,
  delegatesOn,
  growthOfDelegates,
  lagsOf,
  stallThreshold,
} from '../delegates.ts';
import { runFaults } from '../dpos-faults.ts';
import { cleanSplit } from '../dpos-schedules.ts';
import { defineExperiment, defineLaw, type Law } from '../law.ts';

const GROUP = 'dpos';
const ONE = { replications: 1, size: 1 };
const SORTED = 'Steem database.cpp, TRON DposService.java; validation B2';
const EOSIO = 'EOSIO block_header_state.cpp; node log of 14 June 2018; validation B2';
const LAG = 'further blocks until irreversible, own block not counted';
const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
/** The lag where all are the same, else none. */
const onlyOne = (values: readonly number[]) =>
  new Set(values).size === 1 ? values[0]! : Number.NaN;

interface LagRow {
  readonly id: string;
  readonly nodeCount: number;
  readonly options: Partial<DposOptions>;
  readonly law: string;
  readonly reference: number;
  readonly source: string;
}

const naive = { irreversibility: 'naive' } as const;
const lagRows: readonly LagRow[] = [
  ...[21, 101].map((nodeCount) => ({
    id: `naive-${nodeCount}`,
    nodeCount,
    options: { ...naive, delegates: nodeCount },
    law: 'lag = k − 1 with k of n on top, one stage',
    reference: singleStageLag(twoThirdsQuorum(nodeCount)),
    source: 'model page, O5; LIP 23',
  })),
  ...(
    [
      ['steem', 21, 75],
      ['tron', 27, 70],
      ['bitshares', 27, 70],
    ] as const
  ).map(([preset, nodeCount, percent]) => ({
    id: preset,
    nodeCount,
    options: { preset, standby: 'none' as const },
    law: 'lag = k − 1, k = n − ⌊(1 − share) n⌋ last blocks, sorted',
    reference: singleStageLag(sortedQuorum(nodeCount, percent)),
    source: SORTED,
  })),
  ...[21, 101].map((nodeCount) => ({
    id: `two-stage-${nodeCount}`,
    nodeCount,
    options: { delegates: nodeCount },
    law: 'lag = 2(k − 1), two stages, one block a turn',
    reference: twoStageLag(nodeCount, twoThirdsQuorum(nodeCount), 1).mean,
    source: EOSIO,
  })),
  {
    id: 'votes-21',
    nodeCount: 21,
    options: { irreversibility: 'bft' },
    law: 'lag = 0: votes certify a block before the next',
    reference: 0,
    source: 'explicit votes in two phases; model section 6.3',
  },
];
const lagLaws = lagRows.map(({ id, nodeCount, options, ...row }) =>
  defineLaw({
    ...row,
    id: `dpos-lag-${id}`,
    group: GROUP,
    parameters: `n ${nodeCount}, fixed order, nobody misses`,
    convention: LAG,
    unit: 'blocks',
    experiment: defineExperiment({
      id: `dpos-lag-${id}`,
      quick: ONE,
      full: { replications: 1, size: 10 },
      run: ({ seed, size }) => lagsOf({ nodeCount, options, seed }, 3, 2 * size),
    }),
    kind: 'exact',
    measure: ({ blocks }) => onlyOne(blocks),
  }),
);

const eosio = defineExperiment({
  id: 'dpos-eosio',
  quick: ONE,
  full: { replications: 1, size: 10 },
  run: ({ seed, size }) =>
    lagsOf({ nodeCount: 21, options: { preset: 'eosio' }, seed }, 3, size).blocks,
});
const sawtooth = twoStageLag(21, twoThirdsQuorum(21), 12);
const eosioLaws = (
  [
    ['least', sawtooth.least, (blocks) => Math.min(...blocks)],
    ['most', sawtooth.most, (blocks) => Math.max(...blocks)],
    ['mean', sawtooth.mean, meanOf],
  ] satisfies [string, number, (blocks: readonly number[]) => number][]
).map(([id, reference, measure]) =>
  defineLaw({
    id: `dpos-eosio-lag-${id}`,
    group: GROUP,
    law: 'lag is a sawtooth from 2(k − 1)R − (R − 1) to 2(k − 1)R',
    source: EOSIO,
    parameters: `n 21, R 12 blocks a turn, ${id}`,
    convention: LAG,
    unit: 'blocks',
    experiment: eosio,
    kind: 'exact',
    reference,
    measure,
  }),
);

const silentLaws = [3, 6].flatMap((silent) => {
  const experiment = defineExperiment({
    id: `dpos-silent-${silent}`,
    quick: ONE,
    full: { replications: 1, size: 10 },
    run: ({ seed, size }) => {
      const world = { nodeCount: 21, options: { delegates: 21 }, seed, silent };
      const { head, spanUs } = growthOfDelegates(world, 4, 3 * size);
      const { blocks } = lagsOf(world, 4, size);
      return { lag: onlyOne(blocks), interval: spanUs / head / 3_000_000 };
    },
  });
  const base = {
    group: GROUP,
    source: 'validation B2, B3',
    parameters: `n 21, ${silent} silent`,
    experiment,
    kind: 'exact',
  } as const;
  return [
    defineLaw({
      ...base,
      id: `dpos-silent-lag-${silent}`,
      law: 'silent producers leave the lag in blocks as it is',
      convention: LAG,
      unit: 'blocks',
      reference: twoStageLag(21, twoThirdsQuorum(21), 1).mean,
      measure: ({ lag }) => lag,
    }),
    defineLaw({
      ...base,
      id: `dpos-silent-interval-${silent}`,
      law: 'mean interval = T n/(n − s)',
      convention: 'over whole rounds',
      unit: 'T',
      reference: silentStretch(21, silent),
      bias: 1e-12,
      measure: ({ interval }) => interval,
    }),
  ];
});

const participationLaw = defineLaw({
  id: 'dpos-participation',
  group: GROUP,
  law: 'participation = 1 − s',
  source: 'Steem, recent slots filled; validation B3',
  parameters: 'n 32, 8 silent, the last 128 turns',
  convention: 'window of whole rounds',
  unit: '',
  experiment: defineExperiment({
    id: 'dpos-participation',
    quick: ONE,
    full: ONE,
    run: ({ seed }) => {
      const options = { delegates: 32, turn: 3_000_000 };
      const chain = delegatesOn({ nodeCount: 32, options, seed, silent: 8 });
      chain.run(8 * 32 * 3_000_000);
      return participation(chain.tree, chain.engine.head[0]!);
    },
  }),
  kind: 'exact',
  reference: 24 / 32,
  measure: (share) => share,
});

const stallLaws = (
  [
    ['naive', 21, { irreversibility: 'naive' }, twoThirdsQuorum(21)],
    ['disclosed', 21, { irreversibility: 'disclosed' }, twoThirdsQuorum(21)],
    ['two-stage', 21, {}, twoThirdsQuorum(21)],
    ['bft', 21, { irreversibility: 'bft' }, twoThirdsQuorum(21)],
    ['steem', 21, { preset: 'steem', participation: 0, standby: 'none' }, sortedQuorum(21, 75)],
    ['tron', 27, { preset: 'tron' }, sortedQuorum(27, 70)],
  ] satisfies [string, number, Partial<DposOptions>, number][]
).map(([id, nodeCount, options, quorum]) =>
  defineLaw({
    id: `dpos-stall-${id}`,
    group: GROUP,
    law: 'irreversibility stops from n − k + 1 silent on, the head grows',
    source: 'validation B2, EOSIO issue 6409',
    parameters: `n ${nodeCount}, k ${quorum}, ${id}`,
    convention: 'fewest silent producers',
    unit: '',
    experiment: defineExperiment({
      id: `dpos-stall-${id}`,
      quick: ONE,
      full: ONE,
      run: ({ seed }) => stallThreshold(nodeCount, options, seed),
    }),
    kind: 'exact',
    reference: nodeCount - quorum + 1,
    measure: (silent) => silent,
  }),
);

const splitLaws = (['naive', 'disclosed', 'twoStage', 'bft'] as const).flatMap(
  (rule: DposRuleName) =>
    [15, 14].map((quorum) => {
      const needed = equivocatorsNeeded(21, quorum);
      const id = `dpos-split-${rule === 'twoStage' ? 'two-stage' : rule}-${quorum}`;
      return defineLaw({
        id,
        group: GROUP,
        law: 'a clean split breaks agreement from 2t − N equivocators on',
        source: 'model page, E06; two quorums share 2t − N',
        parameters: `N 21, t ${quorum}, ${rule}`,
        convention: 'fewest equivocators with two final blocks at a height',
        unit: '',
        experiment: defineExperiment({
          id,
          quick: ONE,
          full: ONE,
          run: () => {
            // Two below is sure to hold; the step is where the law has it or the law is wrong.
            for (let m = needed - 2; m <= 21; m++) {
              if (runFaults(cleanSplit(21, m), rule, quorum).divergentHeights > 0) return m;
            }
            return Number.NaN;
          },
        }),
        kind: 'exact',
        reference: needed,
        measure: (m) => m,
      });
    }),
);

const captureLaws = [
  { nodeCount: 100, bad: 20 },
  { nodeCount: 100, bad: 30 },
  { nodeCount: 101, bad: 34 },
].flatMap(({ nodeCount, bad }) =>
  (['none', 'sharedSeat'] as const).map((standby) => {
    const id = `dpos-capture-${bad}-of-${nodeCount}${standby === 'none' ? '' : '-shared'}`;
    const reference = hypergeometricTail(nodeCount, bad, 21, 7);
    return defineLaw({
      id,
      group: GROUP,
      law: 'chance of 7 bad seats of 21 is hypergeometric',
      source: 'model page, O5; validation B4',
      parameters: `${bad} bad of ${nodeCount}, stakes exponential, stand-by ${standby}`,
      convention: 'stakes of bad nodes as of all others',
      unit: '',
      experiment: defineExperiment({
        id,
        quick: { replications: 30, size: 200 },
        full: { replications: 60, size: 1_000 },
        run: ({ seed, size }) => {
          const draws = createRandomSource(seed).sequential('chain/stakes');
          const world = { nodeCount, options: { standby } };
          return capturedElections(draws, world, bad, 7, size) / size;
        },
      }),
      kind: 'stochastic',
      reference,
      seCap: { quick: 0.01, full: 0.003 },
      measure: (share) => share,
    });
  }),
);

/** Laws of delegated proof of stake. */
export const dposLaws: readonly Law[] = [
  ...lagLaws,
  ...eosioLaws,
  ...silentLaws,
  participationLaw,
  ...stallLaws,
  ...splitLaws,
  ...captureLaws,
];
