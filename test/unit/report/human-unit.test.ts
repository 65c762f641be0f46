import { expect, test } from 'vitest';
import { humanUnit } from '../../../src/report/human-unit.ts';

test('a unit suits the median size, whatever the outliers', () => {
  expect(humanUnit('us', [30e6, 87e6, 9e9])).toEqual({ unit: 's', divisor: 1e6 });
  expect(humanUnit('us', [200e6])).toEqual({ unit: 'min', divisor: 60e6 });
  expect(humanUnit('us', [3 * 3600e6])).toEqual({ unit: 'h', divisor: 3600e6 });
  expect(humanUnit('us', [4 * 86400e6])).toEqual({ unit: 'd', divisor: 86400e6 });
  expect(humanUnit('us', [2500])).toEqual({ unit: 'ms', divisor: 1e3 });
  expect(humanUnit('us', [3])).toEqual({ unit: 'µs', divisor: 1 });
  expect(humanUnit('Wh', [-1500])).toEqual({ unit: 'kWh', divisor: 1e3 });
  expect(humanUnit('Wh', [1e-6])).toEqual({ unit: 'mWh', divisor: 1e-3 });
  expect(humanUnit('B', [2e9])).toEqual({ unit: 'GB', divisor: 1e9 });
  expect(humanUnit('upt', [5])).toEqual({ unit: 'pt', divisor: 1e6 });
});

test('zeros and undefined values do not choose a unit', () => {
  expect(humanUnit('us', [0, Number.NaN, 0, 5e6])).toEqual({ unit: 's', divisor: 1e6 });
  expect(humanUnit('Wh', [0, Number.NaN])).toEqual({ unit: 'Wh', divisor: 1 });
  expect(humanUnit('upt', [])).toEqual({ unit: 'pt', divisor: 1e6 });
  expect(humanUnit('gas', [1e9])).toEqual({ unit: 'gas', divisor: 1 });
});
