/** The scenarios that ship, and the one that `init` writes, against the real plug-ins. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { canonicalScenario } from '../../../src/scenario/canonical.ts';
import { commentedScenario } from '../../../src/scenario/commented.ts';
import { scenarioJsonSchema } from '../../../src/scenario/json-schema.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { catalogue } from '../../../src/simulation/catalogue.ts';
import { issuesOf, load, MINIMAL } from './fixture.ts';

const folder = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.study.yaml'))
  .sort();
const schema = scenarioJsonSchema(catalogue) as Parameters<typeof z.fromJSONSchema>[0];
const validator = z.fromJSONSchema(schema);

describe('the shipped scenarios', () => {
  it.each(files)('%s loads in every arm and agrees with the JSON Schema', (name) => {
    const loaded = loadScenario(`${folder}${name}`, { plugins: catalogue });
    for (const arm of loaded.declaredArms) expect(loaded.resolve(arm).arm).toBe(arm);
    const content = readFileSync(`${folder}${name}`, 'utf8');
    const result = validator.safeParse(parse(content));
    expect(result.error?.issues ?? []).toEqual([]);
    const misspelt = parse(content.replace(/^population:/m, 'populations:'));
    expect(validator.safeParse(misspelt).success).toBe(false);
  });

  it('differ between the arms of the village in the protocol alone', () => {
    const loaded = loadScenario(`${folder}village.yaml`, { plugins: catalogue });
    expect(loaded.declaredArms).toEqual(['pow', 'pow-bitcoin', 'dpos', 'central']);
    const rest = loaded.declaredArms.map((arm) => {
      const scenario = loaded.resolve(arm);
      return canonicalScenario({ ...scenario, arm: '', consensus: { name: '', options: {} } });
    });
    expect(new Set(rest).size).toBe(1);
    expect(loaded.resolve('pow-bitcoin').consensus).toMatchObject({
      name: 'pow',
      options: { blockInterval: 600e6, confirmations: 6 },
    });
  });
});

describe('the scenario that init writes', () => {
  const content = commentedScenario(catalogue);

  it('loads with the real plug-ins and equals their defaults', () => {
    expect(issuesOf(() => load(content, { plugins: catalogue }))).toEqual([]);
    const written = load(content, { plugins: catalogue }).resolve();
    const defaults = load(MINIMAL, { plugins: catalogue }).resolve();
    expect({ ...written, name: 'scenario' }).toEqual(defaults);
    expect(validator.safeParse(parse(content)).success).toBe(true);
  });
});
