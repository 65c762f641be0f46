import { describe, expect, test } from 'vitest';
import { pairedDifferences } from '../../../../../src/report/charts/comparison/study-tables.ts';
import verdict from '../../../../../src/report/charts/comparison/verdict.ts';
import {
  bestArms,
  judge,
  relevantDifference,
} from '../../../../../src/report/charts/comparison/verdict-figures.ts';
import {
  plainValue,
  verdictValue,
} from '../../../../../src/report/charts/comparison/verdict-values.ts';
import { verdictPoints } from '../../../../../src/report/charts/comparison/verdict-words.ts';
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

const pointsOf = (content: ReturnType<typeof create>) =>
  Object.fromEntries((content!.points ?? []).map(({ lead, text }) => [lead, text]));

describe('the verdict', () => {
  test('says what the intervals allow, and that the comparison is as deployed', () => {
    const content = create({ arms: ARMS, paired: PAIRED });
    expect(pointsOf(content)).toEqual({
      Overall: 'dpos beats pow: better in some rows, worse in none.',
      Speed: 'dpos is final in 84.7 s (median), pow in 90 s.',
      Electricity: 'dpos and pow take 19 to 20 Wh a transaction.',
      Open:
        'these runs do not tell apart pow and dpos in electricity. ' +
        'The same in all arms: decentralisation.',
    });
    expect(content!.caption).toContain('Settings as deployed, not of equal risk');
    expect(content!.caption).toContain('Means of 4 runs with 95 % intervals');
  });

  test('marks a best arm only where the paired interval excludes 0', () => {
    const { table, heads } = create({ arms: ARMS, paired: PAIRED })!;
    expect(heads).toEqual(['Figure', 'pow', 'dpos', 'Best']);
    expect(table.columns.map(({ name }) => name)).toEqual([
      'figure',
      'arm_pow',
      'arm_dpos',
      'best',
    ]);
    expect(table.rows).toEqual([
      ['Time to finality, median', '90 s [85, 95]', '84.7 s [84, 85.4]', 'dpos'],
      ['Electricity a transaction', '20 Wh [18, 22]', '19 Wh [17, 21]', 'no difference'],
      ['Decentralisation, 0 to 1', '0.9', '0.9', 'no difference'],
    ]);
  });

  test('who pays for slowness, who gains from whom, and what nobody gets back', () => {
    const arms = `metric,unit,arm,n,mean,ci_low,ci_high
lateOrderShare,,pow,4,0.259,0.2,0.3
lateOrderShare,,dpos,4,0,0,0
lateOrderCostUpt,upt,pow,4,37100000,25000000,48000000
lateOrderCostUpt,upt,dpos,4,0,0,0
tpsFinal,1/s,pow,4,0.03,0.02,0.04
tpsFinal,1/s,dpos,4,0.04,0.03,0.05
participantsGainUpt,upt,pow,4,68500000,,
participantsGainUpt,upt,dpos,4,94600000,,
dsoGainUpt,upt,pow,4,-68500000,,
dsoGainUpt,upt,dpos,4,-94600000,,
chainCostUpt,upt,pow,4,45700000,,
chainCostUpt,upt,dpos,4,19300000,,`;
    const content = create({ arms, paired: PAIRED });
    expect(pointsOf(content)).toMatchObject({
      'Late orders':
        'pow loses 25.9 % of orders, and with them 37.1 pt a run; the others lose none.',
      Money:
        'members save 68.5 to 94.6 pt a run, which the network operator loses; ' +
        "nobody gets back the chain's electricity, 19.3 to 45.7 pt.",
    });
    const load = content!.table.rows.find(([figure]) => figure === 'Load carried [1/s]');
    expect(load!.at(-1)).toBe('–');
  });

  test('one pair of runs has no interval, and nothing is marked', () => {
    const arms = 'metric,unit,arm,n,mean,ci_low,ci_high\n'.concat(
      'finalityLatencyP50Us,us,pow,1,90000000,,\nfinalityLatencyP50Us,us,dpos,1,84700000,,',
    );
    const paired = PAIRED.split('\n')[0]!.concat('\nfinalityLatencyP50Us,us,pow,dpos,1,5300000,,,');
    const content = create({ arms, paired });
    expect(pointsOf(content).Overall).toBe(
      'one pair of runs has no interval, so no arm can be called better.',
    );
    expect(content!.caption).not.toContain('Means of');
    expect(content!.table.rows).toEqual([['Time to finality, median', '90 s', '84.7 s', '–']]);
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
    const content = create({ arms, paired, iso_risk: risk }, kept);
    expect(content!.caption).toContain(
      'At equal risk: adversary share 0.1, residual risk at most 0.001; no setting of raft meets it.',
    );
    expect(pointsOf(content)).toEqual({
      Overall: 'dpos beats pow: better in some rows, worse in none.',
      Speed: 'dpos is final in 3 s (median), pow in 105 s.',
    });
    expect(content!.heads).toEqual(['Compared', 'Figure', 'pow', 'dpos', 'raft', 'Best']);
    const label = 'Time to finality, median';
    expect(content!.table.rows).toEqual([
      ['at equal risk', 'Setting', 'confirmations=7', 'irreversibility=bft', 'unreachable', ''],
      ['at equal risk', 'Residual risk', '0.0004', '0', '-', ''],
      ['at equal risk', label, '105 s [100, 110]', '3 s [2.9, 3.1]', '–', 'dpos'],
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

  test('must beat every other one; those not told apart from it share its place', () => {
    const of = differences('m,a,b,3,-1,-2,-0.5\nm,a,c,3,2,1,3\nm,b,c,3,3,-1,7');
    const values = [value('a', 4), value('b', 5), value('c', 2)];
    expect(bestArms(values, figure, of)).toEqual(['b', 'c']);
    expect(bestArms(values.slice(0, 2), figure, of)).toEqual(['b']);
    expect(bestArms(values.slice(1), figure, of)).toBe('all');
    expect(bestArms(values.slice(0, 1), figure, of)).toBe('none');
    expect(bestArms([value('a', 4), value('x', 1)], figure, of)).toBe('none');
    expect(bestArms(values, { ...figure, direction: 'neutral' }, of)).toBe('none');
  });

  test('a difference within one percent of the mean is none, however sure it is', () => {
    expect(relevantDifference(100, -300)).toBe(2);
    const of = differences('m,a,b,30,0.2,0.1,0.3\nm,a,c,30,2,1.5,2.5\nm,b,c,30,1.8,0.9,2.7');
    const values = [value('a', 100.2), value('b', 100), value('c', 98.2)];
    expect(bestArms(values, figure, of)).toEqual(['a', 'b']);
    expect(judge({ low: 0.1, high: 0.3 }, 'higher', 1)).toBe('same');
    expect(judge({ low: 0.1, high: 1.1 }, 'higher', 1)).toBe('first');
    expect(judge({ low: -0.1, high: 1.1 }, 'higher', 1)).toBe('open');
    expect(judge({ low: 0, high: 0 }, 'higher')).toBe('same');
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
  const factsOf = (table: string, arms: readonly string[], paired: string) => ({
    arms,
    value: (metric: string, arm: string) => {
      const row = table.split('\n').find((line) => line.startsWith(`${metric},${arm},`));
      const mean = row === undefined ? Number.NaN : Number(row.split(',')[2]);
      return { n: 2, mean, low: Number.NaN, high: Number.NaN };
    },
    differences: pairedDifferences(
      resultsOf('comparison', {
        paired: `metric,arm_a,arm_b,n,mean_difference,ci_low,ci_high\n${paired}`,
      }),
    ),
    nameOf: (arm: string) => arm.toUpperCase(),
  });

  test('arms that none beats are said to lead in what they lead in', () => {
    const table =
      'finalityLatencyP50Us,a,1000000\nfinalityLatencyP50Us,b,2000000\n' +
      'decentralisation,a,0.1\ndecentralisation,b,0.9';
    const paired =
      'finalityLatencyP50Us,a,b,9,-1000000,-1100000,-900000\ndecentralisation,a,b,9,-0.8,-0.9,-0.7';
    const [first, speed] = verdictPoints(factsOf(table, ['a', 'b'], paired));
    expect(first!.text).toBe(
      'no arm beats another: each is better in one row and worse in another; ' +
        'A leads in speed, B leads in decentralisation.',
    );
    expect(speed!.text).toBe('A is final in 1 s (median), B in 2 s.');
  });

  test('an arm that is open against all others is named once', () => {
    const arms = ['a', 'b', 'c', 'd'];
    const table = arms.map((arm, k) => `fraudCaughtShare,${arm},${k === 0 ? 0.5 : 0.7}`).join('\n');
    const pairs = arms.flatMap((a, k) => arms.slice(k + 1).map((b) => [a, b] as const));
    const paired = pairs
      .map(([a, b]) => `fraudCaughtShare,${a},${b},9,${a === 'a' ? '-0.2,-0.5,0.1' : '0,0,0'}`)
      .join('\n');
    const open = verdictPoints(factsOf(table, arms, paired)).find(({ lead }) => lead === 'Open');
    expect(open!.text).toBe('these runs do not tell apart A and the others in frauds caught.');
  });

  test('shares and indices have no exponent, and an interval without width is left out', () => {
    expect(verdictValue(4.464e-5, 4.464e-5, 4.464e-5, 'index')).toBe('0');
    expect(verdictValue(0.0212, 0.0155, 0.0268, 'index')).toBe('0.021 [0.015, 0.027]');
    expect(verdictValue(7, 7, 7, 'number')).toBe('7');
    expect(verdictValue(2e-6, 1e-6, 3e-6, 'share')).toBe('< 0.01 %');
    expect(verdictValue(0.0142, 0.0129, 0.0155, 'share')).toBe('1.42 % [1.29, 1.55]');
    expect(verdictValue(-44.8e6, -47.6e6, -42e6, 'upt')).toBe('−44.8 pt [−47.6, −42]');
    expect(plainValue(Number.NaN, 'us')).toBe('–');
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
