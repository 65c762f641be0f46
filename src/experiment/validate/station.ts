/** A service station on the kernel: Poisson arrivals, c servers, a waiting room. */
import { type Distribution, exponential } from '../../base/distribution.ts';
import { createRandomSource } from '../../base/random.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { PHASE } from '../../kernel/phase.ts';

/** One mean service time [µs]. */
const UNIT_US = 1_000_000;

/** What a station is. */
export interface Station {
  /** Arrivals per mean service time. */
  readonly lambda: number;
  /** Service time in mean service times. */
  readonly service: Distribution;
  readonly servers: number;
  /** Customers at once, in service included; undefined = no bound. */
  readonly capacity?: number;
  /** Customers measured, and those before them that are not. */
  readonly customers: number;
  readonly warmUp: number;
  /** Sojourns longer than this many mean service times are late; none when absent. */
  readonly late?: number;
}

/** What a station did on one path. */
export interface StationPath {
  /** Mean wait before service, in mean service times. */
  readonly wait: number;
  /** Share of sojourns that were late. */
  readonly lateShare: number;
  /** Share of arrivals turned away. */
  readonly blocked: number;
  /** Time integral of customers present over the whole path [µs]. */
  readonly areaUs: number;
  /** Sum of all sojourns of the whole path [µs]; equals `areaUs` to the last microsecond. */
  readonly sojournUs: number;
}

/** Lets customers pass a station until it is empty again. */
export function runStation(station: Station, seed: string): StationPath {
  const random = createRandomSource(seed);
  const arrivals = random.sequential('chain/arrivals');
  const services = random.sequential('chain/services');
  const kernel = createKernel();
  const total = station.warmUp + station.customers;
  const gap = exponential(UNIT_US / station.lambda);
  const lateUs = (station.late ?? Number.POSITIVE_INFINITY) * UNIT_US;
  const capacity = station.capacity ?? Number.POSITIVE_INFINITY;
  const arrivedUs = new Float64Array(total);
  const queue = new Int32Array(total);
  let [first, last, busy, present, arrived] = [0, 0, 0, 0, 0];
  let [lastUs, areaUs, sojournUs, waitUs, lateCount, served, blocked] = [0, 0, 0, 0, 0, 0, 0];

  const count = (change: number) => {
    areaUs += present * (kernel.nowUs - lastUs);
    lastUs = kernel.nowUs;
    present += change;
  };
  const nextGapUs = () => Math.floor(gap.sample(arrivals.uniform) + 0.5);
  const begin = (customer: number) => {
    busy++;
    const isMeasured = customer >= station.warmUp ? 1 : 0;
    if (isMeasured === 1) waitUs += kernel.nowUs - arrivedUs[customer]!;
    const serviceUs = Math.floor(UNIT_US * station.service.sample(services.uniform) + 0.5);
    leave.after(serviceUs, customer, isMeasured);
  };
  const leave = kernel.event('validate/leave-station', PHASE.market, (customer, isMeasured) => {
    count(-1);
    busy--;
    const ownUs = kernel.nowUs - arrivedUs[customer]!;
    sojournUs += ownUs;
    served += isMeasured;
    if (isMeasured === 1 && ownUs > lateUs) lateCount++;
    if (first < last) begin(queue[first++]!);
  });
  const arrive = kernel.event('validate/arrive-station', PHASE.agents, (customer) => {
    if (++arrived < total) arrive.after(nextGapUs(), customer + 1);
    if (present >= capacity) {
      blocked += customer >= station.warmUp ? 1 : 0;
      return;
    }
    count(1);
    arrivedUs[customer] = kernel.nowUs;
    if (busy < station.servers) begin(customer);
    else queue[last++] = customer;
  });
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
