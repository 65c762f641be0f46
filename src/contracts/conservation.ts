/** Conservation of points (model §7.3): the sum of what was issued is what is held, with ===. */
import type { ChainState } from '../ledger/state.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell } from './cells.ts';

/** Change of issued − burned − held over the dirty cells of an open execution; must be 0. */
export function imbalanceOf(
  dirtyCells: ArrayLike<number>,
  accountCount: number,
  before: (cell: number) => number,
  after: (cell: number) => number,
): number {
  const issuedGrant = chainCell(accountCount, CHAIN.issuedGrantUpt);
  const issuedReward = chainCell(accountCount, CHAIN.issuedRewardUpt);
  const burned = chainCell(accountCount, CHAIN.burnedUpt);
  let imbalanceUpt = 0;
  for (let i = 0; i < dirtyCells.length; i++) {
    const cell = dirtyCells[i]!;
    if (cell > burned) break;
    const field = cell % 16;
    const account = (cell - field) / 16;
    const held =
      account < accountCount && (field === ACCOUNT.balanceUpt || field === ACCOUNT.escrowUpt);
    if (held || cell === burned) imbalanceUpt -= after(cell) - before(cell);
    else if (cell === issuedGrant || cell === issuedReward) {
      imbalanceUpt += after(cell) - before(cell);
    }
  }
  return imbalanceUpt;
}

/** Full recount over the flat state: issued − burned − held [Upt]; must be 0. */
export function recount(state: Pick<ChainState, 'readBase'>, accountCount: number): number {
  const read = (field: number) => state.readBase(chainCell(accountCount, field));
  let imbalanceUpt =
    read(CHAIN.issuedGrantUpt) + read(CHAIN.issuedRewardUpt) - read(CHAIN.burnedUpt);
  for (let account = 0; account < accountCount; account++) {
    imbalanceUpt -= state.readBase(accountCell(account, ACCOUNT.balanceUpt));
    imbalanceUpt -= state.readBase(accountCell(account, ACCOUNT.escrowUpt));
  }
  return imbalanceUpt;
}
