import { describe, expect, test } from 'vitest';
import {
  openSaturationStudy,
  saturationOption,
  saturationText,
} from '../../../src/cli/saturation.ts';
import type { LoadPoint } from '../../../src/experiment/saturation.ts';
import type { ArmSaturation } from '../../../src/experiment/saturation-ramp.ts';

describe('--saturation', () => {
  test('names the loads to search between, and the resolution', () => {
    expect(saturationOption('1..400')).toEqual({ lowTps: 1, highTps: 400, ratio: 1.25 });
    expect(saturationOption('0.5 .. 1e3, step=1.1')).toEqual({
      lowTps: 0.5,
      highTps: 1000,
      ratio: 1.1,
    });
  });

  const range = '--saturation: expected loads per second from..to, e.g. 1..400 or 1..400,step=1.1';
  const step = '--saturation: expected a step above 1, at most 10';
  test.each([
    ['400', `${range}; got "400"`],
    ['0..4', `${range}; got "0..4"`],
    ['5..4', `${range}; got "5..4"`],
    ['a..b', `${range}; got "a..b"`],
    ['1..4,steps=2', `${range}; got "1..4,steps=2"`],
    ['1..1e999', `${range}; got "1..1e999"`],
    ['1..4,step=1', `${step}; got 1`],
    ['1..4,step=11', `${step}; got 11`],
  ])('refuses %s', (text, message) => {
    expect(() => saturationOption(text)).toThrow(message);
  });
});

const point = (loadTps: number, verdict: LoadPoint['verdict']): LoadPoint => ({
  loadTps,
  offeredTps: loadTps,
  tpsFinal: loadTps,
  slope: { n: 3, mean: 0, sd: 0.4, low: -1, high: 1 },
  finalityP50Us: 1e6,
  verdict,
});

test('the text says where and why each arm failed, what the bound is, and what was not tried', () => {
  const arms: ArmSaturation[] = [
    {
      arm: 'pow',
      boundTps: 280.3,
      note: '',
      found: {
        saturationTps: 256.6,
        exceededTps: 320.4,
        points: [point(256.6, 'sustained'), point(320.4, 'throughput')],
      },
    },
    {
      arm: 'raft',
      boundTps: 280.3,
      note: '',
      found: { saturationTps: Number.NaN, exceededTps: 1, points: [point(1, 'backlog')] },
    },
    {
      arm: 'slow',
      boundTps: 280.3,
      note: 'a run would be too long',
      found: { saturationTps: 7.37, exceededTps: Number.NaN, points: [point(7.37, 'sustained')] },
    },
    { arm: 'broken', boundTps: Number.NaN, note: 'run broken-1-1 failed: x', found: undefined },
  ];
  const text = saturationText(arms, { lowTps: 1, highTps: 400, ratio: 1.25 }, false);
  expect(text.split('\n')).toEqual([
    'Largest sustained load [1/s], searched from 1 to 400 in steps of at most x 1.25, 3 seeds',
    '          sustained  fails at           because  bound by caps',
    '  pow           257       320  too little final            280',
    '  raft          < 1         1     backlog grows            280',
    '  slow      >= 7.37         -                              280',
    '  broken          -         -                                -',
    '  slow: a run would be too long',
    '  broken: run broken-1-1 failed: x',
    '',
  ]);
});

test('a study without its search has no outcome, and an empty table', () => {
  const study = openSaturationStudy({ lowTps: 1, highTps: 2, ratio: 1.5 }, () => {
    throw new Error('nothing runs');
  });
  expect(study.found()).toEqual([]);
  expect(study.saturationTps('pow')).toBeNaN();
  const [table] = study.extras.tables!({ metrics: [], arms: [], of: () => [] });
  expect(table).toMatchObject({ path: 'saturation.csv', rows: [] });
});
