/** The figures a verdict is made of, and how the best arm of one is found. */
import type { ValueFormat } from '../../format-value.ts';
import type { Direction } from '../../metrics/metric.ts';
import type { Difference, Differences, MeanWithInterval } from './study-tables.ts';

/** A figure of the verdict. */
export interface VerdictFigure {
  /** Metric of `arms.csv`, or the name of one that the verdict computes. */
  readonly metric: string;
  readonly label: string;
  readonly format: ValueFormat;
  readonly direction: Exclude<Direction, 'neutral'>;
}

/** Chain electricity over traded energy; no metric of a run, so that it has no paired interval. */
export const CHAIN_SHARE = 'chainElectricityOfTraded';
/** Largest sustained load of `triangle.csv`. */
export const SATURATION = 'saturationTps';

/** What answers "which protocol, and at what price", in table order. */
export const VERDICT_FIGURES: readonly VerdictFigure[] = (
  [
    ['finalityLatencyP50Us', 'Time to finality at the client, median', 'us', 'lower'],
    ['finalityLatencyP95Us', 'Time to finality at the client, 95 %', 'us', 'lower'],
    ['tpsFinal', 'Final transactions a second', 'number', 'higher'],
    [SATURATION, 'Largest sustained load [1/s]', 'number', 'higher'],
    ['staleRate', 'Stale blocks', 'share', 'lower'],
    ['lateOrderShare', 'Late orders', 'share', 'lower'],
    ['lateOrderCostUpt', 'What late orders cost', 'upt', 'lower'],
    ['resourceGainUpt', 'Resource welfare against no chain', 'upt', 'higher'],
    ['energyPerFinalTxWh', 'Electricity a final transaction', 'Wh', 'lower'],
    [CHAIN_SHARE, 'Chain electricity, of traded energy', 'share', 'lower'],
    ['decentralisation', 'Decentralisation, 0 to 1', 'number', 'higher'],
    ['producerNakamotoThird', 'Nakamoto coefficient 1/3', 'number', 'higher'],
    ['producerGini', 'Gini of block production', 'number', 'lower'],
    ['fraudCaughtShare', 'Frauds caught', 'share', 'higher'],
    ['moneyLostUpt', 'Money lost to fraud', 'upt', 'lower'],
  ] as const
).map(([metric, label, format, direction]) => ({ metric, label, format, direction }));

/** An arm and its value of a figure. */
export interface ArmValue {
  readonly arm: string;
  readonly value: MeanWithInterval;
}

/** Whether a difference a − b shows a better than b, b better than a, neither, or says nothing. */
export function judge(
  { low, high }: Pick<Difference, 'low' | 'high'>,
  direction: Exclude<Direction, 'neutral'>,
): 'first' | 'second' | 'open' | 'unknown' {
  if (Number.isNaN(low) || Number.isNaN(high)) return 'unknown';
  if (low <= 0 && high >= 0) return 'open';
  return low > 0 === (direction === 'higher') ? 'first' : 'second';
}

/** Arms with a value, the best mean first; equal means in the given order. */
export function ranked(
  values: readonly ArmValue[],
  direction: Exclude<Direction, 'neutral'>,
): readonly ArmValue[] {
  const sign = direction === 'higher' ? -1 : 1;
  return values
    .map((entry, place) => ({ entry, place }))
    .filter(({ entry }) => !Number.isNaN(entry.value.mean))
    .sort((a, b) => sign * (a.entry.value.mean - b.entry.value.mean) || a.place - b.place)
    .map(({ entry }) => entry);
}

/**
 * The best arm of a figure: the one with the best mean, where the paired interval excludes 0 against every
 * other arm that has a value.
 *
 * @returns Its name; else `tie: ` and the arms that are not told apart from the best mean, `tie` where that
 *   is all of them; `no interval` where a pair has none; empty where fewer than two arms have a value.
 */
export function bestArm(
  values: readonly ArmValue[],
  { metric, direction }: Pick<VerdictFigure, 'metric' | 'direction'>,
  differences: Differences,
): string {
  const [best, ...others] = ranked(values, direction);
  if (best === undefined || others.length === 0) return '';
  const verdicts = others.map(({ arm }) => judge(differences(metric, best.arm, arm), direction));
  if (verdicts.includes('unknown')) return 'no interval';
  if (verdicts.every((verdict) => verdict === 'first')) return best.arm;
  const tied = others.filter((_, k) => verdicts[k] !== 'first').map(({ arm }) => arm);
  return tied.length === others.length ? 'tie' : `tie: ${[best.arm, ...tied].join(', ')}`;
}
