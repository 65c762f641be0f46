import { describe, expect, test } from 'vitest';
import { createFeeder } from '../../../src/grid/feeder.ts';
import { createPowerFlow, varPerW } from '../../../src/grid/power-flow.ts';

const line = (rOhm: number, xOhm = 0, slackVoltagePu = 1) =>
  createFeeder({
    branches: [{ from: 'head', to: 'end', rOhm, xOhm }],
    slack: 'head',
    baseKv: 0.4,
    slackVoltagePu,
  });
const solveLine = (rOhm: number, xOhm: number, pW: number, qVar: number) =>
  createPowerFlow(line(rOhm, xOhm)).solve(Float64Array.of(0, pW), Float64Array.of(0, qVar));

describe('power flow', () => {
  test('solves one branch like the closed form of its quadratic', () => {
    // v^2 + v (2 (rP + xQ) - V0^2) + (r^2 + x^2)(P^2 + Q^2) = 0 with v the squared voltage.
    const [r, x, p, q, v0] = [0.2, 0.08, 20_000, 6_000, 400];
    const half = v0 * v0 - 2 * (r * p + x * q);
    const square = (half + Math.sqrt(half * half - 4 * (r * r + x * x) * (p * p + q * q))) / 2;
    const flow = createPowerFlow(line(r, x));
    const result = flow.solve(Float64Array.of(0, p), Float64Array.of(0, q));
    expect(result.converged).toBe(true);
    expect(flow.voltagePu[1]).toBeCloseTo(Math.sqrt(square) / 400, 10);
    expect(result.lossW).toBeCloseTo((r * (p * p + q * q)) / square, 5);
    expect(result.lossVar).toBeCloseTo((x * (p * p + q * q)) / square, 5);
    expect(result.headW).toBeCloseTo(p + result.lossW, 5);
    expect(result.headVar).toBeCloseTo(q + result.lossVar, 5);
    expect(flow.branchCurrentA[1]).toBeCloseTo(Math.sqrt((p * p + q * q) / square / 3), 8);
  });

  test('20 kW at 400 V over 0.5 ohm loses near the 1 250 W of the nominal-voltage rule', () => {
    // 3 I^2 R at nominal voltage is 1 250 W; the end voltage is lower, so the solved loss is
    // higher: the quadratic above gives 1 439.6 W or so.
    const nominal = (0.5 * 20_000 ** 2) / 400 ** 2;
    expect(nominal).toBe(1250);
    const square = (140_000 + Math.sqrt(140_000 ** 2 - 4 * 0.25 * 4e8)) / 2;
    expect(solveLine(0.5, 0, 20_000, 0).lossW).toBeCloseTo((0.5 * 4e8) / square, 5);
  });

  test('losses are quadratic: two halves lose less than the whole', () => {
    const whole = solveLine(0.2, 0, 10_000, 0).lossW;
    const half = solveLine(0.2, 0, 5_000, 0).lossW;
    expect(whole).toBeGreaterThan(4 * half);
    expect(whole).toBeLessThan(4.5 * half);
  });

  test('feed-in raises the voltage and turns the head around', () => {
    const result = solveLine(0.2, 0, -10_000, 0);
    expect(result.headW).toBeLessThan(0);
    expect(result.headW).toBeCloseTo(-10_000 + result.lossW, 5);
    expect(result.voltageMaxBus).toBe(1);
    expect(result.voltageMinBus).toBe(0);
    expect(result.lossW).toBeGreaterThan(0);
  });

  test('an idle feeder stands at the slack voltage and loses nothing', () => {
    const flow = createPowerFlow(line(0.2, 0.1, 1.05));
    const result = flow.solve(new Float64Array(2), new Float64Array(2));
    expect(result).toMatchObject({ lossW: 0, headW: 0, iterations: 1, converged: true });
    expect([...flow.voltagePu]).toEqual([1.05, 1.05]);
    expect(result.voltageMinBus).toBe(0);
  });

  test('a load at the slack bus passes through without loss', () => {
    const result = createPowerFlow(line(0.2)).solve(Float64Array.of(500, 0), new Float64Array(2));
    expect(result.headW).toBeCloseTo(500, 9);
    expect(result.lossW).toBe(0);
  });

  test('a collapsed feeder is an outcome, and the next solve is unharmed', () => {
    const flow = createPowerFlow(line(0.5), { warmStart: true });
    const collapsed = flow.solve(Float64Array.of(0, 200_000), new Float64Array(2));
    expect(collapsed.converged).toBe(false);
    expect(collapsed.lossW).toBeNaN();
    expect(collapsed.voltageMinBus).toBe(-1);
    expect(collapsed.iterations).toBe(200);
    const result = flow.solve(Float64Array.of(0, 20_000), new Float64Array(2));
    expect(result.converged).toBe(true);
    expect(result.lossW).toBeCloseTo(solveLine(0.5, 0, 20_000, 0).lossW, 6);
  });

  test('a load that is not a number spoils its own solve only', () => {
    const flow = createPowerFlow(line(0.2), { warmStart: true });
    expect(flow.solve(Float64Array.of(0, Number.NaN), new Float64Array(2)).converged).toBe(false);
    expect(flow.solve(Float64Array.of(0, 9_000), new Float64Array(2)).converged).toBe(true);
  });

  test('without warm start the result is a pure function of the loads', () => {
    const flow = createPowerFlow(line(0.2, 0.1));
    const loads = [Float64Array.of(0, 9_000), Float64Array.of(0, 2_000)] as const;
    const first = { ...flow.solve(loads[0], loads[1]) };
    flow.solve(Float64Array.of(0, -30_000), new Float64Array(2));
    expect({ ...flow.solve(loads[0], loads[1]) }).toEqual(first);
  });

  test('a power factor of 0.95 draws 0.3287 var a watt', () => {
    expect(varPerW(0.95)).toBeCloseTo(Math.tan(Math.acos(0.95)), 12);
    expect(varPerW(1)).toBe(0);
    expect(() => varPerW(0)).toThrow('"powerFactor" expected in (0, 1], got 0');
  });

  test('refuses columns of the wrong length and settings out of range', () => {
    const flow = createPowerFlow(line(0.2));
    expect(() => flow.solve(new Float64Array(3), new Float64Array(2))).toThrow(
      '"pW", "qVar" expected 2 buses, got 3 and 2',
    );
    expect(() => createPowerFlow(line(1), { tolerance: 0 })).toThrow('"tolerance" expected > 0');
    expect(() => createPowerFlow(line(1), { iterationsMax: 0.5 })).toThrow('"iterationsMax"');
  });
});
