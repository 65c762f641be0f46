import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/base/errors.ts';
import { planStudy } from '../../../src/experiment/plan.ts';
import { runSingle } from '../../../src/experiment/single.ts';
import { runStudy, type StudyOptions, studyOf } from '../../../src/experiment/study.ts';
import { checkFolder } from '../../../src/report/check.ts';
import { scenarioOf } from './scenarios.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const options = (more: Partial<StudyOptions> = {}): StudyOptions => ({
  workers: 2,
  environment: { version: '0', nodeMajor: 20 },
  workerUrl: new URL('./fake-worker.mjs', import.meta.url),
  codeHash: 'test',
  ...more,
});

const plansOf = (arms: readonly string[], replications: number) =>
  planStudy(
    arms.map((arm) => scenarioOf(arm)),
    replications,
  );

const rowsOf = (text: string) => parse(text, { columns: true }) as Record<string, string>[];

/** Every file below a folder with its content. */
function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }) as string[];
  const files = names.filter((name) => statSync(join(folder, name)).isFile()).sort();
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe('a study', () => {
  test('has the same bytes for any number of workers', async () => {
    const plans = plansOf(['pow', 'dpos'], 2);
    const targets = [1, 2, 4].map((workers) => ({ workers, target: join(home, `w${workers}`) }));
    for (const { workers, target } of targets) {
      const study = await runStudy(studyOf('village', plans), target, options({ workers }));
      expect(study.warnings).toEqual(['pow-2: look here']);
    }
    const [one, two, four] = targets.map(({ target }) => contentOf(target));
    expect(Object.keys(one!)).toEqual([
      'arms.csv',
      'ccdf.csv',
      'datapackage.json',
      'distributions.csv',
      'manifest.json',
      'paired.csv',
      'runs.csv',
      'runs/dpos-1/manifest.json',
      'runs/dpos-2/manifest.json',
      'runs/pow-1/manifest.json',
      'runs/pow-2/manifest.json',
      'runs_long.csv',
      'survival.csv',
      'triangle.csv',
    ]);
    expect(two).toEqual(one);
    expect(four).toEqual(one);
    expect(checkFolder(targets[0]!.target).problems).toEqual([]);
    expect(checkFolder(targets[0]!.target).unlisted).toEqual([]);
    const columns = ['run', 'arm', 'replication', 'seed', 'window', 'status', 'tpsFinal'];
    expect(rowsOf(one!['runs.csv']!).map((row) => columns.map((name) => row[name]))).toEqual([
      ['pow-1', 'pow', '1', '7', 'window-1', 'ok', '307'],
      ['pow-2', 'pow', '2', '8', 'window-1', 'ok', '308'],
      ['dpos-1', 'dpos', '1', '7', 'window-1', 'ok', '407'],
      ['dpos-2', 'dpos', '2', '8', 'window-1', 'ok', '408'],
    ]);
    const long = rowsOf(one!['runs_long.csv']!).filter((row) => row.metric === 'tpsFinal');
    expect(long.map(({ run, value }) => `${run} ${value}`)).toEqual([
      'pow-1 307',
      'pow-2 308',
      'dpos-1 407',
      'dpos-2 408',
    ]);
    const [arm] = rowsOf(one!['arms.csv']!).filter((row) => row.metric === 'tpsFinal');
    expect(arm).toMatchObject({ unit: '1/s', arm: 'pow', n: '2', mean: '307.5' });
    expect(Number(arm!.sd)).toBeCloseTo(Math.SQRT1_2, 12);
    // t(0.975, 1) = 12.706 on s / sqrt 2 = 0.5.
    expect(Number(arm!.ci_low)).toBeCloseTo(301.1469, 3);
    expect(Number(arm!.ci_high)).toBeCloseTo(313.8531, 3);
    const [pair] = rowsOf(one!['paired.csv']!).filter((row) => row.metric === 'tpsFinal');
    expect(pair).toMatchObject({ unit: '1/s', arm_a: 'pow', arm_b: 'dpos', n: '2' });
    expect(pair).toMatchObject({ mean_difference: '-100', ci_low: '-100', ci_high: '-100' });
  });

  test('a run that exits, throws or breaks an invariant does not take the others with it', async () => {
    const plans = plansOf(['exits', 'pow', 'throws', 'breaks'], 1);
    const study = await runStudy(studyOf('village', plans), join(home, 'out'), options());
    expect(study.failures.map(({ plan, failure }) => [plan.id, failure.kind])).toEqual([
      ['exits-1', 'crash'],
      ['throws-1', 'crash'],
      ['breaks-1', 'invariant'],
    ]);
    const files = contentOf(join(home, 'out'));
    expect(rowsOf(files['runs.csv']!).map(({ run, status }) => [run, status])).toEqual([
      ['exits-1', 'crash'],
      ['pow-1', 'ok'],
      ['throws-1', 'crash'],
      ['breaks-1', 'invariant'],
    ]);
    expect(files['failures.csv']).toContain(
      'breaks-1,breaks,1,7,window-1,invariant,points-conserved',
    );
    expect(files['failures.csv']).toContain('TypeError: broken worker');
    expect(Object.keys(files)).toContain('manifest.json');
    // What is needed to try the failed ones again stays in the folder.
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['journal.jsonl', 'study.json']));
    expect(readdirSync(join(home, 'out', 'runs'))).toEqual(['pow-1']);
  });

  test('wrong input leaves nothing behind', async () => {
    const plans = plansOf(['pow', 'input'], 1);
    const study = runStudy(studyOf('village', plans), join(home, 'out'), options());
    await expect(study).rejects.toThrow(ScenarioError);
    await expect(study).rejects.toThrow('v.yaml population: expected a folder; got none');
    expect(readdirSync(home)).toEqual([]);
  });

  test('interrupted, it keeps what was finished and says so', async () => {
    const controller = new AbortController();
    const plans = plansOf(['pow', 'hangs'], 1);
    const onOutcome = () => controller.abort();
    const study = await runStudy(
      studyOf('village', plans),
      join(home, 'out'),
      options({ signal: controller.signal, onOutcome }),
    );
    expect(study.interrupted).toBe(true);
    expect(study.folder).toBe(join(home, 'out.unfinished'));
    expect(Object.keys(contentOf(study.folder))).toEqual([
      'journal.jsonl',
      'runs/pow-1/manifest.json',
      'study.json',
    ]);
    expect(readdirSync(home)).toEqual(['out.unfinished']);
  });

  test('reports progress up to the whole', async () => {
    const shares: number[] = [];
    const onProgress = (done: number) => shares.push(done);
    const study = studyOf('village', plansOf(['pow'], 2));
    await runStudy(study, join(home, 'out'), options({ onProgress }));
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });
});

describe('a single run', () => {
  const [pow, hangs, breaks, input] = ['pow', 'hangs', 'breaks', 'input'].map(
    (arm) => plansOf([arm], 1)[0]!,
  );

  test('stands at its target', async () => {
    const outcome = await runSingle(pow!, join(home, 'out'), options());
    expect(outcome?.ok).toBe(true);
    expect(contentOf(home)).toEqual({ 'out/manifest.json': 'pow 7 window-1\n' });
  });

  test('interrupted, failed or wrong, it leaves nothing', async () => {
    const signal = AbortSignal.timeout(300);
    expect(await runSingle(hangs!, join(home, 'out'), options({ signal }))).toBeUndefined();
    expect(await runSingle(breaks!, join(home, 'out'), options())).toMatchObject({ ok: false });
    await expect(runSingle(input!, join(home, 'out'), options())).rejects.toThrow(ScenarioError);
    expect(existsSync(join(home, 'out'))).toBe(false);
    expect(readdirSync(home)).toEqual([]);
  });
});
