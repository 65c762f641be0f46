import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimal, roundScaled } from '../../../src/data/series/decimal.ts';
import { parseOffset, parseStamp } from '../../../src/data/series/stamps.ts';

const kilo = { numerator: 1000, denominator: 1 };

describe('decimals', () => {
  it.each(['', '.', 'NaN', 'Infinity', '1,5', '0x10', '1e', '1e999', '--1', '1 2'])(
    'refuses %j',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );

  it.each([
    ['1.0005', 1001],
    ['0.2345', 235],
    ['0.2344999', 234],
    ['-0.0005', 0],
    ['-0.0006', -1],
    ['.5', 500],
    ['5.', 5000],
    ['12e-1', 1200],
    ['+3', 3000],
  ])('%s kWh is %d Wh', (text, wattHours) => {
    expect(roundScaled(parseDecimal(text)!, kilo)).toBe(wattHours);
  });

  it('agrees with rounding by digits', () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.nat(9999), (whole, tenths) => {
        const text = `${whole}.${String(tenths).padStart(4, '0')}`;
        const expected = whole * 1000 + Math.floor(tenths / 10) + (tenths % 10 >= 5 ? 1 : 0);
        expect(roundScaled(parseDecimal(text)!, kilo)).toBe(expected);
      }),
    );
  });

  it('throws beyond the integers that are exact', () => {
    expect(() => roundScaled(parseDecimal('1e20')!, kilo)).toThrow(RangeError);
  });
});

describe('stamps', () => {
  it.each([
    ['2015-10-11T17:00:00Z', 'iso', 1_444_582_800, 0],
    ['2015-10-11T19:00:00+0200', 'iso', 1_444_582_800, 120],
    ['2011-07-01 00:00:00.0000000', 'iso', 1_309_478_400, undefined],
    ['1613343600.0', 'epoch', 1_613_343_600, 0],
    ['03.06.2024 05:00', 'day-first', 1_717_390_800, undefined],
    ['6/3/2024 05:00', 'month-first', 1_717_390_800, undefined],
    ['2024-06-02 24:00', 'iso', 1_717_372_800, undefined],
    ['23:45', 'time-of-day', 85_500, undefined],
    ['8759', 'hour-of-year', 31_532_400, undefined],
  ] as const)('%s', (text, format, valueS, offsetMin) => {
    expect(parseStamp(text, format, undefined)).toEqual({ valueS, offsetMin });
  });

  it('reads bare stamps in the offset given', () => {
    expect(parseStamp('2024-06-03T00:00', 'iso', 480)?.valueS).toBe(1_717_344_000);
  });

  it.each([
    ['2024-06-03T24:30', 'iso'],
    ['2024-13-03T00:00', 'iso'],
    ['31.06.2024 00:00', 'day-first'],
    ['2024-06-03', 'iso'],
    ['noon', 'time-of-day'],
  ] as const)('refuses %s', (text, format) => {
    expect(parseStamp(text, format, 0)).toBeUndefined();
  });

  it('takes fixed offsets alone', () => {
    expect(['Z', 'UTC', '+08:00', '-0330'].map(parseOffset)).toEqual([0, 0, 480, -210]);
    expect(['Europe/Berlin', 'CET', '+8', '+15:00', '+05:75'].map(parseOffset)).toEqual(
      new Array(5).fill(undefined),
    );
  });
});
