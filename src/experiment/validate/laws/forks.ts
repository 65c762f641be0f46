/** Stale blocks and growth of proof of work when blocks take time to travel. */
import { sqrt } from '../../../base/math.ts';
import {
  fixedDelayGrowth,
  retargetedStaleShare,
  staleShare,
  sumOfSquares,
  twoNodeGrowth,
} from '../../../consensus/laws/index.ts';
import type { Links } from '../../../network/topology.ts';
import {
  growthOf,
  meshLinks,
  minersOn,
  NO_RETARGET,
  SECOND_US,
  sharesOf,
  starLinks,
} from '../chains.ts';
import { type Draw, defineExperiment, defineLaw, type Law } from '../law.ts';

const T_US = 30 * SECOND_US;
const GROUP = 'forks';
const STALE_SOURCE = 'Sompolinsky and Zohar 2015; model page, section 6.2';
/** How far the closed form is off for a finite number of miners, by an independent recursion. */
const RECURSION = 'bias: the closed form against a recursion over 2e7 blocks';

interface World {
  readonly links: Links;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly retargetBlocks?: number;
}

/** What miners did after a warm-up, over `size` target intervals. */
function measured(world: World, { seed, size }: Draw) {
  const { links, retargetBlocks = NO_RETARGET } = world;
  const options = { blockInterval: T_US, retargetBlocks, ...world.options };
  const chain = minersOn({ links, seed, options });
  const warmUp = retargetBlocks === NO_RETARGET ? 20 : 4 * retargetBlocks;
  const { height, made, spanUs } = growthOf(chain, warmUp * T_US, size * T_US);
  return { stale: 1 - height / made, growth: (height * T_US) / spanUs };
}

const equal = [
  { nodeCount: 2, rate: 0.1, off: 0, size: 2000 },
  { nodeCount: 2, rate: 0.5, off: 0, size: 2000 },
  { nodeCount: 5, rate: 0.5, off: 0.004, size: 1500 },
  { nodeCount: 16, rate: 0.1, off: 0.001, size: 1200 },
  { nodeCount: 16, rate: 0.5, off: 0.003, size: 800 },
  { nodeCount: 16, rate: 1, off: 0.006, size: 600 },
].map(({ nodeCount, rate, off, size }) => {
  const id = `pow-stale-${nodeCount}-at-${String(rate).replace('.', '')}`;
  const reference = staleShare(rate, 1 / nodeCount);
  return defineLaw({
    id,
    group: GROUP,
    law: 'stale share = (1 − 1/n) λD/(1 + λD)',
    source: STALE_SOURCE,
    parameters: `n ${nodeCount} equal miners, λD ${rate}`,
    convention: off === 0 ? 'exact for two equal miners' : RECURSION,
    unit: '',
    experiment: defineExperiment({
      id,
      quick: { replications: 30, size },
      full: { replications: 60, size: 10 * size },
      run: (draw) => measured({ links: meshLinks(nodeCount, rate * T_US) }, draw),
    }),
    kind: 'stochastic',
    reference,
    bias: off * reference,
    seCap: { quick: 0.03 * reference, full: 0.008 * reference },
    measure: ({ stale }) => stale,
  });
});

const MANY = 200;
const MANY_RATE = 0.5;
const equalShares = Array.from({ length: MANY }, () => 1);
const many = defineExperiment({
  id: 'pow-many-miners',
  quick: { replications: 30, size: 400 },
  full: { replications: 60, size: 2400 },
  run: (draw) => {
    // All to all would be 40 000 links; the middle of the star does not mine.
    const links = starLinks(MANY + 1, MANY_RATE * T_US);
    return measured({ links, options: sharesOf(equalShares) }, draw);
  },
});
const manyText = {
  group: GROUP,
  source: STALE_SOURCE,
  parameters: `n ${MANY} equal miners, λD ${MANY_RATE}`,
  convention: 'bias: 1/n of the limit of infinitely many',
  unit: '',
  experiment: many,
  kind: 'stochastic',
} as const;
const limit = [
  defineLaw({
    ...manyText,
    id: 'pow-growth-many-miners',
    law: 'growth / λ = 1/(1 + λD) with many small miners',
    reference: fixedDelayGrowth(MANY_RATE),
    bias: staleShare(MANY_RATE, 0) / MANY,
    seCap: { quick: 0.008, full: 0.0017 },
    measure: ({ growth }) => growth,
  }),
  defineLaw({
    ...manyText,
    id: 'pow-stale-many-miners',
    law: 'stale share = λD/(1 + λD) with many small miners',
    reference: staleShare(MANY_RATE, 0),
    bias: staleShare(MANY_RATE, 0) / MANY,
    seCap: { quick: 0.008, full: 0.0017 },
    measure: ({ stale }) => stale,
  }),
];

const zipf = [1, 1 / 4, 1 / 9, 1 / 16, 1 / 25];
const whole = zipf.reduce((sum, weight) => sum + weight, 0);
const squares = sumOfSquares(zipf.map((weight) => weight / whole));
const unequal = defineLaw({
  id: 'pow-stale-unequal',
  group: GROUP,
  law: 'stale share = (1 − Σs²) λD/(1 + λD)',
  source: STALE_SOURCE,
  parameters: 'shares as 1, 1/4, 1/9, 1/16, 1/25; λD 0.1',
  convention: RECURSION,
  unit: '',
  experiment: defineExperiment({
    id: 'pow-stale-unequal',
    quick: { replications: 30, size: 2000 },
    full: { replications: 60, size: 20_000 },
    run: (draw) => measured({ links: meshLinks(5, 0.1 * T_US), options: sharesOf(zipf) }, draw),
  }),
  kind: 'stochastic',
  reference: staleShare(0.1, squares),
  bias: 0.002 * staleShare(0.1, squares),
  seCap: { quick: 0.0012, full: 0.0003 },
  measure: ({ stale }) => stale,
});

const RETARGET = 256;
const keeps = [1 / 5, 1 / 3].flatMap((delay) => {
  const percent = Math.round(delay * 100);
  const experiment = defineExperiment({
    id: `pow-retargeted-${percent}`,
    quick: { replications: 30, size: 1500 },
    full: { replications: 60, size: 10_000 },
    run: (draw) => {
      const links = meshLinks(10, delay * T_US);
      return measured({ links, retargetBlocks: RETARGET }, draw);
    },
  });
  const base = {
    group: GROUP,
    source: STALE_SOURCE,
    parameters: `n 10 equal miners, D/T ${Math.round(delay * 1000) / 1000}, N ${RETARGET}`,
    unit: '',
    experiment,
    kind: 'stochastic',
  } as const;
  const reference = retargetedStaleShare(delay, 1 / 10);
  return [
    defineLaw({
      ...base,
      id: `pow-retargeted-stale-${percent}`,
      law: 'stale share with retargeting: λ(1 − s) = 1/T',
      convention: `${RECURSION}; and 1/N, by which the interval may exceed T`,
      reference,
      bias: (0.004 + 1 / RETARGET) * reference,
      seCap: { quick: 0.004, full: 0.0015 },
      measure: ({ stale }) => stale,
    }),
    defineLaw({
      ...base,
      id: `pow-retargeted-growth-${percent}`,
      law: 'growth = 1/T with retargeting, whatever is stale',
      convention: 'bias: 1/N, the most by which the interval exceeds T',
      unit: '1/T',
      reference: 1,
      bias: 1 / RETARGET,
      seCap: { quick: 0.004, full: 0.0015 },
      measure: ({ growth }) => growth,
    }),
  ];
});

const pairs = [
  { first: 0.5, second: 0.5, delay: 0.1 },
  { first: 0.5, second: 0.5, delay: 0.5 },
  { first: 0.5, second: 0.5, delay: 1 },
  { first: 0.7, second: 0.3, delay: 0.5 },
  { first: 0.9, second: 0.1, delay: 1 },
].map(({ first, second, delay }) => {
  const digits = (value: number) => String(value).replace('.', '');
  const id = `pow-two-nodes-${digits(first)}-${digits(second)}-at-${digits(delay)}`;
  return defineLaw({
    id,
    group: GROUP,
    law: 'growth of two miners a delay apart',
    source: 'Sompolinsky and Zohar 2015, section on growth with two nodes',
    parameters: `λ₁ ${first}, λ₂ ${second}, D ${delay} of 1/λ`,
    convention: 'exact',
    unit: 'λ',
    experiment: defineExperiment({
      id,
      quick: { replications: 30, size: 2000 },
      full: { replications: 60, size: 20_000 },
      run: (draw) => {
        const links = meshLinks(2, delay * T_US);
        return measured({ links, options: sharesOf([first, second]) }, draw).growth;
      },
    }),
    kind: 'stochastic',
    reference: twoNodeGrowth(first, second, delay),
    seCap: { quick: 0.006, full: 0.0013 },
    measure: (growth) => growth,
  });
});

/** Runs of the public simulator: latency 20 s before a block leaves its maker, difficulty constant. */
const published = [
  { id: '30-percent', shares: [3, 1, 1, 1, 1, 1, 1, 1], figure: 0.02715, blocks: 100 * 2016 },
  { id: 'equal', shares: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], figure: 0.03075, blocks: 2016 },
].map(({ id, shares, figure, blocks }) =>
  defineLaw({
    id: `pow-miningsim-${id}`,
    group: GROUP,
    law: 'stale share of a published simulator',
    source: 'G. Andresen, bitcoin_miningsim, README, runs with --latency 20',
    parameters: `shares as ${shares.join(', ')}; 20 s at 600 s`,
    convention: `bias: 4 standard errors of its ${blocks} blocks`,
    unit: '',
    experiment: defineExperiment({
      id: `pow-miningsim-${id}`,
      quick: { replications: 30, size: 2016 },
      full: { replications: 60, size: 20_160 },
      run: (draw) => {
        const links = meshLinks(shares.length, T_US / 30);
        return measured({ links, options: sharesOf(shares) }, draw).stale;
      },
    }),
    kind: 'stochastic',
    reference: figure,
    bias: 4 * sqrt((figure * (1 - figure)) / blocks),
    seCap: { quick: 0.0012, full: 0.0003 },
    measure: (stale) => stale,
  }),
);

/** Laws of forks. */
export const forkLaws: readonly Law[] = [
  ...equal,
  ...limit,
  unequal,
  ...keeps,
  ...pairs,
  ...published,
];
