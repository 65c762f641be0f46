import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ScenarioError } from '../../../src/base/errors.ts';
import { defaultsOf } from '../../../src/base/options.ts';
import { DAY_US, HOUR_US } from '../../../src/base/units.ts';
import type { Attack } from '../../../src/fraud/attacks/define.ts';
import generationOverReporting from '../../../src/fraud/attacks/generation-over-reporting.ts';
import underReporting from '../../../src/fraud/attacks/under-reporting.ts';
import washTradeRing from '../../../src/fraud/attacks/wash-trade-ring.ts';
import { attackHomes, attackWorld } from './worlds.ts';

const VECTORS = new URL('../../../../shared/reference/fraud_vectors.json', import.meta.url);

function wire(attack: Attack, options: Record<string, unknown>, changes = {}, seed = 1) {
  const world = attackWorld(changes, seed);
  const resolved = { ...defaultsOf(attack.options()), ...options };
  return { ...world, attack: attack.create(world.context, resolved) };
}

/** Feeds the same hourly day twice and returns the second day as reported. */
function secondDay(hourlyWh: readonly number[], options: Record<string, unknown>): number[] {
  const homes = attackHomes(1);
  const world = wire(
    underReporting,
    { actors: 1, ...options },
    { homes, slotUs: HOUR_US, slotCount: 48 },
  );
  const reported: number[] = [];
  for (let slot = 0; slot < 48; slot++) {
    const values = Float64Array.of(hourlyWh[slot % 24]!, 0, 0);
    world.attack.meter!(0, slot, values);
    if (slot >= 24) reported.push(values[0]!);
  }
  return reported;
}

if (!existsSync(VECTORS)) console.log(`skipped: no reference vectors at ${VECTORS.pathname}`);

describe.skipIf(!existsSync(VECTORS))('attack functions of Jokar 2016 on the reference day', () => {
  const vectors = existsSync(VECTORS)
    ? JSON.parse(readFileSync(VECTORS, 'utf8')).attack_vectors
    : undefined;
  const day = (vectors?.series ?? []).map((kwh: number) => Math.round(kwh * 1000));
  const cases: [string, Record<string, unknown>, string][] = [
    ['constant', { mode: 'constant', alpha: 0.5 }, 'h1_alpha_0_5'],
    [
      'window',
      { mode: 'window', windowFrom: 18 * HOUR_US, windowTo: 22 * HOUR_US },
      'h2_off_18_22',
    ],
    ['reversed', { mode: 'reversed' }, 'h6_reverse'],
    ['cap', { mode: 'cap', capShare: 0.6 }, 'cap_0_6max'],
    ['subtract', { mode: 'subtract', subtract: 300 }, 'subtract_0_3'],
  ];
  for (const [name, options, key] of cases) {
    it(`${name} reports the vector ${key}`, () => {
      const reported = secondDay(day, options);
      reported.forEach((wh, hour) => {
        expect(wh / 1000).toBeCloseTo(vectors[key][hour], 9);
      });
    });
  }
  it('mean reports a flat day of the same energy', () => {
    const reported = secondDay(day, { mode: 'mean' });
    for (const wh of reported) expect(wh / 1000).toBeCloseTo(vectors.h5_mean, 9);
  });
  it('time-of-use bills fall from 3.80 to 3.29 and 3.00', () => {
    const bill = (wh: readonly number[]) =>
      wh.reduce((sum, x, hour) => sum + (x / 1000) * (hour >= 18 && hour < 22 ? 0.4 : 0.2), 0);
    const expected = vectors.TOU_cost_peak18_22_0_40_off_0_20;
    expect(bill(day)).toBeCloseTo(expected.honest, 9);
    expect(bill(secondDay(day, { mode: 'mean' }))).toBeCloseTo(expected.h5, 9);
    expect(bill(secondDay(day, { mode: 'reversed' }))).toBeCloseTo(expected.h6, 9);
  });
  it('steals 55 % on average in modes constant, random and random-mean, nothing in mean', () => {
    const stolen = (mode: string) => {
      const homes = attackHomes(400);
      const world = wire(
        underReporting,
        { actors: 400, mode, from: DAY_US },
        { homes, slotUs: HOUR_US, slotCount: 48 },
      );
      let [trueWh, reportedWh] = [0, 0];
      for (let slot = 0; slot < 48; slot++) {
        for (let home = 0; home < 400; home++) {
          const values = Float64Array.of(day[slot % 24]!, 0, 0);
          world.attack.meter!(home, slot, values);
          if (slot < 24) continue;
          trueWh += day[slot % 24]!;
          reportedWh += values[0]!;
        }
      }
      return 1 - reportedWh / trueWh;
    };
    // One α a home: standard error 0.7/sqrt(12·400) = 0.010; c = 4.
    expect(Math.abs(stolen('constant') - 0.55)).toBeLessThan(0.041);
    expect(Math.abs(stolen('random') - 0.55)).toBeLessThan(0.015);
    expect(Math.abs(stolen('random-mean') - 0.55)).toBeLessThan(0.015);
    expect(Math.abs(stolen('mean'))).toBeLessThan(1e-12);
    expect(Math.abs(stolen('reversed'))).toBeLessThan(1e-12);
  });
});

describe('under-reporting', () => {
  it('reports the truth until a pattern that needs a day has one', () => {
    const world = wire(
      underReporting,
      { actors: 1, mode: 'mean', from: 0 },
      { homes: attackHomes(1) },
    );
    for (let slot = 0; slot < 96; slot++) {
      const values = Float64Array.of(10 + slot, 0, 0);
      world.attack.meter!(0, slot, values);
      expect(values[0]).toBe(10 + slot);
    }
    expect(world.labels).toEqual([]);
  });
  it('learns its day from history too', () => {
    const world = wire(
      underReporting,
      { actors: 1, mode: 'mean', from: 0 },
      { homes: attackHomes(1) },
    );
    for (let slot = -96; slot < 0; slot++) world.attack.meter!(0, slot, Float64Array.of(100, 0, 0));
    const values = Float64Array.of(300, 0, 0);
    world.attack.meter!(0, 0, values);
    expect(values[0]).toBe(100);
    expect(world.labels).toEqual([{ home: 0, slot: 0, deltaWh: 200, deltaUpt: 0 }]);
  });
  it('draws windows of at least four hours that end by midnight', () => {
    const world = wire(
      underReporting,
      { actors: 20, mode: 'window', from: 0 },
      { slotCount: 10 * 96 },
    );
    for (let day = 0; day < 10; day++) {
      for (let home = 0; home < 20; home++) {
        const off: number[] = [];
        for (let k = 0; k < 96; k++) {
          const values = Float64Array.of(100, 0, 0);
          world.attack.meter!(home, day * 96 + k, values);
          if (values[0] === 0) off.push(k);
        }
        expect(off.length).toBeGreaterThanOrEqual(15);
        expect(off.at(-1)! - off[0]!).toBe(off.length - 1);
      }
    }
  });
});

describe('generation-over-reporting', () => {
  const run = (options: Record<string, unknown>, generation: (slot: number) => number) => {
    const world = wire(
      generationOverReporting,
      { actors: 1, from: 0, ...options },
      {
        homes: attackHomes(1),
      },
    );
    const rows = Array.from({ length: 3 * 96 }, (_, slot) => {
      const values = Float64Array.of(7, 20, generation(slot));
      world.attack.meter!(0, slot, values);
      expect(values[1]! - 20).toBe(values[2]! - generation(slot));
      expect(values[0]).toBe(7);
      return values[2]!;
    });
    return { rows, labels: world.labels };
  };
  const sunny = (slot: number) => (slot % 96 > 24 && slot % 96 < 72 ? 800 : 0);
  it('scales by one plus the gain', () => {
    const { rows } = run({ mode: 'scale', gain: 1 }, sunny);
    expect(rows[48]).toBe(1600);
  });
  it('clips at the inverter rating but never below the truth', () => {
    const { rows } = run({ mode: 'clipped', gain: 1 }, (slot) =>
      slot === 40 ? 1300 : sunny(slot),
    );
    expect(rows[48]).toBe(1250);
    expect(rows[40]).toBe(1300);
  });
  it('adds a constant power at night only', () => {
    const { rows, labels } = run({ mode: 'night', night: 400 }, sunny);
    expect(rows[0]).toBe(100);
    expect(rows[16]).toBe(0);
    expect(rows[87]).toBe(0);
    expect(rows[88]).toBe(100);
    expect(labels).toHaveLength(3 * 24);
  });
  it('replays the best complete day where it is above the truth', () => {
    const dayFactor = [1, 0.2, 1.5];
    const { rows, labels } = run({ mode: 'replay' }, (slot) => {
      return sunny(slot) * dayFactor[Math.floor(slot / 96)]!;
    });
    expect(rows[48]).toBe(800);
    expect(rows[96 + 48]).toBe(800);
    expect(rows[192 + 48]).toBe(1200);
    expect(labels.every((label) => label.slot >= 96 && label.slot < 192)).toBe(true);
  });
});

describe('wash-trade-ring', () => {
  for (const size of [2, 3, 4, 5, 6]) {
    it(`keeps net positions near zero over a ring of ${size}`, () => {
      const world = wire(washTradeRing, { actors: size, noise: 0.002 });
      const net = new Map<number, number>();
      let volumeWh = 0;
      let trades = 0;
      for (let slot = 0; slot < world.context.slotCount; slot++) {
        const orders = world.attack.orders!(slot);
        expect(orders.length).toBeLessThanOrEqual(1);
        for (const { buyer, seller, quantityWh, priceUptPerKWh } of orders) {
          net.set(buyer, (net.get(buyer) ?? 0) + quantityWh);
          net.set(seller, (net.get(seller) ?? 0) - quantityWh);
          volumeWh += quantityWh;
          trades++;
          expect(Math.abs(priceUptPerKWh / 310_000 - 1)).toBeLessThanOrEqual(0.002 + 1e-5);
        }
      }
      expect(trades % size).toBe(0);
      expect(trades).toBeGreaterThan(180);
      for (const wh of net.values()) expect(Math.abs(wh)).toBeLessThan(0.005 * volumeWh);
    });
  }
  it('refuses rings of seven', () => {
    const homes = attackHomes(7).map((home) => home.id);
    expect(() => wire(washTradeRing, { homes })).toThrow(ScenarioError);
  });
});

describe('choice of actors', () => {
  it('is the same when other homes are added after, up to the newcomers', () => {
    const few = wire(underReporting, { actors: 5 }, { homes: attackHomes(40) }).attack.actors;
    const more = wire(underReporting, { actors: 5 }, { homes: attackHomes(41) }).attack.actors;
    const lost = few.filter((home) => !more.includes(home));
    expect(lost.length).toBeLessThanOrEqual(1);
  });
  it('takes named homes and refuses unknown or taken ones with a hint', () => {
    const world = attackWorld();
    const defaults = defaultsOf(underReporting.options());
    const named = (homes: string[]) =>
      underReporting.create(world.context, { ...defaults, homes }).actors;
    expect(named(['home-004', 'home-002'])).toEqual([1, 3]);
    expect(() => named(['home-002'])).toThrow('different homes with no other attack');
    expect(() => named(['hom-005'])).toThrow('did you mean home-005?');
  });
  it('refuses more actors than there are homes with PV', () => {
    expect(() => wire(generationOverReporting, { actors: 11 })).toThrow(
      'at most the 10 homes with PV',
    );
  });
  it('starts after one day, at once in a short run, and refuses an empty time', () => {
    expect(wire(underReporting, {}).attack.startSlot).toBe(96);
    expect(wire(underReporting, {}, { slotCount: 96 }).attack.startSlot).toBe(0);
    expect(() => wire(underReporting, { from: DAY_US, to: DAY_US })).toThrow(ScenarioError);
  });
});
