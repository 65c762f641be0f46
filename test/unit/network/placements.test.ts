/** Where placements put nodes, and what tables they refuse. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatIssue, ScenarioError } from '../../../src/base/errors.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { latencies } from '../../../src/network/latencies/index.ts';
import { placements } from '../../../src/network/placements/index.ts';
import { topologies } from '../../../src/network/topologies/index.ts';
import { loadScenarioText } from '../../../src/scenario/load.ts';
import { catalogue } from '../../../src/simulation/catalogue.ts';
import { createNetworkLinks } from '../../../src/simulation/links.ts';
import { contextOf, optionsOf, placed } from './network.ts';

const shared = fileURLToPath(new URL('../../../../shared', import.meta.url));
const PLANETLAB = `${shared}/data/network/planetlab_rtt_ms_120nodes.csv`;
const RAW = `${shared}/data/formats/netlatency/PlanetLabData_1.head`;
const PINGS = `${shared}/data/network/aws_ping_3regions.csv`;
const TABLES = `${shared}/reference/network_regions_simblock.json`;
const hasData = [PLANETLAB, RAW, PINGS, TABLES].every((path) => existsSync(path));
if (!hasData) console.log(`placements: measured tables are not at ${shared}; skipped`);

const shareOf = (regions: readonly string[], name: string) =>
  regions.filter((region) => region === name).length;

describe('uniform and two-tier', () => {
  it('uniform has one latency and one bandwidth', () => {
    const plan = placed('uniform', contextOf(4), { latency: 30_000, bandwidth: 5e6 })!;
    expect([plan.latencyUs(0, 3), plan.latencyUs(2, 1)]).toEqual([30_000, 30_000]);
    expect([...plan.uploadBps, ...plan.downloadBps]).toEqual(Array.from({ length: 8 }, () => 5e6));
    expect(placed('uniform', contextOf(1))!.uploadBps[0]).toBe(20e6);
  });

  it('two-tier is near within a region and far between two, regions of equal size', () => {
    const plan = placed('two-tier', contextOf(32), { regions: 3 })!;
    expect(['region-1', 'region-2', 'region-3'].map((name) => shareOf(plan.regions, name))).toEqual(
      [11, 11, 10],
    );
    for (let a = 0; a < 32; a++) {
      for (let b = 0; b < 32; b++) {
        const isNear = plan.regions[a] === plan.regions[b];
        if (a !== b) expect(plan.latencyUs(a, b)).toBe(isNear ? 50_000 : 120_000);
      }
    }
    expect(plan.regions).not.toEqual([...plan.regions].sort());
  });
});

describe('region-table', () => {
  const plan = placed('region-table', contextOf(3_000, 4))!;

  // Aoki et al. 2019, written down here once more.
  it('gives regions their quota to less than one node', () => {
    for (const [region, share] of [
      ['north-america', 0.3316],
      ['europe', 0.4998],
      ['south-america', 0.009],
      ['asia-pacific', 0.1177],
      ['japan', 0.0224],
      ['australia', 0.0195],
    ] as const) {
      expect(Math.abs(shareOf(plan.regions, region) - 3_000 * share), region).toBeLessThan(1);
    }
  });

  it('has latency by pair of regions and bandwidth by region', () => {
    const at = (region: string) => plan.regions.indexOf(region);
    const between = (one: string, other: string) => plan.latencyUs(at(one), at(other));
    expect(between('europe', 'north-america')).toBe(124_000);
    expect(between('australia', 'japan')).toBe(126_000);
    expect(plan.latencyUs(at('japan'), plan.regions.lastIndexOf('japan'))).toBe(12_000);
    expect([plan.uploadBps[at('europe')], plan.downloadBps[at('europe')]]).toEqual([20.7e6, 40e6]);
    const earlier = placed('region-table', contextOf(3_000, 4), { year: 2015 })!;
    expect(earlier.latencyUs(at('europe'), at('north-america'))).toBe(119_000);
    expect(earlier.uploadBps[at('japan')]).toBe(3.4e6);
  });

  it.skipIf(!hasData)('is the published table, every cell of both years', () => {
    const tables = JSON.parse(readFileSync(TABLES, 'utf8'));
    const names = [
      'north-america',
      'europe',
      'south-america',
      'asia-pacific',
      'japan',
      'australia',
    ];
    for (const year of [2015, 2019]) {
      const shares = `bitcoin-${year}`;
      const found = placed('region-table', contextOf(20_000, 4), { year, shares })!;
      names.forEach((one, a) => {
        const node = found.regions.indexOf(one);
        const share = tables[`bitcoin_region_share_${year}`][a];
        expect(Math.abs(shareOf(found.regions, one) - 20_000 * share)).toBeLessThan(1);
        expect(found.uploadBps[node]).toBe(tables[`upload_bps_${year}`][a]);
        expect(found.downloadBps[node]).toBe(tables[`download_bps_${year}`][a]);
        names.forEach((other, b) => {
          const peer = found.regions.lastIndexOf(other);
          const ms = tables[`latency_ms_${year}`][a][b];
          expect(found.latencyUs(node, peer)).toBe(ms * 1_000);
        });
      });
    }
  });

  const regionFile = 'region,share,upload_bps,download_bps\nnorth,3,1e6,4e6\nsouth,1,2e6,8e6\n';
  const latencyFile = 'from,south,north\nsouth,10,80\nnorth,70,5\n';
  const files = { regionFile: 'regions.csv', latencyFile: 'latencies.csv' };
  const own = (changes: Partial<Record<'regions.csv' | 'latencies.csv', string>> = {}) => {
    const context = contextOf(8, 1, {
      'regions.csv': regionFile,
      'latencies.csv': latencyFile,
      ...changes,
    });
    return { context, plan: placed('region-table', context, files) };
  };

  it('takes your own regions, asymmetric where the table is', () => {
    const { plan: found, context } = own();
    expect(context.issues).toEqual([]);
    const [north, south] = ['north', 'south'].map((name) => found!.regions.indexOf(name));
    expect(shareOf(found!.regions, 'north')).toBe(6);
    expect(found!.latencyUs(north!, south!)).toBe(70_000);
    expect(found!.latencyUs(south!, north!)).toBe(80_000);
    expect([found!.uploadBps[south!], found!.downloadBps[south!]]).toEqual([2e6, 8e6]);
  });

  it.each([
    ['regions.csv', regionFile.replace('3,', '-3,'), 2, 'a number of at least 0', '"-3"'],
    ['regions.csv', regionFile.replace('2e6', '0'), 3, 'a number above 0', '"0"'],
    [
      'regions.csv',
      regionFile.replace('south', 'north'),
      3,
      'each region once, by name',
      '"north"',
    ],
    ['regions.csv', regionFile.replace('share', 'part'), 1, 'a column share', undefined],
    ['latencies.csv', latencyFile.replace('70', '-70'), 3, 'a latency above 0', '"-70"'],
    ['latencies.csv', latencyFile.replaceAll('south', 'west'), 1, 'a column south', undefined],
  ] as const)('refuses %s with a wrong line', (file, text, line, expected, got) => {
    const { plan: found, context } = own({ [file]: text });
    expect(found).toBeUndefined();
    expect(context.issues[0]).toMatchObject({ file, line, expected, ...(got && { got }) });
  });

  it('refuses one file alone, and a year without a table', () => {
    const alone = contextOf(8, 1, { 'regions.csv': regionFile });
    expect(placed('region-table', alone, { regionFile: 'regions.csv' })).toBeUndefined();
    expect(alone.issues[0]?.got).toBe('regionFile alone');
    const year = contextOf(8);
    expect(placed('region-table', year, { year: 2017 })).toBeUndefined();
    expect(year.issues[0]).toMatchObject({
      path: 'scenario.network.placement.year',
      expected: '2015 or 2019',
      got: '2017',
    });
  });
});

describe('latency-matrix', () => {
  const base = { file: 'm.csv', unit: 'ms', measures: 'one-way' };
  const read = (text: string, changes: object = {}, nodeCount = 5) => {
    const context = contextOf(nodeCount, 1, { 'm.csv': text });
    return { context, plan: placed('latency-matrix', context, { ...base, ...changes }) };
  };
  const matrix = 'node,a,b,c\na,0,10,20\nb,30,0,5\nc,20,7,2\n';

  it('keeps both directions of an asymmetric matrix; a diagonal of 0 is the latency within', () => {
    const { plan } = read(matrix);
    expect(plan!.regions).toEqual(['a', 'b', 'c', 'a', 'b']);
    expect([plan!.latencyUs(0, 1), plan!.latencyUs(1, 0), plan!.latencyUs(2, 1)]).toEqual([
      10_000, 30_000, 7_000,
    ]);
    expect([plan!.latencyUs(0, 3), plan!.latencyUs(3, 4)]).toEqual([1_000, 10_000]);
    const six = read(matrix, {}, 6).plan!;
    expect(six.latencyUs(2, 5)).toBe(2_000);
  });

  it('takes half of a round trip, and seconds, tabs and no labels where told', () => {
    const text = '0\t0.2\n0.4\t0\n';
    const changes = { unit: 's', measures: 'round-trip', delimiter: 'tab', labels: false };
    const { plan } = read(text, changes, 3);
    expect(plan!.regions).toEqual(['site-1', 'site-2', 'site-1']);
    expect([plan!.latencyUs(0, 1), plan!.latencyUs(1, 0)]).toEqual([100_000, 200_000]);
  });

  it('puts nodes at random rows, each as often as any other', () => {
    const { plan } = read(matrix, { assignment: 'random' }, 9);
    expect(['a', 'b', 'c'].map((name) => shareOf(plan!.regions, name))).toEqual([3, 3, 3]);
    expect(plan!.regions).not.toEqual(read(matrix, {}, 9).plan!.regions);
  });

  it.each([
    [
      'a row too few',
      'node,a,b\na,0,1\n',
      2,
      1,
      'a square matrix',
      '1 rows and 2 columns of latencies',
    ],
    ['a short row', 'node,a,b\na,0,1\nb,1\n', 3, undefined, '3 cells in every row', '2'],
    ['a negative latency', matrix.replace('30', '-30'), 3, 3, 'a latency above 0', '"-30"'],
    ['a missing latency', matrix.replace('30', ''), 3, 3, 'a latency above 0', 'an empty cell'],
    [
      'a latency of 0 off the diagonal',
      matrix.replace('10', '0'),
      2,
      5,
      'a latency above 0',
      '"0"',
    ],
    ['words', matrix.replace('30', 'n/a'), 3, 3, 'a latency above 0', '"n/a"'],
    ['a negative diagonal', matrix.replace('7,2', '7,-2'), 4, 8, 'a latency of at least 0', '"-2"'],
    ['labels in another order', matrix.replace('\nb', '\nd'), 3, 1, '"b", as in the header', '"d"'],
  ])('refuses %s with its cell', (_, text, line, column, expected, got) => {
    const { context, plan } = read(text);
    expect(plan).toBeUndefined();
    const issue = context.issues[0];
    expect([issue?.file, issue?.line, issue?.expected, issue?.got]).toEqual([
      'm.csv',
      line,
      expected,
      got,
    ]);
    if (column !== undefined) expect(issue?.column).toBe(column);
  });

  it('reads pairs: many measurements of each, one direction for both', () => {
    const text = 'from,to,ms\nx,y,10\nx,y,14\nx,y,90\ny,y,1\nx,x,0\ny,z,4\nz,y,6\nx,z,8\nz,z,0\n';
    const pairs = { layout: 'pairs', column: 'ms' };
    const { plan } = read(text, pairs, 3);
    expect([plan!.latencyUs(0, 1), plan!.latencyUs(1, 0)]).toEqual([14_000, 14_000]);
    expect([plan!.latencyUs(1, 2), plan!.latencyUs(2, 1)]).toEqual([4_000, 6_000]);
    expect(read(text, { ...pairs, statistic: 'mean' }, 3).plan!.latencyUs(0, 1)).toBe(38_000);
    const gap = read(text.replace('x,z,8\n', ''), pairs, 3);
    expect(gap.context.issues[0]?.expected).toBe('a latency between x and z');
    const column = read(text, { layout: 'pairs' }, 3);
    expect(column.context.issues[0]?.expected).toBe('a column latency');
  });
});

describe.skipIf(!hasData)('measured tables', () => {
  const choiceOf = (changes: object, nodes = 120) => ({
    nodes,
    bandwidth: 20e6,
    topology: { name: 'full-mesh', options: optionsOf(topologies.get('full-mesh')) },
    placement: {
      name: 'latency-matrix',
      options: optionsOf(placements.get('latency-matrix'), changes),
    },
    latency: { name: 'constant', options: optionsOf(latencies.get('constant')) },
  });
  const linksOf = (changes: object, nodes?: number) =>
    createNetworkLinks(choiceOf(changes, nodes), createRandomSource(1), dirname(PLANETLAB));

  it('PlanetLab: 120 sites, half of each round trip', () => {
    const file = 'planetlab_rtt_ms_120nodes.csv';
    const links = linksOf({ file, unit: 'ms', measures: 'round-trip' });
    expect(links.inputs).toHaveLength(1);
    expect(links.inputs[0]).toMatchObject({ path: file });
    expect(links.inputs[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(links.regions.slice(0, 3)).toEqual(['n2', 'n3', 'n13']);
    // Row n2: 112.32 ms to n3, 124.63 ms to n13.
    expect(Array.from(links.latencyUs.slice(0, 2))).toEqual([56_160, 62_315]);
    expect(links.latency.between(2, 0)).toBe(62_315);
    const rows = readFileSync(PLANETLAB, 'utf8').trim().split('\n').slice(1);
    let sum = 0;
    for (const row of rows) for (const cell of row.split(',').slice(1)) sum += Number(cell);
    const total = links.latencyUs.reduce((all, latencyUs) => all + latencyUs, 0);
    expect(Math.abs(total - 500 * sum)).toBeLessThan(0.5 * links.linkCount);
  });

  it('cloud pings: medians of 400 round trips a pair', () => {
    const changes = { layout: 'pairs', column: 'rtt_ms', unit: 'ms', measures: 'round-trip' };
    const links = linksOf({ ...changes, file: 'aws_ping_3regions.csv' }, 4);
    expect(links.regions).toEqual(['Ireland', 'Ohio', 'Tokyo', 'Ireland']);
    const values = readFileSync(PINGS, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('Ohio,Tokyo,'))
      .map((line) => Number(line.split(',')[3]))
      .sort((a, b) => a - b);
    expect(values).toHaveLength(400);
    const medianMs = (values[199]! + values[200]!) / 2;
    expect(links.latency.between(1, 2)).toBe(Math.round(500 * medianMs));
    expect(links.latency.between(0, 3)).toBeLessThan(1_000);
  });

  it('a file cut short is no matrix, and says so with its line', () => {
    const changes = { unit: 'ms', measures: 'round-trip', delimiter: 'tab', labels: false };
    const file = '../formats/netlatency/PlanetLabData_1.head';
    expect(() => linksOf({ ...changes, file })).toThrow(ScenarioError);
    expect(() => linksOf({ ...changes, file })).toThrow(
      `${file}:20:1: expected a square matrix; got 20 rows and 490 columns of latencies`,
    );
  });
});

describe('createNetworkLinks', () => {
  it('finds the line of a wrong link in the scenario', () => {
    const content = `schemaVersion: 1
horizon: { start: 2024-06-03T00:00+08:00, days: 1 }
network:
  nodes: 3
  topology:
    name: edge-list
    links:
      - { a: node-001, b: node-002, latency: 20 ms }
      - { a: node-002, b: node-004 }
  placement: { name: region-table, year: 2017 }
`;
    const source = { file: 'w.yaml', folder: '.', plugins: catalogue };
    const loaded = loadScenarioText(content, source);
    const scenario = loaded.resolve();
    expect(scenario.network.latency.name).toBe('lognormal');
    try {
      createNetworkLinks(scenario.network, createRandomSource(1), scenario.folder);
      expect.unreachable();
    } catch (error) {
      const issues = loaded.placeIssues((error as ScenarioError).issues);
      expect(issues.map(formatIssue)).toEqual([
        'w.yaml:9:27 scenario.network.topology.links[1].b: expected a full node, node-001 to node-003; got "node-004"',
        'w.yaml:10:42 scenario.network.placement.year: expected 2015 or 2019; got 2017',
      ]);
    }
  });

  it('tells the problems of all plug-ins at once', () => {
    const network = {
      nodes: 10,
      bandwidth: 20e6,
      topology: {
        name: 'small-world',
        options: optionsOf(topologies.get('small-world'), { degree: 5 }),
      },
      placement: {
        name: 'latency-matrix',
        options: optionsOf(placements.get('latency-matrix'), {
          file: 'nowhere/m.csv',
          unit: 'ms',
          measures: 'one-way',
        }),
      },
      latency: { name: 'pareto', options: optionsOf(latencies.get('pareto')) },
    };
    try {
      createNetworkLinks(network, createRandomSource(1), '.');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ScenarioError);
      expect((error as ScenarioError).issues.map(({ path }) => path)).toEqual([
        'scenario.network.topology.degree',
        'scenario.network.placement.file',
      ]);
    }
  });
});
