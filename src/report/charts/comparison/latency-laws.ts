/**
 * The law of the time to finality of an arm, where one holds: proof of work by the count of blocks to come,
 * delegated proof of stake by its turns. Everywhere else the network decides and nothing is drawn.
 */
import {
  erlangTail,
  singleStageLag,
  turnsTail,
  twoStageLag,
} from '../../../consensus/laws/index.ts';
import { type DposOptions, dposSettings } from '../../../consensus/protocols/dpos-options.ts';
import {
  consensusOf,
  type MeanWithInterval,
  numberOf,
  partOf,
  type Settings,
} from './study-tables.ts';

/** A law of latency. */
export interface LatencyLaw {
  /** Chance that a transaction takes longer than a time [us]. */
  tail(timeUs: number): number;
  /** The law in words, with its numbers. */
  readonly words: string;
}

/** Most of the room of blocks that may be used: above, transactions wait for a later block. */
const LOAD_MAX = 0.5;
/** Most turns that may pass without their block. */
const MISSED_MAX = 0.001;
/** Most transactions that may be refused: those that expire are not in the distribution. */
const REFUSED_MAX = 0.01;

/** Means of an arm by metric. */
export type MeansOf = (metric: string) => MeanWithInterval;

/** Whether an ordinary transaction goes into the next block, and none is left out of the distribution. */
function isUncrowded(scenario: Settings, of: MeansOf): boolean {
  const ledger = partOf(scenario, 'ledger');
  const offered = of('offeredTps').mean;
  const bytes = (offered * of('txBytesMean').mean) / numberOf(ledger, 'bytesPerSecond');
  const gas = (offered * of('txGasMean').mean) / numberOf(ledger, 'gasPerSecond');
  const refused = of('rejectedCount').mean / of('submittedCount').mean;
  return bytes <= LOAD_MAX && gas <= LOAD_MAX && refused <= REFUSED_MAX;
}

const seconds = (us: number) => `${Number((us / 1e6).toPrecision(3))} s`;

function powLaw(options: Settings, of: MeansOf, travelUs: number): LatencyLaw | undefined {
  const stated = numberOf(options, 'blockInterval');
  const count = numberOf(options, 'confirmations');
  if (!(stated > 0 && count >= 1)) return undefined;
  // Retargeting keeps the interval of the chain; without it stale blocks lengthen it.
  const isKept = numberOf(options, 'retargetBlocks') > 0;
  const meanUs = isKept ? stated : stated / (1 - of('staleRate').mean);
  if (Number.isNaN(meanUs)) return undefined;
  return {
    tail: (timeUs) => erlangTail(count, meanUs, timeUs - travelUs),
    words: `Erlang, ${count} blocks of ${seconds(meanUs)} on average`,
  };
}

/** Lags of the blocks of a turn until irreversibility, in turns; undefined where the rule has no law here. */
function lagsOf(
  options: Settings,
  nodeCount: number,
): { lags: number[]; turn: number } | undefined {
  const settings = dposSettings(options as unknown as DposOptions, nodeCount);
  const { irreversibility, quorum, repetitions, turn } = settings;
  if (irreversibility === 'twoStage') {
    const { most } = twoStageLag(nodeCount, quorum, repetitions);
    return { lags: Array.from({ length: repetitions }, (_, k) => most - k), turn };
  }
  const isSorted = irreversibility === 'naive' || irreversibility === 'share';
  return isSorted && repetitions === 1 ? { lags: [singleStageLag(quorum)], turn } : undefined;
}

function dposLaw(options: Settings, of: MeansOf, travelUs: number): LatencyLaw | undefined {
  const nodeCount = of('nodeCount').mean;
  if (!(nodeCount >= 1) || !(of('missedTurnRate').mean <= MISSED_MAX)) return undefined;
  const found = lagsOf(options, Math.round(nodeCount));
  if (found === undefined) return undefined;
  const { lags, turn } = found;
  const blocks = lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
  return {
    tail: (timeUs) => turnsTail(lags, turn, timeUs - travelUs),
    words: `a wait within a turn of ${seconds(turn)}, then ${blocks} turns in fixed order`,
  };
}

/**
 * Law of the time to finality of an arm.
 *
 * @param scenario - Resolved scenario of the arm.
 * @returns Undefined for other protocols, and where blocks are crowded, transactions were refused, turns were
 *   missed, or a figure that the law needs is not known.
 */
export function latencyLaw(scenario: Settings | undefined, of: MeansOf): LatencyLaw | undefined {
  if (scenario === undefined || !isUncrowded(scenario, of)) return undefined;
  const { name, options } = consensusOf(scenario);
  const travel = of('propagation90MeanUs').mean;
  const travelUs = Number.isNaN(travel) ? 0 : travel;
  if (name === 'pow') return powLaw(options, of, travelUs);
  return name === 'dpos' ? dposLaw(options, of, travelUs) : undefined;
}
