/** Experiments of consensus and network that cannot be meant: refused with the key and the reason. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ScenarioError } from '../../src/base/errors.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { simulate } from '../../src/simulation/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerwatt-bad-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SCENARIO = `
schemaVersion: 1
name: bad
seed: 1
horizon: { start: 2024-06-03T00:00+00:00, days: 1, span: 2 min, warmUp: 0 s, history: 0 }
population: { name: accounts, accounts: 4 }
network: { nodes: 6 }
`;

/** First line of what is wrong, or '' when the run goes through. */
function problem(sets: readonly string[], files: Readonly<Record<string, string>> = {}): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  try {
    const options = { file: 'bad.yaml', folder, plugins: catalogue, sets };
    simulate(loadScenarioText(SCENARIO, options).resolve());
    return '';
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split('\n')[0]!;
  }
}

describe('is refused, and says where and why:', () => {
  it.each([
    [
      'bft with fewer than 4 delegates',
      ['consensus=dpos', 'consensus.irreversibility=bft', 'consensus.delegates=3'],
      'consensus.irreversibility: expected at least 4',
    ],
    [
      'no confirmation',
      ['consensus=pow', 'consensus.confirmations=0'],
      'consensus.confirmations: expected an integer, at least 1',
    ],
    [
      'more equivocators than nodes',
      ['fraud.adversaries=[{ name: equivocation, count: 9 }]'],
      'fraud.adversaries[0].count: expected fewer than the 6',
    ],
    [
      'a partition of an unknown node',
      ['network.partitions=[{ from: 1 min, to: 2 min, side: [node-009] }]'],
      'network.partitions[0].side[0]: expected a full node',
    ],
    [
      'a partition that ends before it begins',
      ['network.partitions=[{ from: 2 min, to: 1 min, side: [node-002] }]'],
      'network.partitions[0].to: expected an end after',
    ],
    [
      'an outage of an unknown node',
      ['network.outages=[{ node: node-7, from: 1 min, to: 2 min }]'],
      'network.outages[0].node: expected a full node',
    ],
    [
      'more validators than nodes',
      ['consensus=pbft', 'consensus.validators=9'],
      'consensus.validators: expected at most the 6',
    ],
    [
      'more endorsers than validators',
      ['consensus=raft', 'consensus.endorsers=9'],
      'consensus.endorsers: expected at most the 6',
    ],
    [
      'a quorum above all producers',
      ['consensus=dpos', 'consensus.quorum=7'],
      'consensus.quorum: expected',
    ],
    [
      'a member that does not exist',
      ['fraud.adversaries=[{ name: censorship, victim: 4 }]', 'network.nodes=9'],
      'fraud.adversaries[0].victim: expected a member, 0 to 3; got 4',
    ],
    [
      'a node under two adversaries',
      [
        'fraud.adversaries=[{ name: censorship, count: 1, nodes: [node-002] }, { name: withholding, count: 1, nodes: [node-002] }]',
      ],
      'fraud.adversaries[1].nodes: expected honest nodes',
    ],
    [
      'fraud of meters where there are no meters',
      ['fraud.detectors=[physical-bound]'],
      'fraud.detectors: expected none in a run of the chain alone',
    ],
    [
      'an end that a market does not have',
      ['population={ name: synthetic, households: 2, prosumers: 1 }'],
      'horizon.span: expected none beside a market',
    ],
  ])('%s', (_, sets, reason) => {
    expect(problem(sets)).toContain(reason);
  });

  it.each([
    ['a latency matrix that is not square', 'x,a,b\na,0,10\nb,10\n', 'm.csv:3'],
    ['a latency matrix with a negative entry', 'x,a,b\na,0,-10\nb,10,0\n', 'm.csv:2:5'],
  ])('%s', (_, text, place) => {
    const set =
      'network.placement={ name: latency-matrix, file: m.csv, unit: ms, measures: round-trip }';
    expect(problem([set], { 'm.csv': text })).toContain(place);
  });

  it('a topology in two parts', () => {
    const links = 'a,b\nnode-001,node-002\nnode-003,node-004\nnode-005,node-006\n';
    const set = 'network.topology={ name: edge-list, file: links.csv }';
    expect(problem([set], { 'links.csv': links })).toContain('3 parts; node-003 is not reached');
  });
});

describe('is a legal experiment:', () => {
  it('fewer live validators than a quorum of PBFT: nothing is decided, and nothing conflicts', () => {
    const sets = ['consensus=pbft', 'horizon.span=5 min', 'population.transfersPerSecond=1'];
    const silent = 'fraud.adversaries=[{ name: withholding, count: 3, from: 0 s, lasts: 24 h }]';
    const options = { file: 'bad.yaml', folder, plugins: catalogue, sets: [...sets, silent] };
    const { tables } = simulate(loadScenarioText(SCENARIO, options).resolve());
    const { counter, value } = tables.consensus!.columns as {
      counter: string[];
      value: Float64Array;
    };
    expect(value[counter.indexOf('divergentFinals')]).toBe(0);
    const { final_us, produced_us } = tables.blocks!.columns as Record<string, Float64Array>;
    const decidedIn = Array.from(produced_us!).filter(
      (producedUs, block) => producedUs > 1e6 && !Number.isNaN(final_us![block]!),
    );
    expect(decidedIn).toEqual([]);
  });
});
