/**
 * The pool as a queue: how long transactions wait for blocks that hold few of them, and how many a second
 * come out. Measured on the chain of every run, transfer by transfer.
 */
import { bulkQueue, throughputCap } from '../../../consensus/laws/index.ts';
import {
  type ByEffort,
  type Draw,
  defineExperiment,
  defineLaw,
  type Experiment,
  type Law,
} from '../law.ts';
import { type PoolPath, type PoolWorld, runPool } from '../ledger-chains.ts';

const GROUP = 'mempool';
/** Mean time between blocks [s]. */
const T = 600;

/** Mean waits under both templates, and whether one is the other a block later. */
interface Waits {
  readonly refreshed: number;
  readonly frozen: number;
  /** Transfers that the frozen template did not carry exactly one block later. */
  readonly unshifted: number;
}

interface Load {
  readonly capacity: number;
  readonly arrivalsPerSecond: number;
  /** Intervals before the first transfer that is measured. */
  readonly warmUp: number;
  readonly quick: number;
  readonly full: number;
}

function path(load: Load, blocks: PoolWorld['blocks'], { seed, size }: Draw): PoolPath {
  const { capacity, arrivalsPerSecond, warmUp } = load;
  const intervals = warmUp + size;
  return runPool({ capacity, arrivalsPerSecond, blocks, intervals, intervalS: T }, seed);
}

/**
 * Sum of waits over the number of transfers that is expected: unlike their mean it has no bias from the
 * draw of that number.
 */
function meanWait({ waitS, receivedS }: PoolPath, load: Load, size: number): number {
  let sum = 0;
  for (let i = 0; i < waitS.length; i++) if (receivedS[i]! >= load.warmUp * T) sum += waitS[i]!;
  return sum / (load.arrivalsPerSecond * size * T);
}

function bothTemplates(load: Load, draw: Draw): Waits {
  const refreshed = path(load, 'refreshed', draw);
  const frozen = path(load, 'frozen', draw);
  let unshifted = Math.abs(refreshed.height.length - frozen.height.length);
  frozen.height.forEach((height, i) => {
    if (height !== refreshed.height[i]! + 1) unshifted++;
  });
  return {
    refreshed: meanWait(refreshed, load, draw.size),
    frozen: meanWait(frozen, load, draw.size),
    unshifted,
  };
}

const idOf = ({ capacity, arrivalsPerSecond }: Load): string =>
  `${capacity}-at-${String(arrivalsPerSecond).replace('.', '')}`;
const sizes = ({ quick, full }: Load) => ({
  quick: { replications: 30, size: quick },
  full: { replications: 60, size: full },
});

function waitLaw<R>(
  load: Load,
  experiment: Experiment<R>,
  law: Readonly<{
    template: 'refreshed' | 'frozen';
    /** Of what the chain has not yet forgotten of its empty start, as a share. */
    bias: number;
    seCap: ByEffort;
    measure: (result: R) => number;
  }>,
): Law {
  const { capacity, arrivalsPerSecond } = load;
  const { template, bias, seCap, measure } = law;
  const queue = bulkQueue(arrivalsPerSecond, T, capacity);
  const reference = template === 'refreshed' ? queue.refreshedWait : queue.frozenWait;
  const per = Math.round(queue.load * 100) / 100;
  return defineLaw({
    id: `pool-wait-${template}-${idOf(load)}`,
    group: GROUP,
    law: template === 'refreshed' ? 'mean wait r/((1 − r)λ)' : 'mean wait r/((1 − r)λ) + T',
    source: 'bulk queue; Kawase and Kasahara 2017 for the frozen template',
    parameters: `b ${capacity}, λ ${arrivalsPerSecond}/s, T ${T} s (ρ ${per})`,
    convention:
      template === 'refreshed'
        ? 'a block takes the oldest there are when it is found'
        : 'a block takes the oldest there were at the block before',
    unit: 's',
    experiment,
    kind: 'stochastic',
    reference,
    bias: bias * queue.refreshedWait,
    seCap,
    measure,
  });
}

const pairs = [
  {
    load: { capacity: 4, arrivalsPerSecond: 0.002, warmUp: 20, quick: 150, full: 5000 },
    bias: 0,
    seCap: { quick: 45, full: 7 },
  },
  {
    load: { capacity: 4, arrivalsPerSecond: 0.004, warmUp: 50, quick: 200, full: 5000 },
    bias: 0,
    seCap: { quick: 90, full: 15 },
  },
  {
    load: { capacity: 4, arrivalsPerSecond: 0.006, warmUp: 300, quick: 200, full: 5000 },
    bias: 0.02,
    seCap: { quick: 900, full: 130 },
  },
].map(({ load, bias, seCap }) => {
  const experiment = defineExperiment({
    id: `pool-${idOf(load)}`,
    ...sizes(load),
    run: (draw) => bothTemplates(load, draw),
  });
  const of = (template: 'refreshed' | 'frozen') =>
    waitLaw(load, experiment, { template, bias, seCap, measure: (waits) => waits[template] });
  const { capacity, arrivalsPerSecond } = load;
  return {
    refreshed: of('refreshed'),
    frozen: of('frozen'),
    shift: defineLaw({
      id: `pool-shift-${idOf(load)}`,
      group: GROUP,
      law: 'a frozen template carries each transfer one block later',
      source: 'the recursions of both queues coincide, one block apart',
      parameters: `b ${capacity}, λ ${arrivalsPerSecond}/s, T ${T} s`,
      convention: 'transfers for which it does not, on the same block times',
      unit: '',
      experiment,
      kind: 'exact',
      reference: 0,
      measure: ({ unshifted }) => unshifted,
    }),
  };
});

const wide: Load = { capacity: 10, arrivalsPerSecond: 0.015, warmUp: 300, quick: 100, full: 4000 };
const wideLaw = waitLaw(
  wide,
  defineExperiment({
    id: `pool-${idOf(wide)}`,
    ...sizes(wide),
    run: (draw) => meanWait(path(wide, 'refreshed', draw), wide, draw.size),
  }),
  { template: 'refreshed', bias: 0.03, seCap: { quick: 900, full: 150 }, measure: (wait) => wait },
);

/** Bytes a second over bytes a transaction, of Kawase and Kasahara 2017: 3.2164 transactions a second. */
const PUBLISHED = { blockBytes: 1750 * 571.34, transactionBytes: 571.34, intervalS: 544.09 };
const CAP = throughputCap(PUBLISHED.blockBytes, PUBLISHED.transactionBytes, PUBLISHED.intervalS);
/** Transfers a block: what the cap a second is cut into does not change it. */
const ROOM = 4;

function throughputLaw(
  id: string,
  offered: number,
  law: Readonly<{ text: string; reference: number; bias: number; seCap: ByEffort }>,
): Law {
  const experiment = defineExperiment({
    id: `pool-throughput-${id}`,
    quick: { replications: 30, size: 120 },
    full: { replications: 60, size: 600 },
    run: ({ seed, size }) =>
      runPool(
        {
          capacity: ROOM,
          intervalS: ROOM / CAP,
          arrivalsPerSecond: offered,
          blocks: 'refreshed',
          intervals: size,
          drains: false,
        },
        seed,
      ).tpsFinal,
  });
  return defineLaw({
    id: `pool-throughput-${id}`,
    group: GROUP,
    law: law.text,
    source: 'cap of Kawase and Kasahara 2017: 1750 transactions in 544.09 s',
    parameters: `cap ${Math.round(CAP * 1e4) / 1e4}/s, offered ${offered}/s`,
    convention: `${ROOM} transfers a block; tpsFinal over ${id === 'above' ? 'a growing' : 'a steady'} pool`,
    unit: '1/s',
    experiment,
    kind: 'stochastic',
    reference: law.reference,
    bias: law.bias,
    seCap: law.seCap,
    measure: (tps) => tps,
  });
}

/** Seconds between blocks of the delegate. */
const TURN = 3;
const clock = defineExperiment({
  id: 'pool-throughput-by-the-clock',
  quick: { replications: 1, size: 400 },
  full: { replications: 1, size: 1000 },
  run({ seed, size }) {
    const world = { capacity: ROOM, arrivalsPerSecond: 4, intervalS: TURN, intervals: size };
    const { height } = runPool({ ...world, blocks: 'by-the-clock', drains: false }, seed);
    const carried = new Map<number, number>();
    for (const at of height) if (at > 0) carried.set(at, (carried.get(at) ?? 0) + 1);
    // The first blocks find few transfers.
    const counts = [...carried.values()].slice(5);
    return counts.filter((count) => count !== ROOM).length;
  },
});

/** Laws of the pool. */
export const mempoolLaws: readonly Law[] = [
  ...pairs.map(({ refreshed }) => refreshed),
  wideLaw,
  ...pairs.map(({ frozen }) => frozen),
  ...pairs.map(({ shift }) => shift),
  throughputLaw('above', 2 * 3.2164, {
    text: 'offered more than the cap, the cap becomes final',
    reference: CAP,
    // The first block finds less than it has room for.
    bias: 0.01 * CAP,
    seCap: { quick: 0.09, full: 0.025 },
  }),
  throughputLaw('below', 2, {
    text: 'offered less than the cap, all of it becomes final',
    reference: 2,
    // What waits at the end of the span is not yet final: λ W over the span.
    bias: 0.03,
    seCap: { quick: 0.045, full: 0.012 },
  }),
  defineLaw({
    id: 'pool-blocks-full',
    group: GROUP,
    law: 'offered more than the cap, every block of a turn is full',
    source: 'validation A6, caps',
    parameters: `${ROOM} transfers a block of ${TURN} s, offered 4/s`,
    convention: 'blocks of one delegate that are not',
    unit: '',
    experiment: clock,
    kind: 'exact',
    reference: 0,
    measure: (count) => count,
  }),
];
