/**
 * Who gains (model page, 9.8). Three columns: the participants' money, the network operator's net
 * revenue, and resource welfare, which sees no transfers, only energy, emission and the chain's
 * electricity. Each also as the difference to the grid-only twin, the same metered flows at grid prices.
 * The differences add up: participants + operator − chain electricity = resource welfare, exactly where
 * trade payments cancel. Node hardware has no price in a scenario and is left out in every arm.
 */
import { peerSavings, type Savings } from '../../market/indicators.ts';
import { chainEnergyWh } from './cost.ts';
import { type Metric, type RunView, total } from './metric.ts';

interface Bills {
  readonly totalUpt: number;
  readonly twinUpt: number;
  /** What the operator takes: grid payments, network charges and deviation fees. */
  readonly operatorUpt: number;
  /** Twin less bill over homes. */
  readonly savings: Savings;
}

/** Sums bills over slots; where a slot of a home was settled again, only the last version counts. */
function billsOf(run: RunView): Bills {
  return run.once('bills', () => {
    const slots = run.numbers('settlements', 'slot');
    const homes = run.texts('settlements', 'home');
    const columns = (['grid_payment_upt', 'wheeling_upt', 'penalty_upt'] as const).map((column) =>
      run.numbers('settlements', column),
    );
    const totals = run.numbers('settlements', 'total_upt');
    const twins = run.numbers('settlements', 'twin_total_upt');
    const index = new Map<string, number>();
    const [homeTwins, homeTotals]: [number[], number[]] = [[], []];
    const sums = { totalUpt: 0, twinUpt: 0, operatorUpt: 0 };
    for (let row = 0; row < homes.length; row++) {
      // Rows are sorted by slot and home, so versions of one bill are neighbours.
      if (slots[row + 1] === slots[row] && homes[row + 1] === homes[row]) continue;
      let home = index.get(homes[row]!);
      if (home === undefined) {
        home = homeTwins.push(0) - 1;
        homeTotals.push(0);
        index.set(homes[row]!, home);
      }
      homeTwins[home]! += twins[row]!;
      homeTotals[home]! += totals[row]!;
      sums.totalUpt += totals[row]!;
      sums.twinUpt += twins[row]!;
      for (const column of columns) sums.operatorUpt += column[row]!;
    }
    return { ...sums, savings: peerSavings(homeTwins, homeTotals) };
  });
}

const headKWh = (run: RunView) => total(run.numbers('slots', 'feeder_head_wh')) / 1000;

/** Cost to society of one kWh at the slack [upt]: energy and emission. */
const resourceUptPerKWh = ({ facts }: RunView) =>
  facts.wholesaleUptPerKWh + facts.emissionKgPerKWh * facts.carbonUptPerKg;

/** Electricity of the chain that falls to this community [kWh]: identical ones share it equally. */
const chainKWh = (run: RunView) => chainEnergyWh(run) / 1000 / run.facts.communities;

const chainCostUpt = (run: RunView) => chainKWh(run) * resourceUptPerKWh(run);

const upt = (
  id: string,
  definition: string,
  compute: (run: RunView) => number,
  direction: Metric['direction'] = 'higher',
): Metric => ({ id, unit: 'upt', definition, direction, compute });

/** Metrics of money and welfare. */
export const welfareMetrics: readonly Metric[] = [
  upt(
    'participantsSurplusUpt',
    'Minus all bills of homes; the utility of their consumption is the same in every arm and left out',
    (run) => 0 - billsOf(run).totalUpt,
  ),
  upt(
    'participantsGainUpt',
    'Bills of the grid-only twin less bills, all homes',
    (run) => billsOf(run).twinUpt - billsOf(run).totalUpt,
  ),
  upt(
    'dsoNetRevenueUpt',
    'Grid payments, network charges and fees less wholesale cost of the energy at the feeder head',
    (run) => billsOf(run).operatorUpt - run.facts.wholesaleUptPerKWh * headKWh(run),
    'neutral',
  ),
  upt(
    'dsoGainUpt',
    'Net revenue of the network operator less that of the grid-only twin',
    (run) => billsOf(run).operatorUpt - billsOf(run).twinUpt,
    'neutral',
  ),
  upt(
    'chainCostUpt',
    "Electricity of full nodes, the community's share, at wholesale price with its emission's price",
    chainCostUpt,
    'lower',
  ),
  upt(
    'resourceWelfareUpt',
    'Minus cost of energy and emission at the feeder head (losses included) and of the chain',
    (run) => 0 - headKWh(run) * resourceUptPerKWh(run) - chainCostUpt(run),
  ),
  upt(
    'resourceGainUpt',
    'Resource welfare less that of the grid-only twin, which has the same flows and no chain',
    (run) => 0 - chainCostUpt(run),
  ),
  {
    id: 'emissionKg',
    unit: 'kg',
    definition:
      "Emission of the energy at the feeder head and of the community's share of the chain",
    direction: 'lower',
    compute: (run) => (headKWh(run) + chainKWh(run)) * run.facts.emissionKgPerKWh,
  },
  upt(
    'peerSavingsMeanUpt',
    'Mean over homes of twin bill less bill',
    (run) => billsOf(run).savings.meanUpt,
  ),
  {
    id: 'peerSavingsGini',
    unit: '',
    definition: 'Gini coefficient of savings over homes; empty unless their sum is positive',
    direction: 'lower',
    compute: (run) => billsOf(run).savings.gini,
  },
  {
    id: 'loserShare',
    unit: '',
    definition: 'Share of homes that pay more than their twin',
    direction: 'lower',
    compute: (run) => billsOf(run).savings.losers,
  },
];
