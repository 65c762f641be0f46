import { describe, expect, test } from 'vitest';
import { pairedDifferences } from '../../../../../src/report/charts/comparison/study-tables.ts';
import verdict from '../../../../../src/report/charts/comparison/verdict.ts';
import { bestArm, judge } from '../../../../../src/report/charts/comparison/verdict-figures.ts';
import {
  comparisonWords,
  TOPICS,
} from '../../../../../src/report/charts/comparison/verdict-words.ts';
import { formatInterval } from '../../../../../src/report/format-value.ts';
import { resultsOf, runOf, type Tables } from '../results-of.ts';

const ARMS = `metric,unit,arm,n,mean,ci_low,ci_high
finalityLatencyP50Us,us,pow,4,90000000,85000000,95000000
finalityLatencyP50Us,us,dpos,4,84700000,84000000,85400000
energyPerFinalTxWh,Wh,pow,4,20,18,22
energyPerFinalTxWh,Wh,dpos,4,19,17,21
decentralisation,,pow,4,0.9,0.9,0.9
decentralisation,,dpos,4,0.9,0.9,0.9
moneyLostUpt,upt,pow,4,,,
moneyLostUpt,upt,dpos,4,,,`;
const PAIRED = `metric,unit,arm_a,arm_b,n,mean_difference,ci_low,ci_high,p_holm
finalityLatencyP50Us,us,pow,dpos,4,5300000,4800000,5900000,0.01
energyPerFinalTxWh,Wh,pow,dpos,4,1,-1,3,0.4
decentralisation,,pow,dpos,4,0,0,0,1`;
const runs = [runOf('pow-1', 'pow', {}), runOf('dpos-1', 'dpos', {})];
const create = (tables: Tables, kept = runs) =>
  verdict.create(resultsOf('comparison', tables, { runs: kept }));

describe('the verdict', () => {
  test('says what the intervals allow, and that the comparison is as deployed', () => {
    const { caption } = create({ arms: ARMS, paired: PAIRED })!;
    expect(caption).toBe(
      'As deployed, not at equal risk: presets differ in what they risk. ' +
        'Time: dpos reaches finality 5.3 s [4.8, 5.9] sooner than pow. ' +
        'Price: which of dpos and pow needs less electricity is open: 1 Wh [-1, 3] includes 0; ' +
        'pow and dpos are the same.',
    );
  });

  test('marks a best arm only where the paired interval excludes 0', () => {
    const { table, heads } = create({ arms: ARMS, paired: PAIRED })!;
    expect(heads).toEqual(['Compared', 'Figure', 'pow', 'dpos', 'Best']);
    expect(table.columns.map(({ name }) => name)).toEqual([
      'basis',
      'figure',
      'arm_pow',
      'arm_dpos',
      'best',
    ]);
    const all = 'as deployed';
    const finality = 'Time to finality at the client, median';
    expect(table.rows).toEqual([
      [all, finality, '90 s [85, 95]', '84.7 s [84, 85.4]', 'dpos'],
      [all, 'Electricity a final transaction', '20 Wh [18, 22]', '19 Wh [17, 21]', 'tie'],
      [all, 'Decentralisation, 0 to 1', '0.9 [0.9, 0.9]', '0.9 [0.9, 0.9]', 'tie'],
    ]);
  });

  test('one pair of runs has no interval, and nothing is marked', () => {
    const arms = 'metric,unit,arm,n,mean,ci_low,ci_high\n'.concat(
      'finalityLatencyP50Us,us,pow,1,90000000,,\nfinalityLatencyP50Us,us,dpos,1,84700000,,',
    );
    const paired = PAIRED.split('\n')[0]!.concat('\nfinalityLatencyP50Us,us,pow,dpos,1,5300000,,,');
    const { caption, table } = create({ arms, paired })!;
    expect(caption).toContain(
      'dpos reaches finality 5.3 s sooner than pow in the only pair of runs, without an interval',
    );
    expect(table.rows[0]).toEqual([
      'as deployed',
      'Time to finality at the client, median',
      '90 s',
      '84.7 s',
      'no interval',
    ]);
  });

  test('equal risk comes first, under the names of the arms, unreachable ones as such', () => {
    const risk = `arm,run_arm,share,risk_limit,setting,risk
pow,pow-equal-risk,0.1,0.001,confirmations=7,0.0004
dpos,dpos,0.1,0.001,irreversibility=bft,0
raft,,0.1,0.001,,`;
    const arms = `metric,unit,arm,n,mean,ci_low,ci_high
finalityLatencyP50Us,us,pow,4,90000000,85000000,95000000
finalityLatencyP50Us,us,pow-equal-risk,4,105000000,100000000,110000000
finalityLatencyP50Us,us,dpos,4,3000000,2900000,3100000
finalityLatencyP50Us,us,raft,4,200000,190000,210000`;
    const paired = `metric,unit,arm_a,arm_b,n,mean_difference,ci_low,ci_high
finalityLatencyP50Us,us,pow,dpos,4,87000000,82000000,92000000
finalityLatencyP50Us,us,pow,raft,4,89800000,84000000,95000000
finalityLatencyP50Us,us,dpos,raft,4,2800000,2700000,2900000
finalityLatencyP50Us,us,dpos,pow-equal-risk,4,-102000000,-107000000,-97000000`;
    const kept = ['pow', 'dpos', 'raft', 'pow-equal-risk'].map((arm) => runOf(`${arm}-1`, arm, {}));
    const { caption, table } = create({ arms, paired, iso_risk: risk }, kept)!;
    expect(caption).toBe(
      'At equal risk (adversary share 0.1, residual risk at most 0.001); no setting of raft meets it. ' +
        'Time: dpos reaches finality 102 s [97, 107] sooner than pow.',
    );
    const label = 'Time to finality at the client, median';
    expect(table.rows).toEqual([
      ['at equal risk', 'Setting', 'confirmations=7', 'irreversibility=bft', 'unreachable', ''],
      ['at equal risk', 'Residual risk', '0.0004', '0', '-', ''],
      ['at equal risk', label, '105 s [100, 110]', '3 s [2.9, 3.1]', '-', 'dpos'],
      ['as deployed', label, '90 s [85, 95]', '3 s [2.9, 3.1]', '200 ms [190, 210]', 'raft'],
    ]);
  });

  test('there is none of one arm, or without values', () => {
    expect(create({ arms: ARMS, paired: PAIRED }, [runOf('pow-1', 'pow', {})])).toBeUndefined();
    expect(create({})).toBeUndefined();
  });
});

describe('the best arm', () => {
  const figure = { metric: 'm', direction: 'higher' } as const;
  const value = (arm: string, mean: number) => ({
    arm,
    value: { n: 2, mean, low: Number.NaN, high: Number.NaN },
  });
  const differences = (rows: string) =>
    pairedDifferences(
      resultsOf('comparison', {
        paired: `metric,arm_a,arm_b,n,mean_difference,ci_low,ci_high\n${rows}`,
      }),
    );

  test('must beat every other one; those not told apart from it share a tie', () => {
    const of = differences('m,a,b,3,-1,-2,-0.5\nm,a,c,3,2,1,3\nm,b,c,3,3,-1,7');
    const values = [value('a', 4), value('b', 5), value('c', 2)];
    expect(bestArm(values, figure, of)).toBe('tie: b, c');
    expect(bestArm(values.slice(0, 2), figure, of)).toBe('b');
    expect(bestArm(values.slice(1), figure, of)).toBe('tie');
    expect(bestArm(values.slice(0, 1), figure, of)).toBe('');
    expect(bestArm([value('a', 4), value('x', 1)], figure, of)).toBe('no interval');
  });

  test('an interval that touches 0 is open', () => {
    expect(judge({ low: 0, high: 2 }, 'higher')).toBe('open');
    expect(judge({ low: 1e-9, high: 2 }, 'higher')).toBe('first');
    expect(judge({ low: 1e-9, high: 2 }, 'lower')).toBe('second');
    expect(judge({ low: Number.NaN, high: 2 }, 'lower')).toBe('unknown');
  });

  test('a difference asked for the other way round is turned', () => {
    const of = differences('m,a,b,3,-1,-2,-0.5');
    expect(of('m', 'b', 'a')).toMatchObject({ n: 3, mean: 1, low: 0.5, high: 2 });
    expect(of('m', 'b', 'z').mean).toBeNaN();
  });
});

describe('sentences', () => {
  test('compare neighbours in the order of means and name arms without a value', () => {
    const of = pairedDifferences(resultsOf('comparison', {}));
    const value = (arm: string, mean: number) => {
      return { arm, value: { n: 1, mean, low: Number.NaN, high: Number.NaN } };
    };
    const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((arm, k) => value(arm, 6 - k));
    expect(comparisonWords(TOPICS.finality, [...six, value('g', Number.NaN)], of)).toBe(
      'f and e have no run in common; e and d have no run in common; d and c have no run in common; ' +
        '2 more in the table; without a value: g',
    );
    expect(comparisonWords(TOPICS.finality, six.slice(0, 1), of)).toBe('');
  });

  test('intervals are in one unit, with digits that tell the ends apart', () => {
    expect(formatInterval(5.3e6, 4.8e6, 5.9e6, 'us')).toBe('5.3 s [4.8, 5.9]');
    expect(formatInterval(86.2e6, 86.1e6, 86.3e6, 'us')).toBe('86.2 s [86.1, 86.3]');
    expect(formatInterval(18_600, -1.437e6, 1.474e6, 'us')).toBe('0.0186 s [-1.44, 1.47]');
    expect(formatInterval(0.99976, 0.99964, 0.99989, 'number')).toBe('0.9998 [0.9996, 0.9999]');
    expect(formatInterval(7, 7, 7, 'number')).toBe('7 [7, 7]');
    expect(formatInterval(Number.NaN, 1, 2, 'number')).toBe('-');
    expect(formatInterval(0.4, Number.NaN, Number.NaN, 'share')).toBe('40 %');
  });
});
