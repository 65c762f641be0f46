/** Jobs of a validation: shared experiments, fixed order, failures that stay with their law. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runJobs } from '../../../src/experiment/pool.ts';
import { type Draw, defineExperiment, defineLaw } from '../../../src/experiment/validate/law.ts';
import { laws } from '../../../src/experiment/validate/laws/index.ts';
import { judgeAll, planJobs } from '../../../src/experiment/validate/run.ts';
import { lawTable } from '../../../src/experiment/validate/table.ts';
import {
  drawOf,
  type ExperimentJob,
  type ExperimentResult,
  runExperiment,
} from '../../../src/experiment/validate/worker.ts';
import { encodeRecords } from '../../../src/experiment/validate/write.ts';

const draws: Draw[] = [];
const coin = defineExperiment({
  id: 'coin',
  quick: { replications: 32, size: 5 },
  full: { replications: 40, size: 50 },
  run(draw) {
    draws.push(draw);
    return { heads: draw.replication % 2, size: draw.size };
  },
});
const die = defineExperiment({
  id: 'die',
  quick: { replications: 1, size: 1 },
  full: { replications: 1, size: 1 },
  run({ seed }): number {
    if (seed.includes('/2/')) throw new RangeError('the die fell off the table');
    return 6;
  },
});
const text = { group: 'games', source: 'derived', parameters: 'n 1', convention: '', unit: '' };
const games = [
  defineLaw({
    ...text,
    id: 'coin-heads',
    law: 'half of the throws are heads',
    experiment: coin,
    kind: 'stochastic',
    reference: 0.5,
    seCap: 0.1,
    measure: ({ heads }) => heads,
  }),
  defineLaw({
    ...text,
    id: 'die-six',
    law: 'a die falls on six',
    experiment: die,
    kind: 'exact',
    reference: 6,
    measure: (face) => face,
  }),
  defineLaw({
    ...text,
    id: 'coin-size',
    law: 'every replication has its size',
    experiment: coin,
    kind: 'exact',
    reference: 5,
    measure: ({ size }) => size,
  }),
];
const all = (seeds: readonly number[]) => {
  const jobs = planJobs(games, 'quick', seeds);
  const results = jobs.map((job) => runExperiment(job, games));
  return judgeAll({ laws: games, effort: 'quick', seeds }, jobs, results);
};

describe('jobs', () => {
  test('an experiment runs once for all its laws, in parts of ten replications', () => {
    const jobs = planJobs(games, 'quick', [1, 9]);
    const parts = [
      ['coin', 1, 0, 10],
      ['coin', 1, 10, 20],
      ['coin', 1, 20, 30],
      ['coin', 1, 30, 32],
      ['die', 1, 0, 1],
    ];
    expect(jobs.slice(0, 5).map((job) => [job.experiment, job.seed, job.from, job.to])).toEqual(
      parts,
    );
    expect(jobs[0]!.laws).toEqual(['coin-heads', 'coin-size']);
    expect(jobs).toHaveLength(10);
    draws.length = 0;
    all([1]);
    expect(draws.map(({ replication }) => replication)).toEqual([...Array(32).keys()]);
    expect(new Set(draws.map(({ seed }) => seed)).size).toBe(32);
  });

  test('the seed of a replication names experiment, seed and replication', () => {
    const job = { experiment: 'coin', effort: 'quick', seed: 3 } as const;
    expect(drawOf(job, 7, 5)).toEqual({
      seed: 'validate/coin/3/7',
      replication: 7,
      effort: 'quick',
      size: 5,
    });
  });

  test('two laws or two experiments of one name are refused', () => {
    expect(() => planJobs([...games, games[0]!], 'quick', [1])).toThrow('got coin-heads twice');
    const again = defineLaw({
      ...text,
      id: 'other',
      law: 'another',
      experiment: { ...die },
      kind: 'exact',
      reference: 6,
      measure: (face) => face,
    });
    expect(() => planJobs([...games, again], 'quick', [1])).toThrow('got die twice');
  });
});

describe('records', () => {
  test('come by seed, then in the order of the laws; a throw fails its own laws only', () => {
    const records = all([2, 1]);
    expect(records.map(({ id, seed, verdict }) => [id, seed, verdict])).toEqual([
      ['coin-heads', 2, 'pass'],
      ['die-six', 2, 'fail'],
      ['coin-size', 2, 'pass'],
      ['coin-heads', 1, 'pass'],
      ['die-six', 1, 'pass'],
      ['coin-size', 1, 'pass'],
    ]);
    expect(records[1]!.note).toBe('replication 0: RangeError: the die fell off the table');
  });

  test('as a table for people', () => {
    const text = lawTable(all([2]), false);
    expect(text.split('\n')).toEqual([
      '    law and its parameters  published      simulated  verdict  id',
      'games',
      '  half of the throws are heads',
      '    n 1                        0.5000  0.500 ± 0.090  pass     coin-heads',
      '  a die falls on six',
      '    n 1                             6              -  fail     die-six',
      '      replication 0: RangeError: the die fell off the table',
      '  every replication has its size',
      '    n 1                             5              5  pass     coin-size',
      '',
    ]);
    expect(lawTable(all([1, 3]), false)).toContain('coin-heads, seed 3');
  });

  test('as CSV, with empty cells for what is undefined', () => {
    const [head, , die] = encodeRecords(all([2]), '1.2.3').split('\n');
    expect(head!.split(',').slice(0, 3)).toEqual(['id', 'seed', 'group']);
    expect(die).toBe(
      'die-six,2,games,a die falls on six,n 1,,derived,,exact,6,,,0,,0,quick,fail,' +
        'replication 0: RangeError: the die fell off the table,1.2.3',
    );
  });
});

describe('the laws of the program', () => {
  test('have unique names, words that fit a line, and sources', () => {
    const jobs = planJobs(laws, 'quick', [1]);
    expect(jobs.length).toBeGreaterThan(0);
    for (const law of laws) {
      expect(law.law.length, law.id).toBeLessThanOrEqual(80);
      expect(law.source, law.id).not.toBe('');
    }
  });

  test('one experiment on worker threads gives the same figures for one worker and two', async () => {
    const url = new URL('../../../dist/experiment/validate/worker.js', import.meta.url);
    if (!existsSync(url)) {
      console.log('skipped: no dist; node scripts/prepare.mjs builds it');
      return;
    }
    const own = laws.filter(({ id }) => id === 'pow-retarget-clean-16');
    const jobs = planJobs(own, 'quick', [1]);
    const onCrash = (error: unknown) => ({ figures: [], problem: String(error) });
    const run = (workers: number) =>
      runJobs<ExperimentJob, ExperimentResult>(jobs, { url, workers, onCrash });
    const [one, two] = [await run(1), await run(2)];
    expect(one[0]!.problem).toBeUndefined();
    expect(two).toEqual(one);
    const records = judgeAll({ laws: own, effort: 'quick', seeds: [1] }, jobs, one);
    expect(records.map(({ verdict }) => verdict)).toEqual(['pass']);
  });
});
