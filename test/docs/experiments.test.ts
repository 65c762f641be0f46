/** Every study that ships loads, is of a size that can be run, and has a page with what came out. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shippedStudies } from '../../src/cli/experiment.ts';
import { loadStudy } from '../../src/index.ts';
import { ROOT, readPage } from './pages.ts';

const studies = shippedStudies();
const FOLDER = 'docs/experiments';
/** Runs that two cores do in some ten minutes, at about two seconds each. */
const MOST_RUNS = 700;

test('studies and pages are the same', () => {
  const pages = readdirSync(join(ROOT, FOLDER)).filter((name) => /^E\d/.test(name));
  const ids = studies.map(({ id }) => id);
  expect(pages.map((name) => name.replace(/\.md$/, '')).sort()).toEqual([...ids].sort());
  const index = readPage(`${FOLDER}/README.md`);
  for (const id of ids) expect(index).toContain(`[${id}](${id}.md)`);
});

describe.each(studies)('$id', ({ id, path }) => {
  test('loads, at every point and in every arm, and is of a size to run', () => {
    const design = loadStudy(path);
    expect(design.name).toBe(id.toLowerCase());
    expect(design.replications).toBeGreaterThanOrEqual(10);
    expect(design.runCount).toBeLessThanOrEqual(MOST_RUNS);
    if (id !== 'E23') expect(design.factors.length).toBeGreaterThan(0);
  });

  test('says in its first lines what it asks, varies and expects', () => {
    const lines = readPage(`scenarios/experiments/${id}.study.yaml`).split('\n');
    const head = lines
      .slice(
        0,
        lines.findIndex((line) => !line.startsWith('#')),
      )
      .join('\n');
    expect(head).toMatch(new RegExp(`^# ${id} · `));
    expect(head).toMatch(/Factors:|No factor/);
    expect(head).toMatch(/Expected|Law|should be/);
  });

  test('has a page with question, factors, expectation, command and result', () => {
    const page = readPage(`${FOLDER}/${id}.md`);
    for (const part of ['**Question.**', '**Factors.**', '**Expected.**', '## What came out']) {
      expect(page).toContain(part);
    }
    expect(page).toContain(`peerwatt experiment ${id}`);
    expect(page).toMatch(/<!-- results -->[\s\S]*<!-- end results -->/);
  });
});
