/**
 * Published radial feeders. case33bw: M. E. Baran, F. F. Wu, IEEE Trans. Power Delivery 4(2), 1989,
 * 202.68 kW and 0.9131 pu; case69: 224.99 kW and 0.9092 pu; European LV: IEEE PES test feeder,
 * balanced equivalent; CIGRE LV: TF C6.04.02. Voltages: an independent current-injection solver,
 * 1e-12 pu.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { createFeeder } from '../../src/grid/feeder.ts';
import { createPowerFlow } from '../../src/grid/power-flow.ts';

const folder = fileURLToPath(new URL('../../../shared/data/feeder', import.meta.url));
const present = existsSync(folder);
if (!present) console.log(`feeders: skipped, no data folder ${folder}`);

type Row = Record<string, string>;
const read = (path: string) =>
  parse(readFileSync(`${folder}/${path}`), { columns: true }) as unknown as Row[];

function load(name: string, slackVoltagePu: number) {
  const buses = read(`${name}/bus.csv`);
  const branches = read(`${name}/branch.csv`)
    .filter((row) => row.closed === '1')
    .map((row) => ({
      from: row.from!,
      to: row.to!,
      rOhm: Number(row.r_ohm),
      xOhm: Number(row.x_ohm),
    }));
  const slack = buses.find((row) => row.is_slack === '1')!;
  const feeder = createFeeder({
    branches,
    slack: slack.bus!,
    baseKv: Number(slack.base_kv),
    slackVoltagePu,
  });
  const flow = createPowerFlow(feeder);
  const solve = (scale: number) => {
    const pW = new Float64Array(feeder.busCount);
    const qVar = new Float64Array(feeder.busCount);
    for (const row of buses) {
      const bus = feeder.indexOf(row.bus!)!;
      pW[bus] = scale * 1000 * Number(row.p_kw);
      qVar[bus] = scale * 1000 * Number(row.q_kvar);
    }
    return flow.solve(pW, qVar);
  };
  return { feeder, flow, solve };
}

describe.skipIf(!present)('published feeders', () => {
  test.each([
    // The last kvar figure comes from a dense Zbus solver of our own (numpy, 300 rounds).
    // feeder, load scale, loss kW, loss kvar, lowest voltage pu, at bus; tolerance 1e-4 kW, 1e-6 pu
    ['case33bw', 1, 202.677126, 135.140971, 0.91309048, '18'],
    ['case33bw', 0.5, 47.070763, 31.350402, 0.95826471, '18'],
    ['case33bw', 1.6, 575.361634, 384.262788, 0.85283759, '18'],
    ['case69', 1, 224.991694, 102.15805, 0.90918771, '65'],
    ['case69', 1.6, 652.49681, 294.237579, 0.84448363, '65'],
  ])('%s x %d: loss and lowest voltage', (name, scale, lossKw, lossKvar, minPu, minBus) => {
    const { feeder, solve } = load(name, 1);
    const result = solve(scale);
    expect(result.converged).toBe(true);
    expect(Math.abs(result.lossW / 1000 - lossKw)).toBeLessThan(1e-4);
    expect(Math.abs(result.lossVar / 1000 - lossKvar)).toBeLessThan(1e-4);
    expect(Math.abs(result.voltageMinPu - minPu)).toBeLessThan(1e-6);
    expect(feeder.busIds[result.voltageMinBus]).toBe(minBus);
  });

  for (const summary of present ? read('reference_solutions.csv') : []) {
    const name = summary.feeder!;
    test(`${name}: every voltage, loss and totals of its solution`, () => {
      const { feeder, flow, solve } = load(name, Number(summary.v_slack_pu));
      const result = solve(1);
      expect(result.converged).toBe(true);
      expect(feeder.busCount).toBe(Number(summary.n_bus));
      for (const row of read(`${name}/solution.csv`)) {
        const bus = feeder.indexOf(row.bus!)!;
        expect(Math.abs(flow.voltagePu[bus]! - Number(row.v_pu))).toBeLessThan(1e-6);
      }
      // The file prints four decimals of a kilowatt.
      expect(Math.abs(result.lossW / 1000 - Number(summary.loss_kw))).toBeLessThan(1e-4);
      expect(Math.abs(result.lossVar / 1000 - Number(summary.loss_kvar))).toBeLessThan(1e-4);
      const loadKw = Number(summary.p_total_kw);
      // The load total is printed to a watt on the smallest feeder.
      expect(Math.abs((result.headW - result.lossW) / 1000 - loadKw)).toBeLessThan(1e-3);
      expect(Math.abs(result.voltageMinPu - Number(summary.v_min_pu))).toBeLessThan(1e-6);
      expect(feeder.busIds[result.voltageMinBus]).toBe(summary.v_min_bus);
    });
  }
});
