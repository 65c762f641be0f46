/**
 * The synthetic community against real homes: 55 one-minute homes of the European LV feeder (one
 * winter day) and 10 quarter-hour homes over 45 days. Bands come from the data: groups of n homes
 * are drawn with replacement, by the same draws from real and from generated homes, over windows of
 * one day. Groups of 1 and 5 are compared with both data sets together, groups of 20 and 55 with
 * the feeder's homes, the only set that has so many. The two sets differ: the feeder's homes are
 * three times rougher from one quarter hour to the next than the ten others, and the generated ones
 * stand between, nearer the feeder.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { createCalendar, parseInstant } from '../../src/base/calendar.ts';
import { defaultsOf } from '../../src/base/options.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { DAY_US, MINUTE_US } from '../../src/base/units.ts';
import synthetic from '../../src/data/communities/synthetic.ts';
import { isNight, pvBoundOverSkyWh, skyPath } from '../../src/energy/bound.ts';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const feederFile = `${data}load/eulv_55_homes_kw_1min.csv`;
const hamletFile = `${data}load/hamlet_10_homes_w_15min.csv`;
const pvFile = `${data}pv/fontana_pv_kwh_60min.csv`;
const pvwattsFile = `${data}pv/pvwatts_reference_roofmount_8760.csv`;
const present = [feederFile, hamletFile, pvFile, pvwattsFile].every((path) => existsSync(path));
if (!present) console.log(`skipped: real homes in ${data} are absent`);

type Series = readonly number[];

function readColumns(path: string): number[][] {
  const rows: string[][] = parse(readFileSync(path), { from_line: 2 });
  return rows[0]!.slice(1).map((_, column) => rows.map((row) => Number(row[column + 1])));
}

function averaged(series: Series, by: number): number[] {
  return Array.from({ length: Math.floor(series.length / by) }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < by; j++) sum += series[i * by + j]!;
    return sum / by;
  });
}

/** Coefficient of variation, lag-1 autocorrelation, mean over max, and max over mean. */
function statistics(series: Series): Record<string, number> {
  const mean = series.reduce((sum, x) => sum + x, 0) / series.length;
  let [variance, covariance, peak] = [0, 0, 0];
  series.forEach((x, i) => {
    variance += (x - mean) ** 2;
    if (i > 0) covariance += (x - mean) * (series[i - 1]! - mean);
    peak = Math.max(peak, x);
  });
  return {
    'coefficient of variation': Math.sqrt(variance / series.length) / mean,
    'lag-1 autocorrelation': covariance / variance,
    'load factor': mean / peak,
    'after-diversity peak': peak / mean,
  };
}

/** Statistics of groups of n homes; every home once for n = 1. */
function groups(homes: readonly Series[], n: number, count: number) {
  const draws = createRandomSource('groups').addressed('test/groups');
  const pick = (group: number, k: number) =>
    homes[Math.floor(draws.uniform(n, group, k) * homes.length)]!;
  return Array.from({ length: n === 1 ? homes.length : count }, (_, group) => {
    const members = n === 1 ? [homes[group]!] : Array.from({ length: n }, (_, k) => pick(group, k));
    return statistics(
      members[0]!.map((_, t) => members.reduce((sum, home) => sum + home[t]!, 0) / n),
    );
  });
}

function community(seed: string, days: number, stepUs: number, options: Record<string, unknown>) {
  const start = parseInstant(days > 300 ? '2023-01-01T00:00+08:00' : '2024-01-16T00:00+08:00')!;
  const calendar = createCalendar(start.epochS, start.utcOffsetMin);
  const context = {
    calendar,
    slotUs: 15 * MINUTE_US,
    slotCount: days * 96,
    stepUs,
    historySlotCount: 0,
    random: createRandomSource(seed),
    folder: '.',
    issue: () => {},
  };
  const source = synthetic.create(context, { ...defaultsOf(synthetic.options()), ...options })!;
  return { source, calendar };
}

/** Five-minute load of 55 generated households over one winter working day [Wh a step]. */
function generatedDay(seed: number): number[][] {
  const { source } = community(`day-${seed}`, 1, 5 * MINUTE_US, { households: 55, prosumers: 0 });
  const homes: number[][] = source.homes.map(() => []);
  const [loadWh, pvWh] = [new Float64Array(55), new Float64Array(55)];
  for (let step = 0; step < 288; step++) {
    source.fill(step, loadWh, pvWh);
    for (let home = 0; home < 55; home++) homes[home]!.push(loadWh[home]!);
  }
  return homes;
}

describe.skipIf(!present)('generated load lies inside the range of real homes', () => {
  const feeder = present ? readColumns(feederFile) : [];
  const hamlet = present ? readColumns(hamletFile) : [];
  const generated = Array.from({ length: 6 }, (_, seed) => generatedDay(seed));
  // Quarter hours of the second set begin at 23:00Z, which is local midnight.
  const hamletDays = Array.from({ length: 44 }, (_, day) =>
    hamlet.map((home) => home.slice(day * 96, (day + 1) * 96)),
  );

  test.each([
    [15, 1],
    [15, 5],
    [15, 20],
    [15, 55],
    [5, 20],
    [5, 55],
  ])('at %d min, groups of %d', (minutes, n) => {
    const real = groups(
      feeder.map((home) => averaged(home, minutes)),
      n,
      100,
    );
    if (n <= 5) for (const day of hamletDays) real.push(...groups(day, n, 10));
    const synthetic = generated.flatMap((day) =>
      groups(
        day.map((home) => averaged(home, minutes / 5)),
        n,
        40,
      ),
    );
    for (const key of Object.keys(real[0]!)) {
      const band = real.map((one) => one[key]!);
      const [low, high] = [Math.min(...band), Math.max(...band)];
      const ours = synthetic.map((one) => one[key]!).sort((a, b) => a - b);
      const median = ours[Math.floor(ours.length / 2)]!;
      const inside = ours.filter((x) => x >= low && x <= high).length / ours.length;
      expect(median, `${key}, median`).toBeGreaterThanOrEqual(low);
      expect(median, `${key}, median`).toBeLessThanOrEqual(high);
      // A band of one and the same day of 55 homes is narrow, so half of our own days must lie in
      // it.
      expect(inside, `${key}, share inside`).toBeGreaterThanOrEqual(n <= 5 ? 0.95 : 0.5);
    }
  });
});

/** Daily sums of an hourly column. */
const daily = (hours: Series) => averaged(hours, 24);

describe.skipIf(!present)('generated PV against real systems', () => {
  const count = 24;
  const options = { households: count, prosumers: count, batteries: 0 };

  test('a year: yield is plausible, days spread like real ones, nights are exactly 0', () => {
    const real = readColumns(pvFile).map((home) => statistics(daily(home)));
    const rows: Record<string, string>[] = parse(readFileSync(pvwattsFile), { columns: true });
    real.push(statistics(daily(rows.map((row) => Number(row['AC System Output (W)'])))));
    const key = 'coefficient of variation';
    const band = real.map((one) => one[key]!);
    const stepUs = 15 * MINUTE_US;
    const { source, calendar } = community('year', 365, stepUs, options);
    const place = { latitudeDeg: source.latitudeDeg, longitudeDeg: source.longitudeDeg };
    const days = source.homes.map(() => new Array<number>(365).fill(0));
    const [loadWh, pvWh] = [new Float64Array(count), new Float64Array(count)];
    for (let step = 0; step < 365 * 96; step++) {
      source.fill(step, loadWh, pvWh);
      if (step % 7 === 0 && isNight(step * stepUs, (step + 1) * stepUs, calendar, place)) {
        expect(pvWh.every((wh) => wh === 0)).toBe(true);
      }
      for (let home = 0; home < count; home++) days[home]![Math.floor(step / 96)]! += pvWh[home]!;
    }
    const spreads: number[] = [];
    source.homes.forEach((home, h) => {
      const yearWh = days[h]!.reduce((sum, wh) => sum + wh, 0);
      expect(yearWh / home.pvDcW).toBeGreaterThan(900);
      expect(yearWh / home.pvDcW).toBeLessThan(1900);
      spreads.push(statistics(days[h]!)[key]!);
    });
    spreads.sort((a, b) => a - b);
    const median = spreads[count / 2]!;
    expect(median).toBeGreaterThanOrEqual(Math.min(...band));
    expect(median).toBeLessThanOrEqual(Math.max(...band));
  });

  test('honest roofs never exceed the physical bound over a month', () => {
    const stepUs = 15 * MINUTE_US;
    const { source, calendar } = community('bound', 30, stepUs, options);
    const place = { latitudeDeg: source.latitudeDeg, longitudeDeg: source.longitudeDeg };
    const [loadWh, pvWh] = [new Float64Array(count), new Float64Array(count)];
    let above = 0;
    for (let step = 0; step < (30 * DAY_US) / stepUs; step++) {
      source.fill(step, loadWh, pvWh);
      const sky = skyPath(step * stepUs, (step + 1) * stepUs, calendar, place);
      source.homes.forEach((home, h) => {
        if (pvWh[h]! > pvBoundOverSkyWh(sky, home)) above++;
      });
    }
    expect(above).toBe(0);
  });
});
