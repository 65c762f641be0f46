import { expect, test } from 'vitest';
import {
  humanUnit,
  MAIN_METRICS,
  metricAxis,
  shortNumber,
  words,
} from '../../../../src/report/charts/metric-axis.ts';
import { RUN_METRICS } from '../../../../src/report/metrics.ts';

test('every main metric is in the registry', () => {
  const known = RUN_METRICS.map(({ id }) => id);
  expect(MAIN_METRICS.filter((metric) => !known.includes(metric))).toEqual([]);
});

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

test('an axis says the metric in words and its unit in brackets', () => {
  const titleOf = (metric: string, value: number) => metricAxis(metric, [value]).title;
  expect(titleOf('finalityLatencyP95Us', 87e6)).toBe('finality latency P95 [s]');
  expect(titleOf('lateOrderShare', 0.1)).toBe('late order share [%]');
  expect(titleOf('selfSufficiency', 0.1)).toBe('self sufficiency [%]');
  expect(titleOf('participantsGainUpt', 1e8)).toBe('participants gain [pt]');
  expect(titleOf('mcpMeanUptPerKWh', 3e5)).toBe('mcp mean [pt/kWh]');
  expect(titleOf('energyPerFinalTxWh', 22)).toBe('energy per final tx [Wh]');
  expect(titleOf('producerNakamotoThird', 7)).toBe('producer nakamoto third');
  expect(titleOf('tpsFinal', 2)).toBe('tps final [1/s]');
});

test('metrics of single detectors and attacks get a unit from their name', () => {
  const axis = metricAxis('energyBalanceTimeToDetectMedianUs', [7200e6]);
  expect(axis).toMatchObject({ title: 'energy balance time to detect median [h]', definition: '' });
  expect(metricAxis('washTradeRingCaughtShare', [0.5]).unit).toBe('%');
  expect(metricAxis('energyBalanceF1', [0.5]).title).toBe('energy balance F1');
});

test('names become words', () => {
  expect(words('meter-shift')).toBe('meter shift');
  expect(words('pv_share')).toBe('pv share');
  expect(words('CO2Price')).toBe('CO2 price');
});

test('numbers for people have three digits', () => {
  expect([0, 12.345, 1234.5, -0.5, 1e-5, 2.5e8, Number.NaN].map(shortNumber)).toEqual([
    '0',
    '12.3',
    '1235',
    '−0.5',
    '1.0e−5',
    '2.5e+8',
    '–',
  ]);
});
