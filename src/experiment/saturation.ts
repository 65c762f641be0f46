/**
 * Saturation: the largest offered load that a chain carries. It is searched by raising the load, never
 * taken from block size over block interval, which is only an upper bound and stands beside.
 */
import { log, pow } from '../base/math.ts';
import { leastSquaresSlope } from '../report/metrics/backlog.ts';
import { type Estimate, estimate, mean } from './statistics/interval.ts';

/** What one run at one load gave. */
export interface LoadRun {
  /** Transactions submitted a second, as measured. */
  readonly offeredTps: number;
  /** Transactions that became final a second. */
  readonly tpsFinal: number;
  /** Growth of the number of open transactions [1/s]; see {@link slopeOf}. */
  readonly backlogSlopeTps: number;
  /** Median time from submission to finality [µs]; absent or NaN where it was not measured. */
  readonly finalityP50Us?: number;
}

/** Open transactions over time, after the chain has filled up. */
export interface BacklogSeries {
  /** Rising instants [s]. */
  readonly timeS: ArrayLike<number>;
  /** Open transactions at them. */
  readonly open: ArrayLike<number>;
}

/** Growth of a backlog by least squares [1/s]; NaN below two instants. */
export function slopeOf({ timeS, open }: BacklogSeries): number {
  return leastSquaresSlope(timeS, open);
}

/** Why a load is sustained or not. */
export type LoadVerdict = 'sustained' | 'throughput' | 'backlog';

/** One load of the search. */
export interface LoadPoint {
  /** Load asked for [1/s]. */
  readonly loadTps: number;
  /** Measured means over replications [1/s]. */
  readonly offeredTps: number;
  readonly tpsFinal: number;
  /** Growth of the backlog over replications [1/s], with its 95 % interval. */
  readonly slope: Estimate;
  /** Median time to finality [µs], mean over the replications in which it is defined. */
  readonly finalityP50Us: number;
  /** `throughput`: too little became final; `backlog`: the backlog grows. */
  readonly verdict: LoadVerdict;
}

/** How to search. */
export interface SaturationOptions {
  /** Loads to choose from, rising [1/s]; see {@link geometricLoads}. */
  readonly loads: readonly number[];
  /** One a replication, at least 2: a slope needs an interval. */
  readonly seeds: readonly number[];
  /** Least share of the offered load that must become final; default 0.95. */
  readonly keepShare?: number;
  /** Loads the ramp skips at a time before it halves; default those within a factor of two. */
  readonly stride?: number;
  /**
   * Where a guess puts the outcome [1/s], e.g. the capacity bound. The search then begins at the largest
   * load that is not above it and goes up or down from there in doubling strides, instead of a ramp from
   * the lowest load; the outcome is the same at less cost.
   */
  readonly startTps?: number;
}

/** Outcome of a search. */
export interface Saturation {
  /** Largest load found sustained [1/s]; NaN when not even the smallest is. */
  readonly saturationTps: number;
  /** The next load of the grid, found not sustained [1/s]; NaN when the largest is sustained. */
  readonly exceededTps: number;
  /** Every load that was tried, rising. */
  readonly points: readonly LoadPoint[];
}

/** Runs one load with several seeds; outcomes in the order of the seeds. */
export type RunLoad = (loadTps: number, seeds: readonly number[]) => Promise<readonly LoadRun[]>;

/** Share of the offered load that must become final (model page, 9.1). */
export const KEEP_SHARE = 0.95;

/**
 * Loads from the lowest to the highest, each at most `ratio` times the one before.
 *
 * @param unitTps - Loads are whole multiples of this where given; double ones are left out.
 * @throws {RangeError} when the range is empty or the ratio is not above 1.
 */
export function geometricLoads(
  lowTps: number,
  highTps: number,
  ratio: number,
  unitTps?: number,
): readonly number[] {
  if (!(lowTps > 0 && highTps >= lowTps)) {
    throw new RangeError(`"highTps" expected at least ${lowTps} > 0, got ${highTps}`);
  }
  if (!(ratio > 1)) throw new RangeError(`"ratio" expected a number above 1, got ${ratio}`);
  const steps = Math.ceil(log(highTps / lowTps) / log(ratio) - 1e-9);
  const loads = Array.from({ length: steps + 1 }, (_, step) => {
    const load = steps === 0 ? lowTps : lowTps * pow(highTps / lowTps, step / steps);
    return unitTps === undefined ? load : Math.max(1, Math.round(load / unitTps)) * unitTps;
  });
  return loads.filter((load, step) => step === 0 || load > loads[step - 1]!);
}

/**
 * Judges one load: sustained when final throughput is at least `keepShare` of what was offered and the
 * 95 % interval of the backlog's growth over replications is not above 0.
 *
 * @param runs - One a replication, at least 2.
 */
export function judgeLoad(
  loadTps: number,
  runs: readonly LoadRun[],
  keepShare: number = KEEP_SHARE,
): LoadPoint {
  const offeredTps = mean(runs.map((run) => run.offeredTps));
  const tpsFinal = mean(runs.map((run) => run.tpsFinal));
  const slope = estimate(runs.map((run) => run.backlogSlopeTps));
  const isCarried = tpsFinal >= keepShare * offeredTps;
  const isGrowing = !(slope.low <= 0);
  const verdict = !isCarried ? 'throughput' : isGrowing ? 'backlog' : 'sustained';
  const delays = runs.map((run) => run.finalityP50Us ?? Number.NaN);
  const finalityP50Us = estimate(delays).mean;
  return { loadTps, offeredTps, tpsFinal, slope, finalityP50Us, verdict };
}

/**
 * Finds the largest sustained load of a grid: in strides until one load is sustained and another is not,
 * then bisection down to neighbours on the grid. The resolution is the ratio of neighbours. Deterministic in
 * (run, options). Being sustained is taken to fall with the load.
 *
 * @throws {RangeError} when there is no load, loads do not rise, or there are fewer than 2 seeds.
 * Cost: about loads / stride + log2(stride) loads, each with every seed.
 */
export async function findSaturation(
  run: RunLoad,
  { loads, seeds, keepShare = KEEP_SHARE, stride, startTps }: SaturationOptions,
): Promise<Saturation> {
  if (loads.length === 0 || loads.some((load, k) => k > 0 && !(load > loads[k - 1]!))) {
    throw new RangeError(`"loads" expected rising loads, got ${loads.join(', ')}`);
  }
  if (seeds.length < 2) {
    throw new RangeError(`"seeds" expected at least 2 replications, got ${seeds.length}`);
  }
  const points = new Map<number, LoadPoint>();
  const isSustained = async (place: number): Promise<boolean> => {
    const load = loads[place]!;
    const point = judgeLoad(load, await run(load, seeds), keepShare);
    points.set(place, point);
    return point.verdict === 'sustained';
  };
  const last = loads.length - 1;
  const isGuessed = startTps !== undefined;
  let step = isGuessed ? 1 : Math.max(1, stride ?? doublingStride(loads));
  let place = isGuessed
    ? Math.max(
        0,
        loads.findLastIndex((load) => load <= startTps),
      )
    : 0;
  let sustained = -1;
  let exceeded = loads.length;
  for (;;) {
    if (await isSustained(place)) sustained = place;
    else exceeded = place;
    const isBracketed = sustained >= 0 && exceeded <= last;
    if (isBracketed || sustained === last || exceeded === 0) break;
    place = exceeded <= last ? Math.max(0, exceeded - step) : Math.min(last, sustained + step);
    if (isGuessed) step *= 2;
  }
  while (exceeded - sustained > 1) {
    const middle = (sustained + exceeded) >> 1;
    if (await isSustained(middle)) sustained = middle;
    else exceeded = middle;
  }
  return {
    saturationTps: loads[sustained] ?? Number.NaN,
    exceededTps: loads[exceeded] ?? Number.NaN,
    points: [...points].sort(([a], [b]) => a - b).map(([, point]) => point),
  };
}

/** Steps of the grid that double the lowest load. */
function doublingStride(loads: readonly number[]): number {
  const place = loads.findIndex((load) => load >= 2 * loads[0]!);
  return place < 0 ? loads.length : place;
}

/** What bounds the throughput of a chain whatever the consensus does. */
export interface CapacityLimits {
  readonly blockBytes: number;
  readonly blockGas: number;
  /** Mean time between blocks [s]. */
  readonly blockIntervalS: number;
  /** Signatures a full node checks a second. */
  readonly verifyPerS: number;
  /** Means over the transactions of the workload. */
  readonly txBytes: number;
  readonly txGas: number;
}

/**
 * Upper bound of throughput [1/s]: min(block bytes / transaction bytes, block gas / transaction gas,
 * signatures checked in a block interval) / block interval. A block takes one transaction whatever its gas,
 * so that gas never bounds it below one. It stands beside a measured saturation and is never one (model
 * page, 6.8).
 *
 * @returns NaN when a mean is undefined; a mean of 0 bounds nothing.
 */
export function capacityBoundTps(limits: CapacityLimits): number {
  const { blockBytes, blockGas, blockIntervalS, verifyPerS, txBytes, txGas } = limits;
  const byGas = Math.max(1, blockGas / txGas);
  const perBlock = Math.min(blockBytes / txBytes, byGas, verifyPerS * blockIntervalS);
  return perBlock / blockIntervalS;
}
