import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { choicesText, openRiskStudy, riskOption, triangleText } from '../../../src/cli/risk.ts';
import { type NamedScenario, replayCommand } from '../../../src/cli/session.ts';
import { planStudy, type RunPlan } from '../../../src/experiment/plan.ts';
import { runStudy, type StudyOptions, studyOf } from '../../../src/experiment/study.ts';
import type { Scenario } from '../../../src/scenario/sections.ts';
import { scenarioOf } from '../experiment/scenarios.ts';

describe('--iso-risk', () => {
  test('reads the share, the risk, and prices of an equal budget in points', () => {
    expect(riskOption('q=0.1,eps=0.001')).toEqual({
      target: { share: 0.1, risk: 0.001 },
      prices: undefined,
    });
    expect(riskOption('eps=1e-3, q=.3, budget=500,bribe=2, depth=0.2')).toEqual({
      target: { share: 0.3, risk: 0.001 },
      prices: {
        budgetUpt: 500e6,
        hashUptPerW: undefined,
        certificateUpt: undefined,
        depthShare: 0.2,
        bribeUpt: 2e6,
      },
    });
  });

  test.each([
    ['q=0.1', '--iso-risk: expected q and eps, e.g. q=0.1,eps=0.001; got "q=0.1"'],
    ['q=1,eps=0.1', '--iso-risk: expected q below 1; got 1'],
    ['q=0,eps=0.1', '--iso-risk: expected q above 0; got "0"'],
    ['q=x,eps=0.1', '--iso-risk: expected q above 0; got "x"'],
    ['q=0.1,q=0.2,eps=0.1', '--iso-risk: expected each key once; got q twice'],
    ['p=0.1', '--iso-risk: expected keys q, eps, budget, hash, certificate, depth, bribe; got "p"'],
  ])('%s is refused', (text, message) => {
    expect(() => riskOption(text)).toThrow(message);
  });
});

function armOf(arm: string, options: Record<string, unknown>): Scenario {
  const consensus = { name: arm, options };
  return { ...scenarioOf(arm), consensus, network: { nodes: 21 } } as unknown as Scenario;
}

const plans = planStudy(
  [
    armOf('pow', { blockInterval: 15e6, confirmations: 6 }),
    armOf('dpos', { preset: 'peerwatt', irreversibility: 'bft' }),
    armOf('central', { batchInterval: 1e6 }),
  ],
  2,
);

describe('a study at equal risk', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const options: StudyOptions = {
    codeHash: 'test',
    workers: 2,
    environment: { version: '0', nodeMajor: 20 },
    workerUrl: new URL('../experiment/fake-risk-worker.mjs', import.meta.url),
  };

  async function riskStudyOf(option: string) {
    const asked: number[] = [];
    const risk = openRiskStudy(riskOption(option), plans, (runs) => {
      asked.push(runs);
      return options;
    });
    const target = join(home, 'out');
    const spec = { ...studyOf('village', plans), variant: option };
    const study = await runStudy(spec, target, { ...options, force: true }, risk.extras);
    const rows = (file: string) => {
      const [head, ...lines] = readFileSync(join(target, file), 'utf8').trim().split('\n');
      const names = head!.split(',');
      return lines.map((line) => {
        // Reasons hold commas and stand between quotes.
        const cells = line.match(/("[^"]*"|[^,]*)(,|$)/g)!.map((cell) => cell.replace(/,$/, ''));
        return Object.fromEntries(names.map((name, c) => [name, cells[c] ?? '']));
      });
    };
    return { study, choices: risk.choices(), rows, asked, target };
  }

  test('runs the arms whose setting must change, and only those', async () => {
    const { study, rows, asked, target } = await riskStudyOf('q=0.2,eps=0.001');
    expect(asked).toEqual([2]);
    expect(study.arms).toEqual(['pow', 'dpos', 'central', 'pow-equal-risk']);
    const ids = ['central', 'dpos', 'pow', 'pow-equal-risk'];
    expect(readdirSync(join(target, 'runs'))).toEqual(ids.flatMap((id) => [`${id}-1`, `${id}-2`]));
    const [pow, dpos, central] = rows('iso_risk.csv');
    // q_eff = 0.2 / (0.2 + 0.8 x 0.9) = 0.2174 needs 15 confirmations.
    expect(pow).toMatchObject({
      arm: 'pow',
      run_arm: 'pow-equal-risk',
      setting: 'confirmations=15',
      is_legal: '1',
      n: '2',
      finality_p50_us: '225000000',
    });
    expect(Number(pow!.share_effective)).toBeCloseTo(0.217391, 6);
    expect(dpos).toMatchObject({ run_arm: 'dpos', is_legal: '1', risk: '0' });
    expect(central).toMatchObject({ run_arm: '', setting: '', is_legal: '0', finality_p50_us: '' });
    expect(central!.reason).toContain('unreachable');
    const [deployed] = rows('as_deployed.csv');
    expect(deployed).toMatchObject({
      run_arm: 'pow',
      setting: 'confirmations=6',
      is_legal: '0',
      finality_p50_us: '90000000',
    });
    expect(Number(deployed!.risk)).toBeGreaterThan(0.001);
    const content = readFileSync(join(target, 'datapackage.json'), 'utf8');
    expect(content).toContain('"iso_risk.csv"');
    expect(readFileSync(join(target, 'runs.csv'), 'utf8').split('\n')).toHaveLength(10);
  });

  test('nothing more is run where every preset is the fastest legal setting', async () => {
    const { study, asked } = await riskStudyOf('q=0.1,eps=0.01');
    expect(asked).toEqual([2]);
    expect(study.arms).toContain('pow-equal-risk');
    const six = await riskStudyOf('q=0.1,eps=0.0015');
    expect(six.asked).toEqual([]);
    expect(six.study.arms).toEqual(['pow', 'dpos', 'central']);
  });

  test('the triangle has predictions at the share and at the budget', async () => {
    const { study, rows } = await riskStudyOf('q=0.2,eps=0.001,budget=100,hash=0.9,bribe=10');
    const cells = Object.fromEntries(rows('triangle.csv').map((row) => [row.arm, row]));
    expect(cells.pow!.security_source).toBe('predicted');
    expect(1 - Number(cells['pow-equal-risk']!.security_at_share)).toBeLessThan(0.001);
    expect(Number(cells.pow!.security_at_share)).toBeLessThan(0.99);
    // 100 points buy 111 W beside 1 000 W: a tenth of the whole, half of what the share has.
    expect(Number(cells.pow!.security_at_budget)).toBeGreaterThan(0.99);
    expect(Number(cells.pow!.security_at_budget)).toBeLessThan(1);
    // No price of a certificate was declared.
    expect(cells.dpos!.security_at_budget).toBe('');
    // Ten bribes reach the one operator among 21 nodes in 10 of 21 cases.
    expect(Number(cells.central!.security_at_budget)).toBeCloseTo(11 / 21, 10);
    expect(study.triangle.map((row) => row.arm)).toEqual(study.arms);
  });

  test('the words name setting, risk and reason, also of what is unreachable', async () => {
    const { study, choices } = await riskStudyOf('q=0.2,eps=0.001');
    const text = choicesText(choices, false);
    expect(text).toMatch(/pow +confirmations=15 +0\.000\d+ +225 s +0\.0\d+/);
    expect(text).toMatch(/central +unreachable +- +- +0\.19/);
    expect(text).toContain('  central: unreachable: one operator decides: 4 of 21 nodes bad');
    const triangle = triangleText(study.triangle, false);
    expect(triangle).toContain('E efficiency (finality, energy)');
    expect(triangle).toContain('D decentralisation');
    expect(triangle).not.toContain('budget');
    expect(triangle).toMatch(/no arm is as good on all axes .*yes/);
  });
});

test('a run of the study’s own arm is repeated by its arm and its setting', () => {
  const named = { path: 'v.yaml', sets: ['seed=3'] } as unknown as NamedScenario;
  const origin = { arm: 'pow', sets: ['consensus.confirmations=15'] };
  const plan: RunPlan = { ...plans[1]!, arm: 'pow-equal-risk', origin };
  expect(replayCommand(named, plan)).toBe(
    'peerwatt run v.yaml --arm pow --seed 8 --set seed=3 --set consensus.confirmations=15',
  );
});
