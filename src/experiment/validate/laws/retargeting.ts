/** Difficulty of proof of work: the mean interval it settles at, and how it follows hash power. */

import { retargetBias } from '../../../consensus/laws/index.ts';
import { meshLinks, minersOn, runToHeight, SECOND_US, timestampsOf } from '../chains.ts';
import { type Draw, defineExperiment, defineLaw, type Law } from '../law.ts';

const T_US = 10 * SECOND_US;
const SOURCE = 'derived: the span of k intervals is gamma, and the mean of its inverse 1/(k − 1)';
/** Periods left out: the first has the right difficulty by construction. */
const WARM_UP = 10;

/** Mean interval over target of one miner over many periods. */
function settledInterval({ seed, size }: Draw, blocks: number, retarget: string): number {
  const options = { blockInterval: T_US, retargetBlocks: blocks, retarget };
  const chain = minersOn({ links: meshLinks(1, 3), seed, options });
  const [from, to] = [WARM_UP * blocks, (WARM_UP + size) * blocks];
  runToHeight(chain, to, 10 * blocks * T_US);
  const times = timestampsOf(chain);
  return (times[to]! - times[from]!) / (to - from) / T_US;
}

const settled = [
  { blocks: 16, retarget: 'clean', seCap: { quick: 0.005, full: 0.0015 } },
  { blocks: 64, retarget: 'clean', seCap: { quick: 0.005, full: 0.0015 } },
  { blocks: 16, retarget: 'bitcoin', seCap: { quick: 0.006, full: 0.002 } },
].map(({ blocks, retarget, seCap }) => {
  const isBitcoin = retarget === 'bitcoin';
  const id = `pow-retarget-${retarget}-${blocks}`;
  return defineLaw({
    id,
    group: 'retargeting',
    law: `long-run mean interval = T N/(N − ${isBitcoin ? 2 : 1})`,
    source: SOURCE,
    parameters: `N ${blocks}`,
    convention: `span over ${isBitcoin ? 'the last N − 1' : 'all N'} intervals, clamp 1/4 to 4`,
    unit: 'T',
    experiment: defineExperiment({
      id,
      quick: { replications: 30, size: Math.floor(3200 / blocks) },
      full: { replications: 60, size: Math.floor(16_000 / blocks) },
      run: (draw) => settledInterval(draw, blocks, retarget),
    }),
    kind: 'stochastic',
    reference: retargetBias(blocks, isBitcoin ? blocks - 1 : blocks),
    seCap,
    measure: (interval) => interval,
  });
});

const STEP_BLOCKS = 64;
const MINERS = 10;

/**
 * Mean interval over target in each of four periods after half of the miners became all of them.
 */
function afterDoubling({ seed }: Draw): number[] {
  const options = { blockInterval: T_US, retargetBlocks: STEP_BLOCKS };
  const chain = minersOn({ links: meshLinks(MINERS, 3), seed, options });
  const { up } = chain.transport;
  up.fill(0, MINERS / 2);
  const before = 4 * STEP_BLOCKS;
  // Looked at often, so that the step comes at the last block of a period.
  runToHeight(chain, before, T_US / 20);
  // Those that were away get the chain before they mine: the law is about power, not about forks.
  up.fill(1);
  for (let node = MINERS / 2; node < MINERS; node++) chain.engine.catchUp(node, 0);
  runToHeight(chain, before + 4 * STEP_BLOCKS + 1, STEP_BLOCKS * T_US);
  const times = timestampsOf(chain);
  return [0, 1, 2, 3].map((period) => {
    const from = before + period * STEP_BLOCKS;
    return (times[from + STEP_BLOCKS]! - times[from]!) / STEP_BLOCKS / T_US;
  });
}

const doubling = defineExperiment({
  id: 'pow-hash-step',
  quick: { replications: 60, size: 1 },
  full: { replications: 500, size: 1 },
  run: afterDoubling,
});

const step = [0.5, 1, 1].map((expected, period) =>
  defineLaw({
    id: `pow-hash-step-period-${period + 1}`,
    group: 'retargeting',
    law: 'hash power doubles: T/2 for a period, then T, each × N/(N − 1)',
    source: SOURCE,
    parameters: `N ${STEP_BLOCKS}, period ${period + 1} after the step`,
    convention: 'half of ten miners were down',
    unit: 'T',
    experiment: doubling,
    kind: 'stochastic',
    reference: expected * retargetBias(STEP_BLOCKS, STEP_BLOCKS),
    // The step is seen up to T/20 late, in which the slow half mines alone.
    bias: 0.002,
    seCap: { quick: 0.035, full: 0.012 },
    measure: (periods) => periods[period]!,
  }),
);

/** Laws of difficulty. */
export const retargetingLaws: readonly Law[] = [...settled, ...step];
