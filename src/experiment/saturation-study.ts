/**
 * Saturation of a scenario: which key carries the offered load, how one load becomes runs on the worker
 * pool, and the table of a search.
 */
import { ScenarioError } from '../base/errors.ts';
import { SECOND_US } from '../base/units.ts';
import { protocols } from '../consensus/protocols/index.ts';
import { parseColumns } from '../report/column.ts';
import type { Cell } from '../report/csv.ts';
import type { Scenario } from '../scenario/sections.ts';
import { blockCaps } from '../simulation/caps.ts';
import { valuesOf } from './compare.ts';
import type { Failure, RunOutcome } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import type { MeasuringPool } from './pool.ts';
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

/** A key with a number, and how `--set` writes it. */
export interface KeySetting {
  /** `section.key`; of the population it is an option. */
  readonly path: string;
  /** In the key's own unit: µs, 1/s or a count. */
  readonly value: number;
  readonly text: string;
}

/** The setting that offers a load. @param loadTps - [1/s], above 0. */
export function loadSetting({ path, unitTps, isWhole }: LoadAxis, loadTps: number): KeySetting {
  const share = loadTps / unitTps;
  const value = isWhole ? Math.max(1, Math.round(share)) : share;
  return { path, value, text: String(value) };
}

/** A duration as a setting; whole seconds. */
export function durationSetting(path: string, durationUs: number): KeySetting {
  return { path, value: durationUs, text: `${durationUs / SECOND_US} s` };
}

/** A resolved scenario with one key set. */
export function withKey(scenario: Scenario, { path, value }: KeySetting): Scenario {
  const [section = '', key = ''] = path.split('.');
  if (section === 'population') {
    const { population } = scenario;
    const options = { ...population.options, [key]: value };
    return { ...scenario, population: { ...population, options } };
  }
  const before = scenario[section as keyof Scenario] as object;
  return { ...scenario, [section]: { ...before, [key]: value } };
}

/** A run of a search that gave no result; without it its load cannot be judged. */
export class LoadRunFailure extends Error {
  readonly plan: RunPlan;
  /** Undefined when an interrupt ended the run. */
  readonly failure: Failure | undefined;
  constructor(plan: RunPlan, failure: Failure | undefined) {
    const what = failure === undefined ? 'was interrupted' : `failed: ${failure.message}`;
    super(`run ${plan.id} ${what}`);
    this.name = 'LoadRunFailure';
    this.plan = plan;
    this.failure = failure;
  }
}

/** How loads are run. */
export interface LoadRunOptions {
  readonly axis: LoadAxis;
  /** The arm's scenario; its first window is run. */
  readonly scenario: Scenario;
  /** Keys that every run of the search sets besides the load. */
  readonly settings: readonly KeySetting[];
  /** Where the arm's name is the study's own: arm and settings that repeat it. */
  readonly origin?: RunPlan['origin'];
  readonly pool: MeasuringPool;
}

/**
 * Makes the function that a search of saturation calls: one load, several seeds, on the worker pool.
 *
 * @returns A function that throws {ScenarioError} when a run finds the input wrong, and
 *   {LoadRunFailure} when one fails, measures no load, or an interrupt ends it.
 */
export function loadRunner(options: LoadRunOptions): RunLoad {
  const { axis, settings, pool } = options;
  return async (loadTps, seeds) => {
    const load = loadSetting(axis, loadTps);
    const keys = [...settings, load];
    const scenario = keys.reduce(withKey, options.scenario);
    const { arm, sets } = options.origin ?? { arm: scenario.arm, sets: [] };
    const origin = { arm, sets: [...sets, ...keys.map(({ path, text }) => `${path}=${text}`)] };
    const plans = seeds.map((seed, index): RunPlan => {
      const id = `${scenario.arm}-${load.text}-${index + 1}`;
      const window = scenario.windows[0]!;
      const about = { index, id, arm: scenario.arm, replication: index + 1, window, origin };
      return { ...about, scenario: { ...scenario, seed, windows: [window] } };
    });
    const outcomes = await Promise.all(plans.map((plan) => pool.run(plan)));
    return plans.map((plan, index) => loadRunOf(plan, outcomes[index]));
  };
}

function loadRunOf(plan: RunPlan, outcome: RunOutcome | undefined): LoadRun {
  if (outcome === undefined) throw new LoadRunFailure(plan, undefined);
  if (!outcome.ok) {
    const { issues } = outcome.failure;
    throw issues.length > 0 ? new ScenarioError(issues) : new LoadRunFailure(plan, outcome.failure);
  }
  const values = valuesOf(outcome);
  const of = (metric: string) => values.get(metric) ?? Number.NaN;
  if (!(of('offeredTps') > 0)) {
    const message = 'it measured no load: is its horizon too short?';
    throw new LoadRunFailure(plan, { kind: 'crash', message, issues: [], stack: '' });
  }
  return {
    offeredTps: of('offeredTps'),
    tpsFinal: of('tpsFinal'),
    backlogSlopeTps: of('backlogSlopeTps'),
    finalityP50Us: of('finalityLatencyP50Us'),
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
finality_p50_us    | number  | us  | Median time to finality, mean over replications; empty if censored
verdict            | text    |     | sustained, throughput (too little final) or backlog (it grows)
saturation_tps     | number  | 1/s | Largest load found sustained, of the whole search
exceeded_tps       | number  | 1/s | The next load of the grid; empty when the largest is sustained
bound_tps          | number  | 1/s | Upper bound by bytes, gas and signature checks; never a result
`);

/** Rows of `saturation.csv` for one arm. */
export function saturationRows(arm: string, found: Saturation, boundTps: number): Cell[][] {
  return found.points.map((point) => [
    arm,
    point.loadTps,
    point.offeredTps,
    point.tpsFinal,
    point.slope.n,
    point.slope.mean,
    point.slope.low,
    point.slope.high,
    point.finalityP50Us,
    point.verdict,
    found.saturationTps,
    found.exceededTps,
    boundTps,
  ]);
}
