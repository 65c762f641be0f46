/**
 * The chain that runs write, with accounts, pool, builder, contracts and ledger, in the shapes that laws
 * of waiting are stated for. Each world is a scenario and runs like every other.
 */
import { createRandomSource } from '../../base/random.ts';
import { numbersOf, type Table, textsOf } from '../../base/table.ts';
import { createRunView, factsOf, RUN_METRICS } from '../../report/metrics.ts';
import { loadScenarioText } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/sections.ts';
import { catalogue } from '../../simulation/catalogue.ts';
import { type RunResult, simulate } from '../../simulation/run.ts';
import { SECOND_US } from './chains.ts';

/** Bytes of a transfer between few accounts: 88 with the first 128 nonces of a sender, 90 at most. */
const TRANSFER_BYTES = 89;
/** Nothing expires, and nothing is left in the pool at the end. */
const FOR_EVER = '3000 d';

/** Two accounts on one node, whose transfers wait for blocks of a few of them. */
const QUEUE = `
schemaVersion: 1
name: pool
seed: 1
horizon:
  start: 2024-06-03T00:00+00:00
  days: 3650
  interval: 60 min
  physicsStep: 60 min
  history: 0
  drain: ${FOR_EVER}
population: { name: accounts, accounts: 2, expiry: ${FOR_EVER} }
network: { nodes: 1, topology: full-mesh, batching: 0 ms, clientLatency: 1 us }
ledger: { verifyTime: 0 us }
certificates: { lockedShare: 100 %, turnout: 0 % }
points: { rewardBudget: 0 pt }
`;

/** A pool in front of blocks of so many transfers. */
export interface PoolWorld {
  /** Transfers that a block has room for. */
  readonly capacity: number;
  /** Mean or constant time between blocks [s]. */
  readonly intervalS: number;
  /** Offered transfers a second, Poisson. */
  readonly arrivalsPerSecond: number;
  /** `pow` on one miner, with a refreshed or a frozen template; `dpos` with one delegate, by the clock. */
  readonly blocks: 'refreshed' | 'frozen' | 'by-the-clock';
  /** How long transfers are sent, in intervals. */
  readonly intervals: number;
  /** False ends the run there; else it goes on until all of them are included. */
  readonly drains?: boolean;
}

/** What became of the transfers, in order of submission. */
export interface PoolPath {
  /** From the node's receipt to the block that carries it [s]. */
  readonly waitS: Float64Array;
  /** When the node received it, after the first transfers could be sent [s]. */
  readonly receivedS: Float64Array;
  /** Height of the block that carries it. */
  readonly height: Float64Array;
  /** Metrics `tpsFinal` and `offeredTps` of the span [1/s]. */
  readonly tpsFinal: number;
  readonly offeredTps: number;
}

/** Runs a pool, and reads what became of its transfers: NaN for one that no block carries. */
export function runPool(world: PoolWorld, seed: string): PoolPath {
  const scenario = seeded(poolScenario(world), seed);
  const result = simulate(scenario);
  const transactions = result.tables.transactions!;
  const types = textsOf(transactions, 'type');
  const rows = types.flatMap((type, tx) => (type === 'TRANSFER' ? [tx] : []));
  const [receivedUs, includedUs, heights] = ['received_us', 'included_us', 'height'].map((name) =>
    numbersOf(transactions, name),
  ) as [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>];
  return {
    waitS: Float64Array.from(rows, (tx) => (includedUs[tx]! - receivedUs[tx]!) / SECOND_US),
    receivedS: Float64Array.from(rows, (tx) => receivedUs[tx]! / SECOND_US),
    height: Float64Array.from(rows, (tx) => heights[tx]!),
    tpsFinal: metricOf(result, 'tpsFinal'),
    offeredTps: metricOf(result, 'offeredTps'),
  };
}

/**
 * The scenario of a pool. Room for half a transfer more than fit absorbs the last bytes of an encoding;
 * so small a cap is below what a scenario file may ask, so it is set here.
 */
function poolScenario(world: PoolWorld): Scenario {
  const { capacity, intervalS, arrivalsPerSecond, blocks, intervals, drains = true } = world;
  const intervalUs = Math.round(intervalS * SECOND_US);
  const consensus =
    blocks === 'by-the-clock'
      ? ['consensus.name=dpos', `consensus.turn=${intervalUs} us`, 'consensus.delegates=1']
      : [
          'consensus.name=pow',
          `consensus.blockInterval=${intervalUs} us`,
          `consensus.template=${blocks}`,
          'consensus.retargetBlocks=0',
          'consensus.confirmations=1',
        ];
  // Registrations and grants are in the chain by then: four transactions, at most two a block.
  const warmUpUs = 30 * intervalUs;
  const scenario = resolved(QUEUE, [
    ...consensus,
    `population.transfersPerSecond=${arrivalsPerSecond}`,
    `horizon.warmUp=${warmUpUs} us`,
    `horizon.span=${intervals * intervalUs} us`,
    ...(drains ? [] : ['horizon.drain=0 s']),
  ]);
  const bytesPerSecond = ((capacity + 0.5) * TRANSFER_BYTES) / intervalS;
  return { ...scenario, ledger: { ...scenario.ledger, bytesPerSecond } };
}

/** A few homes whose orders race a gate. */
const VILLAGE = `
schemaVersion: 1
name: gate
seed: 1
horizon:
  start: 2024-06-03T00:00+08:00
  days: 1
  interval: 15 min
  physicsStep: 15 min
  history: 0
  warmUp: 0 min
population:
  name: synthetic
  households: 4
  shops: 0
  prosumers: 2
  batteries: 0
  latitude: 39.9 deg
  longitude: 116.4 deg
grid: { powerFlow: slot }
market: { bilateralPairs: 0 % }
network: { nodes: 3, batching: 0 ms, clientLatency: 1 ms, placement: { intra: 1 ms } }
`;

/** Orders in front of a gate. */
export interface GateWorld {
  /** Mean or constant time between blocks [s]. */
  readonly intervalS: number;
  /** `pow` at constant difficulty, or `dpos` with a block every turn. */
  readonly blocks: 'exponential' | 'by-the-clock';
  /** Gate closure before delivery [s]. */
  readonly gateS: number;
  /** Orders are sent evenly between these times before the gate [s]. */
  readonly leadMinS: number;
  readonly leadMaxS: number;
  /** Days of quarter-hours; 1 when absent. */
  readonly days?: number;
}

/** Share of the orders of some days that no block carried before their gate. */
export function lateShare(world: GateWorld, seed: string): number {
  const { intervalS, blocks, gateS, leadMinS, leadMaxS, days = 1 } = world;
  const consensus =
    blocks === 'exponential'
      ? [
          'consensus.name=pow',
          `consensus.blockInterval=${intervalS} s`,
          'consensus.retargetBlocks=0',
        ]
      : ['consensus.name=dpos', `consensus.turn=${intervalS} s`, 'consensus.delegates=3'];
  const scenario = resolved(VILLAGE, [
    ...consensus,
    `horizon.days=${days}`,
    `market.gateClosure=${gateS} s`,
    `market.leadTimeMin=${gateS + leadMinS} s`,
    `market.leadTimeMax=${gateS + leadMaxS} s`,
  ]);
  return lateShareOf(simulate(seeded(scenario, seed)));
}

/** Share of the orders sent in a run that were late. */
export function lateShareOf({ tables }: Pick<RunResult, 'tables'>): number {
  const slots = tables.slots!;
  return total(slots, 'orders_late') / total(slots, 'orders_sent');
}

function total(table: Table, column: string): number {
  return Array.from(numbersOf(table, column)).reduce((sum, value) => sum + value, 0);
}

function resolved(text: string, sets: readonly string[]): Scenario {
  return loadScenarioText(text, {
    file: 'validate',
    folder: '.',
    plugins: catalogue,
    sets,
  }).resolve();
}

/** A scenario with the number that a seed text stands for. */
function seeded(scenario: Scenario, seed: string): Scenario {
  const uniform = createRandomSource(seed).addressed('world/seed').uniform(0, 0, 0);
  return { ...scenario, seed: Math.floor(uniform * 2 ** 48) };
}

/** One metric of a run. @throws {RangeError} when there is none of that name. */
export function metricOf(result: RunResult, id: string): number {
  const metric = RUN_METRICS.find((one) => one.id === id);
  if (metric === undefined) throw new RangeError(`"id" expected a metric, got ${id}`);
  const facts = factsOf(result.scenario, result.window);
  return metric.compute(createRunView(result.tables, facts));
}
