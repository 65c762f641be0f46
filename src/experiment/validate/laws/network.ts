/**
 * How blocks cross networks of the size of Bitcoin's: against two published simulators, and against the
 * law that ties propagation to forks.
 */

import { log } from '../../../base/math.ts';
import { forkProbability } from '../../../consensus/laws/index.ts';
import type { Relay } from '../../../network/relay.ts';
import invGetdata from '../../../network/relays/inv-getdata.ts';
import relayNetwork from '../../../network/relays/relay-network.ts';
import unsolicitedPush from '../../../network/relays/unsolicited-push.ts';
import type { Links } from '../../../network/topology.ts';
import { type Draw, defineExperiment, defineLaw, type Law } from '../law.ts';
import { POOL_SHARES, poolChain, poolLinks, simblockChain, spreadOf } from '../networks.ts';

const GROUP = 'network';
const SIMBLOCK = 'Aoki et al. 2019, SimBlock, as shipped; figures of its runs with one seed';
const GERVAIS = 'Gervais et al. 2016; results published with its simulator';

/** Size of blocks at an interval of 10 min [B]; the load is the same at every interval. */
const BLOCK_BYTES = 535_000;
const T = 600;

const shares = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

/**
 * SimBlock's own figures [s]: median over 100 blocks of the time to reach a share of the nodes, then median
 * and mean over all blocks and nodes. The former jump: half of the makers are European, and theirs are the
 * fast half of the blocks, so that the median block is either; the latter do not.
 */
const SIMBLOCK_TIMES = [
  {
    nodes: 600,
    blocks: { quick: 20, full: 100 },
    times: [0.55, 0.67, 0.86, 1.36, 2.0, 1.05, 1.26],
  },
  {
    nodes: 6000,
    blocks: { quick: 4, full: 100 },
    times: [0.81, 0.89, 1.05, 1.54, 2.11, 1.18, 1.36],
  },
  {
    nodes: 10_000,
    blocks: { quick: 3, full: 60 },
    times: [Number.NaN, Number.NaN, 1.13, Number.NaN, 2.21, Number.NaN, Number.NaN],
  },
] as const;

const simblockLaws = SIMBLOCK_TIMES.flatMap(({ nodes, blocks, times }) => {
  // A quick run of the larger networks has few blocks, each the slower the farther off its maker is.
  const pooled = { convention: 'over all blocks and nodes', factor: nodes === 600 ? 1.15 : 1.4 };
  const experiment = defineExperiment({
    id: `simblock-${nodes}`,
    quick: { replications: 10, size: blocks.quick },
    full: { replications: 10, size: blocks.full },
    run({ seed, size }: Draw) {
      const { propagation } = spreadOf(simblockChain(nodes, T, seed), size);
      const times = shares.map((share) => propagation.timeToReachS(share));
      return [...times, propagation.delayQuantileS(0.5), propagation.meanDelayS];
    },
  });
  return [
    ...shares.map((share) => ({
      id: `p${100 * share}`,
      law: `time until ${100 * share} % of the nodes have a block`,
      convention: 'median over blocks; every replication has a network of its own',
      factor: share < 0.5 ? 2 : 1.4,
    })),
    { id: 'median', law: 'median delay of a block', ...pooled },
    { id: 'mean', law: 'mean delay of a block', ...pooled },
  ].flatMap(({ id, law, convention, factor }, k) => {
    const reference = times[k]!;
    if (Number.isNaN(reference)) return [];
    return defineLaw({
      group: GROUP,
      source: SIMBLOCK,
      convention,
      id: `simblock-${nodes}-${id}`,
      law,
      parameters: `${nodes} nodes, T ${T} s, compact blocks`,
      unit: 's',
      experiment,
      kind: 'band',
      reference,
      factor,
      measure: (figures) => figures[k]!,
    });
  });
});

/** Interval of the small network [s]. */
const FORK_T = 30;

/** Forks of a small copy of the same network, and what its propagation says they should be. */
const forks = defineExperiment({
  id: 'network-forks',
  quick: { replications: 30, size: 250 },
  full: { replications: 60, size: 3000 },
  run({ seed, size }: Draw) {
    const spread = spreadOf(simblockChain(100, FORK_T, seed), size);
    const predicted = forkProbability(1 / FORK_T, spread.propagation.meanDelayS);
    return { predicted, forked: spread.forkedShare };
  },
});

const forkLaws = [
  defineLaw({
    group: GROUP,
    source: 'C. Decker, R. Wattenhofer, Information Propagation in the Bitcoin Network, 2013',
    convention: 'forked heights less prediction; f(t) is the measured one, not a fit',
    id: 'network-fork-rate',
    law: 'P(fork) = 1 − (1 − P)^∫(1 − f(t))dt',
    parameters: `100 nodes that mine, T ${FORK_T} s`,
    unit: '',
    experiment: forks,
    kind: 'stochastic',
    reference: 0,
    // First order in P: of nodes that wait for a block some wait for its parent, too.
    bias: 0.0016,
    seCap: { quick: 0.0035, full: 0.0008 },
    measure: ({ predicted, forked }) => forked - predicted,
  }),
];

interface Mode {
  readonly name: string;
  readonly relay: Relay;
  readonly options?: Readonly<Record<string, unknown>>;
}
const STANDARD: Mode = { name: 'standard', relay: invGetdata };
const PUSH: Mode = { name: 'push', relay: unsolicitedPush, options: { pushedBy: 'maker' } };
const RELAYS: Mode = { name: 'relay network', relay: relayNetwork, options: { hubs: 16 } };

interface Figures {
  readonly meanS: number;
  readonly medianS: number;
  /** Blocks that a pool finds before it has the last one, by the delays between pools. */
  readonly staleShare: number;
}

function figuresOf(
  links: Links,
  mode: Mode,
  intervalS: number,
  bytes: number,
  draw: Draw,
): Figures {
  const chain = poolChain({
    links,
    seed: draw.seed,
    intervalS,
    blockBytes: bytes,
    relay: mode.relay,
    ...(mode.options === undefined ? {} : { relayOptions: mode.options }),
  });
  const weights = new Float64Array(links.nodeCount);
  weights.set(POOL_SHARES);
  const { propagation } = spreadOf(chain, draw.size, weights);
  return {
    meanS: propagation.meanDelayS,
    medianS: propagation.delayQuantileS(0.5),
    staleShare: forkProbability(1 / intervalS, propagation.weightedDelayS),
  };
}

/** Published figures: mean and median delay [s], share of stale blocks. */
const PUBLISHED = [
  { mode: STANDARD, intervalS: 600, figures: [25.83, 14.7, 0.0151] },
  { mode: STANDARD, intervalS: 60, figures: [3.02, 2.08, 0.0215] },
  { mode: STANDARD, intervalS: 10, figures: [1.09, 1.0, 0.0477] },
  { mode: PUSH, intervalS: 600, figures: [12.12, 10.65, 0.0013] },
  { mode: PUSH, intervalS: 60, figures: [1.48, 1.34, 0.0035] },
  { mode: PUSH, intervalS: 10, figures: [0.55, 0.49, 0.0173] },
  { mode: RELAYS, intervalS: 60, figures: [1.43, 1.3, 0.0025] },
] as const;

const POOL_NODES = 6000;

const intervals = defineExperiment({
  id: 'pools-intervals',
  quick: { replications: 14, size: 3 },
  full: { replications: 30, size: 30 },
  run(draw: Draw) {
    const links = poolLinks(POOL_NODES, draw.seed);
    return PUBLISHED.map(({ mode, intervalS }) =>
      figuresOf(links, mode, intervalS, (BLOCK_BYTES * intervalS) / T, draw),
    );
  },
});

/**
 * Pushed blocks at the longest interval. One in twenty meets the one before and is late by a hundred times
 * as much as the others; it takes some hundreds of blocks to see enough of them.
 */
const rarePushes = defineExperiment({
  id: 'pools-rare-pushes',
  quick: { replications: 10, size: 40 },
  full: { replications: 30, size: 100 },
  run(draw: Draw) {
    return figuresOf(poolLinks(POOL_NODES, draw.seed), PUSH, T, BLOCK_BYTES, draw);
  },
});

const FIGURES = [
  { key: 'meanS', law: 'mean delay of a block', unit: 's' },
  { key: 'medianS', law: 'median delay of a block', unit: 's' },
  { key: 'staleShare', law: 'share of stale blocks', unit: '' },
] as const;

const poolText = {
  group: GROUP,
  source: GERVAIS,
  convention: 'stale: 1 − (1 − 1/T)^(delay weighted by hash power), Decker and Wattenhofer',
  experiment: intervals,
} as const;

const levelLaws = PUBLISHED.flatMap(({ mode, intervalS, figures }, row) =>
  FIGURES.map(({ key, law, unit }, k) => {
    const about = {
      ...poolText,
      id: `pools-${mode.name.replace(' ', '-')}-${intervalS}s-${key.replace(/[A-Z].*/, '')}`,
      law: `${law}, ${mode.name}`,
      parameters: `${POOL_NODES} nodes, 16 pools, T ${intervalS} s`,
      unit,
      kind: 'band' as const,
      reference: figures[k]!,
    };
    const isRare = mode === PUSH && intervalS === T && key === 'staleShare';
    return isRare
      ? defineLaw({ ...about, experiment: rarePushes, measure: (row) => row[key] })
      : defineLaw({ ...about, measure: (rows) => rows[row]![key] });
  }),
);

const trendLaws = [STANDARD, PUSH].map((mode, m) =>
  defineLaw({
    ...poolText,
    id: `pools-${mode.name}-stale-by-interval`,
    law: `shorter intervals, more stale blocks: ${mode.name}; logarithms`,
    parameters: `${POOL_NODES} nodes, 16 pools, constant load`,
    unit: '',
    kind: 'trend',
    levels: ['600 s', '60 s', '10 s'],
    measure: (rows) => [0, 1, 2].map((k) => log(rows[3 * m + k]!.staleShare)),
  }),
);

const pushLaws = [600, 60, 10].flatMap((intervalS, k) =>
  FIGURES.map(({ key, law, unit }) =>
    defineLaw({
      ...poolText,
      id: `pools-push-below-standard-${intervalS}s-${key.replace(/[A-Z].*/, '')}`,
      law: `${law}: push below standard`,
      parameters: `${POOL_NODES} nodes, 16 pools, T ${intervalS} s`,
      unit,
      kind: 'trend',
      levels: ['push', 'standard'],
      measure: (rows) => [rows[3 + k]![key], rows[k]![key]],
    }),
  ),
);

const MEGABYTES = [0.1, 0.25, 0.5, 1, 2, 4, 8];
const SIZE_NODES = 1000;
/** Long enough for a block of 8 MB to be done before the next: one that is not delays both [s]. */
const SIZE_T = 86_400;

const sizes = defineExperiment({
  id: 'pools-sizes',
  quick: { replications: 10, size: 1 },
  full: { replications: 30, size: 40 },
  run(draw: Draw) {
    const links = poolLinks(SIZE_NODES, draw.seed);
    return [STANDARD, PUSH].map((mode) =>
      MEGABYTES.map((megabytes) => figuresOf(links, mode, SIZE_T, megabytes * 1e6, draw)),
    );
  },
});

const sizeLaws = [STANDARD, PUSH].flatMap((mode, m) =>
  FIGURES.filter(({ key }) => key !== 'medianS').map(({ key, law, unit }) =>
    defineLaw({
      ...poolText,
      experiment: sizes,
      id: `pools-${mode.name}-${key.replace(/[A-Z].*/, '')}-by-size`,
      law: `${law} grows with its size: ${mode.name}; logarithms`,
      parameters: `${SIZE_NODES} nodes, 16 pools, T ${SIZE_T} s`,
      unit,
      kind: 'trend',
      levels: MEGABYTES.map((megabytes) => `${megabytes} MB`),
      measure: (rows) => rows[m]!.map((figures) => log(figures[key])),
    }),
  ),
);

/** Laws of propagation. */
export const networkLaws: readonly Law[] = [
  ...simblockLaws,
  ...forkLaws,
  ...levelLaws,
  ...trendLaws,
  ...pushLaws,
  ...sizeLaws,
];
