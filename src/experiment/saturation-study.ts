/**
 * Saturation of a scenario: which key carries the offered load, how one load becomes runs on the worker
 * pool, and the table of a search.
 */
import { join } from 'node:path';
import { ScenarioError } from '../base/errors.ts';
import { SECOND_US } from '../base/units.ts';
import { protocols } from '../consensus/protocols/index.ts';
import { parseColumns } from '../report/column.ts';
import type { Cell } from '../report/csv.ts';
import type { Scenario } from '../scenario/sections.ts';
import { blockCaps } from '../simulation/caps.ts';
import { valuesOf } from './compare.ts';
import { planStudy, type RunPlan } from './plan.ts';
import { type PoolOptions, runPlans } from './pool.ts';
import { capacityBoundTps, type LoadRun, type RunLoad, type Saturation } from './saturation.ts';

/** A scenario key that carries the offered load. */
export interface LoadAxis {
  /** Dotted path as `--set` takes it. */
  readonly path: string;
  /** Offered load of the value 1 [1/s]. */
  readonly unitTps: number;
  /** Whether only whole values are allowed; see `unitTps` of {@link geometricLoads}. */
  readonly isWhole: boolean;
}

/** Transfers a second of a community that only transfers. */
export const TRANSFER_AXIS: LoadAxis = {
  path: 'population.transfersPerSecond',
  unitTps: 1,
  isWhole: false,
};

/**
 * The axis of identical communities on one chain.
 *
 * @param unitTps - Load that one community offers, as measured [1/s].
 */
export function loadScaleAxis(unitTps: number): LoadAxis {
  return { path: 'ledger.loadScale', unitTps, isWhole: true };
}

/** The setting `path=value` that offers a load. @param loadTps - [1/s], above 0. */
export function loadSetting({ path, unitTps, isWhole }: LoadAxis, loadTps: number): string {
  const value = loadTps / unitTps;
  return `${path}=${isWhole ? Math.max(1, Math.round(value)) : value}`;
}

/** How loads are run. */
export interface LoadRunOptions {
  readonly axis: LoadAxis;
  /** The scenario with a setting `path=value` besides its own; its arm names the runs. */
  scenarioWith(setting: string): Scenario;
  /** Folder that gets one run folder a run. */
  readonly folder: string;
  readonly pool: PoolOptions;
}

/**
 * Makes the function that a search of saturation calls: one load, several seeds, on the worker pool. The
 * first window of the scenario is run.
 *
 * @returns A function that throws {ScenarioError} when a run finds the input wrong, and {Error} when one
 *   fails or an interrupt ends it: a load without its runs cannot be judged.
 */
export function loadRunner({ axis, scenarioWith, folder, pool }: LoadRunOptions): RunLoad {
  return async (loadTps, seeds) => {
    const setting = loadSetting(axis, loadTps);
    const scenario = scenarioWith(setting);
    const value = setting.slice(setting.indexOf('=') + 1);
    const plans = seeds.map((seed, index): RunPlan => {
      const window = scenario.windows[0]!;
      const [plan] = planStudy([{ ...scenario, seed, windows: [window] }], 1);
      return { ...plan!, index, replication: index + 1, id: `${scenario.arm}-${value}-${seed}` };
    });
    const outcomes = await runPlans(plans, (plan) => join(folder, plan.id), pool);
    return plans.map((plan): LoadRun => {
      const outcome = outcomes[plan.index];
      if (outcome === undefined) throw new Error(`run ${plan.id} was interrupted`);
      if (!outcome.ok) {
        const { issues, message } = outcome.failure;
        if (issues.length > 0) throw new ScenarioError(issues);
        throw new Error(`run ${plan.id} failed: ${message}`);
      }
      const values = valuesOf(outcome);
      const of = (metric: string) => values.get(metric) ?? Number.NaN;
      if (!(of('offeredTps') > 0)) {
        throw new Error(`run ${plan.id} measured no load: is its horizon too short?`);
      }
      return {
        offeredTps: of('offeredTps'),
        tpsFinal: of('tpsFinal'),
        backlogSlopeTps: of('backlogSlopeTps'),
      };
    });
  };
}

/**
 * Upper bound of a scenario's throughput by its caps, for a workload of known means [1/s].
 *
 * @param txBytes - Mean size of its transactions [B], metric `txBytesMean`.
 * @param txGas - Mean gas of those included, metric `txGasMean`.
 */
export function scenarioBoundTps(scenario: Scenario, txBytes: number, txGas: number): number {
  const { bytes, gas } = blockCaps(scenario);
  const { name, options } = scenario.consensus;
  return capacityBoundTps({
    blockBytes: bytes,
    blockGas: gas,
    blockIntervalS: protocols.get(name).blockIntervalUs(options) / SECOND_US,
    verifyPerS: SECOND_US / scenario.ledger.verifyTime,
    txBytes,
    txGas,
  });
}

/** Columns of `saturation.csv`: every load that was tried. */
export const SATURATION_COLUMNS = parseColumns(`
arm                | text    |     | Arm
load_tps           | number  | 1/s | Load asked for
offered_tps        | number  | 1/s | Transactions submitted a second, mean over replications
tps_final          | number  | 1/s | Transactions that became final a second, mean over replications
n                  | integer |     | Replications
backlog_slope_tps  | number  | 1/s | Growth of the number of open transactions, mean
backlog_slope_low  | number  | 1/s | Lower end of its 95 % interval by Student's t
backlog_slope_high | number  | 1/s | Upper end
verdict            | text    |     | sustained, throughput (too little final) or backlog (it grows)
saturation_tps     | number  | 1/s | Largest load found sustained, of the whole search
exceeded_tps       | number  | 1/s | The next load of the grid; empty when the largest is sustained
bound_tps          | number  | 1/s | Upper bound by bytes, gas and signature checks; never a result
`);

/** Rows of `saturation.csv` for one arm. */
export function saturationRows(arm: string, found: Saturation, boundTps: number): Cell[][] {
  return found.points.map(({ loadTps, offeredTps, tpsFinal, slope, verdict }) => [
    arm,
    loadTps,
    offeredTps,
    tpsFinal,
    slope.n,
    slope.mean,
    slope.low,
    slope.high,
    verdict,
    found.saturationTps,
    found.exceededTps,
    boundTps,
  ]);
}
