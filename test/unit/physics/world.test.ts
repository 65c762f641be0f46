import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCalendar, parseInstant } from '../../../src/base/calendar.ts';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { MINUTE_US } from '../../../src/base/units.ts';
import synthetic from '../../../src/data/communities/synthetic.ts';
import { keepFactor, SOC_MAX, SOC_MIN } from '../../../src/energy/battery.ts';
import type { CommunitySource, HomeSpec } from '../../../src/physics/community.ts';
import { createWorld, SOC_START, type World } from '../../../src/physics/world.ts';

const STEP_US = 5 * MINUTE_US;
const SLOT_US = 15 * MINUTE_US;
const TIME = { stepUs: STEP_US, slotUs: SLOT_US };

function home(id: string, batteryWh = 0): HomeSpec {
  return {
    id,
    kind: 'home',
    pvDcW: 5000,
    pvAcW: 4348,
    tiltDeg: 30,
    azimuthDeg: 180,
    orientationKnown: true,
    batteryWh,
    batteryW: 5000,
    batteryEfficiency: 0.95,
  };
}

/** A source that plays fixed columns: `series[home][step]` = [load, pv] in Wh. */
function playing(homes: HomeSpec[], series: (readonly [number, number])[][], history = 0) {
  const steps = series[0]!.length;
  const source: CommunitySource = {
    homes,
    latitudeDeg: 0,
    longitudeDeg: 0,
    slotCount: steps / 3 - history,
    stepsPerSlot: 3,
    historySlotCount: history,
    fill(step, loadWh, pvWh) {
      homes.forEach((_, h) => {
        [loadWh[h], pvWh[h]] = series[h]![step + 3 * history]!;
      });
    },
    notes: [],
    inputs: [],
  };
  return source;
}

function expectBalance({ truth, count }: World): void {
  for (let h = 0; h < count; h++) {
    const [load, charge] = [truth.loadWh[h]!, truth.chargeWh[h]!];
    const [generation, discharge] = [truth.generationWh[h]!, truth.dischargeWh[h]!];
    const [imported, exported] = [truth.importWh[h]!, truth.exportWh[h]!];
    const all = [load, charge, generation, discharge, imported, exported];
    const right =
      load + charge - generation - discharge === imported - exported &&
      all.every((wh) => Number.isSafeInteger(wh) && wh >= 0) &&
      imported <= load + charge &&
      exported <= generation + discharge;
    if (!right) expect.fail(`home ${h}: ${all}`);
  }
}

describe('world', () => {
  test('integer series come out exactly, imports and exports both ways inside a slot', () => {
    const series: (readonly [number, number])[][] = [
      [
        [100, 0],
        [20, 70],
        [30, 30],
      ],
    ];
    const world = createWorld(playing([home('a')], series), {
      ...TIME,
      batteryDispatch: 'self-consumption',
    });
    world.advance(0);
    expect(world.truth.loadWh[0]).toBe(150);
    expect(world.truth.generationWh[0]).toBe(100);
    expect(world.truth.importWh[0]).toBe(100);
    expect(world.truth.exportWh[0]).toBe(50);
    expect([...world.netWByStep]).toEqual([1200, -600, 0]);
  });

  test('sums of steps round half up, once', () => {
    const series: (readonly [number, number])[][] = [
      [
        [0.25, 0],
        [0.125, 0],
        [0.125, 0],
      ],
    ];
    const world = createWorld(playing([home('a')], series), { ...TIME, batteryDispatch: 'idle' });
    world.advance(0);
    expect(world.truth.loadWh[0]).toBe(1);
    expect(world.truth.importWh[0]).toBe(1);
    expect(world.truth.exportWh[0]).toBe(0);
  });

  test('a battery takes the surplus and gives it back, and idle leaves it alone', () => {
    const day = Array.from({ length: 24 }, (_, s): readonly [number, number] =>
      s < 12 ? [0, 100] : [50, 0],
    );
    const make = (batteryDispatch: 'self-consumption' | 'idle') =>
      createWorld(playing([home('a', 10_000)], [day]), { ...TIME, batteryDispatch });
    const world = make('self-consumption');
    for (let slot = 0; slot < 4; slot++) {
      world.advance(slot);
      expect(world.truth.chargeWh[0]).toBe(300);
      expect(world.truth.exportWh[0]).toBe(0);
    }
    expect(world.truth.storedWh[0]).toBeCloseTo(5000 + 1200 * 0.95, -1);
    for (let slot = 4; slot < 8; slot++) {
      world.advance(slot);
      expect(world.truth.dischargeWh[0]).toBe(150);
      expect(world.truth.importWh[0]).toBe(0);
    }
    const idle = make('idle');
    idle.advance(0);
    expect(idle.truth.chargeWh[0]).toBe(0);
    expect(idle.truth.exportWh[0]).toBe(300);
    expect(idle.truth.storedWh[0]).toBe(Math.round(SOC_START * 10_000 * keepFactor(900)));
  });

  test('slots come in order from the history', () => {
    const series = [Array.from({ length: 9 }, () => [10, 0] as const)];
    const source = playing([home('a')], series, 2);
    const world = createWorld(source, { ...TIME, batteryDispatch: 'idle' });
    expect(() => world.advance(0)).toThrow('"slot" expected -2, got 0');
    world.advance(-2);
    world.advance(-1);
    world.advance(0);
    expect(() => world.advance(0)).toThrow('"slot" expected 1, got 0');
  });

  test('steps that do not fit the source are refused', () => {
    const source = playing([home('a')], [[]]);
    const options = { slotUs: SLOT_US, stepUs: MINUTE_US, batteryDispatch: 'idle' } as const;
    expect(() => createWorld(source, options)).toThrow('"stepUs" expected 300000000');
  });

  test('any series balances with ===, and the battery stays in its window', () => {
    const wh = fc.double({ min: 0, max: 600, noNaN: true });
    const steps = fc.array(fc.tuple(wh, wh), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(steps, steps, (a, b) => {
        const source = playing([home('a', 3000), home('b')], [a, b]);
        const world = createWorld(source, { ...TIME, batteryDispatch: 'self-consumption' });
        for (let slot = 0; slot < 8; slot++) {
          world.advance(slot);
          expectBalance(world);
          expect(world.truth.storedWh[0]).toBeLessThanOrEqual(Math.round(SOC_MAX * 3000));
          expect(world.truth.storedWh[0]).toBeGreaterThanOrEqual(Math.round(SOC_MIN * 3000) - 1);
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('a synthetic week with batteries balances in every slot', () => {
    const start = parseInstant('2024-06-03T00:00+08:00')!;
    const context = {
      ...TIME,
      calendar: createCalendar(start.epochS, start.utcOffsetMin),
      slotCount: 96,
      historySlotCount: 6 * 96,
      random: createRandomSource(5),
      folder: '.',
      issue: () => {},
    };
    const options = { ...defaultsOf(synthetic.options()), households: 30, shops: 2 };
    const world = createWorld(synthetic.create(context, options)!, {
      ...TIME,
      batteryDispatch: 'self-consumption',
    });
    let discharged = 0;
    for (let slot = -6 * 96; slot < 96; slot++) {
      world.advance(slot);
      expectBalance(world);
      for (const wh of world.truth.dischargeWh) discharged += wh;
    }
    expect(discharged).toBeGreaterThan(10_000);
  });
});
