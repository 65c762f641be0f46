import { describe, expect, test } from 'vitest';
import { createCalendar, parseInstant } from '../../../src/base/calendar.ts';
import { formatIssue, type InputIssue } from '../../../src/base/errors.ts';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { MINUTE_US } from '../../../src/base/units.ts';
import synthetic from '../../../src/data/communities/synthetic.ts';
import { createWeather } from '../../../src/data/synthetic/weather.ts';

const start = parseInstant('2024-06-03T00:00+08:00')!;
const calendar = createCalendar(start.epochS, start.utcOffsetMin);

function make(options: Record<string, unknown>, seed = 1, historyDays = 0) {
  const issues: InputIssue[] = [];
  const context = {
    calendar,
    slotUs: 15 * MINUTE_US,
    slotCount: 96,
    stepUs: 5 * MINUTE_US,
    historySlotCount: historyDays * 96,
    random: createRandomSource(seed),
    folder: '.',
    issue: (issue: InputIssue) => issues.push(issue),
  };
  const source = synthetic.create(context, { ...defaultsOf(synthetic.options()), ...options });
  return { source, issues };
}

/** Load and PV of every home over one day, step by step. */
function play(options: Record<string, unknown>, seed = 1) {
  const source = make(options, seed).source!;
  const count = source.homes.length;
  const [loadWh, pvWh] = [new Float64Array(count), new Float64Array(count)];
  const load: number[][] = source.homes.map(() => []);
  const pv: number[][] = source.homes.map(() => []);
  for (let step = 0; step < 288; step++) {
    source.fill(step, loadWh, pvWh);
    for (let home = 0; home < count; home++) {
      load[home]!.push(loadWh[home]!);
      pv[home]!.push(pvWh[home]!);
    }
  }
  return { homes: source.homes, load, pv };
}

describe('synthetic community', () => {
  test('same seed, same bytes; another seed, another world', () => {
    expect(play({ households: 12 })).toEqual(play({ households: 12 }));
    expect(play({ households: 12 }, 2).load).not.toEqual(play({ households: 12 }).load);
  });

  test('more members of a kind change neither the load nor the sky of those before', () => {
    const few = play({ households: 12, prosumers: 12 });
    const many = play({ households: 40, prosumers: 40 });
    expect(many.load.slice(0, 12)).toEqual(few.load);
    expect(many.pv.slice(0, 12)).toEqual(few.pv);
  });

  test('members are numbered by kind, with the equipment that was asked for', () => {
    const { source } = make({
      households: 20,
      shops: 2,
      offices: 1,
      workshops: 1,
      prosumers: 7,
      batteries: 3,
      pvPeak: [4000, 4500],
    });
    const { homes } = source!;
    expect(homes.map((home) => home.kind).slice(19)).toEqual([
      'household',
      'shop',
      'shop',
      'office',
      'workshop',
    ]);
    expect(homes[16]!.id).toBe('home-017');
    expect(new Set(homes.map((home) => home.id)).size).toBe(24);
    const withPv = homes.filter((home) => home.pvDcW > 0);
    expect(withPv.length).toBe(7);
    for (const home of withPv) {
      expect(home.pvDcW).toBeGreaterThanOrEqual(4000);
      expect(home.pvDcW).toBeLessThanOrEqual(4500);
      expect(home.pvAcW).toBe(Math.round(home.pvDcW / 1.15));
    }
    const withBattery = homes.filter((home) => home.batteryWh > 0);
    expect(withBattery.length).toBe(3);
    expect(withBattery.every((home) => home.pvDcW > 0)).toBe(true);
  });

  test('two fifths have PV, and a quarter of those a battery, when nothing is said', () => {
    const homes = make({ households: 50 }).source!.homes;
    expect(homes.filter((home) => home.pvDcW > 0).length).toBe(20);
    expect(homes.filter((home) => home.batteryWh > 0).length).toBe(5);
  });

  test('contradictions are issues, all at once', () => {
    const { source, issues } = make({
      households: 5,
      prosumers: 6,
      batteries: 7,
      pvPeak: [5000, 4000],
    });
    expect(source).toBeUndefined();
    expect(issues.map(formatIssue)).toEqual([
      'population.prosumers: expected at most 5 (all members); got 6',
      'population.batteries: expected at most 6 (prosumers); got 7',
      'population.pvPeak: expected [smallest, largest] above 0 W; got [5000 W, 4000 W]',
    ]);
    expect(make({ households: 0 }).issues.map(formatIssue)).toEqual([
      'population.households: expected at least one member of any kind; got 0',
    ]);
  });

  test('load is finite, positive and switched: steps of a kilowatt within five minutes', () => {
    const { load } = play({ households: 30, prosumers: 0 });
    let jumps = 0;
    for (const home of load) {
      home.forEach((wh, step) => {
        if (!(Number.isFinite(wh) && wh > 0)) expect.fail(`${wh} Wh in step ${step}`);
        if (step > 0 && Math.abs(wh - home[step - 1]!) * 12 > 1000) jumps++;
      });
    }
    expect(jumps / load.length).toBeGreaterThan(2);
  });

  test('households use what was asked for in the mean', () => {
    const { source } = make({ households: 150, prosumers: 0, annualConsumption: 4e6 }, 3, 27);
    const [loadWh, pvWh] = [new Float64Array(150), new Float64Array(150)];
    let sumWh = 0;
    for (let step = -27 * 288; step < 288; step++) {
      source!.fill(step, loadWh, pvWh);
      for (const wh of loadWh) sumWh += wh;
    }
    // May in Beijing: less light than the yearly mean, a little cooling.
    const annualWh = ((sumWh / 150) * 365) / 28;
    expect(annualWh / 4e6).toBeGreaterThan(0.85);
    expect(annualWh / 4e6).toBeLessThan(1.15);
  });
});

describe('synthetic weather', () => {
  test('neighbours share more of the sky than distant plots, as exp(-distance / 2 km)', () => {
    const weather = createWeather({
      calendar,
      location: { latitudeDeg: 39.9, longitudeDeg: 116.4 },
      stepUs: 5 * MINUTE_US,
      firstStep: 0,
      plotCount: 64,
      spacingM: 100,
      foulShare: 0.25,
      random: createRandomSource(1),
    });
    // Differences between plots cancel the region: var(a - b) = 2 σ² (1 - ρ).
    const apart = [1, 10, 30].map((plots) => ({ plots, sum: 0, count: 0 }));
    let clipped = 0;
    for (let step = 0; step < 40 * 288; step++) {
      weather.advance(step);
      if (weather.clearWPerM2 === 0) continue;
      for (const one of apart) {
        one.sum += (weather.clearness[0]! - weather.clearness[one.plots]!) ** 2;
        one.count++;
      }
      if (Math.max(...weather.clearness) > 1.2 || Math.min(...weather.clearness) < 0) clipped++;
    }
    expect(clipped).toBe(0);
    const [near, middle, far] = apart.map((one) => one.sum / one.count);
    const ratio = (plots: number) => 1 - Math.exp(-plots / 20);
    expect(Math.abs(far! / middle! / (ratio(30) / ratio(10)) - 1)).toBeLessThan(0.15);
    expect(Math.abs(middle! / near! / (ratio(10) / ratio(1)) - 1)).toBeLessThan(0.15);
  });

  test('every state of the sky occurs and the mean index is that of a continental place', () => {
    const weather = createWeather({
      calendar,
      location: { latitudeDeg: 39.9, longitudeDeg: 116.4 },
      stepUs: 15 * MINUTE_US,
      firstStep: 0,
      plotCount: 1,
      spacingM: 40,
      foulShare: 0.25,
      random: createRandomSource(2),
    });
    let [sum, dull, bright, count] = [0, 0, 0, 0];
    for (let step = 0; step < 365 * 96; step++) {
      weather.advance(step);
      if (weather.clearWPerM2 === 0) continue;
      const index = weather.clearness[0]!;
      sum += index;
      count++;
      if (index < 0.4) dull++;
      if (index > 0.85) bright++;
    }
    expect(sum / count).toBeGreaterThan(0.62);
    expect(sum / count).toBeLessThan(0.82);
    expect(dull / count).toBeGreaterThan(0.05);
    expect(bright / count).toBeGreaterThan(0.3);
  });
});
