import { describe, expect, test } from 'vitest';
import { RUN_METRICS } from '../../../src/report/metrics.ts';
import { comparisonTable, SHOWN_METRICS } from '../../../src/report/terminal.ts';

const VALUES: Readonly<Record<string, readonly [number, number]>> = {
  tpsFinal: [0.1234, Number.NaN],
  finalityLatencyP50Us: [84_000_000, 2_500_000],
  staleRate: [0.0567, Number.NaN],
  dsoGainUpt: [-12_340_000, Number.NaN],
  bytesPerFinalTx: [123_456, Number.NaN],
};

function cell(metric: string) {
  const [mean, half] = VALUES[metric] ?? [Number.NaN, Number.NaN];
  return { mean, half };
}

describe('the comparison table', () => {
  test('shows arms as columns in units that suit the size', () => {
    const table = comparisonTable(['pow', 'dpos'], cell, false);
    const lines = table.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '));
    expect(lines).toEqual([
      'pow | dpos',
      'Chain',
      'final transactions / s | 0.123 | 0.123',
      'finality at client, median | 1.4 ± 0.0417 min | 1.4 ± 0.0417 min',
      'stale blocks | 5.67 % | 5.67 %',
      'traffic / final tx | 123 kB | 123 kB',
      'Welfare, against the grid-only twin',
      'network operator | -12.3 pt | -12.3 pt',
      '',
    ]);
  });

  test('every line is as long as its neighbours', () => {
    const rows = comparisonTable(['pow', 'dpos'], cell, false)
      .split('\n')
      .filter((line) => line.startsWith('  '));
    expect(new Set(rows.map((line) => line.length)).size).toBe(1);
  });

  test('every metric it shows exists', () => {
    const ids = RUN_METRICS.map((metric) => metric.id);
    for (const id of SHOWN_METRICS) expect(ids).toContain(id);
  });
});
