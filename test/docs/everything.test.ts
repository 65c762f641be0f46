/**
 * scenarios/everything.yaml has every key there is; `UPDATE_DOCS=1 npx vitest run
 * test/docs/everything.test.ts` writes it anew. scenarios/minimal.yaml is small and says what each line is.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { OptionSet } from '../../src/base/options.ts';
import type { PluginHead } from '../../src/base/plugin.ts';
import { commentedScenario } from '../../src/scenario/commented.ts';
import { HEAD } from '../../src/scenario/keys.ts';
import { loadScenario, loadScenarioText } from '../../src/scenario/load.ts';
import { PLUGIN_KEYS, SECTIONS } from '../../src/scenario/sections.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { simulate } from '../../src/simulation/run.ts';
import { ROOT, readPage } from './pages.ts';

const FILE = 'scenarios/everything.yaml';
const INTRO = `# Every key of a scenario with its default, unit and meaning, and every plug-in with its options: for
# looking up and for copying from. It runs as it is. Lines behind a sign are other choices, and keys
# that have no default. Generated from what the program itself reads.
`;
const fresh = () =>
  INTRO + commentedScenario(catalogue, 'all').replace('name: my-scenario', 'name: everything');

/** Keys of an option set, groups and lists of groups opened, without their paths. */
function keysOf(set: OptionSet): string[] {
  return Object.entries(set).flatMap(([key, option]) => {
    const inner = option.group ?? option.item?.group;
    return inner === undefined ? [key] : [key, ...keysOf(inner)];
  });
}

const has = (text: string, key: string) => new RegExp(`^[ #-]*${key}:`, 'm').test(text);

describe('scenarios/everything.yaml', () => {
  test('is up to date', () => {
    if (process.env.UPDATE_DOCS === '1') writeFileSync(join(ROOT, FILE), fresh());
    else expect(readPage(FILE) === fresh(), `${FILE} is stale: run with UPDATE_DOCS=1`).toBe(true);
  });

  const text = readPage(FILE);
  /** From a heading at the left margin to the next one. */
  const sectionText = (name: string) =>
    new RegExp(`^${name}:.*\\n(?:(?:[ #].*)?\\n)*`, 'm').exec(text)?.[0] ?? '';

  test.each(Object.entries(SECTIONS as Readonly<Record<string, OptionSet>>))(
    'has every key of section %s',
    (name, set) => {
      const part = sectionText(name);
      expect(keysOf(set).filter((key) => !has(part, key))).toEqual([]);
    },
  );

  test('has every key at the top', () => {
    expect(Object.keys(HEAD).filter((key) => !has(text, key))).toEqual([]);
  });

  const plugins = (Object.keys(PLUGIN_KEYS) as (keyof typeof PLUGIN_KEYS)[]).flatMap((key) =>
    (catalogue[key].all as readonly PluginHead[]).map(
      (plugin) => [PLUGIN_KEYS[key].path.join('.'), plugin.name, plugin] as const,
    ),
  );

  test.each(plugins)('has %s %s with every option', (path, name, plugin) => {
    const part = sectionText(path.split('.')[0]!);
    const own = part.slice(part.search(new RegExp(`^[ #-]*name: ${name}\\b`, 'm')));
    expect(own).toMatch(new RegExp(`^[ #-]*name: ${name}\\b`));
    const rest = own.slice(own.indexOf('\n') + 1);
    const end = rest.search(/^[ #-]*name: /m);
    const mine = end < 0 ? rest : rest.slice(0, end);
    expect(keysOf(plugin.options()).filter((key) => !has(mine, key))).toEqual([]);
  });

  test('what stands behind a sign works when the sign is taken away', () => {
    const attacks = /^ {2}attacks: \[\].*\n((?: {2}#.*\n)+)/m.exec(sectionText('fraud'))![1]!;
    const items: unknown = parse(attacks.replace(/^ {2}# /gm, ''));
    const head = { schemaVersion: 1, name: 'x', horizon: { start: '2024-06-03T00:00Z', days: 1 } };
    const scenario = JSON.stringify({ ...head, fraud: { attacks: items } });
    const loaded = loadScenarioText(scenario, { plugins: catalogue, file: 'x', folder: ROOT });
    expect(loaded.resolve().fraud.attacks.length).toBe(catalogue.attacks.all.length);
  });

  test('loads and runs', () => {
    const sets = ['population.households=6', 'network.nodes=3', 'consensus.delegates=3'];
    const small = [...sets, 'network.topology.degree=2', 'horizon.history=1', 'horizon.drain=1 h'];
    const path = join(ROOT, FILE);
    const { tables } = simulate(loadScenario(path, { plugins: catalogue, sets: small }).resolve());
    expect(tables.slots!.count).toBe(96);
  });
});

describe('scenarios/minimal.yaml', () => {
  const file = 'scenarios/minimal.yaml';

  test('has about thirty lines, each with its meaning', () => {
    const lines = readPage(file).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(33);
    const silent = lines.filter((line, i) => {
      const before = lines[i - 1] ?? '';
      const opens = /^[a-z]+:$/.test(line);
      return !line.includes('#') && !opens && !/^ *#/.test(before);
    });
    // An arm with options of a protocol speaks for itself.
    expect(silent.every((line) => line.startsWith('  pow:'))).toBe(true);
  });

  test('loads in every arm and runs', () => {
    const loaded = loadScenario(join(ROOT, file), { plugins: catalogue });
    expect(loaded.declaredArms).toEqual(['dpos', 'pow', 'central']);
    for (const arm of loaded.declaredArms) expect(loaded.resolve(arm).arm).toBe(arm);
    const { tables } = simulate(loaded.resolve('central'));
    expect(tables.trades!.count).toBeGreaterThan(50);
  });
});
