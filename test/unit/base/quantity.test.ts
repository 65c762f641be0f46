import { describe, expect, it } from 'vitest';
import { type Dimension, parseQuantity, quantity, unitsOf } from '../../../src/base/quantity.ts';

describe('quantities', () => {
  it('are numbers with a unit, in the base unit of their dimension', () => {
    const cases: [string, Dimension, number][] = [
      ['15 min', 'duration', 900_000_000],
      ['0.2ms', 'duration', 200],
      ['3 us', 'duration', 3],
      ['3 µs', 'duration', 3],
      ['1 day', 'duration', 86_400_000_000],
      ['2 days', 'duration', 172_800_000_000],
      ['1.5 kWh', 'energy', 1500],
      ['5 kW', 'power', 5000],
      ['0.85 pt/kWh', 'price', 850_000],
      ['85 pt/MWh', 'price', 85_000],
      ['2 pt', 'points', 2_000_000],
      ['1 MiB', 'bytes', 1_048_576],
      ['20 Mbit/s', 'bandwidth', 2e7],
      ['5 %', 'fraction', 0.05],
      ['0.05', 'fraction', 0.05],
      ['35 °', 'angle', 35],
      ['-.5 km', 'length', -500],
      [' 1e3 m ', 'length', 1000],
    ];
    for (const [text, dimension, value] of cases) {
      expect(parseQuantity(text, dimension), text).toEqual({ value });
      expect(quantity(text, dimension)).toBe(value);
    }
  });

  it('round half up where the base unit is an integer', () => {
    expect(quantity('0.5 us', 'duration')).toBe(1);
    expect(quantity('0.0000004 pt', 'points')).toBe(0);
    expect(quantity('0.1 kWh', 'energy')).toBe(100);
  });

  it('refuse a bare number unless the dimension has none', () => {
    expect(parseQuantity(15, 'duration')).toEqual({
      expected: 'a duration with unit (us, µs, ms, s, min, h, d, day, days)',
      got: '15 without a unit',
    });
    expect(parseQuantity('15', 'duration')).toMatchObject({ got: '"15"' });
    expect(parseQuantity(0.3, 'fraction')).toEqual({ value: 0.3 });
    expect(parseQuantity(30, 'angle')).toEqual({ value: 30 });
  });

  it('refuse what is no number with one of their units', () => {
    for (const text of ['min', '15 kW', '1,5 min', '15 min 3', '--1 s', '1e400 s', '', '0x10 s']) {
      expect(parseQuantity(text, 'duration'), text).toHaveProperty('expected');
    }
    for (const raw of [null, undefined, true, {}, Number.NaN]) {
      expect(parseQuantity(raw, 'fraction')).toMatchObject({ got: String(raw) });
    }
    expect(() => quantity('5 W', 'energy')).toThrow(
      new RangeError('"energy" expected a energy with unit (Wh, kWh, MWh), got "5 W"'),
    );
  });

  it('do not take a unit from the prototype of an object', () => {
    expect(parseQuantity('1 constructor', 'length')).toHaveProperty('expected');
    expect(parseQuantity('1 toString', 'length')).toHaveProperty('expected');
  });

  it('list their units', () => {
    expect(unitsOf('fraction')).toEqual(['%']);
    expect(unitsOf('length')).toEqual(['m', 'km']);
  });
});
