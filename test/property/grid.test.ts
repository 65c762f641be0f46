import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFeeder, type Feeder } from '../../src/grid/feeder.ts';
import { lossAllocations } from '../../src/grid/loss-allocation/index.ts';
import { createPowerFlow } from '../../src/grid/power-flow.ts';

/**
 * The slow oracle: fixed-point current injection V = V0 - Zbus I(V) with a dense complex Zbus,
 * whose entry (i, j) is the impedance that the ways of i and j to the slack share.
 */
function denseVoltages(feeder: Feeder, pW: Float64Array, qVar: Float64Array) {
  const n = feeder.busCount;
  const way = (bus: number) => {
    const buses = new Set<number>();
    for (let at = bus; at > 0; at = feeder.parent[at]!) buses.add(at);
    return buses;
  };
  const ways = Array.from({ length: n }, (_, bus) => way(bus));
  const shared = (i: number, j: number, column: Float64Array) => {
    let sum = 0;
    for (const branch of ways[i]!) if (ways[j]!.has(branch)) sum += column[branch]!;
    return sum;
  };
  const rBus = ways.map((_, i) => ways.map((_, j) => shared(i, j, feeder.rOhm)));
  const xBus = ways.map((_, i) => ways.map((_, j) => shared(i, j, feeder.xOhm)));
  const v0 = feeder.baseKv * 1000 * feeder.slackVoltagePu;
  let re = ways.map(() => v0);
  let im = ways.map(() => 0);
  for (let round = 0; round < 400; round++) {
    const iRe = re.map((a, k) => (pW[k]! * a + qVar[k]! * im[k]!) / (a * a + im[k]! ** 2));
    const iIm = re.map((a, k) => (pW[k]! * im[k]! - qVar[k]! * a) / (a * a + im[k]! ** 2));
    const dot = (z: number[], current: number[]) =>
      z.reduce((sum, zj, j) => sum + zj * current[j]!, 0);
    const nextRe = re.map((_, k) => v0 - dot(rBus[k]!, iRe) + dot(xBus[k]!, iIm));
    im = im.map((_, k) => -dot(rBus[k]!, iIm) - dot(xBus[k]!, iRe));
    re = nextRe;
  }
  return re.map((a, k) => Math.hypot(a, im[k]!) / (feeder.baseKv * 1000));
}

/**
 * Random trees of up to 16 buses with loads of both signs, scaled to at most a mild voltage drop.
 */
const network = fc
  .integer({ min: 2, max: 16 })
  .chain((n) =>
    fc.record({
      parents: fc.tuple(...Array.from({ length: n - 1 }, (_, k) => fc.integer({ min: 0, max: k }))),
      ohms: fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 2 * n, maxLength: 2 * n }),
      watts: fc.array(fc.integer({ min: -3000, max: 3000 }), { minLength: n, maxLength: n }),
      vars: fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: n, maxLength: n }),
      slackPu: fc.constantFrom(0.98, 1, 1.05),
    }),
  )
  .map(({ parents, ohms, watts, vars, slackPu }) => {
    const feeder = createFeeder({
      branches: parents.map((parent, k) => ({
        from: `b${parent}`,
        to: `b${k + 1}`,
        rOhm: ohms[2 * k]! / 2000,
        xOhm: ohms[2 * k + 1]! / 4000,
      })),
      slack: 'b0',
      baseKv: 0.4,
      slackVoltagePu: slackPu,
    });
    return { feeder, pW: Float64Array.from(watts), qVar: Float64Array.from(vars) };
  });

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

describe('grid', () => {
  test('power flow: voltages equal those of a dense Zbus solver on random trees', () => {
    fc.assert(
      fc.property(network, ({ feeder, pW, qVar }) => {
        const flow = createPowerFlow(feeder);
        expect(flow.solve(pW, qVar).converged).toBe(true);
        denseVoltages(feeder, pW, qVar).forEach((pu, bus) => {
          expect(Math.abs(flow.voltagePu[bus]! - pu)).toBeLessThan(1e-9);
        });
      }),
      { seed: 33, numRuns: 60 },
    );
  });

  test('power flow: head = loads + loss, and loss is never negative', () => {
    fc.assert(
      fc.property(network, ({ feeder, pW, qVar }) => {
        const { headW, headVar, lossW, lossVar } = createPowerFlow(feeder).solve(pW, qVar);
        expect(lossW).toBeGreaterThanOrEqual(0);
        expect(Math.abs(headW - total(pW) - lossW)).toBeLessThan(1e-5);
        expect(Math.abs(headVar - total(qVar) - lossVar)).toBeLessThan(1e-5);
      }),
      { seed: 34, numRuns: 300 },
    );
  });

  test('power flow: a warm start agrees with a cold one within the tolerance', () => {
    fc.assert(
      fc.property(network, fc.array(fc.double({ min: -1, max: 1, noNaN: true })), (net, scales) => {
        const cold = createPowerFlow(net.feeder);
        const warm = createPowerFlow(net.feeder, { warmStart: true });
        for (const scale of scales) {
          const pW = net.pW.map((watt) => scale * watt);
          const expected = { ...cold.solve(pW, net.qVar) };
          const got = warm.solve(pW, net.qVar);
          expect(Math.abs(got.voltageMinPu - expected.voltageMinPu)).toBeLessThan(1e-9);
          expect(Math.abs(got.lossW - expected.lossW)).toBeLessThan(1e-4);
        }
      }),
      { seed: 35, numRuns: 60 },
    );
  });

  test('loss allocation: shares are integers that sum to what was allocated', () => {
    const wh = fc.integer({ min: 0, max: 5_000_000 });
    fc.assert(
      fc.property(wh, fc.array(wh, { maxLength: 40 }), (lossWh, deliveredWh) => {
        for (const allocation of lossAllocations.all) {
          const out = new Float64Array(deliveredWh.length);
          const allocatedWh = allocation.allocate({ lossWh, deliveredWh }, out, {});
          expect(total(out)).toBe(allocatedWh);
          const deliveredTotal = deliveredWh.reduce((sum, value) => sum + value, 0);
          expect(allocatedWh).toBe(Math.min(lossWh, deliveredTotal));
          out.forEach((share, party) => {
            expect(Number.isInteger(share) && share >= 0).toBe(true);
            expect(share).toBeLessThanOrEqual(deliveredWh[party]!);
          });
        }
      }),
      { seed: 36, numRuns: 200 },
    );
  });
});
