/** What homes and the network operator pay and take in one run, against the same flows without trade. */
import { cost } from '../../../base/integer.ts';
import { DAY_US } from '../../../base/units.ts';
import type { ResultTable, RunResults } from '../../page/results.ts';

/** Money of the network operator in a run [upt], integers that add up. */
export interface OperatorMoney {
  /** Payments at grid prices for all flows: what it would take if nobody traded. */
  readonly gridOnlyUpt: number;
  /** Retail value of import that trades covered. */
  readonly lostRetailUpt: number;
  /** Feed-in payments for export that was sold to neighbours instead. */
  readonly avoidedFeedInUpt: number;
  readonly wheelingUpt: number;
  /** Fees on deviation from contract. */
  readonly penaltyUpt: number;
  /** gridOnly - lostRetail + avoidedFeedIn + wheeling + penalty, exactly. */
  readonly withTradeUpt: number;
  /** Wholesale cost of the energy at the feeder head, to the micro-point; NaN where its price is unknown. */
  readonly wholesaleUpt: number;
}

/** Bills of one run. */
export interface RunBills {
  /** Length of the delivery slots [d]. */
  readonly days: number;
  /** Bill of the grid-only twin less bill, by home in file order [upt]. */
  readonly savedUpt: ReadonlyMap<string, number>;
  readonly operator: OperatorMoney;
}

const kept = new WeakMap<RunResults, RunBills>();

/**
 * Adds up the bills of a run; where a slot of a home was settled again, only the last version counts.
 *
 * @returns Undefined without settlements or slots.
 */
export function billsOf(run: RunResults): RunBills | undefined {
  const known = kept.get(run);
  if (known !== undefined) return known;
  const settlements = run.table('settlements');
  const slots = run.table('slots');
  if (settlements === undefined || slots === undefined || slots.count < 2) return undefined;
  const bills = sumBills(run, settlements, slots);
  kept.set(run, bills);
  return bills;
}

function sumBills(run: RunResults, settlements: ResultTable, slots: ResultTable): RunBills {
  const numbers = (column: string) => settlements.numbers(column);
  const [slot, homes] = [numbers('slot'), settlements.texts('home')];
  const [imported, fromGrid] = [numbers('import_wh'), numbers('grid_import_wh')];
  const [paid, twin] = [numbers('total_upt'), numbers('twin_total_upt')];
  const [grid, wheeling] = [numbers('grid_payment_upt'), numbers('wheeling_upt')];
  const penalty = numbers('penalty_upt');
  const retail = pricesBySlot(slots);
  const savedUpt = new Map<string, number>();
  const sums = { gridOnly: 0, lostRetail: 0, wheeling: 0, penalty: 0, grid: 0 };
  for (let row = 0; row < homes.length; row++) {
    // Rows are sorted by slot and home, so versions of one bill are neighbours.
    if (slot[row + 1] === slot[row] && homes[row + 1] === homes[row]) continue;
    const home = homes[row]!;
    savedUpt.set(home, (savedUpt.get(home) ?? 0) + twin[row]! - paid[row]!);
    const price = retail.get(slot[row]!) ?? 0;
    sums.lostRetail += cost(price, imported[row]!) - cost(price, fromGrid[row]!);
    sums.gridOnly += twin[row]!;
    sums.grid += grid[row]!;
    sums.wheeling += wheeling[row]!;
    sums.penalty += penalty[row]!;
  }
  const operator: OperatorMoney = {
    gridOnlyUpt: sums.gridOnly,
    lostRetailUpt: sums.lostRetail,
    avoidedFeedInUpt: sums.grid - sums.gridOnly + sums.lostRetail,
    wheelingUpt: sums.wheeling,
    penaltyUpt: sums.penalty,
    withTradeUpt: sums.grid + sums.wheeling + sums.penalty,
    wholesaleUpt: wholesaleUpt(run, slots),
  };
  return { days: daysOf(slots), savedUpt, operator };
}

function pricesBySlot(slots: ResultTable): ReadonlyMap<number, number> {
  const prices = slots.numbers('retail_upt_per_kwh');
  return new Map(Array.from(slots.numbers('slot'), (slot, row) => [slot, prices[row]!]));
}

/** Length of the delivery slots [d]. @param slots - Two rows at least. */
export function daysOf(slots: ResultTable): number {
  const startUs = slots.numbers('start_us');
  return ((startUs[1]! - startUs[0]!) * slots.count) / DAY_US;
}

function wholesaleUpt(run: RunResults, slots: ResultTable): number {
  const grid = run.scenario?.grid as { readonly tariff?: { readonly wholesale?: unknown } };
  const price = grid?.tariff?.wholesale;
  if (typeof price !== 'number') return Number.NaN;
  const headWh = slots.numbers('feeder_head_wh').reduce((sum, wh) => sum + wh, 0);
  return Math.round((price * headWh) / 1000);
}
