import { describe, expect, expectTypeOf, it } from 'vitest';
import * as o from '../../../src/base/options.ts';

describe('options', () => {
  it('carry their default in the base unit and as the author wrote it', () => {
    const option = o.duration('15 min', { doc: 'length of a slot' });
    expect(option).toEqual({
      kind: 'quantity',
      dimension: 'duration',
      fallback: 900_000_000,
      fallbackText: '15 min',
      optional: false,
      doc: 'length of a slot',
      min: 0,
    });
    expect(o.bandwidth('1 kbit/s').min).toBe(1);
    expect(o.angle('-10 deg').min).toBeUndefined();
    expect([o.fraction('5 %').min, o.fraction('5 %').max]).toEqual([0, 1]);
    expect(o.price('0.1 pt/kWh', { min: 5 }).min).toBe(5);
  });

  it('are required without a default', () => {
    for (const option of [o.duration(), o.energy(), o.number(), o.text(), o.choice(['a'])]) {
      expect(option.fallback).toBeUndefined();
      expect([option.fallbackText, option.optional]).toEqual(['', false]);
    }
  });

  it('refuse a default that is no quantity of their dimension', () => {
    expect(() => o.power('5 kWh')).toThrow('"power" expected a power with unit');
  });

  it('give defaults and types of a whole set, groups included', () => {
    const set = {
      slot: o.duration('1 s'),
      energy: o.energy('2 kWh'),
      power: o.power('1 kW'),
      points: o.points('1 pt'),
      size: o.bytes('1 kB'),
      line: o.length('1 km'),
      seats: o.integer(21, { min: 1 }),
      share: o.fraction('25 %'),
      strict: o.boolean(true),
      rule: o.choice(['time', 'pro-rata'], 'pro-rata'),
      hours: o.list(o.integer(), [1, 2]),
      label: o.text('x'),
      cap: o.optional(o.number(3)),
      inner: o.group({ k: o.number(0.5) }),
      maybe: o.optional(o.group({ k: o.number(0.5) })),
    };
    const values = o.defaultsOf(set);
    expectTypeOf(values.rule).toEqualTypeOf<'time' | 'pro-rata'>();
    expectTypeOf(values.cap).toEqualTypeOf<number | undefined>();
    expectTypeOf(values.hours).toEqualTypeOf<readonly number[]>();
    expectTypeOf(values.inner.k).toEqualTypeOf<number>();
    expect(values).toEqual({
      slot: 1_000_000,
      energy: 2000,
      power: 1000,
      points: 1_000_000,
      size: 1000,
      line: 1000,
      seats: 21,
      share: 0.25,
      strict: true,
      rule: 'pro-rata',
      hours: [1, 2],
      label: 'x',
      cap: undefined,
      inner: { k: 0.5 },
      maybe: undefined,
    });
    expect(set.hours.fallbackText).toBe('[1,2]');
    expect(set.seats.kind).toBe('integer');
  });
});
