/** Every chart on real runs: a small village with fraud, and a chain alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curvePrAuc, curveRocAuc } from '../../../../../src/fraud/scoring/curve.ts';
import { RUN_CHARTS } from '../../../../../src/report/charts/run/index.ts';
import type { ChartContent } from '../../../../../src/report/page/chart.ts';
import { openResults, type Results } from '../../../../../src/report/page/results.ts';
import { writeRun } from '../../../../../src/report/write.ts';
import type { RunResult } from '../../../../../src/simulation/run.ts';
import { runChain } from '../../../../simulation/small-chain.ts';
import { runVillage } from '../../../../simulation/village.ts';
import { drawAll, markCount, rowsOf } from './run-of.ts';

const home = mkdtempSync(join(tmpdir(), 'peerwatt-charts-'));
afterAll(() => rmSync(home, { recursive: true }));

function opened(name: string, run: RunResult): Results {
  writeRun(run, join(home, name), { version: '0', nodeMajor: 20 });
  return openResults(join(home, name));
}

function contents(results: Results): Map<string, ChartContent> {
  const made = RUN_CHARTS.map((chart) => [chart.name, chart.create(results)] as const);
  return new Map(made.flatMap(([name, content]) => (content ? [[name, content]] : [])));
}

describe('charts of a village with fraud', () => {
  let results: Results;
  let charts: Map<string, ChartContent>;
  beforeAll(() => {
    results = opened(
      'village',
      runVillage('pow', [
        'consensus.blockInterval=60 s',
        'certificates.labels=true',
        'fraud.attacks=[{ name: under-reporting, alpha: 0.4, actors: 2, from: 2 h, to: 20 h }]',
        'fraud.detectors=[{ name: energy-balance }, { name: physical-bound }]',
      ]),
    );
    charts = contents(results);
  });
  const summary = (metric: string) => {
    const table = results.table('summary')!;
    return table.numbers('value')[table.texts('metric').indexOf(metric)]!;
  };

  it('are all there and draw without a number that is none, in few marks', () => {
    expect([...charts.keys()].sort()).toEqual(RUN_CHARTS.map(({ name }) => name).sort());
    let [figures, marks, bytes] = [0, 0, 0];
    for (const content of charts.values()) {
      for (const drawn of drawAll(content)) {
        figures++;
        marks += markCount(drawn);
        bytes += drawn.svg.length;
        expect(markCount(drawn)).toBeLessThan(2000);
      }
    }
    expect(marks / figures).toBeLessThan(600);
    expect(bytes).toBeLessThan(500_000);
  });

  it('say what the metrics say', () => {
    const orders = rowsOf(charts.get('order-fate'));
    const sum = (fate?: string) =>
      orders
        .filter((row) => fate === undefined || row['fate'] === fate)
        .reduce((total, row) => total + Number(row['orders']), 0);
    expect(sum('late') / sum()).toBeCloseTo(summary('lateOrderShare'), 12);
    expect(sum('refused') / sum()).toBeCloseTo(summary('rejectedOrderShare'), 12);
    const lives = rowsOf(charts.get('latency-parts')).filter((row) => row['fate'] === 'final');
    const count = lives.reduce((total, row) => total + Number(row['transactions']), 0);
    const weighted = (column: string) =>
      lives.reduce((total, row) => total + Number(row[column]) * Number(row['transactions']), 0);
    expect(weighted('whole_s') / count).toBeCloseTo(summary('finalityLatencyMeanUs') / 1e6, 9);
    const parts = ['to_node_s', 'to_block_s', 'to_final_s'].map(weighted);
    expect(parts.reduce((a, b) => a + b)).toBeCloseTo(weighted('whole_s'), 6);
    const finality = rowsOf(charts.get('latency')).filter((row) => row['latency'] === 'finality');
    const first = finality[0]!;
    expect(first['at_risk']).toBe(count + summary('finalityLatencyCensored'));
    const energy = rowsOf(charts.get('trade-fate'));
    const contracted = results.table('slots')!.numbers('contracted_wh');
    const wh = energy.reduce((total, row) => total + Number(row['energy_kwh']) * 1000, 0);
    expect(wh).toBeCloseTo(
      contracted.reduce((a, b) => a + b, 0),
      6,
    );
  });

  it('have the areas of the metrics in the table of curves, to the last bit', () => {
    const curves = results.table('curves')!;
    const detection = results.table('detection')!;
    const [detectors, kinds] = [curves.texts('detector'), curves.texts('class')];
    const numbers = (column: string) => curves.numbers(column);
    let compared = 0;
    detection.texts('metric').forEach((metric, row) => {
      if (metric !== 'rocAuc' && metric !== 'prAuc') return;
      const detector = detection.texts('detector')[row]!;
      const kind = detection.texts('class')[row]!;
      const points = detectors.flatMap((name, at) =>
        name === detector && kinds[at] === kind
          ? [
              {
                threshold: numbers('threshold')[at]!,
                truePositives: numbers('true_positives')[at]!,
                falsePositives: numbers('false_positives')[at]!,
              },
            ]
          : [],
      );
      const area = metric === 'rocAuc' ? curveRocAuc(points) : curvePrAuc(points);
      expect(area).toBe(detection.numbers('value')[row]!);
      if (!Number.isNaN(area)) compared++;
    });
    expect(compared).toBeGreaterThan(2);
  });
});

describe('charts of a chain alone', () => {
  it('are those of the chain and of points, and draw', () => {
    const chain = opened('chain', runChain('[]', ['population.transfersPerSecond=0.2']));
    const charts = contents(chain);
    for (const content of charts.values()) drawAll(content);
    expect(charts.has('energy-balance') || charts.has('alarms')).toBe(false);
    expect([...charts.keys()]).toEqual(
      expect.arrayContaining(['latency', 'latency-parts', 'block-rate', 'producer-shares']),
    );
  });
});
