/**
 * The search of saturation over the arms of a study. A chain is judged at rest: the load begins before the
 * span that is measured, long enough for what the protocol holds back to have filled, and the span is long
 * enough for what it draws by chance to even out.
 */
import { DAY_US, SECOND_US } from '../base/units.ts';
import { protocols } from '../consensus/protocols/index.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { StudyValues } from './compare.ts';
import { expectedFinalityUs } from './iso-risk.ts';
import { factsOfArm, meanOf } from './iso-risk-study.ts';
import type { RunPlan } from './plan.ts';
import type { MeasuringPool } from './pool.ts';
import { findSaturation, geometricLoads, type Saturation } from './saturation.ts';
import {
  durationSetting,
  type KeySetting,
  type LoadAxis,
  LoadRunFailure,
  loadRunner,
  loadScaleAxis,
  scenarioBoundTps,
  TRANSFER_AXIS,
} from './saturation-study.ts';

/** What is to be searched. */
export interface RampRequest {
  /** Loads to search between [1/s], low above 0. */
  readonly lowTps: number;
  readonly highTps: number;
  /** Resolution: ratio of neighbouring loads at most, above 1. */
  readonly ratio: number;
}

/** Transactions that one run of a search may carry: some fifteen seconds of work, some 1 GB. */
export const RUN_TRANSACTIONS_MAX = 500_000;

/** Shortest measured span, and how many blocks and times to finality it holds at least. */
const SPAN_MIN_US = 240 * SECOND_US;
const SPAN_BLOCKS = 80;
const SPAN_FINALITIES = 2;
/** The load begins this long before it, and two times to finality besides. */
const FILL_US = 60 * SECOND_US;
/** Registrations find a block in this many intervals before the load begins. */
const OPENING_BLOCKS = 10;

/** What a search found out about one arm. */
export interface ArmSaturation {
  readonly arm: string;
  /** Undefined when no load could be run, or a run failed; `note` says why. */
  readonly found: Saturation | undefined;
  /** Upper bound by the caps [1/s]; NaN where the workload is not known. */
  readonly boundTps: number;
  /** What limits the search, or kept it from being made; empty where nothing does. */
  readonly note: string;
  /** The run that failed; without a failure it was interrupted. */
  readonly broken?: LoadRunFailure;
}

/** Largest sustained load where the search has put it between two loads; NaN otherwise [1/s]. */
export function bracketedTps({ found }: ArmSaturation): number {
  return found === undefined || Number.isNaN(found.exceededTps) ? Number.NaN : found.saturationTps;
}

/** How an arm is loaded. */
interface Plan {
  readonly axis: LoadAxis;
  readonly settings: readonly KeySetting[];
  /** Time for which the load is offered [s], and days of the window that holds its span. */
  readonly seconds: number;
  readonly days: number;
}

const wholeSeconds = (us: number) => Math.ceil(us / SECOND_US) * SECOND_US;

/** A chain alone is filled and measured for as long as its protocol needs. */
function transferPlan(scenario: Scenario, values: StudyValues): Plan {
  const { arm, consensus, horizon } = scenario;
  const facts = factsOfArm(scenario, values);
  const measuredUs = meanOf(values, arm, 'finalityLatencyP95Us');
  const finalityUs = expectedFinalityUs(facts) || measuredUs || 0;
  const blockUs = protocols.get(consensus.name).blockIntervalUs(consensus.options);
  const fillUs = wholeSeconds(FILL_US + 2 * finalityUs);
  const spanUs = wholeSeconds(
    Math.max(SPAN_MIN_US, SPAN_FINALITIES * finalityUs, SPAN_BLOCKS * blockUs),
  );
  const warmUpUs = Math.max(horizon.warmUp, wholeSeconds(fillUs + OPENING_BLOCKS * blockUs));
  const days = Math.ceil(spanUs / DAY_US);
  const isLonger = days > scenario.windows[0]!.days;
  return {
    axis: TRANSFER_AXIS,
    settings: [
      durationSetting('population.leadIn', fillUs),
      durationSetting('horizon.warmUp', warmUpUs),
      durationSetting('horizon.span', spanUs),
      // What is still open when the span ends is counted as open.
      durationSetting('horizon.drain', 0),
      ...(isLonger ? [{ path: 'horizon.days', value: days, text: String(days) }] : []),
    ],
    days: Math.max(days, scenario.windows[0]!.days),
    seconds: (fillUs + spanUs) / SECOND_US,
  };
}

/** A market is loaded by other communities over the whole of its first window. */
function marketPlan(scenario: Scenario, values: StudyValues): Plan {
  const unitTps = meanOf(values, scenario.arm, 'offeredTps') / scenario.ledger.loadScale;
  const { days } = scenario.windows[0]!;
  return { axis: loadScaleAxis(unitTps), settings: [], seconds: (days * DAY_US) / SECOND_US, days };
}

/** The loads of a plan that a run may carry, and what limits them. */
function loadsOf({ axis, seconds }: Plan, { lowTps, highTps, ratio }: RampRequest) {
  const { unitTps, isWhole } = axis;
  if (!(unitTps > 0)) return { loads: [], note: 'no offered load was measured' };
  const grid = geometricLoads(lowTps, highTps, ratio, isWhole ? unitTps : undefined);
  const loads = grid.filter((load) => load * seconds <= RUN_TRANSACTIONS_MAX);
  if (loads.length === grid.length) return { loads, note: '' };
  const limit = (RUN_TRANSACTIONS_MAX / seconds).toPrecision(2);
  const note =
    `a run takes ${Math.round(seconds)} s of load, so that above ${limit} 1/s ` +
    `it would carry more than ${RUN_TRANSACTIONS_MAX} transactions`;
  return { loads, note };
}

/**
 * Searches the saturation of one arm.
 *
 * @param plan - A run of the arm, as the study made it.
 * @param values - What the runs of the study gave: they tell the workload's size and gas, and where a
 *   protocol has no expected time to finality the measured one.
 * @param seeds - At least 2; the same in every arm, so that arms are paired.
 * @throws {ScenarioError} when a run finds the input wrong.
 */
export async function searchArm(
  plan: RunPlan,
  values: StudyValues,
  request: RampRequest,
  seeds: readonly number[],
  pool: MeasuringPool,
): Promise<ArmSaturation> {
  const { arm, scenario, origin } = plan;
  // The run may carry the name of a setting of the study's own, the scenario that of its arm.
  const own = { ...scenario, arm };
  const isTransfers = scenario.population.name === 'accounts';
  const load = isTransfers ? transferPlan(own, values) : marketPlan(own, values);
  const mean = (metric: string) => meanOf(values, arm, metric);
  const boundTps = scenarioBoundTps(scenario, mean('txBytesMean'), mean('txGasMean'));
  const { loads, note } = loadsOf(load, request);
  if (loads.length === 0) return { arm, found: undefined, boundTps, note };
  const windows = [{ ...scenario.windows[0]!, days: load.days }];
  const run = loadRunner({
    axis: load.axis,
    scenario: { ...own, windows },
    settings: load.settings,
    origin: origin ?? { arm: scenario.arm, sets: [] },
    pool,
  });
  try {
    const start = boundTps > 0 ? { startTps: boundTps } : {};
    const found = await findSaturation(run, { loads, seeds, ...start });
    return { arm, found, boundTps, note: Number.isNaN(found.exceededTps) ? note : '' };
  } catch (error) {
    if (!(error instanceof LoadRunFailure)) throw error;
    return { arm, found: undefined, boundTps, note: error.message, broken: error };
  }
}
