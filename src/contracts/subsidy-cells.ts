/**
 * Where the subsidy stands in the state, and the set of claimed serials of each generator. The set is a
 * sorted list of disjoint ranges that grow together where they touch: owners claim day after day, so
 * that a year of claims is one range, and one claim is a search and a write.
 */
import type { StateView } from '../ledger/state.ts';
import { RECORD_CELLS } from './cells.ts';

const BASE = 2 ** 48;
const DEBTS = BASE + 2 ** 32;
const PERIODS = BASE + 2 ** 33;
const PLANTS = BASE + 2 ** 40;
const CLAIMS = BASE + 2 ** 41;
const RANGES = BASE + 2 ** 42;
const WITHHELD = BASE + 2 ** 44;
const SERIALS = BASE + 2 ** 45;

/** Plants the register has room for. */
export const PLANTS_MAX = 2 ** 32;
/** Serials of devices lie below this. */
export const SERIALS_MAX = 2 ** 44;
/** Periods lie below this. */
export const PERIODS_MAX = 2 ** 38;
/** Cells of a generator's set: room for eight million ranges. */
const RANGES_STRIDE = 2 ** 24;

/** Fields of the record of the subsidy itself. */
export const SUBSIDY = {
  claimCount: 0,
  /** First claim that is neither paid in full nor refused; all before it are closed. */
  firstOpen: 1,
  /** Paid in money in all [Upt at par]. */
  paidUpt: 2,
  /** Taken back in all, and how much of that was set off against later claims [Upt]. */
  clawedBackUpt: 3,
  recoveredUpt: 4,
  /** Counts approvals and payments: their order. */
  steps: 5,
  plantCount: 6,
} as const;

/** Fields of a plant's record. */
export const PLANT = {
  /** Owner + 1; 0 is no plant. */
  owner: 0,
  generator: 1,
  commissionedDay: 2,
  plantClass: 3,
  capacityW: 4,
  /** Share given up for trading [ppm]. */
  reductionPpm: 5,
  serial: 6,
  /** Claimed in all [kWh]. */
  claimedKWh: 7,
} as const;

/** Fields of a claim's record. */
export const CLAIM = {
  /** {@link CLAIM_STATE}. */
  state: 0,
  plant: 1,
  period: 2,
  energyKWh: 3,
  amountUpt: 4,
  claimedUs: 5,
  /** Paid in money so far, and set off against the owner's debt [Upt]. */
  paidUpt: 6,
  offsetUpt: 7,
  approvedUs: 8,
  /** Time of the last payment. */
  paidUs: 9,
  /** Steps at which it was approved, first paid and closed; 0 when not yet. */
  approvedStep: 10,
  paidStep: 11,
  closedStep: 12,
} as const;

/** Life of a claim. */
export const CLAIM_STATE = {
  none: 0,
  pending: 1,
  approved: 2,
  paid: 3,
  refused: 4,
  clawedBack: 5,
} as const;

/** Cell of the record of the subsidy itself. */
export const subsidyCell = (field: number): number => BASE + field;
/** Cell that holds what an account owes for claims taken back [Upt]. */
export const subsidyDebtCell = (account: number): number => DEBTS + account;
/** Cell that holds what was paid in money in a period of payment [Upt]. */
export const subsidyPeriodCell = (period: number): number => PERIODS + period;
/** Cell of a plant's field; `plant` < {@link PLANTS_MAX}. */
export const plantCell = (plant: number, field: number): number =>
  PLANTS + plant * RECORD_CELLS + field;
/** Cell that holds 1 + the plant of a device; `serial` < {@link SERIALS_MAX}. */
export const plantSerialCell = (serial: number): number => SERIALS + serial;
/** Cell of a claim's field. */
export const claimCell = (claim: number, field: number): number =>
  CLAIMS + claim * RECORD_CELLS + field;
/** Cell that counts the labels of a generator that were taken out of reach unclaimed. */
export const withheldCell = (generator: number): number => WITHHELD + generator;
/** Cell that holds the number of claimed ranges of a generator. */
export const claimedCountCell = (generator: number): number => RANGES + generator * RANGES_STRIDE;

const fromCell = (generator: number, range: number) =>
  RANGES + generator * RANGES_STRIDE + RECORD_CELLS + 2 * range;
const toCell = (generator: number, range: number) => fromCell(generator, range) + 1;

/** Claimed ranges of a generator [from, to), ascending, disjoint, not touching. */
export function claimedRanges(
  read: (cell: number) => number,
  generator: number,
): (readonly [from: number, to: number])[] {
  return Array.from({ length: read(claimedCountCell(generator)) }, (_, range) => [
    read(fromCell(generator, range)),
    read(toCell(generator, range)),
  ]);
}

/** Number of ranges that end at or before a serial: the place of the first that ends behind it. */
function rangesUpTo(state: Pick<StateView, 'read'>, generator: number, serial: number): number {
  let low = 0;
  let high = state.read(claimedCountCell(generator));
  // The last range is the one that claims in order meet.
  if (high > 0 && state.read(toCell(generator, high - 1)) <= serial) return high;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (state.read(toCell(generator, middle)) <= serial) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether any serial of [from, to) was claimed. Cost: O(log ranges). */
export function isAnyClaimed(
  state: Pick<StateView, 'read'>,
  generator: number,
  from: number,
  to: number,
): boolean {
  const at = rangesUpTo(state, generator, from);
  return at < state.read(claimedCountCell(generator)) && state.read(fromCell(generator, at)) < to;
}

/**
 * Claims the serials [from, to) of a generator, from < to; false, and nothing written, when one of them
 * was claimed before. Cost: O(log ranges), and O(ranges behind) where it neither extends a range nor
 * stands behind all.
 */
export function claimSerials(
  state: StateView,
  generator: number,
  from: number,
  to: number,
): boolean {
  const count = state.read(claimedCountCell(generator));
  const at = rangesUpTo(state, generator, from);
  if (at < count && state.read(fromCell(generator, at)) < to) return false;
  const joinsLeft = at > 0 && state.read(toCell(generator, at - 1)) === from;
  const joinsRight = at < count && state.read(fromCell(generator, at)) === to;
  if (joinsLeft && joinsRight) {
    state.write(toCell(generator, at - 1), state.read(toCell(generator, at)));
    for (let range = at + 1; range < count; range++) copyRange(state, generator, range, range - 1);
    state.write(fromCell(generator, count - 1), 0);
    state.write(toCell(generator, count - 1), 0);
    state.write(claimedCountCell(generator), count - 1);
  } else if (joinsLeft) {
    state.write(toCell(generator, at - 1), to);
  } else if (joinsRight) {
    state.write(fromCell(generator, at), from);
  } else {
    for (let range = count - 1; range >= at; range--) copyRange(state, generator, range, range + 1);
    state.write(fromCell(generator, at), from);
    state.write(toCell(generator, at), to);
    state.write(claimedCountCell(generator), count + 1);
  }
  return true;
}

/** Claims those serials of [from, to) that nobody has. @returns How many they were. */
export function claimRest(state: StateView, generator: number, from: number, to: number): number {
  let taken = 0;
  for (let start = from; start < to; ) {
    const at = rangesUpTo(state, generator, start);
    const isLast = at === state.read(claimedCountCell(generator));
    const [nextFrom, nextTo] = isLast
      ? [to, to]
      : [state.read(fromCell(generator, at)), state.read(toCell(generator, at))];
    const end = Math.min(to, nextFrom);
    if (start < end) {
      claimSerials(state, generator, start, end);
      taken += end - start;
    }
    start = Math.max(end, nextTo);
  }
  return taken;
}

function copyRange(state: StateView, generator: number, range: number, place: number): void {
  state.write(fromCell(generator, place), state.read(fromCell(generator, range)));
  state.write(toCell(generator, place), state.read(toCell(generator, range)));
}
