/** One study carried out in many ways: the same bytes each time. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSameBytes, type Home, isBuilt, openHome } from './sweep-program.ts';

let home: Home;
beforeAll(() => {
  if (isBuilt()) home = openHome();
});
afterAll(() => home?.remove());

const quiet = async (...words: string[]) => {
  const { code, stdout, stderr } = await home.peerwatt(...words, '--quiet');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
};
const shards = ['1/3', '2/3', '3/3'];
const rowsOf = (path: string) =>
  parse(readFileSync(join(home.path, path)), { columns: true }) as Record<string, string>[];

describe.skipIf(!isBuilt())('a study', { timeout: 120_000 }, () => {
  test('with tables: one worker, two, shards and their merger', async () => {
    home.study('study.yaml');
    await quiet('sweep', 'study.yaml', '--out', 'one', '--workers', '1');
    const wanted = home.read('one');
    expect([...wanted.keys()]).toEqual(expect.arrayContaining(['effects.csv', 'paired.csv']));
    expect(wanted.has(join('runs', '3-pbft-2', 'ledger.bin'))).toBe(true);
    await quiet('sweep', 'study.yaml', '--out', 'two', '--workers', '2');
    expectSameBytes(home.read('two'), wanted);
    // Shards know nothing of each other, and of the number of workers of the others.
    const sharded = shards.map((shard, at) =>
      quiet('sweep', 'study.yaml', '--out', 'parts', '--shard', shard, '--workers', `${at + 1}`),
    );
    await Promise.all(sharded);
    const before = shards.map((_, at) => home.read(`parts.shard-${at + 1}-of-3`));
    expect([...before[0]!.keys()]).not.toContain('runs.csv');
    await quiet('merge', 'parts');
    expectSameBytes(home.read('parts'), wanted);
    shards.forEach((_, at) => {
      expectSameBytes(home.read(`parts.shard-${at + 1}-of-3`), before[at]!);
    });
    expect((await home.peerwatt('verify', 'parts')).code).toBe(0);
    // Merged once more, or with what a killed merger left, it is the same.
    mkdirSync(join(home.path, 'parts.unfinished', 'runs', '1-pbft-1'), { recursive: true });
    writeFileSync(join(home.path, 'parts.unfinished', 'runs', '1-pbft-1', 'summary.csv'), 'torn');
    await quiet('merge', 'parts');
    expectSameBytes(home.read('parts'), wanted);
  });

  test('that is there already is not run again, shards neither', async () => {
    const { code, stdout, stderr } = await home.peerwatt('sweep', 'study.yaml', '--out', 'one');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'results: one\n' });
    expect(stderr).toContain('every run of this study is there already; --force runs it again');
    const words = ['sweep', 'study.yaml', '--out', 'parts', '--shard', '2/3'];
    expect((await home.peerwatt(...words)).stdout).toBe('results: parts.shard-2-of-3\n');
  });

  test('whose shards do not fit together is refused, each time in words', async () => {
    const merge = async (target: string) => {
      const { code, stderr } = await home.peerwatt('merge', target);
      expect(code).toBe(2);
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(readdirSync(home.path)).not.toContain(target);
      return stderr;
    };
    const copy = (from: string, to: string) =>
      cpSync(join(home.path, from), join(home.path, to), { recursive: true });
    expect(await merge('none')).toContain('expected shards beside it; got none');
    copy('parts.shard-1-of-3', 'odd.shard-1-of-3');
    copy('parts.shard-3-of-3', 'odd.shard-3-of-3');
    expect(await merge('odd')).toContain('odd shards: expected 3 shards; got none for 2/3 (run');
    mkdirSync(join(home.path, 'odd.shard-2-of-3.unfinished'));
    expect(await merge('odd')).toContain('got none for 2/3 (unfinished)');
    await quiet('sweep', 'study.yaml', '--out', 'odd', '--shard', '1/2');
    expect(await merge('odd')).toMatch(
      /odd\.shard-1-of-3 shards: expected a shard of 2, as odd\.shard-1-of-2; got one of 3 \(remove/,
    );
    rmSync(join(home.path, 'odd.shard-1-of-2'), { recursive: true });
    copy('parts.shard-2-of-3', 'odd.shard-2-of-3');
    const journal = join(home.path, 'odd.shard-2-of-3', 'journal.jsonl');
    const bytes = readFileSync(journal);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(journal, bytes);
    expect(await merge('odd')).toContain('expected a whole journal; got 1 torn lines');
    writeFileSync(join(home.path, 'odd.shard-2-of-3', 'manifest.json'), '{}');
    expect(await merge('odd')).toContain('expected an intact manifest');
    rmSync(join(home.path, 'odd.shard-2-of-3', 'manifest.json'));
    expect(await merge('odd')).toContain('expected a finished shard');
  });

  test('of other runs beside it is no part of it', async () => {
    home.study('other.yaml', { replications: '1' });
    await quiet('sweep', 'other.yaml', '--out', 'mixed', '--shard', '1/3');
    for (const at of [2, 3]) {
      const [from, to] = [`parts.shard-${at}-of-3`, `mixed.shard-${at}-of-3`];
      cpSync(join(home.path, from), join(home.path, to), { recursive: true });
    }
    const { code, stderr } = await home.peerwatt('merge', 'mixed');
    expect(code).toBe(2);
    expect(stderr).toMatch(/expected a shard of the same study as mixed\.shard-1-of-3; got one of/);
  });

  test('with metrics alone: one worker, shards and their merger', async () => {
    home.study('metrics.yaml', { keep: 'metrics', metrics: '[tpsFinal, finalityLatencyP95Us]' });
    await quiet('sweep', 'metrics.yaml', '--out', 'm-one', '--workers', '1');
    const wanted = home.read('m-one');
    expect([...wanted.keys()].filter((name) => name.startsWith('runs'))).toEqual([
      'runs.csv',
      'runs_long.csv',
    ]);
    expect(Object.keys(rowsOf('m-one/runs.csv')[0]!)).toEqual(
      ['run', 'arm', 'load', 'replication', 'seed', 'window', 'status'].concat([
        'tpsFinal',
        'finalityLatencyP95Us',
      ]),
    );
    await Promise.all(
      shards.map((shard) => quiet('sweep', 'metrics.yaml', '--out', 'm', '--shard', shard)),
    );
    await quiet('merge', 'm');
    expectSameBytes(home.read('m'), wanted);
  });

  test('that goes on until intervals are narrow ends at the same replication', async () => {
    home.study('until.yaml', {
      keep: 'metrics',
      replications: '8',
      arms: '[central]',
      factors: '\n  load: { path: population.transfersPerSecond, values: [0.5, 1] }',
    });
    const until = (share: string) => `halfwidth=${share},metrics=offeredTps,max=24`;
    const sweep = (out: string, workers: string, share: string) =>
      quiet('sweep', 'until.yaml', '--out', out, '--workers', workers, '--until', until(share));
    await sweep('u-one', '1', '12%');
    await sweep('u-two', '2', '12%');
    expectSameBytes(home.read('u-two'), home.read('u-one'));
    const runs = rowsOf('u-one/runs.csv').length;
    expect([16, 32, 48]).toContain(runs);
    const rows = rowsOf('u-one/arms.csv').filter(({ metric }) => metric === 'offeredTps');
    for (const { n, mean, ci_low, ci_high } of rows) {
      expect(Number(n)).toBe(runs / 2);
      const half = (Number(ci_high) - Number(ci_low)) / 2;
      if (runs < 48) expect(half).toBeLessThanOrEqual(0.12 * Number(mean));
    }
    expect(runs).toBeGreaterThan(16);
    const typo = ['--until', 'halfwidth=5%,metrics=offerdTps', '--out', 'typo'];
    const { code, stderr } = await home.peerwatt('sweep', 'until.yaml', ...typo, '--quiet');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'expected metrics that the study keeps; got "offerdTps" (did you mean',
    );
    expect(readdirSync(home.path).filter((name) => name.startsWith('typo'))).toEqual([]);
  });
});
