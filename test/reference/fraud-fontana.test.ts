/**
 * The physical bound on a year of eight real PV homes (model.md §8.4 D05): honest roofs are not
 * accused, generation at night always is. The rating is the published nominal power: these homes
 * reach 0.98 of it in an hour on the AC side, so it is an AC rating. Orientation is not on file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/base/calendar.ts';
import { createSlotDays } from '../../src/base/days.ts';
import { defaultsOf } from '../../src/base/options.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { HOUR_US } from '../../src/base/units.ts';
import attack from '../../src/fraud/attacks/generation-over-reporting.ts';
import detector from '../../src/fraud/detectors/physical-bound.ts';
import { detectorWorld } from '../unit/fraud/worlds.ts';

const DATA = new URL('../../../shared/data/', import.meta.url);
const CLEAN = ['H01', 'H02', 'H03', 'H04', 'H05', 'H08', 'H09', 'H10'];

const hasData = existsSync(DATA);
if (!hasData) console.log(`skipped: no data folder at ${DATA.pathname}`);

function table(path: string): Record<string, string>[] {
  const lines = readFileSync(new URL(path, DATA), 'utf8').trim().split('\n');
  const header = lines[0]!.split(',');
  return lines.slice(1).map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(header.map((key, i) => [key, cells[i] ?? '']));
  });
}

function loadYear() {
  const rows = table('pv/fontana_pv_kwh_60min.csv');
  const nominal = new Map(
    table('load/fontana_homes.csv').map((row) => [row.home, 1000 * Number(row.pv_nominal_kw)]),
  );
  const homes = CLEAN.map((id) => ({
    id,
    pvAcW: nominal.get(id)!,
    pvDcW: nominal.get(id)!,
    batteryWh: 0,
    tiltDeg: 0,
    azimuthDeg: 180,
    orientationKnown: false,
  }));
  const wh = CLEAN.map((id) => rows.map((row) => Math.floor(1000 * Number(row[id]) + 0.5)));
  // 2016-08-01T00:00-08:00, hours as in the file.
  return { homes, wh, slotCount: rows.length, calendar: createCalendar(1_470_038_400, -480) };
}

interface Settings {
  /** Every n-th read is lost and merges with the next; 0 loses none. */
  readonly loseEvery?: number;
  readonly clockErrorUs?: number;
  readonly tamper?: (home: number, slot: number, values: Float64Array) => void;
}

function judgeYear({ loseEvery = 0, clockErrorUs = 0, tamper }: Settings) {
  const { homes, wh, slotCount, calendar } = loadYear();
  const place = { latitudeDeg: 34.09, longitudeDeg: -117.43, calendar };
  const { context, alarms } = detectorWorld({ homes, slotUs: HOUR_US, slotCount, ...place });
  const instance = detector.create(context, defaultsOf(detector.options()));
  const values = new Float64Array(3);
  const pendingWh = new Float64Array(homes.length);
  const fromSlot = new Float64Array(homes.length);
  for (let slot = 0; slot < slotCount; slot++) {
    for (let home = 0; home < homes.length; home++) {
      values.fill(0);
      values[2] = wh[home]![slot]!;
      tamper?.(home, slot, values);
      pendingWh[home]! += values[2]!;
      if (loseEvery > 0 && (slot + home) % loseEvery === 0) continue;
      instance.onReading!({
        home,
        fromSlot: fromSlot[home]!,
        slot,
        importWh: 0,
        exportWh: 0,
        generationWh: pendingWh[home]!,
        quality: slot > fromSlot[home]! ? 'E' : 'A',
        clockErrorUs,
      });
      pendingWh[home] = 0;
      fromSlot[home] = slot + 1;
    }
  }
  const homeDays = homes.length * 365;
  const accused = new Set(alarms.map(({ entity, slot }) => `${entity}/${Math.floor(slot / 24)}`));
  return { accused, rate: accused.size / homeDays, homes, slotCount, calendar };
}

describe.skipIf(!hasData)('physical bound on the Fontana homes', () => {
  it('accuses at most 0.1 % of honest home-days', () => {
    expect(judgeYear({}).rate).toBeLessThanOrEqual(0.001);
  });
  it('does so with merged reads and a clock that is off', () => {
    expect(judgeYear({ loseEvery: 7, clockErrorUs: 25e6 }).rate).toBeLessThanOrEqual(0.001);
    expect(judgeYear({ loseEvery: 3, clockErrorUs: -90e6 }).rate).toBeLessThanOrEqual(0.001);
  });
  it('catches generation at night on every home-day', () => {
    const { homes, slotCount, calendar } = loadYear();
    const days = createSlotDays(calendar, HOUR_US);
    const guilty = new Set<string>();
    const instance = attack.create(
      {
        homes,
        count: homes.length,
        slotUs: HOUR_US,
        slotCount,
        calendar,
        random: createRandomSource(3),
        actorsTaken: new Set(),
        label: (home, slot) => guilty.add(`${home}/${days.dayOf(slot)}`),
      },
      { ...defaultsOf(attack.options()), actors: 4, mode: 'night', night: 50, from: 0 },
    );
    const { accused } = judgeYear({ tamper: instance.meter! });
    expect(guilty.size).toBe(4 * 365);
    for (const unit of guilty) expect(accused.has(unit)).toBe(true);
    const honest = [...accused].filter((unit) => !guilty.has(unit));
    expect(honest.length / (4 * 365)).toBeLessThanOrEqual(0.001);
  });
  it('does not see output scaled up below the rating', () => {
    const tamper = (_home: number, _slot: number, values: Float64Array) => {
      values[2]! *= 1.02;
    };
    expect(judgeYear({ tamper }).rate).toBeLessThanOrEqual(0.001);
  });
});
