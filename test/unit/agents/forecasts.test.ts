import { describe, expect, it } from 'vitest';
import {
  type ForecastContext,
  type ForecastOut,
  LAG_SLOTS_MAX,
  observedLoadWh,
} from '../../../src/agents/forecast.ts';
import { forecasts } from '../../../src/agents/forecasts/index.ts';
import noisy from '../../../src/agents/forecasts/noisy.ts';
import perfect from '../../../src/agents/forecasts/perfect.ts';
import persistence from '../../../src/agents/forecasts/persistence.ts';
import { planSlot } from '../../../src/agents/plan.ts';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { HOUR_US, MINUTE_US } from '../../../src/base/units.ts';
import { keepFactor } from '../../../src/energy/battery.ts';

/** Four slots a day; day 0 is a Monday; the sun shines in slots 1 and 2 of the day, weakly in 3. */
const PER_DAY = 4;
const dayOf = (slot: number) => Math.floor(slot / PER_DAY);
const placeOf = (slot: number) => slot - PER_DAY * dayOf(slot);
const CLEAR = [0, 1000, 800, 20];
const context = (more: Partial<ForecastContext> = {}): ForecastContext => ({
  count: 2,
  slotsPerDay: PER_DAY,
  historySlots: 0,
  slotUs: 6 * HOUR_US,
  isWeekend: (slot) => ((dayOf(slot) % 7) + 7) % 7 >= 5,
  clearSky: (home, slot) => (home === 0 ? CLEAR[placeOf(slot)]! : 0),
  random: createRandomSource(1),
  ...more,
});
const out: ForecastOut = { loadWh: 0, generationWh: 0 };

describe('persistence', () => {
  const create = (more?: Partial<ForecastContext>) =>
    persistence.create(context(more), defaultsOf(persistence.options()));

  it('averages the same slot over the last seven like days, as a slow mean does', () => {
    const forecaster = create();
    const seen: number[][] = [];
    for (let slot = 0; slot < 40 * PER_DAY; slot++) {
      const isWeekend = context().isWeekend(slot);
      const like = seen
        .map((wh, at) => ({ wh: wh[1]!, at }))
        .filter(({ at }) => placeOf(at) === placeOf(slot) && context().isWeekend(at) === isWeekend)
        .slice(-7);
      if (like.length > 0 && slot >= 3) {
        forecaster.forecast(1, slot, slot - 1, out);
        const mean = like.reduce((total, { wh }) => total + wh, 0) / like.length;
        expect(out.loadWh).toBe(Math.floor(mean + 0.5));
      }
      const wh = [100 + ((slot * 7919) % 300), 50 + ((slot * 104_729) % 500)];
      seen.push(wh);
      forecaster.observe(slot, wh, [0, 0]);
    }
  });
  it('falls back from like days to other days, to the last load, to nothing', () => {
    const forecaster = create();
    forecaster.forecast(1, 0, -1, out);
    expect(out).toEqual({ loadWh: 0, generationWh: 0 });
    forecaster.observe(0, [100, 200], [0, 0]);
    forecaster.forecast(1, 1, 0, out);
    expect(out.loadWh).toBe(200);
    for (let slot = 1; slot < 5 * PER_DAY; slot++) forecaster.observe(slot, [0, slot], [0, 0]);
    forecaster.forecast(1, 5 * PER_DAY + 1, 5 * PER_DAY - 1, out);
    expect(context().isWeekend(5 * PER_DAY + 1)).toBe(true);
    expect(out.loadWh).toBe((1 + 5 + 9 + 13 + 17) / 5);
  });
  it('carries the clear-sky index of a high sun through dusk and night', () => {
    const forecaster = create();
    const generation = [0, 600, 240, 19];
    for (let slot = 0; slot < PER_DAY; slot++)
      forecaster.observe(slot, [0, 0], [generation[slot]!, 0]);
    forecaster.forecast(0, PER_DAY + 1, PER_DAY - 1, out);
    // 240 / 800 at slot 2; slot 3 lies below 5 % of the peak and says nothing.
    expect(out.generationWh).toBe(300);
    forecaster.forecast(0, PER_DAY, PER_DAY - 1, out);
    expect(out.generationWh).toBe(0);
  });
  it('uses what the home had seen when it sent, not what others have seen since', () => {
    const forecaster = create();
    forecaster.observe(0, [0, 0], [0, 0]);
    forecaster.observe(1, [0, 0], [500, 0]);
    forecaster.observe(2, [0, 0], [80, 0]);
    forecaster.forecast(0, PER_DAY + 1, 1, out);
    expect(out.generationWh).toBe(500);
    forecaster.forecast(0, PER_DAY + 1, 2, out);
    expect(out.generationWh).toBe(100);
  });
  it('keeps the last generation of a home without a clear-sky curve', () => {
    const forecaster = create();
    forecaster.observe(0, [0, 0], [0, 77]);
    forecaster.forecast(1, 2, 0, out);
    expect(out.generationWh).toBe(77);
  });
  it('takes history with negative slots and refuses slots that contradict each other', () => {
    const forecaster = create({ historySlots: 8 });
    for (let slot = -8; slot < 2; slot++) forecaster.observe(slot, [slot + 9, 0], [0, 0]);
    expect(() => forecaster.observe(3, [0, 0], [0, 0])).toThrow('"slot" expected 2, got 3');
    forecaster.forecast(0, 2, 1, out);
    expect(out.loadWh).toBe((3 + 7) / 2);
    expect(() => forecaster.forecast(0, 1, 0, out)).toThrow(RangeError);
    expect(() => forecaster.forecast(0, 5, 2, out)).toThrow(RangeError);
    expect(() => forecaster.forecast(0, 5, 1 - LAG_SLOTS_MAX, out)).toThrow(RangeError);
  });
});

const oracle = (home: number, slot: number, into: ForecastOut) => {
  into.loadWh = 100 * home + slot;
  into.generationWh = 1_000_000;
};

describe('perfect and noisy', () => {
  it('perfect is the oracle', () => {
    const forecaster = perfect.create(context(), {});
    forecaster.forecast(1, 7, 5, out, oracle);
    expect(out).toEqual({ loadWh: 107, generationWh: 1_000_000 });
    expect(() => forecaster.forecast(1, 7, 5, out)).toThrow('"oracle" expected a function');
  });
  it('noisy has the stated spread and correlation and grows with the horizon as AR(1) does', () => {
    const [rho, sigmaAt1h, count] = [0.8, 0.05, 4000];
    const create = () =>
      noisy.create(context({ count, slotUs: 15 * MINUTE_US, historySlots: 4 }), { rho, sigmaAt1h });
    const errors = (slot: number, lastSlot: number) => {
      const forecaster = create();
      return Array.from({ length: count }, (_, home) => {
        forecaster.forecast(home, slot, lastSlot, out, oracle);
        return out.generationWh / 1e6 - 1;
      });
    };
    const moment = (a: readonly number[], b: readonly number[]) =>
      a.reduce((total, x, k) => total + x * b[k]!, 0) / count;
    const variance = (hours: number) =>
      (sigmaAt1h * sigmaAt1h * (1 - rho ** (2 * hours))) / (1 - rho * rho);
    // Relative standard error of a variance from n normals is sqrt(2 / n).
    for (const [slots, hours] of [
      [1, 0.25],
      [4, 1],
      [12, 3],
    ] as const) {
      const x = errors(20, 20 - slots);
      expect(Math.abs(moment(x, x) / variance(hours) - 1)).toBeLessThan(
        4.67 * Math.sqrt(2 / count),
      );
    }
    const [x, y] = [errors(20, 16), errors(24, 20)];
    const correlation = moment(x, y) / Math.sqrt(moment(x, x) * moment(y, y));
    expect(Math.abs(correlation - rho)).toBeLessThan((4.67 * (1 - rho * rho)) / Math.sqrt(count));
  });
  it('noisy gives the same error whether or not slots between were asked for', () => {
    const create = () => noisy.create(context(), defaultsOf(noisy.options()));
    const often = create();
    for (let slot = 1; slot < 9; slot++) often.forecast(1, slot, slot - 1, out, oracle);
    often.forecast(1, 9, 7, out, oracle);
    const expected = { ...out };
    const once = create();
    once.forecast(1, 9, 7, out, oracle);
    expect(out).toEqual(expected);
    often.forecast(1, 3, 2, out, oracle);
    once.forecast(1, 3, 2, expected, oracle);
    expect(out).toEqual(expected);
    expect(() => once.forecast(1, 3, 3, out, oracle)).toThrow(RangeError);
    expect(() => once.forecast(1, 3, 2, out)).toThrow('"oracle" expected a function');
  });
  it('lists the forecasts by name', () => {
    expect(forecasts.names).toEqual(['persistence', 'perfect', 'noisy']);
    expect(forecasts.all.map(({ needsOracle }) => needsOracle)).toEqual([false, true, true]);
  });
});

describe('own display and battery plan', () => {
  it('reads the load off the balance', () => {
    expect(observedLoadWh(100, 30, 200, 50, 20)).toBe(100 - 30 + 200 + 20 - 50);
    expect(observedLoadWh(0, 10, 5, 0, 0)).toBe(0);
  });
  it('plans the net after the battery and carries the store on', () => {
    const battery = { capacityWh: 1000, limitWh: 400, efficiency: 1, keep: 1 };
    const plan = { storedWh: 500, netWh: 0 };
    planSlot(100, 700, battery, plan);
    expect(plan).toEqual({ storedWh: 900, netWh: -200 });
    planSlot(100, 700, battery, plan);
    expect(plan).toEqual({ storedWh: 950, netWh: -550 });
    planSlot(900, 0, battery, plan);
    expect(plan).toEqual({ storedWh: 550, netWh: 500 });
    planSlot(150.4, 20, { ...battery, capacityWh: 0, keep: keepFactor(900) }, plan);
    expect(plan.netWh).toBe(130);
  });
});
