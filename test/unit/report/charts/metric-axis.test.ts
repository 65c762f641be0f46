import { expect, test } from 'vitest';
import { MAIN_METRICS, metricAxis, words } from '../../../../src/report/charts/metric-axis.ts';
import { RUN_METRICS } from '../../../../src/report/metrics.ts';

test('every main metric is in the registry', () => {
  const known = RUN_METRICS.map(({ id }) => id);
  expect(MAIN_METRICS.filter((metric) => !known.includes(metric))).toEqual([]);
});

test('an axis says the metric in words and its unit in brackets', () => {
  const titleOf = (metric: string, value: number) => metricAxis(metric, [value]).title;
  expect(titleOf('finalityLatencyP95Us', 87e6)).toBe('finality latency P95 [s]');
  expect(titleOf('lateOrderShare', 0.1)).toBe('late order share [%]');
  expect(titleOf('selfSufficiency', 0.1)).toBe('self sufficiency [%]');
  expect(titleOf('participantsGainUpt', 1e8)).toBe('gain of members [pt]');
  expect(titleOf('mcpMeanUptPerKWh', 3e5)).toBe('mcp mean [pt/kWh]');
  expect(titleOf('energyPerFinalTxWh', 22)).toBe('electricity a transaction [Wh]');
  expect(titleOf('producerNakamotoThird', 7)).toBe('Nakamoto coefficient 1/3');
  expect(titleOf('tpsFinal', 2)).toBe('final transactions [1/s]');
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
