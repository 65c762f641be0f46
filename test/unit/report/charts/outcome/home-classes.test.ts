import { expect, test } from 'vitest';
import { homeClasses } from '../../../../../src/report/charts/outcome/home-classes.ts';
import { runOf } from '../results-of.ts';

/** Readings of a home in eight intervals, the first four dark. */
const readings = (home: string, darkImports: readonly number[], generation: number) =>
  [...darkImports.map((wh) => [wh, 0]), ...Array.from({ length: 4 }, () => [0, generation])]
    .map(([imported, generated], slot) => `${slot},${home},${imported},${generated}`)
    .join('\n');

const METERS = `slot,home,import_wh,generation_wh
${readings('home-001', [20, 30, 20, 30], 0)}
${readings('home-002', [20, 30, 20, 30], 500)}
${readings('home-003', [0, 0, 20, 30], 500)}
${readings('home-004', [900, 800, 900, 900], 700)}`;

const classes = (population?: object) =>
  Object.fromEntries(
    homeClasses(
      runOf('x-1', 'x', { meters: METERS }, population ? { scenario: { population } } : {}),
    )!,
  );

test('readings show PV, and a battery where a home draws nothing in the dark', () => {
  expect(classes()).toEqual({
    'home-001': 'home without PV',
    'home-002': 'home with PV',
    'home-003': 'home with PV and battery',
    'home-004': 'home with PV',
  });
});

test('a synthetic community numbers its businesses last', () => {
  const options = { households: 3, shops: 0, offices: 1, workshops: 0 };
  expect(classes({ name: 'synthetic', options })['home-004']).toBe('business');
  // A community of another size than the scenario says is not guessed at.
  expect(classes({ name: 'synthetic', options: { households: 1 } })['home-004']).toBe(
    'home with PV',
  );
});

test('a scenario that lists its homes is believed', () => {
  const homes = [
    { id: 'home-001', kind: 'shop' },
    { id: 'home-002', kind: 'home', battery: 5000 },
    { id: 'home-003', kind: 'home', battery: 0 },
  ];
  expect(classes({ name: 'csv', options: { homes } })).toMatchObject({
    'home-001': 'business',
    'home-002': 'home with PV and battery',
    'home-003': 'home with PV',
  });
});

test('without readings nothing is known', () => {
  expect(homeClasses(runOf('x-1', 'x', {}))).toBeUndefined();
});
