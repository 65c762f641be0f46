import { describe, expect, it } from 'vitest';
import alarms from '../../../../../src/report/charts/run/alarms.ts';
import detectorCurves from '../../../../../src/report/charts/run/detector-curves.ts';
import { chartOf, csv, drawAll, markCount, rowsOf } from './run-of.ts';

const H = 3.6e9;
const ATTACKS = 'attack code home day intentional start_us end_us magnitude_wh magnitude_upt';
const ALARMS = 'detector code entity day time_us';
const attacks = csv(ATTACKS, [
  ['theft', 'F01', 'a', 0, 1, 2 * H, 5 * H, 500, 0],
  ['stuck', '', 'b', 0, 0, 3 * H, 4 * H, 0, 100_000],
  // Below both limits, alone and for the feeder of its day.
  ['theft', 'F01', 'c', 1, 1, 26 * H, 27 * H, 499, 99_999],
]);

describe('chart of alarms', () => {
  it('tells alarms about fraud, faults, small differences and nothing apart', () => {
    const raised = csv(ALARMS, [
      ['bound', 'D05', 'a', 0, 6 * H],
      ['bound', 'D05', 'b', 0, 6 * H],
      ['bound', 'D05', 'c', 1, 27 * H],
      ['bound', 'D05', 'a', 1, 27 * H],
      ['bound', 'D05', 'd', 0, 6 * H],
      ['balance', 'D01', 'feeder', 0, 24 * H],
      ['balance', 'D01', 'feeder', 1, 48 * H],
    ]);
    const content = chartOf(alarms, { attacks, alarms: raised });
    const rows = rowsOf(content);
    expect(rows.slice(0, 3)).toEqual([
      {
        kind: 'label',
        entity: 'a',
        name: 'theft',
        code: 'F01',
        from_hour: 2,
        to_hour: 5,
        outcome: 'fraud',
      },
      {
        kind: 'label',
        entity: 'b',
        name: 'stuck',
        code: '',
        from_hour: 3,
        to_hour: 4,
        outcome: 'fault',
      },
      {
        kind: 'label',
        entity: 'c',
        name: 'theft',
        code: 'F01',
        from_hour: 26,
        to_hour: 27,
        outcome: 'fraud',
      },
    ]);
    expect(rows.slice(3).map((row) => [row['entity'], row['from_hour'], row['outcome']])).toEqual([
      ['a', 6, 'right'],
      ['b', 6, 'on a fault'],
      ['c', 27, 'too small to score'],
      ['a', 27, 'false'],
      ['d', 6, 'false'],
      ['feeder', 24, 'right'],
      ['feeder', 48, 'too small to score'],
    ]);
    expect(content!.caption).toContain('7 alarms: 2 about a day');
    expect(content!.caption).toContain('1 about an honest fault, 2 about nothing');
    expect(content!.caption).toContain('Of 2 homes that cheated, 2 were ever named');
  });

  it('keeps the first alarm of a detector, entity and day where there are very many', () => {
    const many = Array.from({ length: 900 }, (_, at) => {
      return ['bound', 'D05', `h${at % 45}`, Math.floor(at / 450), at * 1e8];
    });
    const content = chartOf(alarms, { attacks, alarms: csv(ALARMS, many) });
    const raised = rowsOf(content).filter((row) => row['kind'] === 'alarm');
    const entities = new Set(rowsOf(content).map((row) => row['entity']));
    expect(entities.size).toBe(30);
    // Three homes with labels, so 27 of those with alarms, on two days.
    expect(raised).toHaveLength(54);
    expect(content!.caption).toContain('30 of 48 entities and 54 alarms, the first of each');
    expect(markCount(drawAll(content!)[0]!)).toBeLessThan(400);
  });

  it('shows labels without alarms and alarms without labels; nothing without both', () => {
    const none = csv(ALARMS, []);
    expect(chartOf(alarms, { attacks, alarms: none })!.caption).toContain('0 alarms');
    const raised = csv(ALARMS, [['bound', 'D05', 'a', 0, 6 * H]]);
    const honest = csv(ATTACKS, []);
    expect(chartOf(alarms, { attacks: honest, alarms: raised })!.caption).toContain(
      '1 about nothing',
    );
    expect(chartOf(alarms, { attacks: honest, alarms: none })).toBeUndefined();
    expect(chartOf(alarms, { attacks })).toBeUndefined();
  });
});

describe('chart of detector curves', () => {
  const CURVES = 'detector class threshold true_positives false_positives positives negatives';
  const curve = (detector: string, kind: string, positives: number) => [
    [detector, kind, 9, 1, 0, positives, 6],
    [detector, kind, 5, positives, 2, positives, 6],
    [detector, kind, '', positives, 6, positives, 6],
  ];
  const detection = csv('detector class metric value', [
    ['one', 'intentional', 'truePositives', 1],
    ['one', 'intentional', 'falsePositives', 2],
  ]);

  it('has rates of every point and of the alarms, and the areas', () => {
    const curves = csv(CURVES, [...curve('one', 'intentional', 2), ...curve('one', 'all', 2)]);
    const content = chartOf(detectorCurves, { curves, detection });
    expect(content!.table.rows).toEqual([
      ['one', 'intentional', 'threshold', 9, 0.5, 0, 1],
      ['one', 'intentional', 'threshold', 5, 1, 2 / 6, 0.5],
      ['one', 'intentional', 'threshold', undefined, 1, 1, 0.25],
      ['one', 'intentional', 'alarms', undefined, 0.5, 2 / 6, 1 / 3],
    ]);
    // ROC: (2·(1 + 2) + 4·(2 + 2)) / (2·2·6) = 22/24; precision-recall: (1 + 1/2) / 2.
    expect(content!.caption).toContain('one 0.917 and 0.75');
    expect(content!.figures.map(({ label }) => label)).toEqual(['ROC', 'precision-recall']);
  });

  it('shows both classes where faults make them differ', () => {
    const curves = csv(CURVES, [...curve('one', 'intentional', 2), ...curve('one', 'all', 3)]);
    const content = chartOf(detectorCurves, { curves });
    expect(content!.figures.map(({ label }) => label)).toEqual([
      'ROC, fraud',
      'precision-recall, fraud',
      'ROC, fraud and faults',
      'precision-recall, fraud and faults',
    ]);
    expect(content!.table.rows).toHaveLength(6);
  });

  it('has no ROC curve without negatives and none at all without positives', () => {
    const all = csv(CURVES, [['one', 'intentional', 1, 2, 0, 2, 0]]);
    const content = chartOf(detectorCurves, { curves: all });
    expect(content!.figures.map(({ label }) => label)).toEqual(['precision-recall']);
    expect(content!.table.rows).toEqual([['one', 'intentional', 'threshold', 1, 1, undefined, 1]]);
    expect(content!.caption).toContain('one none and 1');
    const nobody = csv(CURVES, [['one', 'intentional', '', 0, 5, 0, 5]]);
    expect(chartOf(detectorCurves, { curves: nobody })).toBeUndefined();
    expect(chartOf(detectorCurves, {})).toBeUndefined();
  });

  it('thins long curves and says so', () => {
    const long = Array.from({ length: 1000 }, (_, at) => {
      return ['one', 'intentional', 1000 - at, at + 1, at, 1000, 999];
    });
    const content = chartOf(detectorCurves, { curves: csv(CURVES, long) });
    expect(content!.table.rows.length).toBeLessThan(130);
    expect(content!.table.rows.at(-1)![4]).toBe(1);
    expect(content!.caption).toContain('At most about 120 points');
  });
});
