/**
 * Detectors on honest synthetic villages behind real meters and a real head-end: registers in steps,
 * gain errors, drifting clocks, lost reads. Nobody is accused more often than the stated rate.
 */
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/base/calendar.ts';
import { defaultsOf } from '../../src/base/options.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { MINUTE_US, SECOND_US } from '../../src/base/units.ts';
import synthetic from '../../src/data/communities/synthetic.ts';
import energyBalance from '../../src/fraud/detectors/energy-balance.ts';
import physicalBound from '../../src/fraud/detectors/physical-bound.ts';
import { createHeadEnd } from '../../src/metering/head-end.ts';
import { createHeadMeter } from '../../src/metering/head-meter.ts';
import { createMeters } from '../../src/metering/meters.ts';
import { createWorld } from '../../src/physics/world.ts';
import { detectorWorld } from '../unit/fraud/worlds.ts';

const SLOT_US = 15 * MINUTE_US;
const STEP_US = 5 * MINUTE_US;
const METERING = {
  class: 0.01,
  readNoise: 0.002,
  headClass: 0.002,
  resolution: 10,
  loss: 0.005,
  delayMedian: 20 * SECOND_US,
  delaySigma: 0.8,
  clockDrift: 2 * SECOND_US,
  faults: 0,
};

/** Runs one village; returns the alarms and scores of both detectors. */
function village(startEpochS: number, seed: string, dayCount: number, homes: number) {
  const calendar = createCalendar(startEpochS, 480);
  const random = createRandomSource(seed);
  const slotCount = dayCount * 96;
  const options = { ...defaultsOf(synthetic.options()), households: homes, prosumers: homes / 2 };
  const source = synthetic.create(
    {
      calendar,
      slotUs: SLOT_US,
      slotCount,
      stepUs: STEP_US,
      historySlotCount: 0,
      random,
      folder: '.',
      issue: (issue) => expect(issue).toBeUndefined(),
    },
    options,
  )!;
  const world = createWorld(source, {
    stepUs: STEP_US,
    slotUs: SLOT_US,
    batteryDispatch: 'self-consumption',
  });
  const meters = createMeters({ count: homes, options: METERING, random, slotUs: SLOT_US });
  const headMeter = createHeadMeter(METERING, random);
  const place = { latitudeDeg: source.latitudeDeg, longitudeDeg: source.longitudeDeg };
  const common = { homes: source.homes, calendar, slotCount, ...place };
  const bound = detectorWorld(common);
  const balance = detectorWorld(common);
  const boundInstance = physicalBound.create(bound.context, defaultsOf(physicalBound.options()));
  const balanceInstance = energyBalance.create(
    balance.context,
    defaultsOf(energyBalance.options()),
  );
  const headEnd = createHeadEnd({
    count: homes,
    slotUs: SLOT_US,
    firstSlot: 0,
    initial: structuredClone(meters.registers),
    onReading: (reading) => {
      boundInstance.onReading!(reading);
      balanceInstance.onReading!(reading);
    },
  });
  const { truth } = world;
  for (let slot = 0; slot < slotCount; slot++) {
    world.advance(slot);
    meters.read(slot, truth.importWh, truth.exportWh, truth.generationWh);
    const { importWh, exportWh, generationWh } = meters.registers;
    let netWh = 0;
    for (let home = 0; home < homes; home++) {
      netWh += truth.importWh[home]! - truth.exportWh[home]!;
      const delayUs = meters.arrivalDelayUs[home]!;
      if (delayUs > 20 * MINUTE_US) continue;
      const read = [importWh[home]!, exportWh[home]!, generationWh[home]!] as const;
      headEnd.receive(home, slot, ...read, meters.clockErrorUs[home]!, slot * SLOT_US + delayUs);
    }
    const reads = headEnd.close(slot);
    balanceInstance.onFeeder!({
      slot,
      headWh: headMeter.read(slot, netWh),
      reportedImportWh: reads.importWh,
      reportedExportWh: reads.exportWh,
      modelledLossWh: 0,
    });
    if (slot % 96 !== 95) continue;
    boundInstance.onDayEnd!(Math.floor(slot / 96));
    balanceInstance.onDayEnd!(Math.floor(slot / 96));
  }
  return { bound, balance };
}

describe('honest synthetic villages', () => {
  // 3 June and 15 December 2024, 00:00+08:00: the brightest days, and the coldest cells.
  const runs = [1_717_344_000, 1_734_192_000].map((start) =>
    village(start, `village-${start}`, 8, 40),
  );
  it('the physical bound accuses at most 0.1 % of home-days', () => {
    const accused = runs.reduce((sum, run) => sum + run.bound.alarms.length, 0);
    expect(accused / (2 * 8 * 40)).toBeLessThanOrEqual(0.001);
  });
  it('the energy balance stays within its sigma', () => {
    const z = runs.flatMap((run) => run.balance.scores.map((row) => row.score));
    expect(z).toHaveLength(16);
    expect(runs.flatMap((run) => run.balance.alarms)).toEqual([]);
    // Mean square of 16 standard normal scores has a standard error of 0.35; c = 4.
    expect(z.reduce((sum, x) => sum + x * x, 0) / z.length).toBeLessThan(2.4);
  });
});
