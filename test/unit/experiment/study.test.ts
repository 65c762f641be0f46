import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/base/errors.ts';
import { planStudy } from '../../../src/experiment/plan.ts';
import type { PoolOptions } from '../../../src/experiment/pool.ts';
import { runSingle } from '../../../src/experiment/single.ts';
import { runStudy } from '../../../src/experiment/study.ts';
import { scenarioOf } from './scenarios.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const options = (more: Partial<PoolOptions> = {}): PoolOptions => ({
  workers: 2,
  environment: { version: '0', nodeMajor: 20 },
  workerUrl: new URL('./fake-worker.mjs', import.meta.url),
  ...more,
});

const plansOf = (arms: readonly string[], replications: number) =>
  planStudy(
    arms.map((arm) => scenarioOf(arm)),
    replications,
  );

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
      const study = await runStudy('village', plans, target, options({ workers }));
      expect(study.warnings).toEqual(['pow-2: look here']);
    }
    const [one, two, four] = targets.map(({ target }) => contentOf(target));
    expect(Object.keys(one!)).toEqual([
      'arms.csv',
      'datapackage.json',
      'manifest.json',
      'paired.csv',
      'runs.csv',
      'runs/dpos-1/manifest.json',
      'runs/dpos-2/manifest.json',
      'runs/pow-1/manifest.json',
      'runs/pow-2/manifest.json',
      'triangle.csv',
    ]);
    expect(two).toEqual(one);
    expect(four).toEqual(one);
    const runs = one!['runs.csv']!.split('\n').map((line) => line.split(',').slice(0, 6).join());
    expect(runs).toEqual([
      'run,arm,replication,seed,window,tpsFinal',
      'pow-1,pow,1,7,window-1,307',
      'pow-2,pow,2,8,window-1,308',
      'dpos-1,dpos,1,7,window-1,407',
      'dpos-2,dpos,2,8,window-1,408',
      '',
    ]);
    const arms = one!['arms.csv']!.split('\n');
    expect(arms[0]).toBe('metric,unit,arm,n,mean,ci_low,ci_high');
    expect(arms[1]).toMatch(/^tpsFinal,1\/s,pow,2,307\.5,301\.146\d+,313\.853\d+$/);
    const pairs = one!['paired.csv']!.split('\n');
    expect(pairs[0]).toBe('metric,unit,arm_a,arm_b,n,mean_difference,ci_low,ci_high');
    expect(pairs[1]).toBe('tpsFinal,1/s,pow,dpos,2,-100,-100,-100');
  });

  test('a run that exits, throws or breaks an invariant does not take the others with it', async () => {
    const plans = plansOf(['exits', 'pow', 'throws', 'breaks'], 1);
    const study = await runStudy('village', plans, join(home, 'out'), options());
    expect(study.failures.map(({ plan, failure }) => [plan.id, failure.kind])).toEqual([
      ['exits-1', 'crash'],
      ['throws-1', 'crash'],
      ['breaks-1', 'invariant'],
    ]);
    const files = contentOf(join(home, 'out'));
    expect(files['runs.csv']!.split('\n')).toHaveLength(3);
    expect(files['failures.csv']).toContain(
      'breaks-1,breaks,1,7,window-1,invariant,points-conserved',
    );
    expect(files['failures.csv']).toContain('TypeError: broken worker');
    expect(Object.keys(files)).toContain('manifest.json');
  });

  test('wrong input leaves nothing behind', async () => {
    const plans = plansOf(['pow', 'input'], 1);
    const study = runStudy('village', plans, join(home, 'out'), options());
    await expect(study).rejects.toThrow(ScenarioError);
    await expect(study).rejects.toThrow('v.yaml population: expected a folder; got none');
    expect(readdirSync(home)).toEqual([]);
  });

  test('interrupted, it keeps what was finished and says so', async () => {
    const controller = new AbortController();
    const plans = plansOf(['pow', 'hangs'], 1);
    const onOutcome = () => controller.abort();
    const study = await runStudy(
      'village',
      plans,
      join(home, 'out'),
      options({ signal: controller.signal, onOutcome }),
    );
    expect(study.interrupted).toBe(true);
    expect(study.folder).toBe(join(home, 'out'));
    expect(Object.keys(contentOf(study.folder))).toEqual(['runs.csv', 'runs/pow-1/manifest.json']);
    expect(readdirSync(home)).toEqual(['out']);
  });

  test('reports progress up to the whole', async () => {
    const shares: number[] = [];
    const onProgress = (done: number) => shares.push(done);
    await runStudy('village', plansOf(['pow'], 2), join(home, 'out'), options({ onProgress }));
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
