/**
 * Queueing stations on the kernel against exact laws. Source: validation.md §E (Erlang C and B,
 * Pollaczek-Khinchine), tolerance policy of §0: 30 replications with fixed seeds, warm-up removed,
 * |estimate - law| <= 4.67 SE and SE below a cap.
 */
import { describe, expect, it } from 'vitest';
import {
  constant,
  type Distribution,
  empirical,
  exponential,
} from '../../src/base/distribution.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { createKernel, PHASE } from '../../src/kernel/kernel.ts';

/** One mean service time. */
const UNIT_US = 1_000_000;
const REPLICATIONS = 30;
const T_QUANTILE = 4.67;

interface Station {
  /** Arrivals per mean service time. */
  readonly lambda: number;
  /** Service time in mean service times. */
  readonly service: Distribution;
  readonly servers: number;
  /** Customers at once, in service included; undefined = no bound. */
  readonly capacity?: number;
  /** Customers measured in one replication, and those before them that are not. */
  readonly customers: number;
  readonly warmUp: number;
}

interface Path {
  /** Mean wait before service, in mean service times. */
  wait: number;
  /** Share of sojourns longer than `late` mean service times. */
  lateShare: number;
  /** Share of arrivals turned away. */
  blocked: number;
  /** Time integral of customers present over the whole path [µs]. */
  areaUs: number;
  /** Sum of all sojourns of the whole path [µs]. */
  sojournUs: number;
}

function simulate(station: Station, replication: number, late = 1e9): Path {
  const random = createRandomSource(`queueing-${replication}`);
  const arrivals = random.sequential('chain/arrivals');
  const services = random.sequential('chain/services');
  const kernel = createKernel();
  const total = station.warmUp + station.customers;
  const gap = exponential(UNIT_US / station.lambda);
  const arrivedUs = new Float64Array(total);
  let [first, waiting, busy, present, arrived] = [0, 0, 0, 0, 0];
  let [lastUs, areaUs, sojournUs, waitUs, lateCount, served, blocked] = [0, 0, 0, 0, 0, 0, 0];
  const lateUs = late * UNIT_US;

  const count = (change: number) => {
    areaUs += present * (kernel.nowUs - lastUs);
    lastUs = kernel.nowUs;
    present += change;
  };
  const begin = (atUs: number, measured: number) => {
    busy++;
    if (measured === 1) waitUs += kernel.nowUs - atUs;
    const serviceUs = Math.floor(UNIT_US * station.service.sample(services.uniform) + 0.5);
    leave.after(serviceUs, atUs, measured);
  };
  const queue: number[] = [];
  const leave = kernel.event('test/leave-station', PHASE.market, (atUs, measured) => {
    count(-1);
    busy--;
    sojournUs += kernel.nowUs - atUs;
    if (measured === 1) {
      served++;
      if (kernel.nowUs - atUs > lateUs) lateCount++;
    }
    if (waiting > 0) {
      waiting--;
      const next = queue[first]!;
      first++;
      begin(arrivedUs[next]!, next >= station.warmUp ? 1 : 0);
    }
  });
  const arrive = kernel.event('test/arrive-station', PHASE.agents, (customer) => {
    if (++arrived < total) arrive.after(nextGapUs(), customer + 1);
    const measured = customer >= station.warmUp ? 1 : 0;
    if (present >= (station.capacity ?? Number.POSITIVE_INFINITY)) {
      blocked += measured;
      return;
    }
    count(1);
    arrivedUs[customer] = kernel.nowUs;
    if (busy < station.servers) begin(kernel.nowUs, measured);
    else {
      waiting++;
      queue.push(customer);
    }
  });
  function nextGapUs(): number {
    return Math.floor(gap.sample(arrivals.uniform) + 0.5);
  }
  arrive.at(nextGapUs(), 0);
  kernel.run();
  count(0);
  return {
    wait: waitUs / served / UNIT_US,
    lateShare: lateCount / served,
    blocked: blocked / station.customers,
    areaUs,
    sojournUs,
  };
}

function estimate(values: readonly number[]): { mean: number; se: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, se: Math.sqrt(square / (values.length - 1) / values.length) };
}

function paths(station: Station, late?: number): Path[] {
  return Array.from({ length: REPLICATIONS }, (_, r) => simulate(station, r, late));
}

/** Asserts the tolerance policy for one figure of the replications. */
function expectLaw(
  runs: readonly Path[],
  pick: (path: Path) => number,
  law: number,
  seCap: number,
): void {
  const { mean, se } = estimate(runs.map(pick));
  const words = `${mean} ± ${se} against ${law}`;
  expect(se, `SE cap ${seCap}: ${words}`).toBeLessThanOrEqual(seCap);
  expect(Math.abs(mean - law), words).toBeLessThanOrEqual(T_QUANTILE * se);
}

/** Probability that an arrival waits in M/M/c (Erlang C); the recursion of Erlang B, then C. */
function erlang(servers: number, load: number): { b: number; c: number } {
  let b = 1;
  for (let n = 1; n <= servers; n++) b = (load * b) / (n + load * b);
  return { b, c: b / (1 - (load / servers) * (1 - b)) };
}

describe('queueing stations on the kernel', () => {
  const size = { customers: 18_000, warmUp: 2_000 };
  const heavy = { customers: 36_000, warmUp: 4_000 };
  const single = { service: exponential(1), servers: 1 };

  it('M/M/1 at rho 0.8: wait 4, and 5 % of sojourns above 14.979', () => {
    const runs = paths({ lambda: 0.8, ...single, ...size }, 14.978661367769957);
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
    expect(erlang(2, 1.6).c).toBeCloseTo(0.711111, 6);
    expect(erlang(4, 3.6).c).toBeCloseTo(0.787753, 6);
    for (const [servers, rho, known, seCap] of [
      [2, 0.8, 1.777778, 0.035],
      [4, 0.9, 1.969383, 0.06],
    ] as const) {
      const law = erlang(servers, servers * rho).c / (servers * (1 - rho));
      expect(law).toBeCloseTo(known, 6);
      const arrivals = rho === 0.9 ? heavy : size;
      const station = { lambda: servers * rho, service: exponential(1), servers, ...arrivals };
      expectLaw(paths(station), (path) => path.wait, law, seCap);
    }
  });

  it('M/M/1/10 at 0.9 turns 5.08 % away; Erlang B (4, 2.8) 18.4 %, for any service law', () => {
    const bounded = { ...single, lambda: 0.9, capacity: 10, ...size };
    expectLaw(paths(bounded), (path) => path.blocked, 0.0508137313274124, 0.0012);
    expect(erlang(4, 2.8).b).toBeCloseTo(0.183724, 6);
    for (const service of [exponential(1), constant(1)]) {
      const loss = { lambda: 2.8, service, servers: 4, capacity: 4, customers: 9000, warmUp: 200 };
      expectLaw(paths(loss), (path) => path.blocked, erlang(4, 2.8).b, 0.0015);
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
