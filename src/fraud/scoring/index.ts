/** Alarms against truth: collects both during a run and turns them into the result tables. */
import type { Calendar } from '../../base/calendar.ts';
import { createSlotDays } from '../../base/days.ts';
import { roundHalfUp } from '../../base/integer.ts';
import { createTable, type Table } from '../../base/table.ts';
import {
  type DetectorRecord,
  evaluate,
  evaluateRanking,
  type ScoredAlarm,
  type ScoringSpan,
} from './evaluate.ts';
import { createLabels, type Label, type Labels } from './labels.ts';

/** A detector as scoring knows it. */
export interface ScoredDetector {
  readonly name: string;
  /** Its code, or ''. */
  readonly code: string;
  readonly unit: 'home' | 'feeder';
  /** From this score on an alarm counts. */
  readonly threshold: number;
}

/** What scoring is made from. */
export interface ScoringSpec {
  /** External ids of the homes in dense order. */
  readonly homes: readonly string[];
  readonly detectors: readonly ScoredDetector[];
  readonly calendar: Calendar;
  /** Delivery slot [µs]. */
  readonly slotUs: number;
  /** Delivery slots of the run. */
  readonly slotCount: number;
}

/** An alarm on its way to scoring. */
export interface AlarmRecord {
  /** Index into the detectors of the spec. */
  readonly detector: number;
  /** Home index, or −1 for the feeder. */
  readonly entity: number;
  readonly slot: number;
  /** When it was raised [µs]. */
  readonly timeUs: number;
  readonly score: number;
  readonly evidence: string;
}

/** The tables of a run about fraud. */
export interface ScoringTables {
  readonly attacks: Table;
  readonly alarms: Table;
  readonly detection: Table;
  /** Ranking of each detector and class; no rows without detectors. */
  readonly curves: Table;
}

/** Collects labels, alarms and scores of one run. */
export interface Scoring {
  label(label: Label): void;
  /**
   * Money others lose by what a home said about a slot: (true − reported) at settlement prices,
   * signed [Upt]. After the label of the slot; without one it is ignored.
   */
  loss(home: number, slot: number, lostUpt: number): void;
  /** A read of the home for the slot is final on the chain. */
  readFinal(home: number, slot: number): void;
  alarm(alarm: AlarmRecord): void;
  /**
   * Daily score; the largest of several counts. Days outside the run are ignored.
   * @throws {RangeError} when it is NaN.
   */
  score(detector: number, entity: number, day: number, score: number): void;
  /** Evaluates everything so far. Cost: O(units · log units) a detector and class. */
  tables(): ScoringTables;
}

/**
 * Creates the scoring of a run. Screening units are (home, day), or (feeder, day) for detectors
 * that name only the feeder; a unit never scored ranks below all others. Definitions: model.md
 * §8.5.
 */
export function createScoring(spec: ScoringSpec): Scoring {
  const { homes, detectors, slotUs, slotCount } = spec;
  const days = createSlotDays(spec.calendar, slotUs);
  const firstDay = days.dayOf(0);
  const dayCount = days.dayOf(slotCount - 1) - firstDay + 1;
  const span: ScoringSpan = { homeCount: homes.length, firstDay, dayCount, slotUs, slotCount };
  const labels = createLabels(days);
  const alarms: AlarmRecord[] = [];
  const scores = detectors.map(({ unit }) =>
    new Float64Array((unit === 'home' ? homes.length : 1) * dayCount).fill(
      Number.NEGATIVE_INFINITY,
    ),
  );
  const record = (index: number): DetectorRecord => ({
    unit: detectors[index]!.unit,
    threshold: detectors[index]!.threshold,
    scores: scores[index]!,
    alarms: alarms
      .filter((alarm) => alarm.detector === index)
      .map((alarm): ScoredAlarm => ({ ...alarm, day: days.dayOf(alarm.slot) })),
  });

  return {
    label: (label) => labels.add(label),
    loss: (home, slot, lostUpt) => labels.addLoss(home, slot, lostUpt),
    readFinal: (home, slot) => labels.addFinalRead(home, slot),
    alarm: (alarm) => {
      alarms.push(alarm);
    },
    score(detector, entity, day, score) {
      if (Number.isNaN(score)) {
        const { name } = detectors[detector]!;
        throw new RangeError(`"score" expected a number from ${name} on day ${day}, got NaN`);
      }
      if (day < firstDay || day >= firstDay + dayCount) return;
      const column = scores[detector]!;
      const at = Math.max(0, entity) * dayCount + day - firstDay;
      column[at] = Math.max(column[at]!, score);
    },
    tables: () => ({
      attacks: attacksTable(labels, homes, slotUs),
      alarms: alarmsTable(alarms, spec, days.dayOf),
      detection: detectionTable(span, detectors, record, labels),
      curves: curvesTable(span, detectors, record, labels),
    }),
  };
}

function attacksTable(labels: Labels, homes: readonly string[], slotUs: number): Table {
  const rows = labels
    .episodes('all')
    .flatMap((episode) => labels.daysOf(episode).map((day) => ({ episode, day })));
  return createTable('attacks', {
    attack: rows.map(({ episode }) => episode.attack),
    code: rows.map(({ episode }) => episode.code),
    home: rows.map(({ episode }) => homes[episode.home]!),
    day: rows.map(({ day }) => day.day),
    intentional: rows.map(({ episode }) => (episode.intentional ? 1 : 0)),
    start_us: rows.map(({ day }) => day.startSlot * slotUs),
    end_us: rows.map(({ day }) => day.endSlot * slotUs),
    magnitude_wh: rows.map(({ day }) => roundHalfUp(day.deltaWh)),
    magnitude_upt: rows.map(({ day }) => roundHalfUp(day.deltaUpt)),
  });
}

function alarmsTable(
  alarms: readonly AlarmRecord[],
  spec: ScoringSpec,
  dayOf: (slot: number) => number,
): Table {
  const rows = alarms
    .map((alarm, sequence) => ({ ...alarm, sequence }))
    .sort(
      (a, b) =>
        a.detector - b.detector ||
        a.timeUs - b.timeUs ||
        a.entity - b.entity ||
        a.sequence - b.sequence,
    );
  return createTable('alarms', {
    detector: rows.map((row) => spec.detectors[row.detector]!.name),
    code: rows.map((row) => spec.detectors[row.detector]!.code),
    entity: rows.map((row) => (row.entity < 0 ? 'feeder' : spec.homes[row.entity]!)),
    day: rows.map((row) => dayOf(row.slot)),
    slot: rows.map((row) => row.slot),
    time_us: rows.map((row) => row.timeUs),
    score: rows.map((row) => row.score),
    threshold: rows.map((row) => spec.detectors[row.detector]!.threshold),
    evidence: rows.map((row) => row.evidence),
  });
}

function detectionTable(
  span: ScoringSpan,
  detectors: readonly ScoredDetector[],
  record: (index: number) => DetectorRecord,
  labels: Labels,
): Table {
  const names: string[] = [];
  const classes: string[] = [];
  const metrics: string[] = [];
  const values: number[] = [];
  for (let index = 0; index < detectors.length; index++) {
    const said = record(index);
    for (const kind of ['intentional', 'all'] as const) {
      for (const [metric, value] of evaluate(span, said, labels, kind)) {
        names.push(detectors[index]!.name);
        classes.push(kind);
        metrics.push(metric);
        values.push(value);
      }
    }
  }
  return createTable('detection', {
    detector: names,
    class: classes,
    metric: metrics,
    value: values,
  });
}

function curvesTable(
  span: ScoringSpan,
  detectors: readonly ScoredDetector[],
  record: (index: number) => DetectorRecord,
  labels: Labels,
): Table {
  const rows = detectors.flatMap(({ name }, index) => {
    const said = record(index);
    return (['intentional', 'all'] as const).flatMap((kind) => {
      const points = evaluateRanking(span, said, labels, kind);
      return points.map((point) => ({ name, kind, point, all: points.at(-1)! }));
    });
  });
  const numbers = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  return createTable('curves', {
    detector: rows.map(({ name }) => name),
    class: rows.map(({ kind }) => kind),
    // Files hold no infinities: the threshold that takes in units without a score is left empty.
    threshold: numbers(({ point }) =>
      Number.isFinite(point.threshold) ? point.threshold : Number.NaN,
    ),
    true_positives: numbers(({ point }) => point.truePositives),
    false_positives: numbers(({ point }) => point.falsePositives),
    positives: numbers(({ all }) => all.truePositives),
    negatives: numbers(({ all }) => all.falsePositives),
  });
}
