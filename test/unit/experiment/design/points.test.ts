import { describe, expect, it } from 'vitest';
import { cells, study } from './fixture.ts';

describe('points of a grid', () => {
  it('change the last factor fastest', () => {
    const { points, factors } = study(`factors:
  households: { path: population.households, values: [20, 50] }
  battery: { path: population.battery, range: [5 kWh, 20 kWh], steps: 3 }
`);
    expect(cells(points)).toEqual([
      [20, 5],
      [20, 12.5],
      [20, 20],
      [50, 5],
      [50, 12.5],
      [50, 20],
    ]);
    expect(points.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(factors).toEqual([
      {
        ...{ name: 'households', type: 'integer', unit: '', meaning: 'Homes without PV' },
        ...{ paths: ['population.households'], arms: undefined },
      },
      {
        ...{ name: 'battery', type: 'number', unit: 'kWh', meaning: 'Capacity of one' },
        ...{ paths: ['population.battery'], arms: undefined },
      },
    ]);
  });

  it('leave out what breaks a constraint', () => {
    const design = study(`factors:
  households: { path: population.households, values: [20, 50] }
  battery: { path: population.battery, values: [5 kWh, 10 kWh] }
constraints: ["households + battery <= 55", "households * battery > 100"]
`);
    expect(cells(design.points)).toEqual([
      [20, 10],
      [50, 5],
    ]);
    expect(design.excludedCount).toBe(2);
    expect(design.notes).toEqual(['grid: constraints left out 2 points']);
  });

  it('are one without factors', () => {
    const design = study('arms: [pow]\nreplications: 4\n');
    expect(cells(design.points)).toEqual([[]]);
    expect(design.runCount).toBe(4);
    expect(design.resolve('pow', design.points[0]!).consensus.name).toBe('pow');
  });
});

describe('factors of some arms', () => {
  const { points, runCount, resolve } = study(`replications: 1
factors:
  households: { path: population.households, values: [20, 50] }
  interval: { path: consensus.blockInterval, values: [5 s, 15 s, 1 min], arms: [pow] }
`);

  it('are empty in the others, which run once for all of their levels', () => {
    expect(points.map(({ arms }) => arms.join())).toEqual([
      'pow,dpos',
      'pow',
      'pow',
      'pow,dpos',
      'pow',
      'pow',
    ]);
    expect(runCount).toBe(8);
    expect(points[1]!.cellsFor('pow')).toEqual([20, 15]);
    expect(points[1]!.cellsFor('dpos')).toEqual([20, '']);
    expect(points.map((point) => point.runPointFor('dpos'))).toEqual([0, 0, 0, 3, 3, 3]);
    expect(points.map((point) => point.runPointFor('pow'))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('leave the scenarios of the others alone', () => {
    expect(resolve('pow', points[5]!).consensus.options.blockInterval).toBe(60e6);
    expect(resolve('dpos', points[5]!).consensus).toEqual({ name: 'dpos', options: { slot: 3e6 } });
    expect(points[5]!.settingsFor('dpos')).toHaveLength(1);
  });

  it('make no points at which no arm is left to run', () => {
    const both = study(`factors:
  interval: { path: consensus.blockInterval, values: [5 s, 15 s], arms: [pow] }
  slot: { path: consensus.slot, values: [1 s, 2 s], arms: [dpos] }
`);
    expect(both.points.map(({ cells: row, arms }) => [...row, arms.join()])).toEqual([
      [5, 1, 'pow,dpos'],
      [5, 2, 'dpos'],
      [15, 1, 'pow'],
    ]);
  });
});

describe('levels', () => {
  it('set several paths under one name', () => {
    const { points, factors, resolve } = study(`factors:
  climate:
    meaning: Where the village lies
    levels:
      base: {}
      large: { population.households: 90, horizon.days: 3 }
`);
    expect(factors[0]).toMatchObject({
      type: 'text',
      meaning: 'Where the village lies',
      paths: ['population.households', 'horizon.days'],
    });
    expect(cells(points)).toEqual([['base'], ['large']]);
    expect(resolve('pow', points[0]!).population.options.households).toBe(20);
    expect(resolve('pow', points[1]!).population.options.households).toBe(90);
    expect(resolve('pow', points[1]!).windows[0]!.days).toBe(3);
  });

  it('that are numbers make a column of numbers', () => {
    const { factors, points } = study(`factors:
  size: { levels: { 10: { population.households: 10 }, 20: { population.households: 20 } } }
`);
    expect(factors[0]!.type).toBe('integer');
    expect(cells(points)).toEqual([[10], [20]]);
  });
});

describe('designs that fill space', () => {
  const factors = `factors:
  households: { path: population.households, range: [1, 8] }
  battery: { path: population.battery, range: [1 kWh, 100 kWh], scale: log }
  rule: { path: market.mechanism, values: [uniform-price, pay-as-bid] }
`;

  it('take a Latin hypercube through lists, whole numbers and ranges', () => {
    const rest = `${factors}design: { name: latin-hypercube, points: 16, seed: 3 }\n`;
    const design = study(rest);
    const column = (i: number) => design.points.map(({ cells: row }) => row[i]!);
    for (let n = 1; n <= 8; n++) expect(column(0).filter((x) => x === n)).toHaveLength(2);
    expect(column(2).filter((x) => x === 'pay-as-bid')).toHaveLength(8);
    const strata = column(1).map((x) => Math.floor((Math.log10(Number(x)) / 2) * 16));
    expect(strata.sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(cells(study(rest).points)).toEqual(cells(design.points));
    expect(design.notes).toEqual([]);
    const settings = design.points[0]!.settingsFor('pow');
    expect(settings[1]!.value).toMatchObject({ kind: 'scalar', value: `${column(1)[0]} kWh` });
  });

  it('take Sobol points, and say when their number is unbalanced', () => {
    const design = study(`${factors}design: { name: sobol, points: 8 }\n`);
    const numbers = design.points.map(({ cells: row }) => Number(row[0]));
    expect(numbers.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(design.notes).toEqual([]);
    const odd = study(`${factors}design: { name: sobol, points: 12 }\n`);
    expect(odd.notes[0]).toMatch(/12 points are not a power of two.*8 and 16/);
  });
});

describe('points of a CSV file', () => {
  const rest = `factors:
  households: { path: population.households }
  battery: { path: population.battery, unit: kWh }
  climate: { levels: { north: {}, south: { horizon.days: 1 } } }
design: { name: csv, file: points.csv }
`;

  it('are its rows, in its order, whatever the order of its columns', () => {
    const csv = 'climate,households,battery\nsouth,50,5\nnorth,20,500 Wh\n';
    const design = study(rest, { 'points.csv': csv });
    expect(cells(design.points)).toEqual([
      [50, 5, 'south'],
      [20, 0.5, 'north'],
    ]);
    expect(design.factors.map(({ type, unit }) => `${type} ${unit}`.trim())).toEqual([
      'integer',
      'number kWh',
      'text',
    ]);
    expect(design.resolve('pow', design.points[0]!).population.options.battery).toBe(5000);
    expect(design.resolve('pow', design.points[0]!).windows[0]!.days).toBe(1);
    expect(design.inputs).toMatchObject([{ path: 'points.csv' }]);
    expect(design.inputs[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
