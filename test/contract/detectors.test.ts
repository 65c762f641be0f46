/** Every registered detector and response passes this suite. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../src/base/options.ts';
import type { Detector, DetectorInstance } from '../../src/fraud/detectors/define.ts';
import { detectors } from '../../src/fraud/detectors/index.ts';
import { responses } from '../../src/fraud/response/index.ts';
import { detectorWorld } from '../unit/fraud/worlds.ts';

const DAYS = 3;
const HOMES = 20;

function wire(detector: Detector) {
  const world = detectorWorld({ slotCount: DAYS * 96 });
  return { ...world, instance: detector.create(world.context, defaultsOf(detector.options())) };
}

/** A village without fraud: exact meters, no losses, no trades in circles. */
function feedHonest(instance: DetectorInstance, seen: { frozen: boolean }): void {
  for (let slot = 0; slot < DAYS * 96; slot++) {
    const reportedImportWh = new Float64Array(HOMES);
    const reportedExportWh = new Float64Array(HOMES);
    for (let home = 0; home < HOMES; home++) {
      const noon = Math.max(0, 1 - Math.abs((slot % 96) - 48) / 20);
      const generationWh = home % 2 === 0 ? 10 * Math.floor(60 * noon) : 0;
      const netWh = 10 * (10 + ((home * 7 + slot * 3) % 20)) - generationWh;
      reportedImportWh[home] = Math.max(0, netWh);
      reportedExportWh[home] = Math.max(0, -netWh);
      const reading = Object.freeze({
        home,
        fromSlot: slot,
        slot,
        importWh: reportedImportWh[home]!,
        exportWh: reportedExportWh[home]!,
        generationWh,
        quality: 'A' as const,
        clockErrorUs: 0,
      });
      instance.onReading?.(reading);
    }
    let headWh = 0;
    for (let home = 0; home < HOMES; home++) {
      headWh += reportedImportWh[home]! - reportedExportWh[home]!;
    }
    const before = [...reportedImportWh, ...reportedExportWh];
    const feeder = { slot, headWh, reportedImportWh, reportedExportWh, modelledLossWh: 0 };
    instance.onFeeder?.(Object.freeze(feeder));
    if ([...reportedImportWh, ...reportedExportWh].some((wh, i) => wh !== before[i])) {
      seen.frozen = false;
    }
    const seller = 2 * (slot % 10);
    const trade = { slot, seller, buyer: seller + 1, energyWh: 100, priceUptPerKWh: 400_000 };
    instance.onTrade?.(Object.freeze({ ...trade, bilateral: true }));
    instance.onSlotEnd?.(slot);
    if (slot % 96 === 95) instance.onDayEnd?.(Math.floor(slot / 96));
  }
}

for (const detector of detectors.all) {
  describe(`detector ${detector.name}`, () => {
    it('has a code, a source and documented options', () => {
      expect(detector.code).toMatch(/^D\d\d$/);
      expect(detector.source.length).toBeGreaterThan(10);
      expect(Object.isFrozen(detector)).toBe(true);
      for (const option of Object.values(detector.options())) expect(option.doc).not.toBe('');
      expect(detectors.get(detector.code!)).toBe(detector);
    });
    it('emits no alarm without events', () => {
      const { instance, alarms, scores } = wire(detector);
      for (let day = 0; day < DAYS; day++) instance.onDayEnd?.(day);
      expect(alarms).toEqual([]);
      for (const { score } of scores) expect(score).toBe(0);
    });
    it('accuses nobody honest, scores every unit and day, and changes no input', () => {
      const { instance, alarms, scores } = wire(detector);
      const seen = { frozen: true };
      feedHonest(instance, seen);
      expect(alarms).toEqual([]);
      expect(seen.frozen).toBe(true);
      const entities = detector.unit === 'home' ? Array.from({ length: HOMES }, (_, i) => i) : [-1];
      const expected = [];
      for (let day = 0; day < DAYS; day++)
        for (const entity of entities) expected.push(`${entity}/${day}`);
      const given = [...new Set(scores.map((row) => `${row.entity}/${row.day}`))];
      expect(given.sort()).toEqual(expected.sort());
      for (const { score } of scores) {
        expect(Number.isFinite(score)).toBe(true);
        expect(score).toBeLessThan(instance.threshold + 1e-12);
      }
    });
    it('says the same twice', () => {
      const runs = [0, 1].map(() => {
        const world = wire(detector);
        feedHonest(world.instance, { frozen: true });
        return [world.alarms, world.scores];
      });
      expect(runs[0]).toEqual(runs[1]);
    });
  });
}

for (const response of responses.all) {
  describe(`response ${response.name}`, () => {
    it('sanctions nobody without an alarm, and none never', () => {
      const sanctions: unknown[] = [];
      const sanction = (what: unknown) => sanctions.push(what);
      const instance = response.create({ count: 3, sanction }, defaultsOf(response.options()));
      expect(sanctions).toEqual([]);
      if (response.name !== 'none') return;
      instance.onAlarm({ detector: 'energy-balance', entity: 0, slot: 1, timeUs: 2, score: 9 });
      expect(sanctions).toEqual([]);
    });
  });
}
