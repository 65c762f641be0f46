import { describe, expect, test } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { DAY_US, MINUTE_US } from '../../../src/base/units.ts';
import {
  applyFault,
  createMeterFaults,
  DRIFT_MAX,
  type MeterFault,
} from '../../../src/metering/faults.ts';
import { createMeters } from '../../../src/metering/meters.ts';
import { METERING } from '../../../src/scenario/sections.ts';

const SLOT_US = 15 * MINUTE_US;
const draw = (count: number, share: number, prosumer?: ArrayLike<number>) =>
  createMeterFaults({ count, share, random: createRandomSource(3), slotCount: 672, prosumer });

describe('honest faults', () => {
  test('strike the asked share of homes, all kinds, over the whole run', () => {
    const faults = draw(10_000, 0.05);
    expect(Math.abs(faults.homes.length - 500)).toBeLessThan(4 * Math.sqrt(475));
    const kinds = new Map<string, number>();
    const slots = faults.homes.map((home) => faults.faultOf(home)!.fromSlot);
    for (const home of faults.homes) {
      const { kind } = faults.faultOf(home)!;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect([...kinds.keys()].sort()).toEqual([
      'dead-generation',
      'drifting-gain',
      'stuck-register',
    ]);
    expect(Math.min(...kinds.values())).toBeGreaterThan(120);
    expect(Math.min(...slots)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...slots)).toBeLessThan(672);
  });

  test('no share, no fault; a larger share keeps the faults of a smaller one', () => {
    expect(draw(500, 0).homes).toEqual([]);
    const few = draw(500, 0.1);
    const more = draw(500, 0.3);
    for (const home of few.homes) expect(more.faultOf(home)).toEqual(few.faultOf(home));
  });

  test('a consumer never has a dead generation register nor a stuck export', () => {
    const faults = draw(500, 1, new Uint8Array(500));
    for (const home of faults.homes) {
      expect(faults.faultOf(home)!.kind).not.toBe('dead-generation');
      expect(faults.faultOf(home)!.register).toBeLessThan(1);
    }
  });

  test('each kind does to the increments what its name says, from its slot on', () => {
    const apply = (fault: Partial<MeterFault>, slot: number) => {
      const values = Float64Array.of(100, 50, 70);
      const full = { kind: 'stuck-register', fromSlot: 10, register: -1, gainPerDay: 0, ...fault };
      applyFault(full as MeterFault, slot, DAY_US / 96, values);
      return [...values];
    };
    expect(apply({ register: 0 }, 9)).toEqual([100, 50, 70]);
    expect(apply({ register: 0 }, 10)).toEqual([0, 50, 70]);
    expect(apply({ register: 1 }, 10)).toEqual([100, 0, 70]);
    expect(apply({ kind: 'dead-generation' }, 10)).toEqual([100, 50, 0]);
    const drift = { kind: 'drifting-gain', gainPerDay: -0.01 } as const;
    const [low, , generation] = apply(drift, 10 + 95);
    expect(low).toBeCloseTo(99, 9);
    expect(generation).toBe(70);
    expect(apply(drift, 10 + 96 * 365)[0]).toBeCloseTo(100 * (1 - DRIFT_MAX), 9);
  });

  test('a faulty meter under-reports its own home only', () => {
    const options = { ...defaultsOf(METERING), readNoise: 0, class: 0, resolution: 1 };
    const faults = draw(40, 0.2);
    const random = createRandomSource(3);
    const honest = createMeters({ count: 40, options, random, slotUs: SLOT_US });
    const faulty = createMeters({ count: 40, options, random, slotUs: SLOT_US, faults });
    const wh = new Float64Array(40).fill(1000);
    for (let slot = 0; slot < 672; slot++) {
      honest.read(slot, wh, wh, wh);
      faulty.read(slot, wh, wh, wh);
    }
    const differs = [];
    for (let home = 0; home < 40; home++) {
      const same = (['importWh', 'exportWh', 'generationWh'] as const).every(
        (column) => honest.registers[column][home] === faulty.registers[column][home],
      );
      if (!same) differs.push(home);
    }
    expect(differs).toEqual([...faults.homes]);
  });
});
