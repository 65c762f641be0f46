/** One detector against one class of labels. */

import { type CurvePoint, rankingCurve } from './curve.ts';
import { type Episode, type LabelClass, type Labels, POSITIVE_UPT, POSITIVE_WH } from './labels.ts';
import {
  averagePrecision,
  confusion,
  f1,
  falsePositiveRate,
  mcc,
  precision,
  recall,
  recallAt,
  rocAuc,
  specificity,
} from './metrics.ts';
import { medianTimeUs, type Survival } from './survival.ts';

/** An alarm as scoring keeps it. */
export interface ScoredAlarm {
  /** Home index, or −1 for the feeder. */
  readonly entity: number;
  readonly slot: number;
  readonly day: number;
  readonly timeUs: number;
  readonly score: number;
}

/** What one detector said in a run. */
export interface DetectorRecord {
  readonly unit: 'home' | 'feeder';
  readonly threshold: number;
  readonly alarms: readonly ScoredAlarm[];
  /** Daily score of entity e on day d at e · dayCount + d; −Infinity where none was given. */
  readonly scores: Float64Array;
}

/** Size of a run in the eyes of scoring. */
export interface ScoringSpan {
  readonly homeCount: number;
  /** First local day with a delivery slot; days are counted from it in `scores`. */
  readonly firstDay: number;
  readonly dayCount: number;
  readonly slotUs: number;
  readonly slotCount: number;
}

/** Figures by name, in a fixed order. */
export type Figures = readonly (readonly [metric: string, value: number])[];

/** Truth of each unit: 1 positive, 0 negative, −1 ignored (a difference below both limits). */
export function unitTruth(
  span: ScoringSpan,
  unit: 'home' | 'feeder',
  labels: Labels,
  kind: LabelClass,
): Int8Array {
  const entities = unit === 'home' ? span.homeCount : 1;
  const size = entities * span.dayCount;
  const wh = new Float64Array(size);
  const upt = new Float64Array(size);
  const labelled = new Uint8Array(size);
  for (const episode of labels.episodes(kind)) {
    const entity = unit === 'home' ? episode.home : 0;
    for (const { day, deltaWh, deltaUpt } of labels.daysOf(episode)) {
      const at = entity * span.dayCount + day - span.firstDay;
      labelled[at] = 1;
      wh[at]! += deltaWh;
      upt[at]! += deltaUpt;
    }
  }
  return Int8Array.from(labelled, (is, at) => {
    if (is === 0) return 0;
    return wh[at]! >= POSITIVE_WH || upt[at]! >= POSITIVE_UPT ? 1 : -1;
  });
}

/**
 * All figures of a detector.
 *
 * @param kind - `intentional`: fraud is positive and honest faults are hard negatives; `all`: both
 *   are positive.
 * @returns Screening figures over units (entity, day) outside the ignored zone, ranking figures
 *   from daily scores, episode figures, false accusations and money. Undefined ones are NaN.
 */
export function evaluate(
  span: ScoringSpan,
  record: DetectorRecord,
  labels: Labels,
  kind: LabelClass,
): Figures {
  const truth = unitTruth(span, record.unit, labels, kind);
  const alarms = record.alarms.filter(
    (alarm) => alarm.slot >= 0 && alarm.slot < span.slotCount && alarm.score >= record.threshold,
  );
  return [
    ...screening(span, record, alarms, truth),
    ...episodeFigures(span, record.unit, alarms, labels, kind),
    ...accusations(span, record.unit, alarms, labels, kind),
    ['onChainButFalseWh', labels.finalFalseWh(kind)],
  ];
}

/** Units outside the ignored zone, by place, with their truth and their daily score. */
function scoredUnits(record: DetectorRecord, truth: Int8Array) {
  const kept = [...truth.keys()].filter((at) => truth[at]! >= 0);
  return {
    kept,
    positive: kept.map((at) => truth[at]!),
    scores: kept.map((at) => record.scores[at]!),
  };
}

/**
 * The ranking behind `rocAuc` and `prAuc` of {@link evaluate}, over the same units.
 *
 * @param kind - As there.
 */
export function evaluateRanking(
  span: ScoringSpan,
  record: DetectorRecord,
  labels: Labels,
  kind: LabelClass,
): readonly CurvePoint[] {
  const { scores, positive } = scoredUnits(record, unitTruth(span, record.unit, labels, kind));
  return rankingCurve(scores, positive);
}

function screening(
  span: ScoringSpan,
  record: DetectorRecord,
  alarms: readonly ScoredAlarm[],
  truth: Int8Array,
): Figures {
  const said = new Uint8Array(truth.length);
  for (const { entity, day } of alarms) {
    said[Math.max(0, entity) * span.dayCount + day - span.firstDay] = 1;
  }
  const { kept, positive, scores } = scoredUnits(record, truth);
  const counts = confusion(
    kept.map((at) => said[at]!),
    positive,
  );
  return [
    ['units', kept.length],
    ['unitsIgnored', truth.length - kept.length],
    ['truePositives', counts.truePositives],
    ['falsePositives', counts.falsePositives],
    ['falseNegatives', counts.falseNegatives],
    ['trueNegatives', counts.trueNegatives],
    ['precision', precision(counts)],
    ['recall', recall(counts)],
    ['f1', f1(counts)],
    ['falsePositiveRate', falsePositiveRate(counts)],
    ['specificity', specificity(counts)],
    ['mcc', mcc(counts)],
    ['rocAuc', rocAuc(scores, positive)],
    ['prAuc', averagePrecision(scores, positive)],
    ['recallAt10', recallAt(10, scores, positive)],
    ['recallAt50', recallAt(50, scores, positive)],
  ];
}

/** Time from the first false slot to the first alarm about the entity within the episode's days. */
function detectionUs(
  episode: Episode,
  unit: 'home' | 'feeder',
  alarms: readonly ScoredAlarm[],
  labels: Labels,
  slotUs: number,
): Survival & { readonly startUs: number } {
  const days = labels.daysOf(episode);
  const startSlot = days[0]!.startSlot;
  const lastDay = days.at(-1)!.day;
  const startUs = startSlot * slotUs;
  let firstUs = Number.POSITIVE_INFINITY;
  for (const alarm of alarms) {
    const isAboutIt = unit === 'feeder' || alarm.entity === episode.home;
    if (isAboutIt && alarm.slot >= startSlot && alarm.day <= lastDay) {
      firstUs = Math.min(firstUs, alarm.timeUs);
    }
  }
  const detected = firstUs < Number.POSITIVE_INFINITY;
  return { startUs, detected, timeUs: detected ? Math.max(0, firstUs - startUs) : 0 };
}

function episodeFigures(
  span: ScoringSpan,
  unit: 'home' | 'feeder',
  alarms: readonly ScoredAlarm[],
  labels: Labels,
  kind: LabelClass,
): Figures {
  const episodes = labels.episodes(kind);
  const endUs = span.slotCount * span.slotUs;
  const survivals: Survival[] = [];
  let detectedCount = 0;
  let beforeUpt = 0;
  let afterUpt = 0;
  for (const episode of episodes) {
    const found = detectionUs(episode, unit, alarms, labels, span.slotUs);
    const timeUs = found.detected ? found.timeUs : endUs - found.startUs;
    survivals.push({ timeUs, detected: found.detected });
    if (found.detected) detectedCount++;
    for (const [slot, { lostUpt }] of episode.slots) {
      const isAfter = found.detected && slot * span.slotUs >= found.startUs + found.timeUs;
      if (isAfter) afterUpt += lostUpt;
      else beforeUpt += lostUpt;
    }
  }
  return [
    ['episodes', episodes.length],
    ['detectionShare', detectedCount / episodes.length],
    ['timeToDetectMedianUs', medianTimeUs(survivals)],
    ['timeToDetectCensored', episodes.length - detectedCount],
    ['moneyLostUpt', beforeUpt + afterUpt],
    ['moneyLostBeforeDetectionUpt', beforeUpt],
    ['moneyLostAfterDetectionUpt', afterUpt],
  ];
}

/** Distinct honest entities ever alarmed over honest entities; honest homes with a fault apart. */
function accusations(
  span: ScoringSpan,
  unit: 'home' | 'feeder',
  alarms: readonly ScoredAlarm[],
  labels: Labels,
  kind: LabelClass,
): Figures {
  const entities = unit === 'home' ? span.homeCount : 1;
  const entityOf = (home: number) => (unit === 'home' ? home : 0);
  const guilty = new Uint8Array(entities);
  const faulty = new Uint8Array(entities);
  const accused = new Uint8Array(entities);
  for (const episode of labels.episodes('all')) {
    const flags = episode.intentional ? guilty : faulty;
    flags[entityOf(episode.home)] = 1;
  }
  for (const { entity } of alarms) accused[Math.max(0, entity)] = 1;
  const tally = { honest: 0, honestAccused: 0, faulty: 0, faultyAccused: 0 };
  for (let entity = 0; entity < entities; entity++) {
    if (guilty[entity] === 1) continue;
    if (faulty[entity] === 1) {
      tally.faulty++;
      tally.faultyAccused += accused[entity]!;
    } else {
      tally.honest++;
      tally.honestAccused += accused[entity]!;
    }
  }
  // Where faults are looked for too, accusing a faulty home is not false.
  const ofFaulty = kind === 'intentional' ? tally.faultyAccused / tally.faulty : Number.NaN;
  return [
    ['falseAccusations', tally.honestAccused / tally.honest],
    ['falseAccusationsFaulty', ofFaulty],
  ];
}
