/**
 * Figures of merit of a screening. All are undefined (NaN) where they are 0/0, never 0 or 1. Ties
 * are taken as ties: a detector that gives everybody the same score has an AUC of ½ and an average
 * precision equal to the base rate, whatever the order of the rows.
 */
import { sqrt } from '../../base/math.ts';

/** Outcomes of a yes-or-no screening. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

function sameLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>): void {
  if (a.length !== b.length) {
    throw new RangeError(`"positive" expected ${a.length} rows, got ${b.length}`);
  }
}

/**
 * Counts outcomes. `predicted`, `positive`: 1 or 0 a unit, equally long. @throws {RangeError} else.
 */
export function confusion(predicted: ArrayLike<number>, positive: ArrayLike<number>): Confusion {
  sameLength(predicted, positive);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < predicted.length; i++) {
    counts[(predicted[i]! > 0 ? 2 : 0) + (positive[i]! > 0 ? 1 : 0)]!++;
  }
  return {
    trueNegatives: counts[0]!,
    falseNegatives: counts[1]!,
    falsePositives: counts[2]!,
    truePositives: counts[3]!,
  };
}

/** TP / (TP + FP). */
export const precision = (c: Confusion): number =>
  c.truePositives / (c.truePositives + c.falsePositives);
/** TP / (TP + FN). */
export const recall = (c: Confusion): number =>
  c.truePositives / (c.truePositives + c.falseNegatives);
/** 2 TP / (2 TP + FP + FN). */
export const f1 = (c: Confusion): number =>
  (2 * c.truePositives) / (2 * c.truePositives + c.falsePositives + c.falseNegatives);
/** FP / (FP + TN). */
export const falsePositiveRate = (c: Confusion): number =>
  c.falsePositives / (c.falsePositives + c.trueNegatives);
/** TN / (FP + TN). */
export const specificity = (c: Confusion): number =>
  c.trueNegatives / (c.falsePositives + c.trueNegatives);

/** Matthews correlation coefficient, −1 to 1; NaN when a margin is empty. */
export function mcc(c: Confusion): number {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = c;
  // Two roots keep the product of four counts inside the exact range of a double.
  const scale = sqrt((tp + fp) * (tp + fn)) * sqrt((tn + fp) * (tn + fn));
  return (tp * tn - fp * fn) / scale;
}

/** A run of units with equal score. */
export interface TieGroup {
  readonly score: number;
  readonly size: number;
  readonly positives: number;
}

/** Groups of equal score, highest first. Cost: O(n log n). @throws {RangeError} when a score is NaN. */
export function tieGroups(scores: ArrayLike<number>, positive: ArrayLike<number>): TieGroup[] {
  sameLength(scores, positive);
  const order = rank(scores);
  const groups: TieGroup[] = [];
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i]!]!;
    let end = i;
    let positives = 0;
    for (; end < order.length && scores[order[end]!] === score; end++) {
      if (positive[order[end]!]! > 0) positives++;
    }
    groups.push({ score, size: end - i, positives });
    i = end;
  }
  return groups;
}

/** Rows by falling score, equal scores by row. @throws {RangeError} when a score is NaN. */
function rank(scores: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i++) {
    if (Number.isNaN(scores[i]!))
      throw new RangeError(`"scores" expected numbers, got NaN at ${i}`);
    order[i] = i;
  }
  // Differences of infinities are NaN, so compare instead.
  return order.sort((a, b) => (scores[a]! > scores[b]! ? -1 : scores[a]! < scores[b]! ? 1 : a - b));
}

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties ½.
 *
 * @param scores - Larger is more suspect; may be infinite, not NaN.
 * @param positive - 1 or 0, equally long.
 * @returns Mann-Whitney U over the number of pairs, from mid-ranks; exact up to one division. NaN
 *   without both classes. Source: H. B. Mann, D. R. Whitney, Ann. Math. Stat. 18(1), 1947.
 */
export function rocAuc(scores: ArrayLike<number>, positive: ArrayLike<number>): number {
  let positivesAbove = 0;
  let negatives = 0;
  let doubleWins = 0;
  for (const { size, positives } of tieGroups(scores, positive)) {
    const negativesHere = size - positives;
    doubleWins += negativesHere * (2 * positivesAbove + positives);
    positivesAbove += positives;
    negatives += negativesHere;
  }
  return doubleWins / (2 * positivesAbove * negatives);
}

/**
 * Average precision: Σ (recall_n − recall_{n−1}) · precision_n over distinct scores, highest first.
 *
 * @returns Area under the precision-recall staircase, equal scores taken together. NaN without
 *   positives.
 */
export function averagePrecision(scores: ArrayLike<number>, positive: ArrayLike<number>): number {
  let seen = 0;
  let found = 0;
  let sum = 0;
  for (const { size, positives } of tieGroups(scores, positive)) {
    seen += size;
    found += positives;
    sum += (positives * found) / seen;
  }
  return sum / found;
}

/**
 * Share of the positives among the `k` highest scores; where `k` cuts through a tie, the mean over
 * all orders of the tied units. NaN without positives.
 */
export function recallAt(
  k: number,
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
): number {
  let left = k;
  let found = 0;
  let total = 0;
  for (const { size, positives } of tieGroups(scores, positive)) {
    const taken = Math.min(size, left);
    found += positives === 0 ? 0 : (positives * taken) / size;
    left -= taken;
    total += positives;
  }
  return found / total;
}

/**
 * MAP@k of the theft literature: the mean, over the positives among the `k` highest scores, of the
 * precision at their places. Equal scores stand in order of row. NaN without a positive among them.
 * Source: Z. Zheng et al., IEEE Trans. Industrial Informatics 14(4), 2018, eq. 9.
 */
export function meanAveragePrecisionAt(
  k: number,
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
): number {
  sameLength(scores, positive);
  const order = rank(scores);
  let found = 0;
  let sum = 0;
  for (let place = 0; place < Math.min(k, order.length); place++) {
    if (positive[order[place]!]! <= 0) continue;
    found++;
    sum += found / (place + 1);
  }
  return sum / found;
}
