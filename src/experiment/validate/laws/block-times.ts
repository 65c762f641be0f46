/** Times between blocks of proof of work with a constant hash rate and a constant difficulty. */

import {
  erlangWithin,
  exponentialQuantile,
  exponentialTail,
} from '../../../consensus/laws/index.ts';
import { mean, sampleVariance } from '../../statistics/interval.ts';
import {
  meshLinks,
  minersOn,
  NO_RETARGET,
  runToHeight,
  SECOND_US,
  timestampsOf,
} from '../chains.ts';
import { type Draw, defineExperiment, defineLaw, type Law } from '../law.ts';

/** Target interval [s]. */
const T = 600;
const HOUR_S = 3600;

/** Gaps between the first blocks of three miners a microsecond apart [s], as many as asked for. */
function gapsOf({ seed, size }: Draw): number[] {
  const options = { blockInterval: T * SECOND_US, retargetBlocks: NO_RETARGET };
  const chain = minersOn({ links: meshLinks(3, 3), seed, options });
  runToHeight(chain, size, 100 * T * SECOND_US);
  const times = timestampsOf(chain).slice(0, size + 1);
  return times.slice(1).map((time, i) => (time - times[i]!) / SECOND_US);
}

const gaps = defineExperiment({
  id: 'pow-gaps',
  quick: { replications: 30, size: 1200 },
  full: { replications: 60, size: 12_000 },
  run: gapsOf,
});

const shareAbove = (limitS: number) => (times: readonly number[]) =>
  times.filter((time) => time > limitS).length / times.length;

/** Sums of so many gaps in a row, none used twice. */
function sumsOf(times: readonly number[], count: number): number[] {
  const sums: number[] = [];
  for (let i = 0; i + count <= times.length; i += count) {
    sums.push(times.slice(i, i + count).reduce((sum, time) => sum + time, 0));
  }
  return sums;
}

/** Blocks found in each whole hour. */
function hourlyCounts(times: readonly number[]): number[] {
  const counts: number[] = [];
  let time = 0;
  for (const gap of times) {
    time += gap;
    const hour = Math.floor(time / HOUR_S);
    while (counts.length <= hour) counts.push(0);
    counts[hour]!++;
  }
  // The last hour ends with the last block, not after an hour.
  return counts.slice(0, -1);
}

/** Mean time from instants an hour apart to the next block [s]. */
function waitFromRandomInstant(times: readonly number[]): number {
  const waits: number[] = [];
  let time = 0;
  let instant = HOUR_S;
  for (const gap of times) {
    time += gap;
    for (; instant < time; instant += HOUR_S) waits.push(time - instant);
  }
  return mean(waits);
}

const text = {
  group: 'block-times',
  source: 'Nakamoto 2008, section 11: blocks are a Poisson process',
  convention: 'timestamps of the chain; difficulty constant',
  experiment: gaps,
  kind: 'stochastic',
} as const;

const tailLaws = [
  { id: 'median', limitS: exponentialQuantile(T, 0.5), seCap: { quick: 0.005, full: 0.0011 } },
  { id: 'q95', limitS: exponentialQuantile(T, 0.95), seCap: { quick: 0.0022, full: 0.0005 } },
  { id: '30min', limitS: 1800, seCap: { quick: 0.0022, full: 0.0005 } },
  { id: '60min', limitS: 3600, seCap: { quick: 0.0006, full: 0.00012 } },
].map(({ id, limitS, seCap }) =>
  defineLaw({
    ...text,
    id: `pow-gap-above-${id}`,
    law: 'P(gap > t) = exp(−t/T)',
    parameters: `T ${T} s, t ${Math.round(limitS * 100) / 100} s`,
    unit: '',
    reference: exponentialTail(T, limitS),
    seCap,
    measure: shareAbove(limitS),
  }),
);

/** Laws of inter-block times. */
export const blockTimeLaws: readonly Law[] = [
  defineLaw({
    ...text,
    id: 'pow-gap-mean',
    law: 'mean gap between blocks = T',
    parameters: `T ${T} s`,
    unit: 's',
    reference: T,
    seCap: { quick: 5, full: 1.2 },
    measure: mean,
  }),
  ...tailLaws,
  defineLaw({
    ...text,
    id: 'pow-count-dispersion',
    law: 'variance / mean of blocks an hour = 1',
    parameters: `T ${T} s`,
    unit: '',
    reference: 1,
    // The ratio of two estimates is off by about 1 / hours.
    bias: 0.005,
    seCap: { quick: 0.03, full: 0.006 },
    measure: (times) => {
      const counts = hourlyCounts(times);
      return sampleVariance(counts) / mean(counts);
    },
  }),
  defineLaw({
    ...text,
    id: 'pow-wait-random-instant',
    law: 'wait from a random instant = T, not T/2',
    parameters: `T ${T} s`,
    unit: 's',
    reference: T,
    seCap: { quick: 12, full: 2.5 },
    measure: waitFromRandomInstant,
  }),
  defineLaw({
    ...text,
    id: 'pow-erlang-6',
    law: 'P(6 blocks within t), Erlang',
    parameters: `T ${T} s, t 3600 s`,
    unit: '',
    reference: erlangWithin(6, T, 3600),
    seCap: { quick: 0.01, full: 0.0022 },
    measure: (times) =>
      sumsOf(times, 6).filter((sum) => sum <= 3600).length / Math.floor(times.length / 6),
  }),
];
