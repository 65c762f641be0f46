/** A catalogue of small plug-ins, so that these tests depend on the loader alone. */
import { ScenarioError } from '../../../src/base/errors.ts';
import {
  choice,
  duration,
  energy,
  fraction,
  group,
  integer,
  list,
  number,
  type OptionSet,
  optional,
  power,
  text,
} from '../../../src/base/options.ts';
import { createRegistry, type PluginHead } from '../../../src/base/plugin.ts';
import { type LoadOptions, loadScenarioText } from '../../../src/scenario/load.ts';
import type { PluginCatalogue } from '../../../src/scenario/merge.ts';

function head(name: string, options: OptionSet = {}, code?: string): PluginHead {
  const shared = { apiVersion: 1, name, summary: `The ${name}`, source: 'test' } as const;
  return { ...shared, options: () => options, ...(code === undefined ? {} : { code }) };
}

const actors = {
  actors: integer(1, { min: 1 }),
  from: duration('0 s'),
  to: duration('30 d'),
};

export const catalogue: PluginCatalogue = {
  population: createRegistry('community', [
    head('synthetic', {
      households: integer(20, { min: 0, doc: 'Homes without PV' }),
      battery: energy('10 kWh', { doc: 'Capacity of one' }),
    }),
    head('generic-csv', {
      homes: list(group({ id: text(), battery: energy('0 kWh'), peak: power('0 kW') })),
      note: optional(text()),
    }),
  ]),
  feeder: createRegistry('feeder', [head('generated-lv', { length: number(30, { min: 1 }) })]),
  lossAllocation: createRegistry('loss allocation', [head('pro-rata')]),
  mechanism: createRegistry('market mechanism', [
    head('uniform-price', { tieRule: choice(['pro-rata', 'time'], 'pro-rata', 'Ties') }),
    head('pay-as-bid'),
  ]),
  strategy: createRegistry('strategy', [head('truthful'), head('zero-intelligence', {}, 'ZIC')]),
  forecast: createRegistry('forecast', [head('persistence', { days: list(integer(), [1, 7]) })]),
  consensus: createRegistry('consensus protocol', [
    head('pow', { blockInterval: duration('15 s', { min: 1e6 }), confirmations: integer(6) }),
    head('dpos', { slot: duration('3 s') }),
    head('central'),
  ]),
  topology: createRegistry('topology', [head('random-regular', { degree: integer(8) })]),
  placement: createRegistry('placement', [head('two-tier')]),
  latency: createRegistry('latency', [head('lognormal')]),
  relay: createRegistry('relay', [head('inv-getdata')]),
  adversaries: createRegistry('adversary', [head('spam', { sender: integer(0) }, 'A11')]),
  attacks: createRegistry('attack', [
    head('under-reporting', { ...actors, factor: fraction('50 %') }, 'F01'),
    head('night-generation', { ...actors, homes: optional(list(text())) }, 'F02'),
  ]),
  detectors: createRegistry('detector', [
    head('energy-balance', {}, 'D01'),
    head('physical-bound', {}, 'D05'),
  ]),
  response: createRegistry('response', [head('none')]),
};

export const MINIMAL = `schemaVersion: 1
horizon: { start: 2024-06-03T00:00+08:00, days: 1 }
`;

export function load(content: string, options: Partial<LoadOptions> = {}) {
  return loadScenarioText(content, {
    file: 'test.yaml',
    folder: '.',
    plugins: catalogue,
    ...options,
  });
}

/** The issues a call throws; empty when it does not throw. */
export function issuesOf(call: () => unknown) {
  try {
    call();
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return error.issues;
    throw error;
  }
}
