import { expect, test } from 'vitest';
import {
  count,
  counted,
  duration,
  percent,
  shortNumber,
} from '../../../src/report/format-value.ts';

test('numbers for people have three digits', () => {
  expect([0, 12.345, 1234.5, -0.5, 1e-5, 2.5e8, Number.NaN].map(shortNumber)).toEqual([
    '0',
    '12.3',
    '1\u202f235',
    '−0.5',
    '1.00e−5',
    '2.50e+8',
    '–',
  ]);
});

test('counts keep all digits and agree with their noun', () => {
  expect(count(1234567)).toBe('1\u202f234\u202f567');
  expect(count(Number.NaN)).toBe('–');
  expect(counted(1, 'fork')).toBe('1 fork');
  expect(counted(2, 'fork')).toBe('2 forks');
});

test('parts and durations have a unit, and a dash where there is nothing to say', () => {
  expect(percent(1, 8)).toBe('12.5 %');
  expect([percent(1, 0), percent(Number.NaN, 1), duration(Number.NaN)]).toEqual(['–', '–', '–']);
  const texts = [250e3, 20e6, 150e6, 3000e6, 40 * 3600e6, 4 * 86400e6].map(duration);
  expect(texts).toEqual(['250 ms', '20 s', '150 s', '50 min', '40 h', '4 d']);
});
