import { describe, expect, it } from 'vitest';
import { formatIssue } from '../../../src/base/errors.ts';
import { canonicalScenario, scenarioHash } from '../../../src/scenario/canonical.ts';
import { pluginFilesIn } from '../../../src/scenario/load.ts';
import { issuesOf, load, MINIMAL } from './fixture.ts';

/** `line:column path` of every issue of a bad text. */
function placesOf(content: string, options = {}) {
  return issuesOf(() => load(content, options)).map(
    ({ line, column, path }) => `${line}:${column} ${path}`,
  );
}

function messagesOf(content: string, options = {}) {
  return issuesOf(() => load(content, options)).map(formatIssue);
}

describe('a scenario that is fine', () => {
  it('fills in defaults in base units', () => {
    const scenario = load(MINIMAL).resolve();
    expect(scenario.horizon.interval).toBe(15 * 60e6);
    expect(scenario.grid.tariff.feedIn).toBe(300_000);
    expect(scenario.consensus).toEqual({ name: 'dpos', options: { slot: 3e6 } });
    expect(scenario.market.mechanism.name).toBe('uniform-price');
    expect(scenario.fraud).toEqual({
      attacks: [],
      adversaries: [],
      detectors: [],
      response: { name: 'none', options: {} },
    });
    expect(scenario.windows).toEqual([
      { id: 'window-1', startEpochS: 1_717_344_000, utcOffsetMin: 480, days: 1 },
    ]);
    expect(scenario.arm).toBe('base');
  });

  it('takes codes for plug-ins and prints names', () => {
    const content = `${MINIMAL}fraud: { attacks: [{ name: F01, actors: 2 }], detectors: [D05] }\n`;
    const { fraud } = load(content).resolve();
    expect(fraud.attacks[0]?.name).toBe('under-reporting');
    expect(fraud.attacks[0]?.options.actors).toBe(2);
    expect(fraud.detectors[0]?.name).toBe('physical-bound');
  });

  it('gives each window of a scenario its own start', () => {
    const windows = '{ start: 2017-01-09T00:00-08:00, days: 7 }';
    const second = '{ start: 2017-07-10T00:00-08:00, days: 7 }';
    const scenario = load(
      `schemaVersion: 1\nhorizon: { windows: [${windows}, ${second}] }\n`,
    ).resolve();
    expect(scenario.windows.map((window) => window.id)).toEqual(['window-1', 'window-2']);
    expect(scenario.windows[1]!.startEpochS - scenario.windows[0]!.startEpochS).toBe(182 * 86_400);
  });

  it('replaces the seed from the command line', () => {
    expect(load(`${MINIMAL}seed: 3\n`, { seed: 9 }).resolve().seed).toBe(9);
  });

  it('returns the paths of plug-in files before and after loading', () => {
    const content = `${MINIMAL}plugins: [./my-detector.js]\n`;
    expect(pluginFilesIn(content, 'test.yaml')).toEqual(['./my-detector.js']);
    expect(load(content).pluginFiles).toEqual(['./my-detector.js']);
  });
});

describe('a scenario with problems', () => {
  it('names every problem at once with its line, column and nearest word', () => {
    const content = `schemaVersion: 1
horizon: { start: 2024-06-03T00:00+08:00, days: 1 }
marekt: {}
market:
  mechanism: uniform-prise
  gateClosure: 5
consensus: { name: pow, blokInterval: 15 s }
fraud:
  detectors: [energy-ballance]
`;
    expect(messagesOf(content)).toEqual([
      expect.stringMatching(/^test\.yaml:3:1 scenario\.marekt: .*did you mean market\?/),
      expect.stringMatching(
        /^test\.yaml:5:14 scenario\.market\.mechanism: expected a market mechanism, one of uniform-price, pay-as-bid; got "uniform-prise" \(did you mean uniform-price\?\)/,
      ),
      expect.stringMatching(/^test\.yaml:6:16 scenario\.market\.gateClosure: .*without a unit/),
      expect.stringMatching(/^test\.yaml:7:25 .*did you mean blockInterval\?/),
      expect.stringMatching(/^test\.yaml:9:15 .*did you mean energy-balance\?/),
    ]);
  });

  it.each([
    ['a tab for indentation', 'schemaVersion: 1\nhorizon:\n\tdays: 1\n', '3:1 scenario'],
    ['a key twice', `${MINIMAL}seed: 1\nseed: 2\n`, '4:1 scenario'],
    [
      'a missing version',
      'horizon: { start: 2024-06-03T00:00Z, days: 1 }\n',
      '1:1 scenario.schemaVersion',
    ],
    ['another version', MINIMAL.replace('1', '2'), '1:16 scenario.schemaVersion'],
    ['a start without offset', MINIMAL.replace('+08:00', ''), '2:19 scenario.horizon.start'],
    [
      'a date that does not exist',
      MINIMAL.replace('06-03', '02-30'),
      '2:19 scenario.horizon.start',
    ],
    ['a missing horizon', 'schemaVersion: 1\n', '1:1 scenario.horizon.start'],
    ['a start without days', MINIMAL.replace(', days: 1', ''), '2:10 scenario.horizon.days'],
    ['no days', MINIMAL.replace('days: 1', 'days: 0'), '2:49 scenario.horizon.days'],
    [
      'an interval that does not divide an hour',
      MINIMAL.replace('days: 1', 'days: 1, interval: 7 min'),
      '2:62 scenario.horizon.interval',
    ],
    [
      'a physics step that does not divide the interval',
      MINIMAL.replace('days: 1', 'days: 1, physicsStep: 4 min'),
      '2:65 scenario.horizon.physicsStep',
    ],
    [
      'a start between two slots',
      MINIMAL.replace('T00:00', 'T00:07'),
      '2:19 scenario.horizon.start',
    ],
    [
      'a warm-up longer than the window',
      MINIMAL.replace('days: 1', 'days: 1, warmUp: 24 h'),
      '2:60 scenario.horizon.warmUp',
    ],
    [
      'windows beside start and days',
      MINIMAL.replace('days: 1', 'days: 1, windows: [{ start: 2024-06-03T00:00Z, days: 1 }]'),
      '2:19 scenario.horizon.start',
    ],
    [
      'a window without days',
      'schemaVersion: 1\nhorizon: { windows: [{ start: 2024-06-03T00:00Z }] }\n',
      '2:22 scenario.horizon.windows[0].days',
    ],
    [
      'a negative capacity',
      `${MINIMAL}population: { battery: -1 kWh }\n`,
      '3:24 scenario.population.battery',
    ],
    [
      'a wrong unit',
      `${MINIMAL}population: { battery: 5 kW }\n`,
      '3:24 scenario.population.battery',
    ],
    [
      'an order after the gate',
      `${MINIMAL}market: { leadTimeMin: 1 min }\n`,
      '3:24 scenario.market.leadTimeMin',
    ],
    [
      'lead times in reverse',
      `${MINIMAL}market: { leadTimeMax: 6 min }\n`,
      '3:24 scenario.market.leadTimeMax',
    ],
    [
      'a band without a rule',
      `${MINIMAL}settlement: { band: 3 % }\n`,
      '3:21 scenario.settlement.band',
    ],
    [
      'a rate without a rule',
      `${MINIMAL}settlement: { rate: 3 % }\n`,
      '3:21 scenario.settlement.rate',
    ],
    [
      'dpos without certificates',
      `${MINIMAL}certificates: { perHolder: 0 }\n`,
      '3:28 scenario.certificates.perHolder',
    ],
    [
      'dpos without locked stake',
      `${MINIMAL}certificates: { lockedShare: 0 }\n`,
      '3:30 scenario.certificates.lockedShare',
    ],
    [
      'a detector twice',
      `${MINIMAL}fraud: { detectors: [D01, energy-balance] }\n`,
      '3:27 scenario.fraud.detectors[1]',
    ],
    [
      'an attack that ends before it begins',
      `${MINIMAL}fraud: { attacks: [{ name: F01, from: 2 h, to: 1 h }] }\n`,
      '3:48 scenario.fraud.attacks[0].to',
    ],
    [
      'an attack after the end',
      `${MINIMAL}fraud: { attacks: [{ name: F01, from: 25 h }] }\n`,
      '3:39 scenario.fraud.attacks[0].from',
    ],
    [
      'an attack without a name',
      `${MINIMAL}fraud: { attacks: [{ actors: 2 }] }\n`,
      '3:20 scenario.fraud.attacks[0].name',
    ],
    ['a list where one is meant', `${MINIMAL}consensus: [pow]\n`, '3:12 scenario.consensus'],
    [
      'a text where a list is meant',
      `${MINIMAL}fraud: { attacks: F01 }\n`,
      '3:19 scenario.fraud.attacks',
    ],
    ['an unknown key of subsidy', `${MINIMAL}subsidy: { rate: 1 }\n`, '3:12 scenario.subsidy.rate'],
    ['a plug-in file that is no path', `${MINIMAL}plugins: [1]\n`, '3:11 scenario.plugins[0]'],
    ['a document that is a list', '- 1\n', '1:1 scenario'],
  ])('%s', (_title, content, place) => {
    expect(placesOf(content)).toContain(place);
  });

  it('reads two starts of the same problem once', () => {
    expect(placesOf(`${MINIMAL}arms: { pow: {}, central: {} }\nmarkt: {}\n`)).toEqual([
      '4:1 scenario.markt',
    ]);
  });

  it('names the tariff period in which nobody gains by trading', () => {
    const content = `${MINIMAL}grid:\n  tariff:\n    feedIn: 0.33 pt/kWh\n`;
    expect(messagesOf(content)).toEqual([
      expect.stringMatching(
        /^test\.yaml:5:13 scenario\.grid\.tariff\.feedIn: expected feed-in below retail - wheeling in the valley period, 0\.32 pt\/kWh; got 0\.33 pt\/kWh/,
      ),
    ]);
  });

  it('says what was expected of an empty file', () => {
    expect(placesOf('')).toEqual(['1:1 scenario.schemaVersion', '1:1 scenario.horizon.start']);
  });

  it('stops an alias that multiplies without end', () => {
    const rows = ['a: &a [1,1,1,1,1,1,1,1,1,1]'];
    for (let i = 1; i < 8; i++) {
      const [own, below] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
      rows.push(`${own}: &${own} [${`*${below},`.repeat(10)}]`);
    }
    expect(messagesOf(rows.join('\n')).join()).toMatch(/at most 100000 values/);
  });
});

describe('arms', () => {
  const arms = `${MINIMAL}consensus: { name: dpos, slot: 2 s }
arms:
  pow: { consensus: { blockInterval: 600 s } }
  slow: { consensus: { slot: 6 s }, market: { gateClosure: 2 min } }
  central:
`;

  it('merges overrides and replaces a plug-in of another name whole', () => {
    const loaded = load(arms);
    expect(loaded.arms).toEqual(['pow', 'slow', 'central', 'dpos']);
    expect(loaded.declaredArms).toEqual(['pow', 'slow', 'central']);
    const optionsOf = (arm: string) => loaded.resolve(arm).consensus;
    expect(optionsOf('pow')).toEqual({
      name: 'pow',
      options: { blockInterval: 600e6, confirmations: 6 },
    });
    expect(optionsOf('slow')).toEqual({ name: 'dpos', options: { slot: 6e6 } });
    expect(loaded.resolve('slow').market.gateClosure).toBe(2 * 60e6);
    expect(optionsOf('central')).toEqual({ name: 'central', options: {} });
    expect(optionsOf('dpos')).toEqual({ name: 'dpos', options: { slot: 2e6 } });
  });

  it('reports a problem of an arm at the arm', () => {
    const content = `${MINIMAL}arms:\n  fast: { consensus: { name: pow, blockInterval: 1 ms } }\n`;
    expect(placesOf(content)).toEqual(['4:50 scenario.arms.fast.consensus.blockInterval']);
  });

  it.each([
    ['an empty arm that is no protocol', 'arms: { powe: }', '3:9 scenario.arms.powe'],
    ['an arm named like the base', 'arms: { base: { seed: 2 } }', '3:9 scenario.arms.base'],
    ['an unknown key', 'arms: { x: { markt: {} } }', '3:14 scenario.arms.x.markt'],
    ['an arm inside an arm', 'arms: { x: { seed: 2, arms: {} } }', '3:23 scenario.arms.x.arms'],
    ['a wrong label', 'arms: { pow: { consensus: dpos } }', '3:27 scenario.arms.pow.consensus'],
    [
      'an arm that elects without stake',
      'certificates: { lockedShare: 0 }\narms: { pow: {}, dpos: {} }',
      '3:30 scenario.certificates.lockedShare',
    ],
  ])('refuses %s', (_title, line, place) => {
    expect(placesOf(`${MINIMAL}${line}\n`)).toEqual([place]);
  });

  it('asks for stake only where an arm elects', () => {
    const content = `${MINIMAL}certificates: { perHolder: 0 }\narms: { pow: {}, central: {} }\n`;
    const loaded = load(content);
    expect(loaded.resolve('pow').consensus.name).toBe('pow');
    expect(issuesOf(() => loaded.resolve('dpos'))).toHaveLength(1);
  });

  it('lets an arm switch off a rule whose numbers the base gives', () => {
    const base = 'settlement: { deviationRule: band-penalty, band: 4 % }';
    const loaded = load(
      `${MINIMAL}${base}\narms: { free: { settlement: { deviationRule: none } } }\n`,
    );
    expect(loaded.resolve('free').settlement.deviationRule).toBe('none');
  });

  it('checks the names of the command line', () => {
    const loaded = load(arms);
    expect(() => loaded.checkArms(['pow', 'dpos', 'central'])).not.toThrow();
    expect(issuesOf(() => loaded.checkArms(['dops', 'raft'])).map(formatIssue)).toEqual([
      '--arms: expected an arm, one of pow, slow, central, dpos; got "dops" (did you mean dpos?)',
      '--arms: expected an arm, one of pow, slow, central, dpos; got "raft"',
    ]);
    expect(issuesOf(() => loaded.resolve('raft'))).toHaveLength(1);
  });
});

describe('--set', () => {
  it('overrides the file and the arm', () => {
    const sets = ['consensus.blockInterval=30 s', 'fraud.attacks.0.actors=4', 'seed=5'];
    const content = `${MINIMAL}fraud: { attacks: [F01] }\narms: { pow: { consensus: { blockInterval: 10 s } } }\n`;
    const scenario = load(content, { sets, arm: 'pow' }).resolve('pow');
    expect(scenario.consensus.options.blockInterval).toBe(30e6);
    expect(scenario.fraud.attacks[0]).toMatchObject({
      name: 'under-reporting',
      options: { actors: 4 },
    });
    expect(scenario.seed).toBe(5);
  });

  it('replaces a plug-in by name', () => {
    const scenario = load(MINIMAL, { sets: ['market.mechanism=pay-as-bid'] }).resolve();
    expect(scenario.market.mechanism.name).toBe('pay-as-bid');
  });

  it.each([
    ['seed', '--set seed: expected path=value, e.g. seed=7; got "seed"'],
    ['seed=', '--set scenario.seed: expected a value; got nothing'],
    ['seed=x', '--set scenario.seed: expected an integer, at least 0; got "x"'],
    ['markt.x=1', 'did you mean market?'],
    ['arms.pow.seed=1', 'a path that begins with one of name, seed'],
    ['market.gatClosure=1 min', 'did you mean gateClosure?'],
    ['fraud.attacks.3.actors=1', 'an index of the list (0 to 0)'],
  ])('refuses %s', (set, words) => {
    const options = { sets: [set], arm: 'base' };
    const messages = messagesOf(`${MINIMAL}fraud: { attacks: [F01] }\n`, options);
    expect(messages[0]).toContain(words);
    expect(messages[0]).toContain('--set');
  });

  it('reports the flags together with the file', () => {
    const messages = messagesOf(`${MINIMAL}markt: {}\n`, { sets: ['seed=x'] });
    expect(messages).toHaveLength(2);
  });
});

describe('what is known only with the data', () => {
  const content = `${MINIMAL}fraud:
  attacks:
    - { name: F02, homes: [home-001, home-009], actors: 5 }
`;

  it('finds homes that do not exist and too many actors', () => {
    const issues = load(content).homeIssues(undefined, ['home-001', 'home-002']);
    expect(issues.map(formatIssue)).toEqual([
      expect.stringMatching(/^test\.yaml:5:38 .*got "home-009" \(did you mean home-001\?\)/),
      expect.stringMatching(/^test\.yaml:5:57 .*expected at most 2 actors; got 5/),
    ]);
  });

  it('gives issues of imported data the line of their key', () => {
    const issue = { file: '', path: 'scenario.fraud.attacks[0].homes', expected: 'x', got: 'y' };
    const place = { file: 'test.yaml', line: 5, column: 27 };
    expect(load(content).placeIssues([issue])[0]).toMatchObject(place);
    const byName = { ...issue, path: 'scenario.fraud.attacks.night-generation.homes' };
    expect(load(content).placeIssues([byName])[0]).toMatchObject(place);
    const elsewhere = { ...issue, file: 'data.csv' };
    expect(load(content).placeIssues([elsewhere])).toEqual([elsewhere]);
  });
});

describe('the canonical form', () => {
  it('does not depend on order, units or the folder', () => {
    const a = load(`${MINIMAL}market: { gateClosure: 300 s, collar: true }\n`).resolve();
    const b = load(`market: { collar: true, gateClosure: 5 min }\n${MINIMAL}`, {}).resolve();
    expect(canonicalScenario({ ...b, folder: '/elsewhere' })).toBe(canonicalScenario(a));
    expect(scenarioHash(a)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with every value and with the arm', () => {
    const loaded = load(MINIMAL);
    const hashes = [
      scenarioHash(loaded.resolve()),
      scenarioHash(loaded.resolve('dpos')),
      scenarioHash(load(`${MINIMAL}market: { collar: false }\n`).resolve()),
    ];
    expect(new Set(hashes).size).toBe(3);
  });
});
