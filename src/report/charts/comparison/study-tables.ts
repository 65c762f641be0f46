/** What charts of comparisons read from the tables of a study: means, paired differences, settings. */
import { type Dimension, parseQuantity } from '../../../base/quantity.ts';
import type { FactorInfo, Results, ResultTable } from '../../page/results.ts';

/** A mean over runs with its 95 % interval; NaN where it is undefined. */
export interface MeanWithInterval {
  readonly n: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** What a table does not have. */
export const NOTHING: MeanWithInterval = Object.freeze({
  n: 0,
  mean: Number.NaN,
  low: Number.NaN,
  high: Number.NaN,
});

/** An arm at one point of a study; the point of a comparison is empty. */
export interface ArmPoint {
  readonly arm: string;
  /** Cells of the factor columns, in the order of the study's factors. */
  readonly cells: readonly string[];
  of(metric: string): MeanWithInterval;
}

function intervals(table: ResultTable, mean: string): (row: number) => MeanWithInterval {
  const [n, means, lows, highs] = ['n', mean, 'ci_low', 'ci_high'].map((name) =>
    table.numbers(name),
  );
  return (row) => ({ n: n![row]!, mean: means![row]!, low: lows![row]!, high: highs![row]! });
}

/**
 * Points of a study in the order of `arms.csv`.
 *
 * @returns One entry an arm in a comparison, one an arm and point in a sweep; none without the table.
 */
export function armPoints({ table, factors }: Results): readonly ArmPoint[] {
  const arms = table('arms');
  if (arms === undefined) return [];
  const metrics = arms.texts('metric');
  const names = arms.texts('arm');
  const columns = factors.map(({ name }) => (arms.has(name) ? arms.texts(name) : undefined));
  const read = intervals(arms, 'mean');
  const points = new Map<string, { point: ArmPoint; values: Map<string, MeanWithInterval> }>();
  for (let row = 0; row < arms.count; row++) {
    const cells = columns.map((column) => column?.[row] ?? '');
    const key = JSON.stringify([names[row], cells]);
    let entry = points.get(key);
    if (entry === undefined) {
      const values = new Map<string, MeanWithInterval>();
      const of = (metric: string) => values.get(metric) ?? NOTHING;
      entry = { point: { arm: names[row]!, cells, of }, values };
      points.set(key, entry);
    }
    entry.values.set(metrics[row]!, read(row));
  }
  return [...points.values()].map(({ point }) => point);
}

/** A paired difference, and p adjusted by Holm where the table has it. */
export interface Difference extends MeanWithInterval {
  /** NaN where it is unknown. */
  readonly pHolm: number;
}

/** Difference of a metric between two arms, first minus second. */
export type Differences = (metric: string, armA: string, armB: string) => Difference;

/** Reads `paired.csv` of a comparison; either order of arms may be asked for. */
export function pairedDifferences({ table }: Results): Differences {
  const paired = table('paired');
  const kept = new Map<string, Difference>();
  if (paired !== undefined) {
    const [metrics, first, second] = ['metric', 'arm_a', 'arm_b'].map((name) => paired.texts(name));
    const read = intervals(paired, 'mean_difference');
    const holm = paired.has('p_holm') ? paired.numbers('p_holm') : undefined;
    for (let row = 0; row < paired.count; row++) {
      const key = JSON.stringify([metrics![row], first![row], second![row]]);
      kept.set(key, { ...read(row), pHolm: holm?.[row] ?? Number.NaN });
    }
  }
  return (metric, armA, armB) => {
    const straight = kept.get(JSON.stringify([metric, armA, armB]));
    if (straight !== undefined) return straight;
    const turned = kept.get(JSON.stringify([metric, armB, armA]));
    if (turned === undefined) return { ...NOTHING, pHolm: Number.NaN };
    // Subtracted from 0, so that a difference of none is 0 and not -0.
    const { mean, low, high } = turned;
    return { ...turned, mean: 0 - mean, low: 0 - high, high: 0 - low };
  };
}

/** Keys and values of a resolved scenario or of a part of it. */
export type Settings = Readonly<Record<string, unknown>>;

/** Resolved scenario of an arm: that of its first run, else the one the study's manifest keeps. */
export function scenarioOf({ runs, manifest }: Results, arm: string): Settings | undefined {
  for (const run of runs) {
    if (run.arm !== arm) continue;
    if (run.scenario !== undefined) return run.scenario;
    break;
  }
  const kept = manifest['scenarios'] as Readonly<Record<string, Settings>> | undefined;
  return kept?.[arm];
}

/** A part of settings; empty where there is none. */
export function partOf(settings: Settings | undefined, key: string): Settings {
  const part = settings?.[key];
  return typeof part === 'object' && part !== null ? (part as Settings) : {};
}

/** The protocol of a scenario and its options. */
export function consensusOf(scenario: Settings | undefined): { name: string; options: Settings } {
  const consensus = partOf(scenario, 'consensus');
  return { name: String(consensus['name'] ?? ''), options: partOf(consensus, 'options') };
}

/** A number of settings; NaN where it is none. */
export function numberOf(settings: Settings, key: string): number {
  const value = settings[key];
  return typeof value === 'number' ? value : Number.NaN;
}

/** Factor that sets a path; undefined where none does. */
export function factorOf(factors: readonly FactorInfo[], path: string): number {
  return factors.findIndex(({ paths }) => paths.includes(path));
}

/**
 * Value of a path at a point of a study: what the factor says where one sets it, else what the arm's
 * scenario says.
 *
 * @param fallback - Value of the scenario, in the base unit of the dimension.
 * @param dimension - Of the path; undefined for a plain number.
 */
export function valueAt(
  { factors }: Results,
  { cells }: ArmPoint,
  path: string,
  fallback: number,
  dimension?: Dimension,
): number {
  const place = factorOf(factors, path);
  const cell = cells[place] ?? '';
  if (cell === '') return fallback;
  if (dimension === undefined) return Number(cell);
  const parsed = parseQuantity(`${cell} ${factors[place]!.unit}`, dimension);
  return 'value' in parsed ? parsed.value : Number.NaN;
}

/** Name of a point: its arm, and its factors where there are some. */
export function nameOf({ factors }: Results, { arm, cells }: ArmPoint): string {
  const settings = factors.flatMap(({ name, unit }, k) =>
    cells[k] === '' ? [] : [`${name} ${cells[k]}${unit === '' ? '' : ` ${unit}`}`],
  );
  return settings.length === 0 ? arm : `${arm}, ${settings.join(', ')}`;
}
