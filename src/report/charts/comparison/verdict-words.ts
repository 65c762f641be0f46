/** The verdict in sentences made of the tables: arms in the order of their means, neighbours compared. */
import { formatInterval, formatValue, type ValueFormat } from '../../format-value.ts';
import type { Difference, Differences } from './study-tables.ts';
import { type ArmValue, judge, ranked } from './verdict-figures.ts';

/** A question that a sentence answers. */
interface Topic {
  readonly metric: string;
  readonly format: ValueFormat;
  readonly direction: 'higher' | 'lower';
  /** Completes "which of a and b ... is open". */
  readonly asks: string;
  /** The better one first. */
  says(better: string, worse: string, difference: string): string;
}

/** Time, then price: electricity and what of decentralisation is given up. */
export const TOPICS = {
  finality: {
    metric: 'finalityLatencyP50Us',
    format: 'us',
    direction: 'lower',
    asks: 'reaches finality sooner',
    says: (better, worse, by) => `${better} reaches finality ${by} sooner than ${worse}`,
  },
  electricity: {
    metric: 'energyPerFinalTxWh',
    format: 'Wh',
    direction: 'lower',
    asks: 'needs less electricity',
    says: (better, worse, by) => `${better} needs ${by} less a final transaction than ${worse}`,
  },
  decentralisation: {
    metric: 'decentralisation',
    format: 'number',
    direction: 'higher',
    asks: 'is less concentrated',
    says: (better, worse, by) => `${better} is ahead of ${worse} in decentralisation by ${by}`,
  },
} as const satisfies Readonly<Record<string, Topic>>;

/** Most neighbours that a sentence compares; the table has all arms. */
const CLAUSES_MAX = 3;

function clause(topic: Topic, better: string, worse: string, difference: Difference): string {
  const { format, direction } = topic;
  const sign = direction === 'higher' ? 1 : -1;
  const { mean, low, high } = difference;
  // Turned so that what the better arm is ahead by is positive.
  const [by, from, to] = sign > 0 ? [mean, low, high] : [0 - mean, 0 - high, 0 - low];
  switch (judge(difference, direction)) {
    case 'unknown':
      return Number.isNaN(by)
        ? `${better} and ${worse} have no run in common`
        : `${topic.says(better, worse, formatValue(by, format))} in the only pair of runs, without an interval`;
    case 'open': {
      if (from === 0 && to === 0) return `${better} and ${worse} are the same`;
      const interval = formatInterval(by, from, to, format);
      return `which of ${better} and ${worse} ${topic.asks} is open: ${interval} includes 0`;
    }
    default:
      return topic.says(better, worse, formatInterval(by, from, to, format));
  }
}

/**
 * Compares arms by one topic: each with the next in the order of their means.
 *
 * @param values - Arms with their value; those without one are named as such.
 * @param nameOf - What an arm of the tables is called in the sentence.
 * @returns Clauses joined by semicolons; empty where fewer than two arms have a value.
 */
export function comparisonWords(
  topic: Topic,
  values: readonly ArmValue[],
  differences: Differences,
  nameOf: (arm: string) => string = (arm) => arm,
): string {
  const order = ranked(values, topic.direction).map(({ arm }) => arm);
  if (order.length < 2) return '';
  const clauses = order.slice(1, 1 + CLAUSES_MAX).map((worse, k) => {
    const better = order[k]!;
    const difference = differences(topic.metric, better, worse);
    return clause(topic, nameOf(better), nameOf(worse), difference);
  });
  const left = order.length - 1 - clauses.length;
  if (left > 0) clauses.push(`${left} more in the table`);
  const without = values.filter(({ value }) => Number.isNaN(value.mean)).map(({ arm }) => arm);
  if (without.length > 0) clauses.push(`without a value: ${without.map(nameOf).join(', ')}`);
  return clauses.join('; ');
}
