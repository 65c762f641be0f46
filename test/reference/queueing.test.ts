/**
 * Queueing stations on the kernel against exact laws. Source: validation.md §E (Erlang C and B,
 * Pollaczek-Khinchine), tolerance policy of §0: 30 replications with fixed seeds, warm-up removed,
 * |estimate - law| <= 4.67 SE and SE below a cap.
 */
import { describe, expect, it } from 'vitest';
import { constant, empirical, exponential } from '../../src/base/distribution.ts';
import { erlangB, erlangC, multiServerWait } from '../../src/consensus/laws/index.ts';
import {
  runStation,
  type Station,
  type StationPath,
} from '../../src/experiment/validate/station.ts';

const REPLICATIONS = 30;
const T_QUANTILE = 4.67;

const simulate = (station: Station, replication: number): StationPath =>
  runStation(station, `queueing-${replication}`);

function estimate(values: readonly number[]): { mean: number; se: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, se: Math.sqrt(square / (values.length - 1) / values.length) };
}

function paths(station: Station): StationPath[] {
  return Array.from({ length: REPLICATIONS }, (_, r) => simulate(station, r));
}

/** Asserts the tolerance policy for one figure of the replications. */
function expectLaw(
  runs: readonly StationPath[],
  pick: (path: StationPath) => number,
  law: number,
  seCap: number,
): void {
  const { mean, se } = estimate(runs.map(pick));
  const words = `${mean} ± ${se} against ${law}`;
  expect(se, `SE cap ${seCap}: ${words}`).toBeLessThanOrEqual(seCap);
  expect(Math.abs(mean - law), words).toBeLessThanOrEqual(T_QUANTILE * se);
}

describe('queueing stations on the kernel', () => {
  const size = { customers: 18_000, warmUp: 2_000 };
  const heavy = { customers: 36_000, warmUp: 4_000 };
  const single = { service: exponential(1), servers: 1 };

  it('M/M/1 at rho 0.8: wait 4, and 5 % of sojourns above 14.979', () => {
    const runs = paths({ lambda: 0.8, ...single, ...size, late: 14.978661367769957 });
    expectLaw(runs, (path) => path.wait, 4, 0.09);
    expectLaw(runs, (path) => path.lateShare, 0.05, 0.003);
    expectLaw(runs, (path) => path.blocked, 0, 0);
  });

  it('M/M/1 at rho 0.9: wait 9', () => {
    const runs = paths({ lambda: 0.9, ...single, ...heavy });
    expectLaw(runs, (path) => path.wait, 9, 0.27);
  });

  it('M/D/1: wait rho / (2 (1 - rho)), 2 at 0.8 and 4.5 at 0.9', () => {
    const station = { service: constant(1), servers: 1 };
    expectLaw(paths({ lambda: 0.8, ...station, ...size }), (path) => path.wait, 2, 0.035);
    expectLaw(paths({ lambda: 0.9, ...station, ...heavy }), (path) => path.wait, 4.5, 0.11);
  });

  it('M/G/1 with service 0.5 or 1.5 at rho 0.8: wait 2.5', () => {
    const runs = paths({ lambda: 0.8, service: empirical([0.5, 1.5]), servers: 1, ...size });
    expectLaw(runs, (path) => path.wait, 2.5, 0.05);
  });

  it('M/M/c: wait is Erlang C over c (1 - rho), for (2, 0.8) and (4, 0.9)', () => {
    expect(erlangC(2, 1.6)).toBeCloseTo(0.711111, 6);
    expect(erlangC(4, 3.6)).toBeCloseTo(0.787753, 6);
    for (const [servers, rho, known, seCap] of [
      [2, 0.8, 1.777778, 0.035],
      [4, 0.9, 1.969383, 0.06],
    ] as const) {
      const law = multiServerWait(servers, servers * rho);
      expect(law).toBeCloseTo(known, 6);
      const arrivals = rho === 0.9 ? heavy : size;
      const station = { lambda: servers * rho, service: exponential(1), servers, ...arrivals };
      expectLaw(paths(station), (path) => path.wait, law, seCap);
    }
  });

  it('M/M/1/10 at 0.9 turns 5.08 % away; Erlang B (4, 2.8) 18.4 %, for any service law', () => {
    const bounded = { ...single, lambda: 0.9, capacity: 10, ...size };
    expectLaw(paths(bounded), (path) => path.blocked, 0.0508137313274124, 0.0012);
    expect(erlangB(4, 2.8)).toBeCloseTo(0.183724, 6);
    for (const service of [exponential(1), constant(1)]) {
      const loss = { lambda: 2.8, service, servers: 4, capacity: 4, customers: 9000, warmUp: 200 };
      expectLaw(paths(loss), (path) => path.blocked, erlangB(4, 2.8), 0.0015);
    }
  });

  it("Little's law holds on every path: the area under the count is the sum of sojourns", () => {
    for (const servers of [1, 3]) {
      for (let replication = 0; replication < 10; replication++) {
        const path = simulate(
          { lambda: 0.9 * servers, service: exponential(1), servers, customers: 3000, warmUp: 0 },
          replication,
        );
        expect(path.areaUs).toBe(path.sojournUs);
        expect(path.areaUs).toBeGreaterThan(0);
      }
    }
  });
});
