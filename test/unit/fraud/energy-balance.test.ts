import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { HOUR_US } from '../../../src/base/units.ts';
import energyBalance from '../../../src/fraud/detectors/energy-balance.ts';
import { detectorWorld, registeredHomes } from './worlds.ts';

const METER_CLASS = 0.01;
const HEAD_CLASS = 0.002;
const HOMES = 12;
const LOSS_SHARE = 0.03;

interface Population {
  readonly days: number;
  /** Energy home 0 hides on a day [Wh]. */
  theftWh(day: number): number;
  /** PV peak as a multiple of the load: above 1 the feeder feeds back at noon. */
  readonly pv: number;
}

/** Feeds one feeder with meters that err within their class; returns z by day and the alarms. */
function feed(index: number, population: Population, options: Record<string, unknown> = {}) {
  const draws = createRandomSource('feeder').addressed('test/feeder');
  const world = detectorWorld({
    homes: registeredHomes(HOMES),
    slotUs: HOUR_US,
    slotCount: 24 * population.days,
    meterClass: METER_CLASS,
    headClass: HEAD_CLASS,
    resolutionWh: 0,
  });
  const settings = { ...defaultsOf(energyBalance.options()), ...options };
  const detector = energyBalance.create(world.context, settings);
  const normal = (entity: number, k: number) => draws.normal(index, entity, k) / Math.sqrt(3);
  const headGain = 1 + HEAD_CLASS * normal(-1, 0);
  const lossGain = 1 + 0.02 * draws.normal(index, -2, 0);
  const gains = Array.from({ length: HOMES }, (_, home) => 1 + METER_CLASS * normal(home, 0));
  const importWh = new Float64Array(HOMES);
  const exportWh = new Float64Array(HOMES);
  for (let slot = 0; slot < 24 * population.days; slot++) {
    const [day, hour] = [Math.floor(slot / 24), slot % 24];
    let trueWh = 0;
    let flowWh = 0;
    for (let home = 0; home < HOMES; home++) {
      const loadWh = 300 + 400 * draws.uniform(index, 1000 * slot + home, 7);
      const sun = Math.max(0, 1 - Math.abs(hour - 12) / 6);
      const netWh =
        loadWh - 1000 * population.pv * sun * draws.uniform(index, 1000 * day + home, 8);
      trueWh += netWh;
      flowWh += Math.abs(netWh);
      const error = gains[home]! * (1 + 0.002 * draws.normal(index, 1000 * slot + home, 9));
      importWh[home] = Math.max(0, netWh) * error;
      exportWh[home] = Math.max(0, -netWh) * error;
    }
    importWh[0] = Math.max(0, importWh[0]! - population.theftWh(day) / 24);
    const lossWh = LOSS_SHARE * flowWh;
    const headNoise = 1 + 0.0004 * draws.normal(index, slot, 10);
    detector.onFeeder!({
      slot,
      headWh: (trueWh + lossWh * lossGain) * headGain * headNoise,
      reportedImportWh: importWh,
      reportedExportWh: exportWh,
      modelledLossWh: lossWh,
    });
    if (hour === 23) detector.onDayEnd!(day);
  }
  return { z: world.scores.map((row) => row.score), alarms: world.alarms };
}

describe('energy balance', () => {
  it('z is standard normal for honest feeders on every day, with and without feed-back', () => {
    for (const pv of [0, 4]) {
      const runs = Array.from(
        { length: 400 },
        (_, i) => feed(i, { days: 4, theftWh: () => 0, pv }).z,
      );
      for (const day of [0, 1, 3]) {
        const z = runs.map((run) => run[day]!);
        const mean = z.reduce((sum, x) => sum + x, 0) / z.length;
        const variance = z.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (z.length - 1);
        // Standard errors of 400 draws: 0.05 and 0.071; c = 4.
        expect(Math.abs(mean)).toBeLessThan(0.2);
        expect(Math.abs(variance - 1)).toBeLessThan(0.29);
      }
    }
  });
  it('honest days make a theft visible that the class alone would hide', () => {
    const theft = { days: 6, pv: 0, theftWh: (day: number) => (day === 5 ? 600 : 0) };
    let [learnt, unlearnt] = [0, 0];
    for (let i = 0; i < 40; i++) {
      if (feed(i, theft).z[5]! > 3) learnt++;
      if (feed(i, theft, { calibration: 0 }).z[5]! > 3) unlearnt++;
    }
    expect(learnt).toBeGreaterThanOrEqual(38);
    expect(unlearnt).toBeLessThan(10);
  });
  it('does not learn from days it alarms on', () => {
    const theft = { days: 8, pv: 0, theftWh: (day: number) => (day === 0 ? 0 : 4000) };
    const { alarms } = feed(1, theft);
    expect(alarms.map((alarm) => alarm.slot)).toEqual([47, 71, 95, 119, 143, 167, 191]);
    expect(alarms.every((alarm) => alarm.entity === -1 && alarm.score > 3)).toBe(true);
    expect(alarms[0]!.evidence).toMatch(/Wh unexplained/);
  });
  it('is one-sided: over-reported consumption does not alarm', () => {
    const { alarms, z } = feed(2, { days: 3, pv: 0, theftWh: (day) => (day === 2 ? -6000 : 0) });
    expect(alarms).toEqual([]);
    expect(z[2]).toBeLessThan(-3);
  });
  it('says nothing about a day without data', () => {
    const { context, scores } = detectorWorld();
    energyBalance.create(context, defaultsOf(energyBalance.options())).onDayEnd!(0);
    expect(scores).toEqual([]);
  });
});
