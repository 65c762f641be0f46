/** The figures a verdict is made of, and how the best arm of one is found. */
import type { Direction } from '../../metrics/metric.ts';
import type { Difference, Differences, MeanWithInterval } from './study-tables.ts';
import type { VerdictFormat } from './verdict-values.ts';

/** A figure of the verdict. */
export interface VerdictFigure {
  /** Metric of `arms.csv`, or the name of one that the verdict computes. */
  readonly metric: string;
  readonly label: string;
  /** What it is about in a sentence; figures with the same words tell of the same thing. */
  readonly topic: string;
  readonly format: VerdictFormat;
  /** Neutral where more is not better: such a figure has no best arm. */
  readonly direction: Direction;
}

/** Metric of chain electricity over traded energy. */
export const CHAIN_SHARE = 'energyPerTradedShare';
/** Largest sustained load of `triangle.csv`. */
export const SATURATION = 'saturationTps';

/** What answers "which protocol, and at what price", in table order. */
export const VERDICT_FIGURES: readonly VerdictFigure[] = (
  [
    ['finalityLatencyP50Us', 'Time to finality, median', 'speed', 'us', 'lower'],
    ['finalityLatencyP95Us', 'Time to finality, 95 %', 'speed', 'us', 'lower'],
    [SATURATION, 'Largest sustained load [1/s]', 'largest load', 'number', 'higher'],
    ['lateOrderShare', 'Late orders', 'late orders', 'share', 'lower'],
    ['lateOrderCostUpt', 'Trade lost to late orders', 'late orders', 'upt', 'lower'],
    ['energyPerFinalTxWh', 'Electricity a transaction', 'electricity', 'Wh', 'lower'],
    [CHAIN_SHARE, 'Electricity, of energy traded', 'electricity', 'share', 'lower'],
    ['chainCostUpt', 'Electricity bill of the chain', 'electricity', 'upt', 'lower'],
    ['participantsGainUpt', 'Members gain by trading', 'gains of members', 'upt', 'higher'],
    ['decentralisation', 'Decentralisation, 0 to 1', 'decentralisation', 'index', 'higher'],
    ['producerNakamotoThird', 'Nakamoto coefficient 1/3', 'decentralisation', 'number', 'higher'],
    ['producerGini', 'Gini of block production', 'decentralisation', 'index', 'lower'],
    ['staleRate', 'Stale blocks', 'stale blocks', 'share', 'lower'],
    ['fraudCaughtShare', 'Frauds caught', 'frauds caught', 'share', 'higher'],
    ['moneyLostUpt', 'Money lost to fraud', 'money lost to fraud', 'upt', 'lower'],
    ['dsoGainUpt', 'Network operator gains', 'gains of the operator', 'upt', 'neutral'],
    // As much as was asked for; how much an arm could carry is the largest sustained load.
    ['tpsFinal', 'Load carried [1/s]', 'load', 'number', 'neutral'],
  ] as const
).map(([metric, label, topic, format, direction]) => ({
  ...{ metric, label, topic, format, direction },
}));

/** An arm and its value of a figure. */
export interface ArmValue {
  readonly arm: string;
  readonly value: MeanWithInterval;
}

/** A direction in which one value is better than another. */
export type Better = Exclude<Direction, 'neutral'>;

/** Smallest difference that is worth a word, as a share of the mean size of the two arms. */
export const RELEVANT_SHARE = 0.01;

/** Smallest relevant difference of two values, in their unit. */
export function relevantDifference(a: number, b: number): number {
  return (RELEVANT_SHARE * (Math.abs(a) + Math.abs(b))) / 2;
}

/** What an interval of a difference a − b says. */
export type Judgement = 'first' | 'second' | 'same' | 'open' | 'unknown';

/**
 * What an interval of a difference a − b says: `same` where all of it is smaller than what is relevant, as
 * in a test of equivalence; else `open` where it includes 0; else which of the two is better.
 *
 * @param relevant - Smallest relevant difference, >= 0; default none, so that only [0, 0] is the same.
 */
export function judge(
  { low, high }: Pick<Difference, 'low' | 'high'>,
  direction: Better,
  relevant: number = 0,
): Judgement {
  if (Number.isNaN(low) || Number.isNaN(high)) return 'unknown';
  if (low >= -relevant && high <= relevant) return 'same';
  if (low <= 0 && high >= 0) return 'open';
  return low > 0 === (direction === 'higher') ? 'first' : 'second';
}

/** What is known of two arms in a figure. */
export function judgePair(
  a: ArmValue,
  b: ArmValue,
  { metric, direction }: { readonly metric: string; readonly direction: Better },
  differences: Differences,
): Judgement {
  const relevant = relevantDifference(a.value.mean, b.value.mean);
  return judge(differences(metric, a.arm, b.arm), direction, relevant);
}

/** Arms with a value, the best mean first; equal means in the given order. */
export function ranked(values: readonly ArmValue[], direction: Better): readonly ArmValue[] {
  const sign = direction === 'higher' ? -1 : 1;
  return values
    .map((entry, place) => ({ entry, place }))
    .filter(({ entry }) => !Number.isNaN(entry.value.mean))
    .sort((a, b) => sign * (a.entry.value.mean - b.entry.value.mean) || a.place - b.place)
    .map(({ entry }) => entry);
}

/**
 * The best arm of a figure: the one with the best mean, where it is better than every other arm that has a
 * value; else it shares its place with those that are the same or not told apart.
 *
 * @returns `all` where no arm is behind, `none` where a pair has no interval, an arm has no rival or more is
 *   not better; else the arms ahead, the best mean first.
 */
export function bestArms(
  values: readonly ArmValue[],
  { metric, direction }: Pick<VerdictFigure, 'metric' | 'direction'>,
  differences: Differences,
): readonly string[] | 'all' | 'none' {
  if (direction === 'neutral') return 'none';
  const [best, ...others] = ranked(values, direction);
  if (best === undefined || others.length === 0) return 'none';
  const verdicts = others.map((other) =>
    judgePair(best, other, { metric, direction }, differences),
  );
  if (verdicts.includes('unknown')) return 'none';
  const level = others.filter((_, k) => verdicts[k] !== 'first').map(({ arm }) => arm);
  return level.length === others.length ? 'all' : [best.arm, ...level];
}
