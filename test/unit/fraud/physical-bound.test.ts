import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { MINUTE_US } from '../../../src/base/units.ts';
import { skyPath } from '../../../src/energy/bound.ts';
import { planeOf, planeOfArray } from '../../../src/energy/plane.ts';
import type { ReadingEvent } from '../../../src/fraud/detectors/define.ts';
import physicalBound from '../../../src/fraud/detectors/physical-bound.ts';
import { CALENDAR, detectorWorld, registeredHomes } from './worlds.ts';

const SLOT_US = 15 * MINUTE_US;
const BEIJING = { latitudeDeg: 39.9, longitudeDeg: 116.4 };

function setUp() {
  const world = detectorWorld();
  return {
    ...world,
    instance: physicalBound.create(world.context, defaultsOf(physicalBound.options())),
  };
}

function reading(changes: Partial<ReadingEvent>): ReadingEvent {
  return {
    home: 0,
    fromSlot: changes.slot ?? 0,
    slot: 0,
    importWh: 0,
    exportWh: 0,
    generationWh: 0,
    quality: 'A',
    clockErrorUs: 0,
    ...changes,
  };
}

describe('physical bound', () => {
  it('alarms at night above one register unit', () => {
    const { instance, alarms } = setUp();
    instance.onReading!(reading({ slot: 4, generationWh: 10 }));
    expect(alarms).toEqual([]);
    instance.onReading!(reading({ slot: 5, generationWh: 20 }));
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatchObject({ entity: 0, slot: 5, score: 2 });
    expect(alarms[0]!.evidence).toContain('20 Wh at night in slots 5 to 5');
  });
  it('alarms once a home and day', () => {
    const { instance, alarms } = setUp();
    for (const slot of [1, 2, 3, 97]) instance.onReading!(reading({ slot, generationWh: 500 }));
    expect(alarms.map((alarm) => alarm.slot)).toEqual([1, 97]);
  });
  it('judges a merged read on its sum', () => {
    const { instance, alarms } = setUp();
    // Four hours around noon: no slot alone could take it, all together do.
    instance.onReading!(reading({ fromSlot: 40, slot: 55, generationWh: 14_000, quality: 'E' }));
    expect(alarms).toEqual([]);
    instance.onReading!(reading({ slot: 56, generationWh: 14_000 }));
    expect(alarms).toHaveLength(1);
  });
  it('does not call twilight night', () => {
    const { instance, alarms, scores } = setUp();
    // Sunset in Beijing on 3 June is 19:37; the sun is below -6 degree from 20:10.
    instance.onReading!(reading({ slot: 79, generationWh: 10 }));
    instance.onReading!(reading({ home: 2, slot: 84, generationWh: 10 }));
    instance.onDayEnd!(0);
    expect(alarms).toEqual([]);
    expect(scores[0]!.score).toBeLessThan(0.6);
    expect(scores[2]!.score).toBe(1);
  });
  it('accuses a home without registered PV that generates', () => {
    const { instance, alarms } = setUp();
    instance.onReading!(reading({ home: 1, slot: 48, generationWh: 30 }));
    expect(alarms).toHaveLength(1);
  });
  it('passes a steep east roof under 1.2 times clear sky from dawn to dusk', () => {
    const homes = registeredHomes(1).map((home) => ({ ...home, tiltDeg: 60, azimuthDeg: 90 }));
    const { context, alarms, scores } = detectorWorld({ homes });
    const instance = physicalBound.create(context, defaultsOf(physicalBound.options()));
    const plane = planeOf(60, 90);
    for (let slot = 0; slot < 96; slot++) {
      const sky = skyPath(slot * SLOT_US, (slot + 1) * SLOT_US, CALENDAR, BEIJING);
      let wh = 0;
      sky.suns.forEach((sun, i) => {
        const ghi = 1.2 * Math.max(0, sky.clearWPerM2[i]! - 5);
        const dcW = homes[0]!.pvDcW * (planeOfArray(plane, sun, ghi, 0.15) / 1000);
        wh += Math.min(homes[0]!.pvAcW, 0.96 * dcW) * sky.sampleHours;
      });
      instance.onReading!(reading({ slot, generationWh: Math.floor(wh / 10) * 10 }));
    }
    instance.onDayEnd!(0);
    expect(alarms).toEqual([]);
    expect(scores[0]!.score).toBeGreaterThan(0.7);
  });
  it('scores a late reading of an ended day again', () => {
    const { instance, scores } = setUp();
    instance.onDayEnd!(0);
    instance.onReading!(reading({ slot: 2, generationWh: 50 }));
    expect(scores.filter((row) => row.entity === 0)).toEqual([
      { entity: 0, day: 0, score: 0 },
      { entity: 0, day: 0, score: 5 },
    ]);
  });
});
