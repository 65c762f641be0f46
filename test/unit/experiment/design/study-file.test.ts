import { describe, expect, it } from 'vitest';
import { formatIssue } from '../../../../src/base/errors.ts';
import { loadStudy } from '../../../../src/experiment/design/study-file.ts';
import { catalogue, issuesOf } from '../../scenario/fixture.ts';
import { BASE, places, problems, study, whole } from './fixture.ts';

const HOUSEHOLDS = `factors:
  households: { path: population.households, values: [20, 50] }
`;

describe('a study that is fine', () => {
  it('has defaults', () => {
    const design = study('');
    expect(design).toMatchObject({
      name: 'share',
      file: 'study.yaml',
      scenarioPath: 'base.yaml',
      arms: ['pow', 'dpos'],
      replications: 3,
      metrics: undefined,
      keep: 'metrics',
      maxRuns: 10_000,
      limits: {},
      runCount: 6,
      notes: [],
    });
    expect(design.until).toBeUndefined();
  });

  it('keeps what it says', () => {
    const design = study(
      `arms: [base, pow, central]
replications: 5
set: { horizon.days: 1, seed: 7 }
metrics: [finalityLatencyP95Us, lateOrderShare]
keep: tables
limits: { time: 10 min, memory: 2 GB }
until: { halfWidth: 5 %, metrics: [finalityLatencyP95Us], replicationsMax: 64 }
${HOUSEHOLDS}`.replace('alarmsEnergyBalance', 'lateOrderShare'),
    );
    expect(design.arms).toEqual(['base', 'pow', 'central']);
    expect(design.limits).toEqual({ timeMs: 600_000, memoryMb: 2000 });
    expect(design.until).toEqual({
      halfWidth: 0.05,
      metrics: ['finalityLatencyP95Us'],
      replicationsMax: 64,
    });
    expect(design.runCount).toBe(30);
    const scenario = design.resolve('central', design.points[1]!);
    expect([scenario.arm, scenario.seed, scenario.windows[0]!.days]).toEqual(['central', 7, 1]);
  });

  it('counts the windows of every point', () => {
    const design = study(
      `replications: 1
factors:
  season:
    levels:
      one: {}
      two:
        horizon:
          windows:
            - { start: 2024-01-08T00:00+08:00, days: 1 }
            - { start: 2024-07-08T00:00+08:00, days: 1 }
`,
      {
        'base.yaml': BASE.replace(
          'horizon: { start: 2024-06-03T00:00+08:00, days: 2 }',
          'horizon: { windows: [{ start: 2024-06-03T00:00+08:00, days: 2 }] }',
        ),
      },
    );
    expect(design.runCount).toBe(2 + 4);
  });

  it('resolves a scenario when asked, and keeps a few', () => {
    const design = study(`factors:
  households: { path: population.households, range: [1, 2000], steps: 100 }
`);
    const [first] = design.points;
    const scenario = design.resolve('pow', first!);
    expect(design.resolve('pow', first!)).toBe(scenario);
    for (const point of design.points.slice(0, 20)) design.resolve('dpos', point);
    expect(design.resolve('pow', first!)).not.toBe(scenario);
    expect(design.resolve('pow', first!)).toEqual(scenario);
  });

  it('takes any scenario path, list items and plug-ins among them', () => {
    const base = `${BASE}fraud: { attacks: [{ name: F01, actors: 2 }] }\n`;
    const design = study(
      `factors:
  actors: { path: fraud.attacks.0.actors, values: [1, 3] }
  mechanism: { path: market.mechanism, values: [uniform-price, pay-as-bid] }
  tie: { path: market.collar, values: [true, false] }
`,
      { 'base.yaml': base },
    );
    const last = design.resolve('pow', design.points.at(-1)!);
    expect(last.fraud.attacks[0]!.options.actors).toBe(3);
    expect([last.market.mechanism.name, last.market.collar]).toEqual(['pay-as-bid', false]);
    expect(design.factors[2]).toMatchObject({
      type: 'text',
      meaning: expect.stringMatching(/prices/),
    });
  });
});

describe('problems of a study', () => {
  it('are told all at once, each at its line', () => {
    expect(
      places(`arms: [pow, dops]
replications: 0
sett: { horizon.days: 1 }
factors:
  households: { path: population.housholds, values: [20, 50] }
  Battery: { path: population.battery, values: [5 kWh] }
constraints: ["households > 1 +"]
metrics: [lateOrdersShare]
`),
    ).toEqual([
      'study.yaml:4:13 study.arms[1]',
      'study.yaml:5:15 study.replications',
      'study.yaml:6:1 study.sett',
      'study.yaml:8:23 study.factors.households.path',
      'study.yaml:9:3 study.factors.Battery',
      'study.yaml:11:11 study.metrics[0]',
    ]);
  });

  it('name the nearest word', () => {
    expect(
      problems(`arms: [pow, dops]
factors:
  households: { path: population.housholds, values: [20, 50] }
metrics: [lateOrdersShare]
keep: table
`),
    ).toEqual([
      'study.yaml:4:13 study.arms[1]: expected an arm of the scenario, one of pow, dpos, central, ' +
        'base; got "dops" (did you mean dpos?)',
      'study.yaml:6:23 study.factors.households.path: expected one of households, battery; ' +
        'got unknown key "housholds" (did you mean households?)',
      'study.yaml:7:11 study.metrics[0]: expected a metric; got "lateOrdersShare" ' +
        '(did you mean lateOrderShare?)',
      'study.yaml:8:7 study.keep: expected one of metrics, tables; got "table" ' +
        '(did you mean tables?)',
    ]);
  });

  it('of the file as a whole', () => {
    expect(issuesOf(() => whole('')).map(({ path }) => path)).toEqual([
      'study.schemaVersion',
      'study.name',
      'study.scenario',
    ]);
    expect(issuesOf(() => whole('- 1\n')).map(formatIssue)[0]).toMatch(
      /^study.yaml:1:1 study: expected keys schemaVersion, name, .*; got a list of 1$/,
    );
    expect(issuesOf(() => whole('a: [1\n'))[0]).toMatchObject({ expected: 'well-formed YAML' });
    const bad = 'schemaVersion: 2\nname: Big Study\nscenario: other.yaml\n';
    expect(issuesOf(() => whole(bad)).map(formatIssue)).toEqual([
      'study.yaml:1:16 study.schemaVersion: expected 1; got 2',
      'study.yaml:2:7 study.name: expected a name of a-z, 0-9 and - that begins with a letter; ' +
        'got "Big Study"',
      'study.yaml:3:11 study.scenario: expected the scenario file other.yaml; got no such file',
    ]);
    expect(
      issuesOf(() => loadStudy('nowhere/study.yaml', { plugins: catalogue })).map(formatIssue),
    ).toEqual(['nowhere/study.yaml study: expected a study file; got no such file']);
  });

  it('of the scenario stand at its own lines, behind those of the study', () => {
    const files = { 'base.yaml': `${BASE}markt: {}\n` };
    expect(places('keep: all\n', files)).toEqual([
      'study.yaml:4:7 study.keep',
      'base.yaml:7:1 scenario.markt',
    ]);
  });

  it('of fixed overrides', () => {
    expect(
      problems(`set:
  horizon.dayz: 1
  population.households: lots
  arms.pow: 1
  a..b: 1
  seed:
`),
    ).toEqual([
      expect.stringMatching(/^study.yaml:5:3 study.set.horizon.dayz: .*did you mean days\?/),
      expect.stringMatching(
        /^study.yaml:6:26 study.set.population.households: expected an integer/,
      ),
      expect.stringMatching(/^study.yaml:7:3 study.set.arms.pow: expected a path that begins/),
      expect.stringMatching(/^study.yaml:8:3 study.set.a..b: expected a dotted path/),
      'study.yaml:9:8 study.set.seed: expected a value; got nothing',
    ]);
  });

  it('of factors', () => {
    const factor = (text: string) => problems(`factors:\n  size: ${text}\n`)[0];
    expect(problems('factors:\n  arm: { path: seed, values: [1] }\n')[0]).toBe(
      'study.yaml:5:3 study.factors.arm: expected a name that no column of the tables has; ' +
        'got arm (try arm_level)',
    );
    expect(problems('factors:\n  and: { path: seed, values: [1] }\n')).toHaveLength(1);
    expect(factor('5')).toMatch(/expected keys path with values or range, or levels; got 5/);
    expect(factor('{ path: seed }')).toMatch(/expected values, range or levels; got none of them/);
    expect(factor('{ values: [1] }')).toMatch(/size.path: expected a dotted path/);
    expect(factor('{ path: seed, values: [] }')).toMatch(/a list of values; got a list of 0/);
    expect(factor('{ path: seed, values: [1, 2, 1] }')).toBe(
      'study.yaml:5:38 study.factors.size.values[2]: expected each value once; got 1 again',
    );
    expect(factor('{ path: horizon.interval, values: [60 s, 1 min] }')).toMatch(/got 60 again/);
    expect(factor('{ path: seed, values: [[1]] }')).toMatch(/use levels for lists and maps/);
    expect(factor('{ path: seed, values: [1], range: [1, 2] }')).toMatch(/values and range/);
    expect(factor('{ path: seed, values: [1], steps: 3 }')).toMatch(
      /:36 .*expected range beside it/,
    );
    expect(factor('{ path: seed, values: [1], step: 3 }')).toMatch(/did you mean steps\?/);
    expect(factor('{ path: seed, values: [1], unit: s }')).toMatch(/unit only for bare numbers/);
    expect(factor('{ path: seed, values: [1], arms: [central] }')).toBe(
      'study.yaml:5:43 study.factors.size.arms[0]: expected an arm of the study, ' +
        'one of pow, dpos; got "central"',
    );
    expect(factor('{ path: seed, levels: { a: { seed: 1 } } }')).toMatch(/no path beside levels/);
    expect(factor('{ levels: {} }')).toMatch(/expected levels by name/);
    expect(factor('{ levels: { a: 5 } }')).toMatch(/paths with their values; got 5/);
  });

  it('of ranges', () => {
    const range = (text: string, path = 'population.battery') =>
      problems(`factors:\n  size: { path: ${path}, ${text} }\n`)[0];
    expect(range('range: [5 kWh]')).toMatch(/expected two numbers or quantities, \[from, to\]/);
    expect(range('range: [5 kWh, 20 s], steps: 3')).toMatch(/two ends in units of one kind/);
    expect(range('range: [5 kWh, 20], steps: 3')).toMatch(/two ends in units of one kind/);
    expect(range('range: [20 kWh, 5 kWh], steps: 3')).toBe(
      'study.yaml:5:44 study.factors.size.range: expected a range that goes up, [from, to]; ' +
        'got [20 kWh, 5 kWh]',
    );
    expect(range('range: [0 kWh, 5 kWh], steps: 3, scale: log')).toMatch(/above 0 for scale log/);
    expect(range('range: [1 kWh, 5 kWh], scale: lin')).toMatch(/expected one of linear, log/);
    expect(range('range: [1 kWh, 5 kWh]')).toMatch(/expected steps beside range, for a grid/);
    expect(range('range: [1 kWh, 5 kWh], steps: 1')).toMatch(/an integer, at least 2/);
    expect(range('range: [1, 3], steps: 5', 'seed')).toMatch(
      /expected at most 3 steps of whole numbers, all different; got 5 steps with 3/,
    );
    expect(range('range: [1, 2.5], steps: 2', 'seed')).toMatch(/two whole numbers/);
  });

  it('of two things that set one path', () => {
    expect(
      problems(`set: { seed: 4 }
factors:
  a: { path: seed, values: [1] }
  b: { path: population.households, values: [1] }
  c: { levels: { x: { population.households: 5 } } }
`),
    ).toEqual([
      'study.yaml:4:8 study.set.seed: expected a path that is no factor; got seed, which a sets',
      'study.yaml:8:3 study.factors.c: expected each path in one factor of an arm; ' +
        'got population.households, which b sets too',
    ]);
  });

  it('of a value stand at the value, once for all points', () => {
    expect(
      problems(`factors:
  households: { path: population.households, values: [20, -5, 3] }
  battery: { path: population.battery, values: [5 kWh, 20 kW, 10 kWh] }
`),
    ).toEqual([
      'study.yaml:5:59 study.factors.households.values[1]: expected an integer, at least 0; got -5',
      'study.yaml:6:56 study.factors.battery.values[1]: expected a energy with unit ' +
        '(Wh, kWh, MWh), at least 0 Wh; got "20 kW" (did you mean kWh?)',
    ]);
    const range = `factors:
  battery: { path: population.battery, range: [-9 kWh, 9 kWh] }
design: { name: sobol, points: 64 }
`;
    expect(problems(range)).toHaveLength(1);
  });

  it('of numbers whose rule the scenario switched off, but not of a rule that varies', () => {
    const off = { 'base.yaml': `${BASE}settlement: { deviationRule: none }\n` };
    expect(
      problems('factors:\n  band: { path: settlement.band, values: [1 %, 2 %] }\n', off)[0],
    ).toMatch(/^study.yaml:5:43 .*no band while deviationRule is none; got "1 %"/);
    const rest = `set: { settlement.band: 5 % }
factors:
  rule: { path: settlement.deviationRule, values: [none, band-penalty] }
`;
    expect(problems(rest)).toEqual([]);
  });

  it('of a path that some arms do not have name these arms', () => {
    expect(
      problems('factors:\n  t: { path: consensus.blockInterval, values: [5 s, 9 s] }\n'),
    ).toEqual([
      'study.yaml:5:14 study.factors.t.path: expected one of slot; ' +
        'got unknown key "blockInterval" (in arm dpos)',
    ]);
  });

  it('between values name the point where the scenario says nothing of it', () => {
    const rest = `factors:
  lead: { path: market.leadTimeMax, values: [20 min, 8 min] }
  length: { path: horizon.interval, values: [15 min, 30 min] }
`;
    expect(problems(rest)).toEqual([
      'study.yaml:5:54 study.factors.lead.values[1]: ' +
        'expected leadTimeMax above leadTimeMin, which is 10 min; got 8 min',
    ]);
    const base = `${BASE}market: { leadTimeMax: 30 min }\n`;
    const gate = `factors:
  lead: { levels: { late: { market.leadTimeMin: 40 min }, soon: { market.leadTimeMin: 20 min } } }
`;
    expect(problems(gate, { 'base.yaml': base })).toEqual([
      'base.yaml:7:24 scenario.market.leadTimeMax: expected leadTimeMax above leadTimeMin, ' +
        'which is 40 min; got 30 min (at lead late)',
    ]);
  });

  it('of an arm whose name would lie', () => {
    expect(
      problems('factors:\n  protocol: { path: consensus, values: [pow, central] }\n'),
    ).toContain(
      'study.yaml:5:46 study.factors.protocol.values[1]: ' +
        'expected the protocol the arm is named after, pow; got central ' +
        '(protocols are compared as arms; in arm pow)',
    );
  });

  it('of constraints have the column inside the text', () => {
    expect(
      problems(`${HOUSEHOLDS}constraints:
  - households >> 5
  - "households > 5 * housholds"
  - 7
`),
    ).toEqual([
      'study.yaml:7:17 study.constraints[0]: expected a number, a factor or (; got ">"',
      'study.yaml:8:23 study.constraints[1]: expected a factor, one of households; ' +
        'got "housholds" (did you mean households?)',
      'study.yaml:9:5 study.constraints[2]: expected a constraint as text; got 7',
    ]);
  });

  it('of constraints that leave nothing', () => {
    expect(problems(`${HOUSEHOLDS}constraints: [households > 5, households > 60]\n`)).toEqual([
      'study.yaml:6:31 study.constraints[1]: expected a point that is left, of 2; ' +
        'got none: no point meets households > 60',
    ]);
    expect(problems(`${HOUSEHOLDS}constraints: [households > 30, households < 30]\n`)).toEqual([
      'study.yaml:6:15 study.constraints[0]: expected a point that is left, of 2; ' +
        'got none: each constraint leaves some, all together leave none',
    ]);
  });

  it('of a design', () => {
    const design = (text: string) => problems(`${HOUSEHOLDS}design: ${text}\n`)[0];
    expect(design('sobl')).toMatch(/^study.yaml:6:9 study.design: .*did you mean sobol\?/);
    expect(design('{ name: sobol }')).toMatch(/study.design.points: expected an integer/);
    expect(design('{ name: sobol, points: 0 }')).toMatch(/:32 .*at least 1/);
    expect(design('{ name: latin-hypercube, points: 4, sed: 1 }')).toMatch(/did you mean seed\?/);
    expect(design('{ name: latin-hypercube, points: 6 }')).toBe(
      'study.yaml:6:9 study.design: expected points that differ; ' +
        'got 4 points twice, e.g. households 50 (ask for fewer points, or for a grid)',
    );
    expect(design('[grid]')).toMatch(/got a list of 1/);
  });

  it('of more dimensions than Sobol points have', () => {
    const lines = Array.from(
      { length: 22 },
      (_, i) => `  f${i}: { levels: { a: { name: a${i} }, b: {} }, meaning: x }`,
    );
    const found = problems(`factors:\n${lines.join('\n')}\ndesign: { name: sobol, points: 4 }\n`);
    expect(found).toContain(
      'study.yaml:27:9 study.design: expected at most 21 factors for sobol; got 22 ' +
        '(use latin-hypercube)',
    );
  });

  it('of its size', () => {
    expect(problems(`${HOUSEHOLDS}replications: 10\nmaxRuns: 39\n`)).toEqual([
      'study.yaml:7:10 study.maxRuns: expected at most 39 runs; ' +
        'got 40: 2 points, 2 arms, 10 replications (raise maxRuns to allow it)',
    ]);
    const until = 'until: { halfWidth: 5 %, metrics: [lateOrderShare], replicationsMax: 64 }\n';
    expect(problems(`${HOUSEHOLDS}${until}maxRuns: 100\n`)[0]).toMatch(/got 256: 2 points/);
    const wide = (name: string, path: string) =>
      `  ${name}: { path: ${path}, range: [1 kWh, 99 kWh], steps: 2000 }\n`;
    expect(
      problems(`factors:\n${wide('a', 'population.battery')}${wide('b', 'x.battery')}`),
    ).toContain(
      'study.yaml:1:1 study.design: expected a grid of at most 1000000 combinations; got 4000000 ' +
        '(use fewer levels, latin-hypercube or sobol)',
    );
    const windows =
      '[{ start: 2024-01-08T00:00+08:00, days: 1 }, { start: 2024-02-08T00:00+08:00, days: 1 }]';
    const base = BASE.replace(/horizon: .*/, `horizon: { windows: ${windows} }`);
    expect(problems(`${HOUSEHOLDS}maxRuns: 12\n`, { 'base.yaml': base })[0]).toMatch(
      /got 24: 2 points, 2 arms, their windows, 3 replications/,
    );
  });

  it('of when to stop', () => {
    expect(problems('until: { halfWidth: 5 % }\n')).toEqual([
      'study.yaml:4:8 study.until.metrics: expected the metrics that are to be narrow; got nothing',
    ]);
    expect(problems('until: { halfWidth: 0, metrics: [lateOrderShare] }\n')[0]).toMatch(/4:21/);
    expect(
      problems('replications: 9\nuntil: { halfWidth: 5 %, metrics: [x], replicationsMax: 8 }\n'),
    ).toEqual([
      expect.stringMatching(/^study.yaml:5:36 study.until.metrics\[0\]: expected a metric that/),
      'study.yaml:5:57 study.until.replicationsMax: ' +
        'expected at least the 9 replications of the study; got 8',
    ]);
    const kept = 'metrics: [tps]\nuntil: { halfWidth: 5 %, metrics: [lateOrderShare] }\n';
    expect(problems(kept).at(-1)).toMatch(/got "lateOrderShare" \(add it to metrics/);
  });

  it('of limits', () => {
    expect(places('limits: { time: 10, memory: 1 kB }\n')).toEqual([
      'study.yaml:4:17 study.limits.time',
      'study.yaml:4:29 study.limits.memory',
    ]);
  });
});

describe('problems of a file of points', () => {
  const rest = `factors:
  households: { path: population.households }
  battery: { path: population.battery }
design: { name: csv, file: points.csv }
`;
  const csv = (text: string) => problems(rest, { 'points.csv': text });

  it('have their line and column', () => {
    expect(csv('households,battery\n20,5 kWh\n-1,5 kWh\n30,\n')).toEqual([
      'points.csv:4:4 study.factors.battery: ' +
        'expected a number, a quantity, a word, true or false; got nothing ' +
        '(use levels for lists and maps)',
    ]);
    expect(csv('households,battery\n20,5 kWh\n-1,5 kWh\n30,6\n')).toEqual([
      'points.csv:3:1 study.factors.households: expected an integer, at least 0; got -1',
      expect.stringMatching(/^points.csv:4:4 study.factors.battery: .*got 6 without a unit/),
    ]);
    expect(csv('households,battery\n20,5 kWh\n\n20,5000 Wh\n')).toEqual([
      'points.csv:4:1 points: expected each point once; ' +
        'got households 20, battery 5 kWh, as in line 2',
    ]);
  });

  it('of its columns', () => {
    expect(csv('housholds,battery,battery\n20,5 kWh,5 kWh\n')).toEqual([
      'study.yaml:5:3 study.factors.households: ' +
        'expected a column households in points.csv; got none',
      'points.csv:1:1 points: expected a factor of the study, one of households, battery; ' +
        'got "housholds" (did you mean households?)',
      'points.csv:1:19 points: expected each column once; got battery again',
    ]);
    expect(csv('households,battery\n20\n')[0]).toBe(
      'points.csv:2 points: expected 2 cells in every row; got 1',
    );
    expect(csv('')[0]).toMatch(/expected a row of names; got an empty file/);
    expect(csv('households,battery\n')[0]).toMatch(/rows of points; got none/);
    expect(csv('households,"battery\n20')[0]).toMatch(
      /^points.csv.* points: expected well-formed CSV/,
    );
  });

  it('of the file itself and of values beside it', () => {
    expect(problems(rest, {})).toEqual([
      'study.yaml:7:28 study.design.file: expected the file points.csv; got no such file',
    ]);
    const values = rest.replace('population.battery', 'population.battery, values: [1 kWh]');
    expect(problems(values, { 'points.csv': 'households\n' })).toEqual([
      'study.yaml:6:40 study.factors.battery.values: ' +
        'expected no values here: the CSV file has them; got values',
    ]);
    const level = rest.replace('{ path: population.battery }', '{ levels: { low: {}, high: {} } }');
    expect(problems(level, { 'points.csv': 'households,battery\n20,lo\n' })).toEqual([
      'points.csv:2:4 study.factors.battery: expected a level, one of low, high; got "lo" ' +
        '(did you mean low?)',
    ]);
    const unit = rest.replace('population.battery', 'population.battery, unit: kwh');
    expect(problems(unit, { 'points.csv': 'households,battery\n20,1\n' })[0]).toMatch(
      /:46 .*one of Wh, kWh, MWh; got "kwh" \(did you mean kWh\?\)/,
    );
  });
});
