/** Conservation of points (model §7.3): the sum of what was issued is what is held, with ===. */
import type { ChainState } from '../ledger/state.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell, RECORD_CELLS } from './cells.ts';

/** Fields of the chain's record that add to what is held. */
const ISSUED_FIELDS: readonly number[] = [
  CHAIN.issuedGrantUpt,
  CHAIN.issuedRewardUpt,
  CHAIN.issuedCleanUpt,
  CHAIN.issuedComputeUpt,
];

/** Change of issued − burned − held over the dirty cells of an open execution; must be 0. */
export function imbalanceOf(
  dirtyCells: ArrayLike<number>,
  accountCount: number,
  before: (cell: number) => number,
  after: (cell: number) => number,
): number {
  let imbalanceUpt = 0;
  for (let i = 0; i < dirtyCells.length; i++) {
    const cell = dirtyCells[i]!;
    const field = cell % RECORD_CELLS;
    const account = (cell - field) / RECORD_CELLS;
    if (account > accountCount) break;
    const sign = account === accountCount ? signOfChain(field) : signOfAccount(field);
    if (sign !== 0) imbalanceUpt += sign * (after(cell) - before(cell));
  }
  return imbalanceUpt;
}

const signOfChain = (field: number) =>
  ISSUED_FIELDS.includes(field) ? 1 : field === CHAIN.burnedUpt ? -1 : 0;
const signOfAccount = (field: number) =>
  field === ACCOUNT.balanceUpt || field === ACCOUNT.escrowUpt ? -1 : 0;

/** Full recount over the flat state: issued − burned − held [Upt]; must be 0. */
export function recount(state: Pick<ChainState, 'readBase'>, accountCount: number): number {
  const read = (field: number) => state.readBase(chainCell(accountCount, field));
  let imbalanceUpt = -read(CHAIN.burnedUpt);
  for (const field of ISSUED_FIELDS) imbalanceUpt += read(field);
  for (let account = 0; account < accountCount; account++) {
    imbalanceUpt -= state.readBase(accountCell(account, ACCOUNT.balanceUpt));
    imbalanceUpt -= state.readBase(accountCell(account, ACCOUNT.escrowUpt));
  }
  return imbalanceUpt;
}
