/**
 * The reference tables in the docs are what the program says of itself. `UPDATE_DOCS=1 npx vitest run
 * test/docs/tables.test.ts` writes them anew.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OptionSet } from '../../src/base/options.ts';
import { RUN_METRICS } from '../../src/report/metrics.ts';
import { HEAD } from '../../src/scenario/keys.ts';
import { PLUGIN_KEYS, SECTIONS } from '../../src/scenario/sections.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { FLOORS } from '../tidy/floors.ts';
import { lawTables } from './laws.ts';
import { pagePaths, ROOT, readPage } from './pages.ts';
import {
  detectorTable,
  metricTable,
  pluginTables,
  reasonTable,
  resultTables,
  sectionTables,
  transactionTypes,
  unitTable,
} from './tables.ts';

const GENERATED: Readonly<Record<string, () => string>> = {
  sections: sectionTables,
  plugins: pluginTables,
  units: unitTable,
  tables: resultTables,
  metrics: metricTable,
  detectors: detectorTable,
  reasons: reasonTable,
  transactions: transactionTypes,
  laws: lawTables,
};

const MARKED = /<!-- generated: ([a-z]+) -->\n[\s\S]*?<!-- end -->/g;

/** A page with every marked part replaced by what the program says. */
function renewed(text: string): string {
  return text.replace(MARKED, (_, name: string) => {
    const make = GENERATED[name];
    if (make === undefined) throw new Error(`unknown generated part "${name}"`);
    return `<!-- generated: ${name} -->\n\n${make()}\n\n<!-- end -->`;
  });
}

const pages = pagePaths().filter((page) => readPage(page).includes('<!-- generated: '));

describe('generated tables', () => {
  test.each(pages)('%s is up to date', (page) => {
    const text = readPage(page);
    const fresh = renewed(text);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(join(ROOT, page), fresh);
    else expect(text === fresh, `${page} is stale: run with UPDATE_DOCS=1`).toBe(true);
  });

  test('each stands in exactly one place', () => {
    const found = pages.flatMap((page) => [...readPage(page).matchAll(MARKED)].map(([, n]) => n));
    expect(found.sort()).toEqual(Object.keys(GENERATED).sort());
  });
});

test('the floors of docs/architecture.md are those that imports are held to', () => {
  const rows = readPage('docs/architecture.md').matchAll(/^\| (\d+) \| (`[^|]+`) \|/gm);
  const floors: string[][] = [];
  for (const [, floor, folders] of rows) {
    const names = [...folders!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    floors[Number(floor)] = [...(floors[Number(floor)] ?? []), ...names];
  }
  expect(floors.map((names) => names.sort())).toEqual(FLOORS.map((names) => [...names].sort()));
});

/** Keys of an option set, dotted; groups and lists of groups are opened. */
function keysOf(set: OptionSet, path: string): string[] {
  return Object.entries(set).flatMap(([key, option]) => {
    const own = path === '' ? key : `${path}.${key}`;
    const inner = option.group ?? option.item?.group;
    return inner === undefined ? [own] : keysOf(inner, own);
  });
}

describe('nomenclature', () => {
  const named = new Set(
    [...readPage('docs/nomenclature.md').matchAll(/`([^`]+)`/g)].map((m) => m[1]),
  );

  test('has every key of the scenario', () => {
    const sections: readonly (readonly [string, OptionSet])[] = Object.entries(SECTIONS);
    const keys = [
      ...Object.keys(HEAD),
      ...sections.flatMap(([name, set]) => keysOf(set, name)),
      ...Object.values(PLUGIN_KEYS).map(({ path }) => path.join('.')),
    ];
    expect(keys.filter((key) => !named.has(key))).toEqual([]);
  });

  test('has every plug-in', () => {
    const names = Object.values(catalogue).flatMap((registry) => registry.names);
    expect(names.filter((name) => !named.has(name))).toEqual([]);
  });

  test('has every metric or its family', () => {
    const families = [...named].filter((name) => name!.endsWith('*')).map((n) => n!.slice(0, -1));
    const missing = RUN_METRICS.map(({ id }) => id).filter(
      (id) => !named.has(id) && !families.some((family) => id.startsWith(family)),
    );
    expect(missing).toEqual([]);
  });
});
