/** Waiting: transactions for blocks, and customers for servers. */
import { exp, log } from '../../base/math.ts';
import { exponentialRatio, logOneMinus, risingRoot } from './counting.ts';

/** Poisson transactions, Poisson blocks that take at most b of them, oldest first. */
export interface BulkQueue {
  /** Arrivals over capacity, λ / (m b). */
  readonly load: number;
  /** Ratio r of the geometric queue length, p_n = (1 − r) rⁿ. */
  readonly ratio: number;
  /** Mean wait when a block takes what is there as it is found. */
  readonly refreshedWait: number;
  /**
   * Mean wait when a block takes what was there at the block before: longer by one block interval.
   */
  readonly frozenWait: number;
}

/**
 * Confirmation time as a bulk queue. Each block removes min(b, n), so r solves
 * λ = m r (1 − r^b) / (1 − r), and by Little's law W = r / ((1 − r) λ).
 *
 * @param arrivalRate - λ, positive [1/time].
 * @param interval - 1 / m, mean time between blocks [time].
 * @param capacity - b, transactions a block takes, integer of at least 1.
 * @throws {RangeError} when the load is not below 1.
 * Source: derived from the balance of cuts; frozen: Y. Kawase, S. Kasahara,
 * Transaction-Confirmation Time for Bitcoin, 2017, whose recursion is the refreshed one a block
 * later.
 */
export function bulkQueue(arrivalRate: number, interval: number, capacity: number): BulkQueue {
  const load = (arrivalRate * interval) / capacity;
  if (!(load > 0 && load < 1)) {
    throw new RangeError(`"load" expected a number in (0, 1), got ${load}`);
  }
  // Solved for u = 1 − r, which is what the wait divides by: Σ r^k over k = 1..b falls in u.
  const served = (u: number) => {
    const exponent = capacity * logOneMinus(u);
    // 1 − r^b = −x (e^x − 1)/x for x = b ln r.
    return ((1 - u) * -exponent * exponentialRatio(exponent)) / u;
  };
  const u = risingRoot((x) => arrivalRate * interval - served(x), 0, 1);
  const refreshedWait = (1 - u) / (u * arrivalRate);
  return { load, ratio: 1 - u, refreshedWait, frozenWait: refreshedWait + interval };
}

/** Most transactions a second: what a block holds over what one needs, over the interval [1/s]. */
export function throughputCap(
  blockSize: number,
  transactionSize: number,
  intervalS: number,
): number {
  return blockSize / transactionSize / intervalS;
}

/**
 * Share of what is sent evenly over a window W, which ends a margin m before a gate, that no block
 * includes in time, with exponential intervals of mean T: (T / W) (e^(−m/T) − e^(−(m + W)/T)).
 *
 * @param marginS - At least 0; without one the share is (T / W) (1 − e^(−W/T)).
 * Source: derived; delays of travel neglected.
 */
export function lateShareExponential(intervalS: number, windowS: number, marginS = 0): number {
  const longer = (time: number) => exp(-time / intervalS);
  return (intervalS / windowS) * (longer(marginS) - longer(marginS + windowS));
}

/**
 * The same with blocks exactly T apart at a phase without relation to the gate: the mean of
 * max(0, 1 − u/T) over u from m to m + W; without a margin T / (2 W) for W ≥ T.
 */
export function lateShareFixed(intervalS: number, windowS: number, marginS = 0): number {
  const upTo = (time: number) => {
    const within = Math.min(time, intervalS);
    return within - (within * within) / (2 * intervalS);
  };
  return (upTo(marginS + windowS) - upTo(marginS)) / windowS;
}

/**
 * M/M/1 with unit service rate at a load in (0, 1): means, and the 95 % quantile of the sojourn.
 */
export function singleServer(load: number): {
  present: number;
  waiting: number;
  sojourn: number;
  wait: number;
  sojourn95: number;
} {
  const sojourn = 1 / (1 - load);
  const present = load / (1 - load);
  const waiting = load * present;
  return { present, waiting, sojourn, wait: present, sojourn95: log(20) * sojourn };
}

/**
 * Mean wait in M/G/1 with unit mean service (Pollaczek and Khinchine); variance 1 is M/M/1, 0 is
 * M/D/1.
 *
 * @param load - In (0, 1).
 * @param variance - Of the service time.
 */
export function generalServiceWait(load: number, variance: number): number {
  return (load * (1 + variance)) / (2 * (1 - load));
}

/** Share of arrivals that a loss station of c servers turns away (Erlang B). */
export function erlangB(servers: number, offered: number): number {
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (offered * blocked) / (n + offered * blocked);
  return blocked;
}

/** Share of arrivals that must wait for one of c servers (Erlang C), offered load below c. */
export function erlangC(servers: number, offered: number): number {
  const blocked = erlangB(servers, offered);
  return blocked / (1 - (offered / servers) * (1 - blocked));
}

/** Mean wait for one of c servers with unit service rate. */
export function multiServerWait(servers: number, offered: number): number {
  return erlangC(servers, offered) / (servers - offered);
}

/** Share of arrivals turned away by M/M/1 with room for `capacity` customers; load not 1. */
export function boundedBlocking(load: number, capacity: number): number {
  let power = 1;
  for (let n = 0; n < capacity; n++) power *= load;
  return ((1 - load) * power) / (1 - power * load);
}
