import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { commentedScenario } from '../../../src/scenario/commented.ts';
import { scenarioJsonSchema } from '../../../src/scenario/json-schema.ts';
import { TOP_LEVEL_KEYS } from '../../../src/scenario/keys.ts';
import { expectationOf, formatQuantity } from '../../../src/scenario/resolve.ts';
import { MARKET, SECTIONS } from '../../../src/scenario/sections.ts';
import { catalogue, issuesOf, load, MINIMAL } from './fixture.ts';

const schema = scenarioJsonSchema(catalogue);
// The exported document is read back, so that what is tested is the JSON Schema, not the type behind it.
const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
const accepts = (content: string) => validator.safeParse(parse(content)).success;

describe('the JSON Schema', () => {
  it('knows exactly the top-level keys of the format', () => {
    const { properties } = schema as { properties: Record<string, unknown> };
    expect(Object.keys(properties).sort()).toEqual([...TOP_LEVEL_KEYS].sort());
    expect(TOP_LEVEL_KEYS).toHaveLength(20);
  });

  it('carries words, defaults and units', () => {
    const text = JSON.stringify(schema);
    expect(text).toContain('"description":"Last inclusion before delivery","default":"5 min"');
    expect(text).toContain('pt\\\\/kWh');
  });

  it.each([
    ['the smallest scenario', ''],
    ['blank sections', 'market:\nfraud:\nconsensus:\narms:\nplugins:\n'],
    ['a plug-in by name', 'consensus: pow\n'],
    ['a plug-in by code with options', 'fraud: { attacks: [{ name: F01, factor: 20 % }, F02] }\n'],
    ['options of the default plug-in without its name', 'population: { households: 3 }\n'],
    ['a fraction without unit', 'metering: { class: 0.01 }\n'],
    [
      'arms',
      'arms: { pow: , slow: { consensus: { slot: 6 s } }, x: { market: { collar: false } } }\n',
    ],
    ['a plug-in with required options', 'population: { name: generic-csv, homes: [{ id: a }] }\n'],
  ])('accepts with the loader: %s', (_title, lines) => {
    const content = `${MINIMAL}${lines}`;
    expect(issuesOf(() => load(content))).toEqual([]);
    expect(accepts(content)).toBe(true);
  });

  it.each([
    ['an unknown key at the top', 'markt: {}\n'],
    ['an unknown key of a section', 'market: { gateClosing: 5 min }\n'],
    ['an unknown key of a group', 'grid: { tariff: { noon: 1 pt/kWh } }\n'],
    ['an unknown option', 'consensus: { name: pow, slot: 3 s }\n'],
    ['an unknown plug-in', 'consensus: paxos\n'],
    ['an unknown key of an arm', 'arms: { x: { markt: {} } }\n'],
    ['a number without unit', 'market: { gateClosure: 5 }\n'],
    ['a wrong unit', 'market: { gateClosure: 5 kW }\n'],
    ['a negative quantity', 'population: { battery: -1 kWh }\n'],
    ['a number below its limit', 'network: { nodes: 0 }\n'],
    ['a fraction of an integer', 'network: { nodes: 1.5 }\n'],
    ['a text for a truth value', 'market: { collar: maybe }\n'],
    ['a word that is no choice', 'ledger: { crypto: fake }\n'],
    ['an item without its required key', 'population: { name: generic-csv, homes: [{}] }\n'],
    ['a required option left out', 'population: generic-csv\n'],
    ['an attack without a name', 'fraud: { attacks: [{ actors: 2 }] }\n'],
    ['an arm called base', 'arms: { base: { seed: 2 } }\n'],
    ['another version', 'schemaVersion: 2\n'],
  ])('refuses with the loader: %s', (_title, lines) => {
    const content = lines.startsWith('schema')
      ? MINIMAL.replace('schemaVersion: 1\n', lines)
      : `${MINIMAL}${lines}`;
    expect(issuesOf(() => load(content)).length).toBeGreaterThan(0);
    expect(accepts(content)).toBe(false);
  });
});

describe('the scenario that init writes', () => {
  const content = commentedScenario(catalogue);

  it('loads, agrees with the schema and equals the defaults', () => {
    expect(issuesOf(() => load(content))).toEqual([]);
    expect(accepts(content)).toBe(true);
    const written = load(content).resolve();
    expect({ ...written, name: 'scenario' }).toEqual(load(MINIMAL).resolve());
  });

  it('shows every key with its words', () => {
    for (const [section, set] of Object.entries(SECTIONS)) {
      for (const [key, option] of Object.entries(set)) {
        expect(content, `${section}.${key}`).toMatch(new RegExp(`^  (# )?${key}:`, 'm'));
        if (option.doc !== '') expect(content).toContain(option.doc);
      }
    }
  });
});

describe('quantities as text', () => {
  it.each([
    [900e6, 'duration', '15 min'],
    [3.6e9, 'duration', '1 h'],
    [150, 'duration', '150 us'],
    [0, 'duration', '0 us'],
    [90e6, 'duration', '90 s'],
    [320_000, 'price', '0.32 pt/kWh'],
    [5000, 'power', '5 kW'],
    [1500, 'power', '1500 W'],
    [0.05, 'fraction', '0.05'],
  ] as const)('%d of %s is %s', (value, dimension, text) => {
    expect(formatQuantity(value, dimension)).toBe(text);
  });

  it('names units and limits of an option', () => {
    expect(expectationOf(MARKET.gateClosure)).toBe(
      'a duration with unit (us, µs, ms, s, min, h, d, day, days), at least 1 s',
    );
  });
});
