import { describe, expect, test } from 'vitest';
import { parametersOf } from '../../../../../src/report/charts/comparison/parameter-values.ts';
import chart from '../../../../../src/report/charts/comparison/parameters.ts';
import { loadScenarioText } from '../../../../../src/scenario/load.ts';
import { catalogue } from '../../../../../src/simulation/catalogue.ts';
import { resultsOf, runOf } from '../results-of.ts';

const TEXT = `
schemaVersion: 1
name: small
horizon: { start: 2024-06-03T00:00+08:00, days: 1 }
population: { name: synthetic, households: 4, pvPeak: [3 kW, 8 kW] }
metering: { loss: 1.5 % }
network: { outages: [{ node: node-002, from: 1 h, to: 90 min }] }
fraud: { detectors: [energy-balance] }
arms:
  pow: { consensus: { name: pow, confirmations: 12 }, points: { initial: 7 pt } }
  slow: { consensus: { name: pow, blockInterval: 60 s } }
  dpos:
`;
const loaded = loadScenarioText(TEXT, { file: 'small.yaml', folder: '.', plugins: catalogue });
/** As a manifest has it: without what is undefined. */
const scenarioOf = (arm: string) => JSON.parse(JSON.stringify(loaded.resolve(arm)));
const runs = ['pow', 'slow', 'dpos'].map((arm) =>
  runOf(`${arm}-1`, arm, {}, { scenario: scenarioOf(arm) }),
);

describe('the table of parameters', () => {
  const { table, heads } = chart.create(resultsOf('comparison', {}, { runs }))!;
  const row = (path: string) => table.rows.find(([first]) => first === path);

  test('has a column an arm, values as a scenario writes them, and their source', () => {
    expect(heads).toEqual([
      'Parameter',
      'pow',
      'slow',
      'dpos',
      'Source',
      'Default',
      'Kind',
      'Meaning',
    ]);
    const shown = (path: string) => row(path)!.slice(1, 6);
    expect(shown('horizon.interval')).toEqual(['15 min', '15 min', '15 min', 'default', '15 min']);
    expect(shown('horizon.drain')).toEqual(['6 h', '6 h', '6 h', 'default', '6 h']);
    expect(shown('population.households')).toEqual(['4', '4', '4', 'scenario', '100']);
    expect(shown('population.pvPeak').slice(0, 3)).toEqual(Array(3).fill('[3 kW, 8 kW]'));
    expect(shown('metering.loss')).toEqual(['1.5 %', '1.5 %', '1.5 %', 'scenario', '0.5 %']);
    const outage = '[{ node: node-002, from: 1 h, to: 90 min }]';
    expect(shown('network.outages')).toEqual([outage, outage, outage, 'scenario', '[]']);
    expect(shown('points.initial')).toEqual([
      ...['7 pt', '100 pt', '100 pt'],
      ...['arm pow; default elsewhere', '100 pt'],
    ]);
    expect(shown('fraud.detectors.0.name')).toEqual([
      ...Array(3).fill('energy-balance'),
      'scenario',
      '',
    ]);
  });

  test('shows plug-ins of arms with the defaults of their own', () => {
    expect(row('consensus.name')!.slice(1, 6)).toEqual([
      ...['pow', 'pow', 'dpos'],
      ...['arm pow, slow; default elsewhere', 'dpos'],
    ]);
    expect(row('consensus.confirmations')!.slice(1, 6)).toEqual([
      ...['12', '6', ''],
      ...['arm pow; default elsewhere', '6'],
    ]);
    expect(row('consensus.forkChoice')![5]).toBe('most-work (pow, slow); distinct (dpos)');
    // The turn of a preset has no value of its own.
    expect(row('consensus.turn')!.slice(1, 7)).toEqual(['', '', '', 'default', '3 s', 'duration']);
    expect(row('consensus.blockInterval')!.at(-1)).toBe('Target time between blocks');
  });

  test('every path stands once, and every parameter of every arm is there', () => {
    const paths = table.rows.map(([path]) => path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const { scenario } of runs) {
      for (const { path } of parametersOf(scenario!)) expect(paths).toContain(path);
    }
  });

  test('a scenario at its defaults has nothing but defaults', () => {
    const bare = `schemaVersion: 1\nhorizon: { start: 2024-06-03T00:00+08:00, days: 1 }\n`;
    const plain = loadScenarioText(bare, { file: 'a.yaml', folder: '.', plugins: catalogue });
    const stated = parametersOf(JSON.parse(JSON.stringify(plain.resolve()))).filter(
      ({ isDefault }) => !isDefault,
    );
    expect(stated.map(({ path }) => path)).toEqual(['horizon.start', 'horizon.days']);
  });
});

test('a sweep reads the scenarios of its manifest and names its factors', () => {
  const results = resultsOf(
    'sweep',
    {},
    {
      arms: ['pow'],
      factors: [
        { name: 'n', unit: '', type: 'integer', paths: ['population.households'] },
        { name: 'relay', unit: '', type: 'text', paths: ['network.relay'] },
      ],
      manifest: { scenarios: { pow: scenarioOf('pow') } },
    },
  );
  const { table, caption } = chart.create(results)!;
  const source = (path: string) => table.rows.find(([first]) => first === path)![2];
  expect(source('population.households')).toBe('factor n');
  expect(source('network.relay.name')).toBe('factor relay');
  expect(source('network.relay.messageOverhead')).toBe('factor relay');
  expect(source('consensus.confirmations')).toBe('scenario');
  expect(caption).toContain('Factors are at their first point.');
  expect(chart.create(resultsOf('comparison', {}))).toBeUndefined();
});

test('a plug-in of the user is shown with the values alone', () => {
  const scenario = { ...scenarioOf('pow'), consensus: { name: 'mine', options: { speed: 3 } } };
  const found = parametersOf(scenario).find(({ path }) => path === 'consensus.speed');
  expect(found).toMatchObject({ text: '3', defaultText: '', isDefault: false });
});
