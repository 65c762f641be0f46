/** What `sweep` refuses before it runs, and where it says that data is wrong. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type InputIssue, ScenarioError } from '../../../src/base/errors.ts';
import { loadNamed } from '../../../src/cli/session.ts';
import { loadStudy, placesOf } from '../../../src/cli/sweep.ts';
import type { StudyDesign } from '../../../src/experiment/design/design.ts';
import { planStudy } from '../../../src/experiment/plan.ts';
import { runStudy, studyOf } from '../../../src/experiment/study.ts';
import runJob from '../../../src/experiment/worker.ts';
import { scenarioOf } from '../experiment/scenarios.ts';

const STREET = fileURLToPath(new URL('../../../docs/examples/street/', import.meta.url));

const home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
afterAll(() => rmSync(home, { recursive: true }));

for (const name of ['street.yaml', 'load.csv', 'pv.csv']) {
  copyFileSync(join(STREET, name), join(home, name));
}

function fileWith(name: string, text: string): string {
  writeFileSync(join(home, name), text);
  return join(home, name);
}

const studyWith = (name: string, rest: string) =>
  fileWith(name, `schemaVersion: 1\nname: street\nscenario: street.yaml\narms: [central]\n${rest}`);

function issuesOf(work: () => unknown): readonly InputIssue[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ScenarioError) return error.issues;
    throw error;
  }
  return [];
}

test('a scenario with plug-in files is refused as by run and compare', () => {
  const scenario = fileWith(
    'own.yaml',
    `schemaVersion: 1
name: own
horizon: { start: 2024-06-03T00:00+08:00, days: 1 }
plugins: [./mine.js]
`,
  );
  const study = fileWith('own-study.yaml', 'schemaVersion: 1\nname: own\nscenario: own.yaml\n');
  const expected = issuesOf(() => loadNamed({ scenario }));
  expect(expected).toMatchObject([{ path: 'scenario.plugins', got: './mine.js' }]);
  expect(issuesOf(() => loadStudy({ study }))).toEqual(expected);
});

/** Problems that the run of a point finds in its data, at their places. */
function dataIssues(design: StudyDesign, point: number): readonly InputIssue[] {
  const scenario = design.resolve('central', design.points[point]!);
  const window = scenario.windows[0]!;
  const environment = { version: '0', nodeMajor: 20 };
  const progress = new Float64Array(1);
  const job = { scenario, window, folder: undefined, environment, progress, index: 0 };
  const outcome = runJob(job);
  if (outcome.ok) return [];
  return placesOf(design, { arm: 'central', point }, outcome.failure.issues);
}

describe('problems of data stand at the line that names it', () => {
  test('in the scenario', () => {
    const study = studyWith('absent.yaml', '');
    rmSync(join(home, 'pv.csv'));
    const [issue] = dataIssues(loadStudy({ study }), 0);
    copyFileSync(join(STREET, 'pv.csv'), join(home, 'pv.csv'));
    expect(issue).toMatchObject({
      file: join(home, 'street.yaml'),
      line: 14,
      expected: 'the file pv.csv',
    });
  });

  test('in the study, at the point that set it', () => {
    const study = studyWith(
      'series.yaml',
      `factors:
  roof:
    levels:
      right: { population.homes: [{ id: north, pvPeak: 6 kW }, { id: south }] }
      wrong: { population.homes: [{ id: north, pvPeak: 6 kW }, { id: south, pvPeak: 1 kW }] }
`,
    );
    const design = loadStudy({ study });
    expect(dataIssues(design, 1)).toMatchObject([
      { file: study, line: 9, expected: 'a series of pv for south', got: 'none' },
    ]);
  });
});

test('a study places what its runs found, once an arm', async () => {
  const plans = planStudy([scenarioOf('input'), scenarioOf('pow')], 3);
  const asked: string[] = [];
  const study = runStudy(studyOf('village', plans), join(home, 'out'), {
    workers: 2,
    environment: { version: '0', nodeMajor: 20 },
    workerUrl: new URL('../experiment/fake-worker.mjs', import.meta.url),
    codeHash: 'test',
    placeIssues(plan, issues) {
      asked.push(plan.id);
      return issues.map((issue) => ({ ...issue, line: 5 }));
    },
  });
  await expect(study).rejects.toMatchObject({ issues: [{ file: 'v.yaml', line: 5 }] });
  expect(asked).toEqual(['input-1']);
});
