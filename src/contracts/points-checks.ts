/**
 * What must hold of points at every block, from the cells that the block wrote (model §7.3): each case issues
 * what accounts received under it (P2), what was redeemed is what bills were credited (P5), and an offer that
 * is over stays as it is (P4). Conservation itself (P1) is in `conservation.ts`; that nothing is negative
 * (P3) is the state's own rule.
 */
import { CHAIN, denseCellCount, RECORD_CELLS } from './cells.ts';
import { OFFER, OFFER_CELLS, OFFER_STATE } from './exchange-cells.ts';
import { ECONOMY, economyCell, HOLDER, HOLDERS_END, holderCell } from './points-cells.ts';
import { type ChainRules, earnedCell, ISSUE_CASES, ISSUED } from './rules.ts';

const CASES = ISSUE_CASES.length;
/** Field of an account's record, or of a holder's, by case. */
const ACCOUNT_CASE = new Int8Array(RECORD_CELLS).fill(-1);
const HOLDER_CASE = new Int8Array(RECORD_CELLS).fill(-1);
const CHAIN_CASE = new Int8Array(RECORD_CELLS).fill(-1);
ISSUE_CASES.forEach((issueCase, k) => {
  const cell = earnedCell(0, issueCase);
  (cell < RECORD_CELLS ? ACCOUNT_CASE : HOLDER_CASE)[cell % RECORD_CELLS] = k;
  CHAIN_CASE[ISSUED[issueCase]] = k;
});

/** Least index of an ascending list whose value is not below a bound. */
function indexFrom(cells: ArrayLike<number>, bound: number): number {
  let [low, high] = [0, cells.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cells[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Looks for a broken rule among the changes of one block.
 *
 * @param dirtyCells - Cells that the block wrote, ascending.
 * @param before - The state of its parent.
 * @param after - The state that it leaves.
 * @returns What is wrong; undefined when nothing is. Cost: the written cells of accounts, holders and offers.
 */
export function pointsProblem(
  dirtyCells: ArrayLike<number>,
  rules: ChainRules,
  before: (cell: number) => number,
  after: (cell: number) => number,
): string | undefined {
  const unreceivedUpt = new Float64Array(CASES);
  const change = (cell: number) => after(cell) - before(cell);
  const dense = indexFrom(dirtyCells, denseCellCount(rules.accountCount));
  let redeemedUpt = 0;
  for (let i = 0; i < dense; i++) {
    const cell = dirtyCells[i]!;
    const field = cell % RECORD_CELLS;
    const account = (cell - field) / RECORD_CELLS;
    if (account > rules.accountCount) break;
    const isChain = account === rules.accountCount;
    const issueCase = (isChain ? CHAIN_CASE : ACCOUNT_CASE)[field]!;
    if (issueCase >= 0) unreceivedUpt[issueCase]! += (isChain ? 1 : -1) * change(cell);
    if (!isChain) continue;
    if (field === CHAIN.genesisUpt) unreceivedUpt[0]! -= change(cell);
    if (field === CHAIN.redeemedUpt) redeemedUpt = change(cell);
  }
  let creditedByHome = 0;
  const holders = indexFrom(dirtyCells, holderCell(0, 0));
  for (let i = holders; i < dirtyCells.length && dirtyCells[i]! < HOLDERS_END; i++) {
    const cell = dirtyCells[i]!;
    const field = cell % RECORD_CELLS;
    const issueCase = HOLDER_CASE[field]!;
    if (issueCase >= 0) unreceivedUpt[issueCase]! -= change(cell);
    if (field === HOLDER.credited) creditedByHome += change(cell);
  }
  const wrong = unreceivedUpt.findIndex((upt) => upt !== 0);
  if (wrong >= 0) {
    return `case ${ISSUE_CASES[wrong]}: ${unreceivedUpt[wrong]} Upt issued that nobody received`;
  }
  return (
    creditProblem(rules, redeemedUpt, change(economyCell(ECONOMY.credited)), creditedByHome) ??
    offerProblem(dirtyCells, before, after)
  );
}

function creditProblem(
  rules: ChainRules,
  redeemedUpt: number,
  credited: number,
  creditedByHome: number,
): string | undefined {
  if (creditedByHome !== credited)
    return `homes credited with ${creditedByHome}, in all ${credited}`;
  if (credited === 0 && redeemedUpt === 0) return undefined;
  const worth = BigInt(redeemedUpt) * BigInt(rules.points?.redemptionRatePpm ?? 0);
  return worth === BigInt(credited) * 1_000_000n
    ? undefined
    : `${redeemedUpt} Upt redeemed, bills credited with ${credited}`;
}

/** An offer goes from open to taken or to its end, from taken to its end, and never on from there. */
function offerProblem(
  dirtyCells: ArrayLike<number>,
  before: (cell: number) => number,
  after: (cell: number) => number,
): string | undefined {
  for (
    let i = indexFrom(dirtyCells, OFFER_CELLS.from);
    i < dirtyCells.length && dirtyCells[i]! < OFFER_CELLS.to;
    i++
  ) {
    const cell = dirtyCells[i]!;
    const field = (cell - OFFER_CELLS.from) % RECORD_CELLS;
    const record = cell - field;
    const was = before(record + OFFER.state);
    const is = after(record + OFFER.state);
    const isOver = was >= OFFER_STATE.released;
    const changes = before(cell) !== after(cell);
    if (isOver ? changes : is < was) {
      return `offer ${(record - OFFER_CELLS.from) / RECORD_CELLS} goes from ${was} to ${is}`;
    }
  }
  return undefined;
}
