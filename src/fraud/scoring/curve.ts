/**
 * The ranking of a detector as the points of a curve, few enough to write down, from which the areas
 * under the ROC and the precision-recall curve come out as the metrics state them, to the last bit.
 */
import { tieGroups } from './metrics.ts';

/** What a threshold finds: all units that score at least it. */
export interface CurvePoint {
  /** Lowest score among them; −Infinity where units that were never scored are in. */
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/**
 * Points of a ranking, one a distinct score, highest first; equal scores come together. A point is
 * left out where it and the next one only add false positives: it lies on the straight line between its
 * neighbours of the ROC curve and adds no recall, so neither area changes and at most two points a
 * positive, and one more, are left.
 *
 * @param scores - Larger is more suspect; may be infinite, not NaN.
 * @param positive - 1 or 0, equally long.
 * @returns The last point has all units; empty without units. (0, 0) comes before the first and is not
 *   among them. Cost: O(n log n).
 */
export function rankingCurve(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
): readonly CurvePoint[] {
  const groups = tieGroups(scores, positive);
  const points: CurvePoint[] = [];
  let truePositives = 0;
  let falsePositives = 0;
  groups.forEach(({ size, positives, score }, at) => {
    truePositives += positives;
    falsePositives += size - positives;
    if (positives === 0 && groups[at + 1]?.positives === 0) return;
    points.push({ threshold: score, truePositives, falsePositives });
  });
  return points;
}

/**
 * Area under the ROC curve through (0, 0) and the points, by trapezoids in whole numbers.
 *
 * @returns What `rocAuc` gives for the units; NaN without both classes.
 */
export function curveRocAuc(points: readonly CurvePoint[]): number {
  let doubleWins = 0;
  let last = { truePositives: 0, falsePositives: 0 };
  for (const point of points) {
    const negatives = point.falsePositives - last.falsePositives;
    doubleWins += negatives * (last.truePositives + point.truePositives);
    last = point;
  }
  return doubleWins / (2 * last.truePositives * last.falsePositives);
}

/**
 * Area under the precision-recall staircase of the points.
 *
 * @returns What `averagePrecision` gives for the units; NaN without positives.
 */
export function curvePrAuc(points: readonly CurvePoint[]): number {
  let sum = 0;
  let found = 0;
  for (const { truePositives, falsePositives } of points) {
    const positives = truePositives - found;
    found = truePositives;
    sum += (positives * found) / (truePositives + falsePositives);
  }
  return sum / found;
}
