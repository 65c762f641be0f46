/**
 * Which factor of a design matters. The seeds are shared between points, so the points of one
 * replication are averaged first and only replications count as independent.
 */

import { sqrt } from '../../base/math.ts';
import { CONFIDENCE } from '../../base/proportion.ts';
import { fsum } from '../../base/sum.ts';
import { mean, studentQuantile } from './interval.ts';

/** Level of a factor at a point; undefined where the factor does not apply. */
export type FactorLevel = string | number | undefined;

/** Points of a design with the values of one metric in one arm. */
export interface DesignValues {
  /** Names of the factors, in order. */
  readonly factors: readonly string[];
  /** `levels[point][factor]`. */
  readonly levels: readonly (readonly FactorLevel[])[];
  /** `values[point][replication]`, equally long; NaN is undefined. */
  readonly values: readonly (readonly number[])[];
  /** Factors whose levels are put in five bins (Latin hypercube, Sobol); default none. */
  readonly binned?: readonly string[];
}

/** Mean of a metric at one level of a factor, over all other factors. */
export interface MainEffect {
  readonly factor: string;
  /** The level; for bins the smallest and largest value as `5..7.9`. */
  readonly level: string | number;
  /** Where to draw the level: itself, or the mean of a bin; NaN for text. */
  readonly position: number;
  /** Points at this level with a defined value. */
  readonly points: number;
  /** Replications with a defined value at this level. */
  readonly n: number;
  /** Mean over points of the point's mean; NaN of none. */
  readonly mean: number;
  /** Ends of the 95 % interval over replications; NaN when n is below 2. */
  readonly low: number;
  readonly high: number;
  /** `mean` minus the mean over all points. */
  readonly effect: number;
}

/**
 * Main effects of a design.
 *
 * The mean of a level weighs its points equally, each by the mean over its defined replications;
 * points without any are left out. The interval is Student's t with the delete-one-replication
 * jackknife: with all values defined it is exactly the t interval of the per-replication means, and
 * with holes it stays a valid one.
 *
 * @returns Factor by factor; levels rising when all are numbers, else in order of first appearance.
 * @throws {RangeError} when the arrays do not have the stated shapes.
 * Source: G. Box, J. Hunter, W. Hunter, Statistics for Experimenters, 2nd edition, 2005, chapter 5;
 * A. Law, Simulation Modeling and Analysis, 5th edition, 2015, 12.2; B. Efron, The Jackknife, the
 * Bootstrap and Other Resampling Plans, 1982, chapter 3.
 */
export function mainEffects(design: DesignValues): MainEffect[] {
  checkShapes(design);
  const { factors, levels, values } = design;
  const grand = levelMean(values).mean;
  return factors.flatMap((factor, column) => {
    const isBinned = design.binned?.includes(factor) === true;
    const atPoint = levels.map((point) => point[column]);
    const groups = isBinned ? quintiles(atPoint) : distinct(atPoint);
    return groups.map(({ level, position, members }) => {
      const row = levelMean(members.map((point) => values[point]!));
      return { factor, level, position, ...row, effect: row.mean - grand };
    });
  });
}

/** A level of a factor and its points. */
interface Group {
  readonly level: string | number;
  readonly position: number;
  readonly members: readonly number[];
}

function distinct(levels: readonly FactorLevel[]): Group[] {
  const groups = new Map<string | number, number[]>();
  for (const [point, level] of levels.entries()) {
    if (level === undefined) continue;
    const members = groups.get(level);
    if (members === undefined) groups.set(level, [point]);
    else members.push(point);
  }
  const list = [...groups].map(([level, members]) => {
    return { level, position: typeof level === 'number' ? level : Number.NaN, members };
  });
  const isNumeric = list.every(({ level }) => typeof level === 'number');
  return isNumeric ? list.sort((left, right) => left.position - right.position) : list;
}

const BINS = 5;

/**
 * Five bins of as equal a number of points as equal values allow; five levels or fewer stay levels.
 */
function quintiles(levels: readonly FactorLevel[]): Group[] {
  const groups = distinct(levels);
  const total = groups.reduce((sum, { members }) => sum + members.length, 0);
  if (groups.length <= BINS || groups.some(({ position }) => Number.isNaN(position))) return groups;
  const bins: Group[][] = Array.from({ length: BINS }, () => []);
  let before = 0;
  for (const group of groups) {
    // The middle rank decides, so that equal values are never torn apart.
    const middle = before + group.members.length / 2;
    bins[Math.floor((BINS * middle) / total)]!.push(group);
    before += group.members.length;
  }
  return bins
    .filter((bin) => bin.length > 0)
    .map((bin) => {
      const members = bin.flatMap((group) => group.members);
      const sum = fsum(bin.map(({ position, members: same }) => position * same.length));
      const [first, last] = [bin[0]!.position, bin.at(-1)!.position];
      const level = first === last ? first : `${short(first)}..${short(last)}`;
      return { level, position: sum / members.length, members };
    });
}

const short = (value: number) => String(Number(value.toPrecision(4)));

/** Mean over points of their means, with the jackknife interval over replications. */
function levelMean(rows: readonly (readonly number[])[]) {
  const points = rows
    .map((row) => ({ row, defined: row.filter(isDefined) }))
    .filter(({ defined }) => defined.length > 0)
    .map(({ row, defined }) => ({ row, count: defined.length, mean: mean(defined) }));
  const average = mean(points.map((point) => point.mean));
  const replications = Array.from({ length: rows[0]?.length ?? 0 }, (_, r) => r);
  const used = replications.filter((r) => points.some(({ row }) => isDefined(row[r]!)));
  const n = used.length;
  const counts = { points: points.length, n, mean: average };
  if (n < 2) return { ...counts, low: Number.NaN, high: Number.NaN };
  const leftOut = used.map((r) => mean(points.flatMap((point) => withoutOne(point, r))));
  const centre = mean(leftOut);
  const squares = fsum(leftOut.map((value) => (value - centre) * (value - centre)));
  const half = studentQuantile(CONFIDENCE, n - 1) * sqrt(((n - 1) / n) * squares);
  return { ...counts, low: average - half, high: average + half };
}

/** Mean of a point without one replication; none when that was its only value. */
function withoutOne(
  point: { readonly row: readonly number[]; readonly count: number; readonly mean: number },
  replication: number,
): number[] {
  const value = point.row[replication]!;
  if (Number.isNaN(value)) return [point.mean];
  return point.count === 1 ? [] : [point.mean + (point.mean - value) / (point.count - 1)];
}

const isDefined = (value: number) => !Number.isNaN(value);

function checkShapes({ factors, levels, values, binned = [] }: DesignValues): void {
  const stray = binned.find((name) => !factors.includes(name));
  if (stray !== undefined) throw new RangeError(`"binned" expected factors, got ${stray}`);
  if (levels.length !== values.length) {
    throw new RangeError(`"values" expected ${levels.length} points, got ${values.length}`);
  }
  for (const row of levels) {
    if (row.length !== factors.length) {
      throw new RangeError(`"levels" expected ${factors.length} a point, got ${row.length}`);
    }
  }
  const replications = values[0]?.length ?? 0;
  for (const row of values) {
    if (row.length !== replications) {
      throw new RangeError(`"values" expected ${replications} a point, got ${row.length}`);
    }
  }
}

/** How far a metric moves between the levels of a factor. */
export interface TornadoBar {
  readonly factor: string;
  /** Smallest and largest mean of a level, and the levels they belong to. */
  readonly lowMean: number;
  readonly lowLevel: string | number;
  readonly highMean: number;
  readonly highLevel: string | number;
  /** `highMean` − `lowMean`. */
  readonly range: number;
}

/**
 * Bars of a tornado diagram: the range of the level means of each factor, widest first, equal ones
 * in factor order. A factor without a defined mean has no bar.
 *
 * @param effects - Of {@link mainEffects}, one metric in one arm.
 * Source: T. Eschenbach, Spiderplots versus tornado diagrams for sensitivity analysis, Interfaces
 * 22(6), 1992.
 */
export function tornado(effects: readonly MainEffect[]): TornadoBar[] {
  const factors = [...new Set(effects.map(({ factor }) => factor))];
  const bars = factors.flatMap((factor) => {
    const rows = effects.filter((row) => row.factor === factor && isDefined(row.mean));
    const [first] = rows;
    if (first === undefined) return [];
    const low = rows.reduce((best, row) => (row.mean < best.mean ? row : best), first);
    const high = rows.reduce((best, row) => (row.mean > best.mean ? row : best), first);
    return [
      {
        factor,
        ...{ lowMean: low.mean, lowLevel: low.level },
        ...{ highMean: high.mean, highLevel: high.level },
        range: high.mean - low.mean,
      },
    ];
  });
  return bars.sort(
    (left, right) =>
      right.range - left.range || factors.indexOf(left.factor) - factors.indexOf(right.factor),
  );
}
