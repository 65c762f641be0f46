/** Every registered attack passes this suite. */
import { describe, expect, it } from 'vitest';
import { cost } from '../../src/base/integer.ts';
import { defaultsOf } from '../../src/base/options.ts';
import type { Attack, AttackContext, OwnPeriod } from '../../src/fraud/attacks/define.ts';
import { attacks } from '../../src/fraud/attacks/index.ts';
import { attackHomes, attackWorld, type LabelRow } from '../unit/fraud/worlds.ts';

const HISTORY = 96;

/** True increments of a home and slot: integers, the same for every call. */
function truth(home: number, slot: number): Float64Array {
  const since = slot + HISTORY;
  const slotOfDay = since % 96;
  const sunny = home % 2 === 0 && slotOfDay > 28 && slotOfDay < 68;
  const generation = sunny ? 300 + ((home * 131 + since * 17) % 400) : 0;
  const net = 80 + ((home * 37 + since * 53) % 500) - generation;
  return Float64Array.of(Math.max(0, net), Math.max(0, -net), generation);
}

/** A day of a plant: a third of it is consumed at home; odd homes have none. */
function ownPeriod(home: number, period: number): OwnPeriod {
  const labelKWh = home % 2 === 0 ? 4 + ((home + period) % 5) : 0;
  return {
    home,
    period,
    fromSlot: 96 * period,
    toSlot: 96 * (period + 1),
    serial: 16 * (1000 + home),
    labels: labelKWh === 0 ? [] : [[10 * period, 10 * period + labelKWh]],
    labelKWh,
    generationWh: 1500 * labelKWh,
    selfWh: 500 * labelKWh,
    rateUptPerKWh: 288_000,
    isElsewhere: home % 6 === 0 && period % 2 === 1,
  };
}

interface Outcome {
  readonly actors: readonly number[];
  readonly changes: Map<string, number>;
  readonly traded: Map<string, number>;
  readonly labels: readonly LabelRow[];
  readonly outside: readonly string[];
}

function run(attack: Attack, changes: Partial<AttackContext> = {}, options = {}): Outcome {
  const { context, labels } = attackWorld(changes);
  const instance = attack.create(context, { ...defaultsOf(attack.options()), ...options });
  const reported = new Map<string, number>();
  const traded = new Map<string, number>();
  const outside: string[] = [];
  const isIn = (home: number, slot: number) =>
    instance.actors.includes(home) && slot >= instance.startSlot && slot < instance.endSlot;
  for (let slot = -HISTORY; slot < context.slotCount; slot++) {
    for (let home = 0; home < context.count; home++) {
      const values = truth(home, slot);
      instance.meter?.(home, slot, values);
      const before = truth(home, slot);
      const delta = Math.max(...values.map((wh, channel) => Math.abs(wh - before[channel]!)));
      if (!values.every((wh) => Number.isFinite(wh) && wh >= 0))
        outside.push(`${home}/${slot} < 0`);
      if (delta > 0) reported.set(`${home}/${slot}`, delta);
      if (delta > 0 && !isIn(home, slot)) outside.push(`${home}/${slot}`);
    }
    for (const order of slot < 0 ? [] : (instance.orders?.(slot) ?? [])) {
      const valueUpt = cost(order.priceUptPerKWh, order.quantityWh);
      expect(Number.isSafeInteger(order.quantityWh) && order.quantityWh > 0).toBe(true);
      expect(Number.isSafeInteger(order.priceUptPerKWh)).toBe(true);
      expect(order.buyer).not.toBe(order.seller);
      for (const home of [order.buyer, order.seller]) {
        const key = `${home}/${slot}`;
        expect(traded.has(key)).toBe(false);
        traded.set(key, valueUpt);
        if (!isIn(home, slot)) outside.push(`order ${key}`);
      }
    }
    for (let home = 0; slot % 96 === 95 && slot > 0 && home < context.count; home++) {
      const own = ownPeriod(home, (slot - 95) / 96);
      for (const claim of instance.claims?.(own) ?? []) {
        const key = `${home}/${own.toSlot - 1}`;
        expect(Number.isSafeInteger(claim.energyKWh) && claim.energyKWh > 0).toBe(true);
        expect(claim.valueUpt).toBe(own.rateUptPerKWh * claim.energyKWh);
        expect(reported.has(key)).toBe(false);
        reported.set(key, 1000 * claim.energyKWh);
        traded.set(key, claim.valueUpt);
        if (!isIn(home, own.fromSlot) || !isIn(home, slot)) outside.push(`claim ${key}`);
      }
    }
  }
  return { actors: instance.actors, changes: reported, traded, labels, outside };
}

for (const attack of attacks.all) {
  describe(`attack ${attack.name}`, () => {
    const options = attack.options();
    const modes = options.mode?.choices ?? ['default'];
    it('has a code, a source and documented options', () => {
      expect(attack.code).toMatch(/^F\d\d$/);
      expect(attack.source.length).toBeGreaterThan(10);
      expect(Object.isFrozen(attack)).toBe(true);
      for (const option of Object.values(options)) expect(option.doc).not.toBe('');
      expect(attacks.get(attack.code!)).toBe(attack);
    });
    for (const mode of modes) {
      const chosen = mode === 'default' ? {} : { mode };
      it(`${mode}: changes only its actors, only in its time, to energies >= 0`, () => {
        const { actors, changes, traded, outside } = run(attack, {}, chosen);
        expect(outside).toEqual([]);
        expect(actors.length).toBeGreaterThan(0);
        expect([...actors].sort((a, b) => a - b)).toEqual(actors);
        expect(changes.size + traded.size).toBeGreaterThan(0);
      });
      it(`${mode}: labels exactly what it changes`, () => {
        const { changes, traded, labels } = run(attack, {}, chosen);
        const labelled = new Map<string, number>();
        const moved = new Map<string, number>();
        for (const { home, slot, deltaWh, deltaUpt } of labels) {
          const key = `${home}/${slot}`;
          if (deltaWh > 0) labelled.set(key, (labelled.get(key) ?? 0) + deltaWh);
          if (deltaUpt > 0) moved.set(key, (moved.get(key) ?? 0) + deltaUpt);
        }
        expect([...labelled.keys()].sort()).toEqual([...changes.keys()].sort());
        for (const [key, wh] of changes) expect(labelled.get(key)).toBeCloseTo(wh, 9);
        expect([...moved].sort()).toEqual([...traded].sort());
      });
      it(`${mode}: is the same twice`, () => {
        expect(run(attack, {}, chosen)).toEqual(run(attack, {}, chosen));
      });
    }
    it('leaves taken homes alone and takes its own', () => {
      const actorsTaken = new Set([0, 2, 4, 6, 8, 10, 12]);
      const { actors } = run(attack, { actorsTaken });
      for (const home of actors) expect(home > 12 || home % 2 === 1).toBe(true);
      for (const home of actors) expect(actorsTaken.has(home)).toBe(true);
    });
    it('opens addressed streams only', () => {
      const { context } = attackWorld();
      const random = {
        addressed: context.random.addressed,
        sequential: () => {
          throw new Error('sequential stream');
        },
      };
      expect(() => run(attack, { random })).not.toThrow();
    });
    it('does not depend on the homes it does not use', () => {
      // Batteries and sizes of others change; the actors and what they say stay.
      const plain = run(attack);
      const homes = attackHomes(20).map((home, index) =>
        plain.actors.includes(index) ? home : { ...home, batteryWh: 9000, pvDcW: home.pvDcW * 2 },
      );
      expect(run(attack, { homes })).toEqual(plain);
    });
  });
}
