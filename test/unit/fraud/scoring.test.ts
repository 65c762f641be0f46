import { describe, expect, it } from 'vitest';
import { numbersOf, type Table, textsOf } from '../../../src/base/table.ts';
import { MINUTE_US } from '../../../src/base/units.ts';
import { createScoring } from '../../../src/fraud/scoring/index.ts';
import {
  confusion,
  f1,
  mcc,
  precision,
  recall,
  rocAuc,
} from '../../../src/fraud/scoring/metrics.ts';
import { medianTimeUs } from '../../../src/fraud/scoring/survival.ts';
import { CALENDAR } from './worlds.ts';

const SLOT_US = 15 * MINUTE_US;
const DAYS = 3;

function setUp() {
  return createScoring({
    homes: ['a', 'b', 'c', 'd'],
    detectors: [
      { name: 'home-detector', code: 'D90', unit: 'home', threshold: 1 },
      { name: 'feeder-detector', code: 'D91', unit: 'feeder', threshold: 3 },
    ],
    calendar: CALENDAR,
    slotUs: SLOT_US,
    slotCount: DAYS * 96,
  });
}

function label(home: number, slot: number, deltaWh: number, more = {}) {
  return {
    attack: 'under-reporting',
    code: 'F01',
    home,
    slot,
    intentional: true,
    deltaWh,
    deltaUpt: 0,
    ...more,
  };
}

const alarm = (entity: number, slot: number, more = {}) => ({
  detector: 0,
  entity,
  slot,
  timeUs: (slot + 1) * SLOT_US,
  score: 2,
  evidence: 'seen',
  ...more,
});

function figure(table: Table, detector: string, kind: string, metric: string): number {
  const row = textsOf(table, 'metric').findIndex(
    (name, i) =>
      name === metric &&
      textsOf(table, 'detector')[i] === detector &&
      textsOf(table, 'class')[i] === kind,
  );
  expect(row).toBeGreaterThanOrEqual(0);
  return numbersOf(table, 'value')[row]!;
}

/** Home a steals on days 1 and 2, home b a little on day 1, home c has a faulty meter on day 0. */
function story() {
  const scoring = setUp();
  for (let slot = 96; slot < 288; slot++) {
    scoring.label(label(0, slot, 50));
    scoring.loss(0, slot, 1000);
  }
  scoring.label(label(1, 100, 499));
  for (let slot = 0; slot < 96; slot++) {
    scoring.label(label(2, slot, 20, { attack: 'stuck-meter', code: '', intentional: false }));
  }
  scoring.alarm(alarm(0, 10));
  scoring.alarm(alarm(0, 200));
  scoring.alarm(alarm(2, 50));
  scoring.alarm(alarm(3, 250, { score: 0.5 }));
  scoring.alarm(alarm(-1, 100, { detector: 1, score: 4 }));
  for (let day = 0; day < DAYS; day++) {
    for (let home = 0; home < 4; home++) scoring.score(0, home, day, home === 0 ? day : 0.5);
    scoring.score(1, -1, day, day);
  }
  return scoring;
}

describe('scoring', () => {
  it('counts units outside the ignored zone', () => {
    const { detection } = story().tables();
    const of = (metric: string, kind = 'intentional') =>
      figure(detection, 'home-detector', kind, metric);
    expect(of('units')).toBe(11);
    expect(of('unitsIgnored')).toBe(1);
    expect(of('truePositives')).toBe(1);
    expect(of('falseNegatives')).toBe(1);
    // The alarm before the theft and the one about the faulty meter; below the threshold is none.
    expect(of('falsePositives')).toBe(2);
    expect(of('trueNegatives')).toBe(7);
    expect(of('rocAuc')).toBe(1);
    expect(of('truePositives', 'all')).toBe(2);
    expect(of('falsePositives', 'all')).toBe(1);
  });
  it('times detection from the first false slot and splits the money there', () => {
    const { detection } = story().tables();
    const of = (metric: string) => figure(detection, 'home-detector', 'intentional', metric);
    expect(of('episodes')).toBe(2);
    expect(of('detectionShare')).toBe(0.5);
    expect(of('timeToDetectCensored')).toBe(1);
    expect(of('timeToDetectMedianUs')).toBe((201 - 96) * SLOT_US);
    expect(of('moneyLostUpt')).toBe(192_000);
    expect(of('moneyLostBeforeDetectionUpt')).toBe(105_000);
    expect(of('moneyLostAfterDetectionUpt')).toBe(87_000);
  });
  it('keeps accusations of honest and of faulty homes apart', () => {
    const { detection } = story().tables();
    const of = (metric: string, kind: string) => figure(detection, 'home-detector', kind, metric);
    expect(of('falseAccusations', 'intentional')).toBe(0);
    expect(of('falseAccusationsFaulty', 'intentional')).toBe(1);
    expect(of('falseAccusationsFaulty', 'all')).toBeNaN();
  });
  it('scores a detector of feeders by feeder and day', () => {
    const { detection } = story().tables();
    const of = (metric: string) => figure(detection, 'feeder-detector', 'intentional', metric);
    expect(of('units')).toBe(3);
    expect(of('truePositives')).toBe(1);
    expect(of('falseNegatives')).toBe(1);
    expect(of('trueNegatives')).toBe(1);
    expect(of('detectionShare')).toBe(1);
    expect(of('falseAccusations')).toBeNaN();
  });
  it('leaves undefined figures undefined', () => {
    const { detection } = setUp().tables();
    const of = (metric: string) => figure(detection, 'home-detector', 'intentional', metric);
    for (const metric of [
      'precision',
      'recall',
      'f1',
      'mcc',
      'rocAuc',
      'prAuc',
      'detectionShare',
    ]) {
      expect(of(metric)).toBeNaN();
    }
    expect(of('falsePositiveRate')).toBe(0);
  });
  it('counts false energy on the chain once, when its read is final', () => {
    const scoring = setUp();
    scoring.label(label(0, 5, 40));
    scoring.label(label(0, 5, 2, { attack: 'stuck-meter', intentional: false }));
    scoring.label(label(0, 6, 60));
    for (const slot of [5, 5, 7]) scoring.readFinal(0, slot);
    const { detection } = scoring.tables();
    const of = (kind: string) => figure(detection, 'home-detector', kind, 'onChainButFalseWh');
    expect(of('intentional')).toBe(40);
    expect(of('all')).toBe(42);
  });
  it('a value of a tenth of a point makes a day positive without energy', () => {
    const scoring = setUp();
    scoring.label(label(0, 0, 0, { deltaUpt: 100_000 }));
    scoring.label(label(1, 0, 0, { deltaUpt: 99_999 }));
    const { detection, attacks } = scoring.tables();
    expect(figure(detection, 'home-detector', 'intentional', 'falseNegatives')).toBe(1);
    expect(figure(detection, 'home-detector', 'intentional', 'unitsIgnored')).toBe(1);
    expect(Array.from(numbersOf(attacks, 'magnitude_upt'))).toEqual([100_000, 99_999]);
  });
  it('writes one row of attacks a home and day, and alarms in order of time', () => {
    const { attacks, alarms } = story().tables();
    expect(attacks.count).toBe(4);
    expect(textsOf(attacks, 'home')).toEqual(['c', 'a', 'a', 'b']);
    expect(Array.from(numbersOf(attacks, 'start_us'))).toEqual(
      [0, 96, 192, 100].map((slot) => slot * SLOT_US),
    );
    expect(Array.from(numbersOf(attacks, 'end_us'))).toEqual(
      [96, 192, 288, 101].map((slot) => slot * SLOT_US),
    );
    expect(textsOf(alarms, 'entity')).toEqual(['a', 'c', 'a', 'd', 'feeder']);
    expect(Array.from(numbersOf(alarms, 'day'))).toEqual([0, 0, 2, 2, 1]);
  });
  it('refuses a score that is not a number', () => {
    expect(() => setUp().score(0, 0, 0, Number.NaN)).toThrow(
      'expected a number from home-detector',
    );
  });
});

describe('figures of merit', () => {
  it('are undefined for 0/0 and refuse unequal columns', () => {
    const empty = confusion([], []);
    for (const value of [precision(empty), recall(empty), f1(empty), mcc(empty)]) {
      expect(value).toBeNaN();
    }
    expect(rocAuc([1, 2], [1, 1])).toBeNaN();
    expect(() => rocAuc([1], [1, 0])).toThrow('expected 1 rows, got 2');
    expect(() => rocAuc([Number.NaN], [1])).toThrow('got NaN at 0');
  });
  it('give a detector that cannot tell an AUC of one half', () => {
    const scores = Array.from({ length: 7 }, () => Number.NEGATIVE_INFINITY);
    expect(rocAuc(scores, [1, 0, 0, 0, 1, 0, 0])).toBe(0.5);
  });
});

describe('Kaplan-Meier median', () => {
  const at = (timeUs: number, detected = true) => ({ timeUs, detected });
  it('is the middle without censoring and moves right with it', () => {
    expect(medianTimeUs([at(3), at(1), at(2)])).toBe(2);
    expect(medianTimeUs([at(1), at(2, false), at(3), at(4)])).toBe(3);
    expect(medianTimeUs([at(1), at(5, false), at(5, false)])).toBeNaN();
    expect(medianTimeUs([])).toBeNaN();
  });
  it('follows the textbook sample of 6-MP remissions: 23 weeks', () => {
    const done = [6, 6, 6, 7, 10, 13, 16, 22, 23];
    const open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
    expect(medianTimeUs([...done.map((t) => at(t)), ...open.map((t) => at(t, false))])).toBe(23);
  });
});
