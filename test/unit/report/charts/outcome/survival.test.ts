import { expect, test } from 'vitest';
import detectionSurvival from '../../../../../src/report/charts/outcome/detection-survival.ts';
import exclusionSurvival from '../../../../../src/report/charts/outcome/exclusion-survival.ts';
import { drawFigure } from '../../../../../src/report/page/draw.ts';
import { resultsOf, runOf } from '../results-of.ts';
import { scenarioWith } from './scenario.ts';

const EXCLUSIONS = `
  node,kind,offence_us,first_report_us,excluded_us,bad_turns_after,guilty,verdict
  n1,missed-turn,0,10,100000000,1,1,excluded
  n2,missed-turn,100000000,10,300000000,1,1,excluded
  n3,missed-turn,800000000,,,1,1,
  n4,missed-turn,,5,50,0,0,excluded
  n5,missed-turn,200000000,10,400000000,1,1,excluded`;
const SLOTS = 'slot,start_us\n0,0\n1,900000000';

test('delegates still in at the end are censored there, with the numbers at risk', () => {
  const tables = { exclusions: EXCLUSIONS, slots: SLOTS };
  const run = runOf('dpos-1', 'dpos', tables, { scenario: scenarioWith() });
  const content = exclusionSurvival.create(resultsOf('run', {}, { runs: [run] }))!;
  // Four guilty: 100 s, 200 s, 200 s, and one open for the last 1000 s of the half hour.
  expect(content.table.rows.map((row) => row.slice(0, 6))).toEqual([
    ['dpos', 0, 4, 0, 0, 1],
    ['dpos', 100e6, 4, 1, 0, 0.75],
    ['dpos', 200e6, 3, 2, 0, 0.25],
    ['dpos', 1000e6, 1, 0, 1, 0.25],
  ]);
  expect(content.caption).toContain('dpos: half are out within 3.33 min (4 cases)');
  expect(drawFigure(content.figures[0]!)).toContain('<svg');
});

test('frauds of several runs of an arm are pooled', () => {
  const run = (id: string, alarmUs: number) =>
    runOf(
      id,
      'pow',
      {
        slots: SLOTS,
        attacks: `attack,home,intentional,start_us\nring,h1,1,60000000\nring,h2,0,60000000`,
        alarms: `entity,time_us\nh1,${alarmUs}\nfeeder,70000000`,
      },
      { scenario: scenarioWith() },
    );
  const runs = [run('pow-1', 360e6), run('pow-2', 50e6)];
  const rows = detectionSurvival.create(resultsOf('comparison', {}, { runs }))!.table.rows;
  // One is named after 300 s; the other alarm came before the fraud, which is open to the end.
  expect(rows.map((row) => row.slice(1, 6))).toEqual([
    [0, 2, 0, 0, 1],
    [300e6, 2, 1, 0, 0.5],
    [1740e6, 1, 0, 1, 0.5],
  ]);
});

test('curves that the study wrote are taken as they are, in the order of arms', () => {
  const survival = `
    subject,arm,time_us,at_risk,events,censored,survival,ci_low,ci_high
    detection,dpos,0,9,0,0,1,1,1
    detection,dpos,7200000000,9,9,0,0,,
    exclusion,pow,5,1,1,0,0,,
    detection,pow,3600000000,8,2,1,0.75,0.3,0.9`;
  const results = resultsOf('comparison', { survival }, { arms: ['pow', 'dpos'] });
  const content = detectionSurvival.create(results)!;
  expect(content.table.rows).toEqual([
    ['pow', 3600e6, 8, 2, 1, 0.75, 0.3, 0.9],
    ['dpos', 0, 9, 0, 0, 1, 1, 1],
    ['dpos', 7200e6, 9, 9, 0, 0, Number.NaN, Number.NaN],
  ]);
  expect(content.caption).toContain('pow: fewer than half by the end (8 cases); ');
  expect(content.caption).toContain('dpos: half are detected within 2 h (9 cases).');
});

test('where nothing was at risk there is no chart', () => {
  expect(exclusionSurvival.create(resultsOf('comparison', {}))).toBeUndefined();
  const survival =
    'subject,arm,time_us,at_risk,events,censored,survival,ci_low,ci_high\ndetection,pow,5,1,1,0,0,,';
  expect(
    exclusionSurvival.create(resultsOf('comparison', { survival }, { arms: ['pow'] })),
  ).toBeUndefined();
});

test('a fraud that is missed was in view as long as one that is found after the last slot', () => {
  const tables = {
    slots: SLOTS,
    attacks: 'attack,home,intentional,start_us\nring,h1,1,0\nring,h2,1,0\nring,h3,1,0',
    // The half hour of slots ends at 1800 s; the detectors look once more after it.
    alarms: 'entity,time_us\nh1,600000000\nh2,2400000000',
  };
  const run = runOf('pow-1', 'pow', tables, { scenario: scenarioWith() });
  const rows = detectionSurvival.create(resultsOf('run', {}, { runs: [run] }))!.table.rows;
  // One of three is never named: the curve must end at a third, not at 0.
  expect(rows.map((row) => row.slice(1, 6))).toEqual([
    [0, 3, 0, 0, 1],
    [600e6, 3, 1, 0, expect.closeTo(2 / 3, 12)],
    [2400e6, 2, 1, 1, expect.closeTo(1 / 3, 12)],
  ]);
});

test('an arm keeps its colour and dash where another one has no curve', () => {
  const survival = `
    subject,arm,time_us,at_risk,events,censored,survival,ci_low,ci_high
    detection,dpos,3600000000,9,9,0,0,,`;
  const arms = ['pow', 'dpos'];
  const content = detectionSurvival.create(resultsOf('comparison', { survival }, { arms }))!;
  const { color } = content.figures[0]!.plot;
  expect(color).toMatchObject({ domain: ['dpos'], range: ['var(--series-2)'] });
});
